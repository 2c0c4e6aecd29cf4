"""``openenv-tui policies``: who can be asked to play."""

from __future__ import annotations

import inspect
import json
from typing import Any

import click

from openenv_tui.cli.common import json_option
from openenv_tui.specs import POLICIES, policy_options


@click.command("policies")
@click.argument("game", required=False)
@json_option
def command(game: str | None, as_json: bool) -> None:
    """List the policies: what they are, what they play and the options they take.

    GAME keeps those that can play it. Your own policy needs no listing: name it as
    package.module:Object or ./file.py:Object.
    """
    rows: list[dict[str, Any]] = []
    for name in sorted(POLICIES):
        policy = POLICIES.load(name)
        if game is not None and not _plays(name, game):
            continue
        options = {
            key: "(needed)" if p.default is inspect.Parameter.empty else _value(p.default)
            for key, p in policy_options(policy).items()
        }
        about = (inspect.getdoc(policy) or "").partition("\n")[0]
        games = list(policy.games) if policy.games else None
        rows.append({"policy": name, "about": about, "games": games, "options": options})
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max((len(str(row["policy"])) for row in rows), default=0)
    for row in rows:
        games = row["games"]
        click.echo(f"{row['policy']:<{width}}  {row['about']}")
        click.echo(f"{'':<{width}}  plays: {', '.join(games) if games else 'any game it fits'}")
        if row["options"]:
            listed = ", ".join(f"{key}={value}" for key, value in row["options"].items())
            click.echo(f"{'':<{width}}  options: {listed}")


def _plays(name: str, game: str) -> bool:
    from openenv_tui.errors import SpecError
    from openenv_tui.games import load_game
    from openenv_tui.specs import PolicySpec

    info = load_game(game).info
    try:
        return PolicySpec.parse(name).build().unfit(info) is None
    except SpecError:
        # One that needs options may play it with them.
        return True


def _value(default: object) -> object:
    return (
        default
        if isinstance(default, str | int | float | bool) or default is None
        else str(default)
    )
