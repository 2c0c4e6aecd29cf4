"""A table as words in cells: what the formats that people read have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from openenv_tui.evaluation.show import exact, forfeits, iqm, mean, rate
from openenv_tui.evaluation.table import Row, Table

if TYPE_CHECKING:
    from openenv_tui.evaluation.standings import Standings

HEADINGS = (
    "rank", "policy", "opponent", "episodes", "wins", "draws", "losses",
    "win rate [95 %]", "mean return [95 %]", "mean steps", "forfeits", "lost sessions",
)  # fmt: skip
EXACT = "exact rate, return"
"""The last column, of a run that has such values."""
CHOICES = "Choosing an entrant"
"""The title of what tells who holds up."""
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
    """Everything that a run's export shows, in order; of a tournament, its pairings last."""
    results = _results(table)
    scored = [row for row in table.rows if row.quantiles]
    if table.standings is None:
        return (results, _returns(scored)) if scored else (results,)
    said = f"{table.setting} {table.method}"
    pairings = results.only(*[heading for heading in results.headings if heading != "rank"])
    # Whose opponents are the weaker has the higher return: pairings do not compare policies.
    notes = replace(table, better=()).warnings
    pairings = pairings._replace(title="Pairings", caption=said, notes=notes)
    return (*_standings(table.standings), pairings)


def _standings(found: Standings) -> Iterator[Sheet]:
    from openenv_tui.evaluation.export import tournament

    yield Sheet("Standings", tournament.HEADINGS, tournament.standing_cells(found), found.caption,
                found.warnings)  # fmt: skip
    headings = tournament.matrix_headings(found)
    yield Sheet("Head to head", headings, tournament.matrix_cells(found),
                tournament.about_matrix(found))  # fmt: skip
    if found.superiority:
        likely = "How likely it is that the row is stronger than the column (LOS), by the ratings."
        yield Sheet("Superiority", headings, tournament.likelihood_cells(found), likely)
    if found.meta_game is not None and tournament.choices(found):
        about = f"{tournament.ABOUT_CHOICES}, by {found.meta_game.payoff}."
        yield Sheet(CHOICES, tournament.CHOICE_HEADINGS, tournament.choice_cells(found), about)


def _results(table: Table) -> Sheet:
    rows = tuple(map(_cells, table.rows))
    headings: tuple[str, ...] = HEADINGS
    if table.exact:
        headings = (*HEADINGS, EXACT)
        rows = tuple((*cells, exact(row)) for cells, row in zip(rows, table.rows, strict=True))
    return Sheet("", headings, rows, table.caption, table.warnings)


def _returns(rows: Sequence[Row]) -> Sheet:
    """The middle and the quantiles of returns that are scores."""
    shares = tuple(f"{100 * float(share):g} %" for share in rows[0].quantiles or ())
    cells = [
        (row.policy, iqm(row), *(f"{value:,.0f}" for value in (row.quantiles or {}).values()))
        for row in rows
    ]
    caption = (
        "IQM: the mean of the middle half of the returns, with a bootstrap's 95 % interval. "
        "Per cent: of the returns below."
    )
    return Sheet("Returns", ("policy", "IQM [95 %]", *shares), tuple(cells), caption)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        str(row.rank), row.policy, row.opponent or "", str(row.episodes), str(row.wins),
        str(row.draws), str(row.losses), rate(row), mean(row), f"{row.mean_steps:.1f}",
        forfeits(row), str(row.lost_sessions),
    )  # fmt: skip
