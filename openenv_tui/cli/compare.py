"""``openenv-tui compare``: what got better or worse between two runs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from openenv_tui.cli.common import json_option, plain_option

if TYPE_CHECKING:
    from rich.console import RenderableType

    from openenv_tui.evaluation.compare import Change, Comparison

EPILOG = """\b
Examples:
  openenv-tui compare results/monday latest
  openenv-tui compare old new --markdown >> pull-request.md
  openenv-tui compare main branch --fail-on-regression     exit code 1 if anything got worse
"""
MARKS = {"better": ("▲", "green"), "worse": ("▼", "red"), "cannot be told": ("?", "dim"),
         "the same": ("=", "dim")}  # fmt: skip
HEADINGS = ("policy", "opponent", "deals", "before", "after", "difference [95 %]", "wins",
            "p (Holm)", "verdict")  # fmt: skip


@click.command("compare", epilog=EPILOG)
@click.argument("before")
@click.argument("after")
@click.option("--markdown", is_flag=True, help="Print a Markdown table, as for a pull request.")
@click.option(
    "--fail-on-regression", is_flag=True, help="Exit with 1 if a row became worse beyond doubt."
)
@json_option
@plain_option
def command(
    before: str,
    after: str,
    markdown: bool,
    fail_on_regression: bool,
    as_json: bool,
    plain: bool,
) -> int:
    """Compare the run AFTER with the run BEFORE: folders, names below results/, or latest.

    Rows are matched by policy and opponent, episodes by seed and seat, so that runs with the same
    --seed are compared deal by deal. If each run has one other row, those two are compared.
    """
    from openenv_tui.evaluation.compare import compare_runs
    from openenv_tui.evaluation.folder import find_run

    found = compare_runs(find_run(before), find_run(after))
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
    elif markdown:
        click.echo(as_markdown(found))
    else:
        from rich.console import Console

        on_terminal = not plain and sys.stdout.isatty()
        console = Console() if on_terminal else Console(width=120, color_system=None)
        console.print(as_rich(found))
    return 1 if fail_on_regression and found.worse else 0


def as_rich(found: Comparison) -> RenderableType:
    """A table that rich draws, with caption and notes below."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{found.before} -> {found.after}", title_style="bold", expand=False)
    for heading in HEADINGS:
        left = heading in ("policy", "opponent", "verdict")
        table.add_column(
            heading,
            justify="left" if left else "right",
            no_wrap=heading != "policy",
            overflow="fold",
        )
    for change in found.changes:
        mark, style = MARKS[change.verdict]
        *cells, verdict = _cells(change)
        table.add_row(*map(Text, cells), Text(f"{mark} {verdict}", style=style))
    notes = [Text(f"Note: {note}.", style="yellow") for note in found.notes]
    return Group(table, Text(found.caption, style="dim"), *notes)


def as_markdown(found: Comparison) -> str:
    """A table that GitHub shows, with caption and notes below."""
    lines = [HEADINGS, [":--" if h in ("policy", "opponent") else "--:" for h in HEADINGS]]
    rows = [*lines, *(_cells(change) for change in found.changes)]
    written = [
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows
    ]
    return "\n".join([*written, "", found.caption, *(f"Note: {note}." for note in found.notes)])


def _cells(change: Change) -> list[str]:
    digits = 3 if max(abs(change.before), abs(change.after)) < 100 else 1
    wins = "unknown"
    if change.win_rate_before is not None and change.win_rate_after is not None:
        wins = f"{change.win_rate_before:.3f} -> {change.win_rate_after:.3f}"
    return [
        change.policy,
        change.opponent or "",
        f"{change.deals:,}",
        f"{change.before:,.{digits}f}",
        f"{change.after:,.{digits}f}",
        f"{change.difference:+,.{digits}f} [{change.low:+,.{digits}f}, {change.high:+,.{digits}f}]",
        wins,
        f"{change.p_adjusted:.3f}" if change.p_adjusted >= 0.001 else "< 0.001",
        change.verdict,
    ]
