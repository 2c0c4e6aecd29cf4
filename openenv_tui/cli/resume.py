"""``openenv-tui resume``: goes on with an evaluation that was cut short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from openenv_tui.cli.common import access_options, json_option, plain_option, telling
from openenv_tui.cli.eval import (
    INTERRUPTED,
    print_result,
    print_series,
    showing_progress,
    stopped_by_ctrl_c,
)
from openenv_tui.cli.persons import host

if TYPE_CHECKING:
    from openenv_tui.connection.access import Access

EPILOG = """\b
Examples:
  openenv-tui resume latest
  openenv-tui resume results/20250101-120000-catch --give-up 600
"""


@click.command("resume", epilog=EPILOG)
@click.argument("run", default="latest")
@click.option(
    "--give-up", type=float, default=None, metavar="SECONDS",
    help="How long a server may be gone; as the run was begun, if left out.",
)  # fmt: skip
@access_options
@json_option
@plain_option
def command(
    run: str,
    give_up: float | None,
    access: Access,
    as_json: bool,
    plain: bool,
) -> int:
    """Go on with RUN, which was interrupted or killed, or whose server was gone for too long.

    RUN is a folder, its name below results/, or latest. Only the episodes that are missing are
    played, so the table is the one of an undisturbed run. Policies that learn begin their row
    anew. Policies in files are looked for from the folder in which you are, as with eval.
    """
    from openenv_tui.evaluation.folder import find_run
    from openenv_tui.evaluation.runner import resume_run
    from openenv_tui.evaluation.series import games_of
    from openenv_tui.evaluation.several import resume_games

    folder = find_run(run)
    series = bool(games_of(folder))
    go_on: Any = resume_games if series else resume_run
    with stopped_by_ctrl_c() as stop, showing_progress(plain) as report:
        result = go_on(
            folder,
            give_up=give_up,
            progress=report,
            stop=stop,
            tell=telling,
            access=access,
            host=host(plain, report.aside),
        )
    if series:
        print_series(result, as_json=as_json, plain=plain)
        return INTERRUPTED if result.interrupted else 0
    print_result(result, as_json=as_json, plain=plain)
    return INTERRUPTED if result.interrupted else 0
