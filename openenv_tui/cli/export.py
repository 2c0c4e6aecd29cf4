"""``openenv-tui export``: a run's table in another format."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from openenv_tui.errors import StoreError, UsageError


@click.command("export")
@click.argument("run", default="latest")
@click.option(
    "-f", "--format", "name", default="md", show_default=True, metavar="FORMAT",
    help="csv, json, jsonl, parquet, md, latex or html.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=None, metavar="FILE",
    help="Write to FILE; stdout by default.",
)  # fmt: skip
def command(run: str, name: str, output: Path | None) -> None:
    """Write the table of RUN in another format, computed from its log.

    RUN is a folder, its name below results/, or latest.
    """
    from openenv_tui.evaluation.export import EXPORTERS
    from openenv_tui.evaluation.folder import find_run
    from openenv_tui.evaluation.runner import load_run
    from openenv_tui.evaluation.series import games_of, load_series
    from openenv_tui.evaluation.show_series import exported

    folder = find_run(run)
    export = EXPORTERS.load(name)
    if games_of(folder):
        content: str | bytes = exported(load_series(folder), name)
    else:
        content = export(load_run(folder, exact=True).whole)
    if output is None:
        if isinstance(content, bytes) and sys.stdout.isatty():
            raise UsageError(f"{name} is no text for a terminal; write it with -o FILE")
        click.echo(content, nl=False)
        return
    try:
        output.write_bytes(content if isinstance(content, bytes) else content.encode())
    except OSError as error:
        raise StoreError(f"cannot write {output}: {error.strerror or error}") from error
