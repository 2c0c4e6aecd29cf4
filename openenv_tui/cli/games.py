"""``openenv-tui games``: what can be played."""

from __future__ import annotations

import json

import click

from openenv_tui.cli.common import json_option


@click.command("games")
@click.argument("pattern", required=False)
@json_option
def command(pattern: str | None, as_json: bool) -> None:
    """List the games that can be played, watched and evaluated.

    PATTERN keeps those whose name or title contains it. A game takes its parameters in the name,
    as in catch(rows=8,columns=7).
    """
    from openenv_tui.games import GAMES, load_game
    from openenv_tui.games.openspiel import playable_names

    games = [load_game(name) for name in playable_names()]
    if pattern:
        wanted = pattern.lower()
        games = [g for g in games if wanted in g.info.name or wanted in g.title.lower()]
    games.sort(key=lambda game: (game.info.short_name not in GAMES, game.info.short_name))
    if as_json:
        rows = [
            {
                "game": game.info.short_name,
                "title": game.title,
                "players": game.info.players,
                "board": game.info.short_name in GAMES,
                "simultaneous": game.info.simultaneous,
                "chance": game.info.chance,
                "perfect_information": game.info.perfect_information,
                "outcome_rule": game.outcome_rule,
                "parameters": dict(game.info.parameters),
            }
            for game in games
        ]
        click.echo(json.dumps(rows, indent=2, default=str))
        return
    width = max((len(game.info.short_name) for game in games), default=0)
    for game in games:
        info = game.info
        traits = [f"{info.players} player{'s' if info.players > 1 else ''}"]
        traits += ["simultaneous"] if info.simultaneous else []
        traits += ["chance"] if info.chance else []
        traits += [] if info.perfect_information else ["hidden information"]
        mark = "*" if info.short_name in GAMES else " "
        click.echo(f"{mark} {info.short_name:<{width}}  {game.title} ({', '.join(traits)})")
    click.echo(f"{len(games)} games; those with * have a board of their own", err=True)
