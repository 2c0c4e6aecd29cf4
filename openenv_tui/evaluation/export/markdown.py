"""A Markdown table with its caption."""

from __future__ import annotations

from openenv_tui.evaluation.show import forfeits, mean, rate
from openenv_tui.evaluation.table import Table

HEADINGS = (
    "rank", "policy", "opponent", "episodes", "wins", "draws", "losses",
    "win rate [95 %]", "mean return [95 %]", "mean steps", "forfeits", "lost sessions",
)  # fmt: skip
LEFT = ("policy", "opponent")


def export(table: Table) -> str:
    """A table that GitHub shows, the caption and what is to be noted below it."""
    lines = [_line(HEADINGS), _line([":--" if name in LEFT else "--:" for name in HEADINGS])]
    for row in table.rows:
        cells = (
            row.rank, row.policy, row.opponent or "", row.episodes, row.wins, row.draws,
            row.losses, rate(row), mean(row), f"{row.mean_steps:.1f}", forfeits(row),
            row.lost_sessions,
        )  # fmt: skip
        lines.append(_line([str(cell).replace("|", "\\|") for cell in cells]))
    notes = [f"Note: {warning}." for warning in table.warnings]
    return "\n".join([*lines, "", table.caption, *notes]) + "\n"


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"
