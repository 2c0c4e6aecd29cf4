"""``openenv-tui show``: a run's table again, also of a run that is being played."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openenv_tui.cli.common import exact_option, forfeits_option, json_option, plain_option
from openenv_tui.errors import UsageError

if TYPE_CHECKING:
    from openenv_tui.evaluation.following import Seen

EPILOG = """\b
Examples:
  openenv-tui show latest
  openenv-tui show latest --follow          while another terminal, or another machine, plays it
  openenv-tui show results/night --follow --json | jq .rows
"""


@click.command("show", epilog=EPILOG)
@click.argument("run", default="latest")
@click.option("--follow", is_flag=True, help="Look again and again, until the run ends.")
@forfeits_option("", "Count forfeits by another rule; replay only of a run that was made so.")
@exact_option
@json_option
@plain_option
def command(
    run: str, follow: bool, forfeits: str | None, exact: bool | None, as_json: bool, plain: bool
) -> int:
    """Print the table of RUN again, computed from its log.

    RUN is a folder, its name below results/, or latest. It may be played right now: what is stored
    is shown. Ctrl-C leaves --follow and lets the run go on. Of a tournament: the standings, who did
    how against whom, and what the first move is worth.

    \b
    Exit code of --follow: 0 the run is complete; 130 it was interrupted or killed, or you left.
    """
    from openenv_tui.cli.eval import INTERRUPTED, print_tables, show_series
    from openenv_tui.evaluation.folder import find_run
    from openenv_tui.evaluation.following import State
    from openenv_tui.evaluation.runner import load_run
    from openenv_tui.evaluation.series import games_of, load_series

    folder = find_run(run)
    if games_of(folder):
        if follow:
            raise UsageError(
                f"{folder} holds several games; follow the one that is played, such as "
                f"openenv-tui show {next(iter(games_of(folder).values()))} --follow"
            )
        show_series(load_series(folder), as_json=as_json, plain=plain)
        return 0
    seen = _followed(folder, plain) if follow else None
    result = load_run(folder, forfeits=forfeits or "", exact=True, wish=exact)
    if as_json:
        click.echo(json.dumps(result.to_dict(), indent=2))
    else:
        print_tables(result, plain)
    return 0 if seen is None or seen.state is State.FINISHED else INTERRUPTED


def _followed(folder: Path, plain: bool) -> Seen:
    """What a run was like when it ended."""
    from openenv_tui.cli.eval import showing_progress
    from openenv_tui.evaluation.folder import resume_command
    from openenv_tui.evaluation.following import State, follow

    try:
        with showing_progress(plain) as report:
            for seen in follow(folder):
                if seen.state is State.PLAYED and seen.progress is not None:
                    report(seen.progress)
    except KeyboardInterrupt:
        click.echo(f"you left; the run goes on: openenv-tui show {folder} --follow", err=True)
        raise
    if seen.state in (State.GONE, State.INTERRUPTED):
        why = "the process that played it is gone" if seen.state is State.GONE else "interrupted"
        click.echo(f"{why}; resume with: {resume_command(folder)}", err=True)
    return seen
