"""A Markdown table with its caption."""

from __future__ import annotations

from collections.abc import Sequence

from openenv_tui.evaluation.export.sheet import WORDS, Sheet, sheets
from openenv_tui.evaluation.table import Table


def export(table: Table) -> str:
    """Tables that GitHub shows, the caption and what is to be noted below each."""
    return "\n\n".join(map(_written, sheets(table))) + "\n"


def _written(sheet: Sheet) -> str:
    lines = [f"### {sheet.title}", ""] if sheet.title else []
    lines += [
        _line(sheet.headings),
        _line([":--" if heading in WORDS else "--:" for heading in sheet.headings]),
    ]
    lines += [_line([_escaped(cell) for cell in row]) for row in sheet.rows]
    # A name of somebody's own may stand in any of these.
    below = [sheet.caption, *(f"Note: {note}." for note in sheet.notes)]
    return "\n".join([*lines, "", *map(_escaped, below)])


def _escaped(cell: str) -> str:
    """Nothing in a cell ends it, ends its line, or is taken for a tag."""
    return " ".join(cell.replace("|", "\\|").replace("<", "&lt;").splitlines())


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
