"""The table of a run: one line for each policy, best first, updated where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from textual.content import Content
from textual.widgets import DataTable

from openenv_tui.evaluation.show import forfeits, mean, rate
from openenv_tui.evaluation.table import Row, Table

COLUMNS: Final = (
    ("rank", "#", 2),
    ("policy", "policy", 10),
    ("rate", "win rate", 20),
    ("mean", "mean return", 24),
    ("wdl", "W/D/L", 14),
    ("steps", "steps", 6),
    ("episodes", "episodes", 8),
    ("forfeits", "forfeits", 12),
)
WIDEST_POLICY: Final = 34
NARROW: Final = 70
"""Below this width the mean stands without its interval; the results screen has both."""


class Standings(DataTable[Any]):
    """Policies by rank. Columns keep their widths, so that nothing jumps while it fills."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, cursor_type="row", zebra_stripes=True)
        self._narrow = False

    def start(self, policies: Sequence[str]) -> None:
        """Empty the table for a run of these policies."""
        self.clear(columns=True)
        self._narrow = self.size.width < NARROW
        widths = {key: width for key, _, width in COLUMNS}
        longest = max((len(policy) for policy in policies), default=0)
        widths["policy"] = min(max(widths["policy"], longest), WIDEST_POLICY)
        widths["mean"] = len("mean return") if self._narrow else widths["mean"]
        for key, title, _ in COLUMNS:
            self.add_column(title, key=key, width=widths[key])
        for policy in policies:
            self.add_row("", Content(policy), *[""] * (len(COLUMNS) - 2), key=policy)

    def show(self, table: Table) -> None:
        """Bring every line up to date; lines that are missing come too."""
        names = named(table.rows)
        if not self.columns:
            self.start(names)
        for name, row in zip(names, table.rows, strict=True):
            for key, value in cells(row, narrow=self._narrow).items():
                self.update_cell(name, key, value)
        places = {name: place for place, name in enumerate(names)}
        self.sort("policy", key=lambda policy: places.get(str(policy), len(places)))


def named(rows: Sequence[Row]) -> list[str]:
    """What each line is called: its policy; in a tournament, where one has several, its pairing."""
    policies = [row.policy for row in rows]
    if len(set(policies)) == len(policies):
        return policies
    return [f"{row.policy} v {row.opponent}" for row in rows]


def cells(row: Row, *, narrow: bool = False) -> dict[str, Content]:
    """What stands in each column; narrow ones leave out what does not fit."""
    if not row.episodes:
        return {}
    texts = {
        "rank": str(row.rank),
        "rate": rate(row),
        "mean": mean(row).partition(" [")[0] if narrow else mean(row),
        "wdl": f"{row.wins}/{row.draws}/{row.losses}",
        "steps": f"{row.mean_steps:.1f}",
        "episodes": f"{row.episodes:,}",
        "forfeits": forfeits(row),
    }
    return {key: Content(text) for key, text in texts.items()}
