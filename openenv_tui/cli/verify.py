"""``openenv-tui verify``: plays a run's stored actions again, and looks what comes of them."""

from __future__ import annotations

import json
import sys

import click

from openenv_tui.cli.common import json_option


@click.command("verify")
@click.argument("run", default="latest")
@json_option
def command(run: str, as_json: bool) -> int:
    """Play every stored action of RUN on the engine again, and check returns and outcomes.

    RUN is a folder, its name below results/, or latest. No policy is asked, so it says whether the
    log is true to the game, not whether the policies would do the same again; that is `rerun`.

    \b
    Exit code 0: all came out as stored; 1: something did not.
    """
    from openenv_tui.evaluation.folder import find_run
    from openenv_tui.evaluation.verify import verify_run

    found = verify_run(find_run(run), _tell)
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
    else:
        click.echo(f"{found.run}: {found.words}")
        for line in found.found:
            click.echo(f"  {line}")
    return 1 if found.different else 0


def _tell(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} of {total:,} episodes", nl=done == total, err=True)
