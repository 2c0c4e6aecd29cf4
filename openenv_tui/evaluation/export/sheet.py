"""A table as words in cells: what the formats that people read have in common."""

from __future__ import annotations

from typing import NamedTuple

from openenv_tui.evaluation.show import forfeits, mean, rate
from openenv_tui.evaluation.table import Row, Table

HEADINGS = (
    "rank", "policy", "opponent", "episodes", "wins", "draws", "losses",
    "win rate [95 %]", "mean return [95 %]", "mean steps", "forfeits", "lost sessions",
)  # fmt: skip
EXACT = ("exact win rate", "exact mean return")
"""Columns that are there where something is known."""
WORDS = frozenset(("policy", "opponent", "entrant"))
"""The columns that are read from the left; the others are numbers."""


class Sheet(NamedTuple):
    """One table of an export.

    Attributes:
        title: "" for the only one.
        headings: of the columns.
        rows: a text for each column.
        caption: what a reader has to know to believe it: rule, seeds, N, method.
        notes: what a reader might overlook, each without a full stop.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str
    notes: tuple[str, ...] = ()

    def only(self, *headings: str) -> Sheet:
        """The same with these columns alone, where there is little room."""
        places = [self.headings.index(heading) for heading in headings]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return self._replace(headings=headings, rows=rows)


def sheets(table: Table) -> tuple[Sheet, ...]:
    """Everything that a run's export shows, in order."""
    return (_results(table),)


def _results(table: Table) -> Sheet:
    rows = tuple(map(_cells, table.rows))
    sheet = Sheet("", HEADINGS + EXACT, rows, table.caption, table.warnings)
    known = [any(row[place] for row in rows) for place in range(len(sheet.headings))]
    silent = {heading for heading, told in zip(sheet.headings, known, strict=True) if not told}
    return sheet.only(
        *[heading for heading in sheet.headings if heading not in silent & set(EXACT)]
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        str(row.rank), row.policy, row.opponent or "", str(row.episodes), str(row.wins),
        str(row.draws), str(row.losses), rate(row), mean(row), f"{row.mean_steps:.1f}",
        forfeits(row), str(row.lost_sessions), _known(row.exact_win_rate),
        _known(row.exact_mean_return),
    )  # fmt: skip


def _known(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
