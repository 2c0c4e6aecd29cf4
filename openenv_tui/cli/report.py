"""``openenv-tui report``: a run as one HTML page."""

from __future__ import annotations

from pathlib import Path

import click

from openenv_tui.errors import StoreError

EPILOG = """\b
Examples:
  openenv-tui report                            of the newest run, into its folder
  openenv-tui report RUN --out kuhn.html --games best,worst,17
  openenv-tui report RUN --figures figures      SVG and PDF files too, for a paper
"""


@click.command("report", epilog=EPILOG)
@click.argument("run", default="latest")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=None, metavar="FILE",
    help="Where the page goes; report.html in the run's folder by default.",
)  # fmt: skip
@click.option(
    "--games", metavar="GAMES", default="best,median,worst,forfeit", show_default=True,
    help="Games to step through, of every row; numbers of episodes too, or none.",
)  # fmt: skip
@click.option(
    "--figures", type=click.Path(file_okay=False, path_type=Path), default=None, metavar="DIR",
    help="Write each figure as SVG and PDF, too.",
)  # fmt: skip
def command(run: str, out: Path | None, games: str, figures: Path | None) -> None:
    """Make one self-contained HTML page of RUN: results, figures, and games to step through.

    RUN is a folder, its name below results/, or latest. The page needs no network and no other
    file; all of it is computed from the run's log.
    """
    from openenv_tui.evaluation.folder import find_run
    from openenv_tui.evaluation.report.choice import Wish
    from openenv_tui.evaluation.report.contents import read_run
    from openenv_tui.evaluation.report.page import page

    if figures is not None:
        # Before anything is written: it says which extra is missing.
        from openenv_tui.evaluation.report.papers import save

    wish = Wish.parse(games)
    folder = find_run(run)
    contents = read_run(folder, wish)
    place = out or folder / "report.html"
    text = page(contents)
    try:
        place.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {place}: {error.strerror or error}") from error
    click.echo(place)
    if figures is not None:
        for written in save(contents.figures, figures):
            click.echo(written)
