"""``openenv-tui show``: a run's table again."""

from __future__ import annotations

import json

import click

from openenv_tui.cli.common import json_option, plain_option


@click.command("show")
@click.argument("run", default="latest")
@json_option
@plain_option
def command(run: str, as_json: bool, plain: bool) -> None:
    """Print the table of RUN again, computed from its log.

    RUN is a folder, its name below results/, or latest.
    """
    from openenv_tui.cli.eval import print_table
    from openenv_tui.evaluation.folder import find_run
    from openenv_tui.evaluation.runner import load_run

    table = load_run(find_run(run)).table
    if as_json:
        click.echo(json.dumps(table.to_dict(), indent=2))
    else:
        print_table(table, plain)
