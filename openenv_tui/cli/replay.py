"""``openenv-tui replay``: look at stored and recorded games, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openenv_tui.cli.common import json_option, on_a_terminal, plain_option, screen_options
from openenv_tui.errors import UsageError

if TYPE_CHECKING:
    from openenv_tui.evaluation.replays.stored import Run

EPILOG = """\b
Examples:
  openenv-tui replay latest 17                         the 18th game of the first policy
  openenv-tui replay latest 17 --policy tracker        of another one
  openenv-tui replay latest --list --only forfeits     which games there are; 2:17 names one
  openenv-tui replay latest 2:17 --plain > game.txt
  openenv-tui replay latest 2:17 --export game.svg --at 5
  openenv-tui replay latest 2:17 --pair --export game.anim.svg
  openenv-tui replay latest 2:17 --export game.cast    asciinema plays it
  openenv-tui play --env ws://127.0.0.1:8000 --record game.jsonl
  openenv-tui replay game.jsonl
"""
NO_TERMINAL = (
    "there is no terminal to draw on; run this in a terminal, or add --plain to print every step"
)
KINDS = ("all", "wins", "draws", "losses", "forfeits")


@click.command("replay", epilog=EPILOG)
@click.argument("what", metavar="RUN|FILE")
@click.argument("number", metavar="[ROW:]EPISODE", required=False)
@click.option("-p", "--policy", metavar="POLICY", help="Whose game; of RUN's first row by default.")
@click.option("--pair", is_flag=True, help="Beside it the same deal from the other seat.")
@click.option("--list", "listed", is_flag=True, help="List the games, and show none.")
@click.option(
    "--only", type=click.Choice(KINDS), default="all", help="Which games are listed.",
    show_default=True,
)  # fmt: skip
@click.option(
    "--export", "file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write the game into FILE: .txt, .svg (one moment), .anim.svg (moving), or .cast.",
)  # fmt: skip
@click.option("--animate", is_flag=True, help="An exported .svg moves.")
@click.option(
    "--at", type=click.IntRange(min=0), metavar="N",
    help="Begin at, or export, the moment after N moves.",
)  # fmt: skip
@click.option(
    "--seconds", type=click.FloatRange(0.01, 60), default=0.6, show_default=True,
    help="For which a moment is shown in files that move.",
)  # fmt: skip
@json_option
@screen_options
@plain_option
def command(
    what: str,
    number: str | None,
    policy: str | None,
    pair: bool,
    listed: bool,
    only: str,
    file: Path | None,
    animate: bool,
    at: int | None,
    seconds: float,
    as_json: bool,
    plain: bool,
) -> int:
    """Look at a game of RUN move by move, or play back FILE, which --record or f8 wrote.

    RUN is a folder, its name below results/, or latest. A game is an episode's number, with its row
    of the run before it or --policy; --list lists them. No server is needed, and none is asked. In
    the app: scrub, step, jump, see both games of a deal in step, and play on from any moment.
    """
    if _names_a_file(Path(what)):
        return _recording(Path(what), plain)
    from openenv_tui.evaluation.folder import find_run
    from openenv_tui.evaluation.replays.stored import Run
    from openenv_tui.evaluation.series import games_of

    folder = find_run(what)
    if games := games_of(folder):
        inside = " or ".join(f"{folder}/{name}" for name in list(games)[:3])
        raise UsageError(
            f"{folder} holds runs of several games; name one of them, such as {inside}"
        )
    run = Run.read(folder)
    row, episode = _chosen(run, number, policy)
    if listed or as_json or (number is None and (plain or not on_a_terminal())):
        return _list(run, row, only, as_json)
    if file is not None or plain:
        return _written(run, row, episode or 0, pair, file, animate, at, seconds)
    if not on_a_terminal():
        raise UsageError(NO_TERMINAL)
    from openenv_tui.cli.app import open_games, open_stored

    if episode is None:
        return open_games(run, row)
    run.replayed(row, episode)
    return open_stored(run, row, episode, pair, at or 0)


def _names_a_file(path: Path) -> bool:
    """Whether a file is meant, also one that is not there; a run is a folder or a bare name."""
    return not path.is_dir() and (
        path.exists() or path.suffix in (".json", ".jsonl") or path.name != str(path)
    )


def _recording(file: Path, plain: bool) -> int:
    from openenv_tui.tui.saved import is_saved_game

    if is_saved_game(file):
        from openenv_tui.cli.saved import look_at

        return look_at(file, plain)
    from openenv_tui.connection.recording import read_recording

    recording = read_recording(file)
    click.echo(f"{file}: {recording.summary}", err=True)
    if plain:
        from openenv_tui.cli.lines import replay_in_lines

        return replay_in_lines(recording)
    if not on_a_terminal():
        raise UsageError(NO_TERMINAL)
    from openenv_tui.cli.app import open_replay

    return open_replay(recording)


def _chosen(run: Run, number: str | None, policy: str | None) -> tuple[int, int | None]:
    """Row and episode that were asked for.

    Raises:
        UsageError: they are no numbers, or a row was named twice.
    """
    before, colon, episode = (number or "").rpartition(":")
    if number and not (episode.isdecimal() and (before.isdecimal() or not colon)):
        raise UsageError(f"cannot read '{number}': expected EPISODE or ROW:EPISODE, as in 2:17")
    if colon and policy is not None:
        raise UsageError("name the row, as in 2:17, or the --policy, and not both")
    row = int(before) if colon else 0 if policy is None else run.row_of(policy)
    if row >= len(run.rows):
        raise UsageError(
            f"{run.folder.name} has no row {row}: its rows are 0 to {len(run.rows) - 1}"
        )
    return row, int(episode) if number else None


def _list(run: Run, row: int, only: str, as_json: bool) -> int:
    from openenv_tui.evaluation.replays.listing import as_lines, listing

    found = listing(run, row, only)
    if as_json:
        games = [game._asdict() for game in found.games]
        policy, opponent = run.rows[row]
        whole = {"run": str(run.folder), "policy": policy, "opponent": opponent}
        click.echo(json.dumps({**whole, "total": found.total, "games": games}, indent=2))
        return 0
    for number, (policy, opponent) in enumerate(run.rows):
        mark = "*" if number == row else " "
        against = f" against {opponent}" if opponent else ""
        click.echo(f"{mark} row {number}: {policy}{against}", err=True)
    click.echo(as_lines(found))
    return 0


def _written(
    run: Run,
    row: int,
    episode: int,
    pair: bool,
    file: Path | None,
    animate: bool,
    at: int | None,
    seconds: float,
) -> int:
    from openenv_tui.evaluation.replays.files import export
    from openenv_tui.evaluation.replays.scenes import text
    from openenv_tui.render import in_ascii

    replayed = run.replayed(row, episode)
    other = run.pair(row, episode) if pair else None
    if pair and other is None:
        raise UsageError(f"{run.folder.name} has no other game of the deal of episode {episode}")
    if at is not None and at > replayed.last:
        raise UsageError(f"there is no moment {at}: this game has 0 to {replayed.last}")
    if file is not None:
        export(file, replayed, other, at=at, animate=animate, seconds=seconds)
        click.echo(f"written to {file}", err=True)
        return 0
    content = text(replayed, other)
    try:
        click.echo(content, nl=False)
    except UnicodeEncodeError:
        click.echo(in_ascii(content), nl=False)
    return 0
