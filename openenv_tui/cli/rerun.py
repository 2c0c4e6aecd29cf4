"""``openenv-tui rerun``: makes a run again from its manifest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openenv_tui.cli.common import access_options, json_option, plain_option, telling
from openenv_tui.cli.eval import INTERRUPTED, print_result, showing_progress, stopped_by_ctrl_c
from openenv_tui.cli.persons import host
from openenv_tui.errors import StoreError

if TYPE_CHECKING:
    from openenv_tui.connection.access import Access


@click.command("rerun")
@click.argument("run", default="latest")
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, metavar="DIR",
    help="Folder of the new run; results/<time>-<game> by default.",
)  # fmt: skip
@access_options
@json_option
@plain_option
def command(run: str, out: Path | None, access: Access, as_json: bool, plain: bool) -> int:
    """Make RUN again from its manifest: same game, policies, seed and number of episodes.

    RUN is a folder, its name below results/, or latest. Where seeds are honoured and the policies
    have not changed, every episode comes out the same; at the end it says whether that is so.
    """
    from openenv_tui.evaluation.compare import same_episodes
    from openenv_tui.evaluation.folder import find_run, planned, read_manifest
    from openenv_tui.evaluation.runner import run_plan

    before = find_run(run)
    plan = planned(before, same_versions=False)
    with stopped_by_ctrl_c() as stop, showing_progress(plain) as report:
        result = run_plan(
            plan,
            out,
            progress=report,
            stop=stop,
            command=["openenv-tui", *sys.argv[1:]],
            formats=read_manifest(before).get("formats", ()),
            access=access,
            tell=telling,
            host=host(plain, report.aside),
        )
    print_result(result, as_json=as_json, plain=plain)
    if result.interrupted or result.folder is None:
        return INTERRUPTED
    try:
        same, total = same_episodes(before, result.folder)
    except StoreError as error:
        click.echo(f"its episodes cannot be compared with those of before: {error}", err=True)
        return 0
    click.echo(
        f"{same:,} of {total:,} episodes are those of {before.name}, action by action"
        + ("" if same == total else f"; see: openenv-tui compare {before} {result.folder}"),
        err=True,
    )
    return 0
