"""The table across several games, for a terminal, for plain text and in Markdown."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.export import EXPORTERS
from openenv_tui.evaluation.export.markdown import export
from openenv_tui.evaluation.show import as_rich

if TYPE_CHECKING:
    from openenv_tui.evaluation.series import Across, Series


def across_as_rich(series: Series) -> RenderableType:
    """The table across the games, its caption and notes below."""
    drawn = RichTable(title="across the games", title_style="bold", expand=False, pad_edge=False)
    for heading in _headings(series):
        left = heading == "policy"
        drawn.add_column(heading, justify="left" if left else "right", overflow="fold")
    for row in series.rows:
        drawn.add_row(*map(Text, _cells(row)))
    below = [Text(series.caption, style="dim")]
    below += [Text(f"Note: {note}.", style="yellow") for note in series.notes]
    return Group(*([drawn] if series.rows else []), *below)


def as_text(series: Series, width: int = 100) -> str:
    """Every game's table and the one across them, without colours or escape sequences."""
    console = Console(file=StringIO(), width=width, color_system=None, force_terminal=False)
    for result in series.results:
        console.print(as_rich(result.table))
        console.print()
    console.print(across_as_rich(series))
    written = console.file
    assert isinstance(written, StringIO)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())


def as_markdown(series: Series) -> str:
    """The same as tables that GitHub shows."""
    parts = [f"## {result.table.game}\n\n{export(result.table)}" for result in series.results]
    headings = _headings(series)
    lines = [headings, [":--" if heading == "policy" else "--:" for heading in headings]]
    lines += [_cells(row) for row in series.rows]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n\n" if series.rows else ""
    notes = "".join(f"Note: {note}.\n" for note in series.notes)
    return "\n".join([*parts, f"## across the games\n\n{table}{series.caption}\n{notes}"])


def exported(series: Series, name: str) -> str:
    """All games in one file; formats in which that makes no sense are of one game each.

    Raises:
        UsageError: this is such a format.
    """
    if name == "md":
        return as_markdown(series)
    if name == "json":
        return json.dumps(series.to_dict(), indent=2) + "\n"
    if name in ("csv", "jsonl"):
        texts = [str(EXPORTERS.load(name)(result.table)) for result in series.results]
        # The games' columns are the same, so their headings are needed once.
        skip = 1 if name == "csv" else 0
        lines = [line for text in texts[1:] for line in text.splitlines()[skip:]]
        return texts[0] + "".join(f"{line}\n" for line in lines)
    raise UsageError(
        f"{name} holds one game; name the folder of one: openenv-tui export "
        f"{series.results[0].folder} -f {name}"
    )


def _headings(series: Series) -> list[str]:
    return ["#", "policy", "score", *(result.table.game for result in series.results)]


def _cells(row: Across) -> list[str]:
    known = row.low is not None and row.high is not None
    interval = f" [{row.low:.3f}, {row.high:.3f}]" if known else ""
    games = [f"{score:.3f}" for score in row.games.values()]
    return [str(row.rank), row.policy, f"{row.score:.3f}{interval}", *games]
