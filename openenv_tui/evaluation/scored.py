"""The episodes of a log as a rule for forfeits has them, in SQL."""

from __future__ import annotations

from typing import Final

from openenv_tui.evaluation.forfeits import ForfeitRule

COLUMNS: Final = (
    "row", "episode", "seat", "seed", "outcome", "return", "steps", "complete", "actions",
    "returns", "forfeit", "forfeit_seat", "message",
)  # fmt: skip
ALL: Final = ", ".join(COLUMNS)
REPLAYED: Final = """
CREATE TABLE IF NOT EXISTS replayed (
  attempt INTEGER NOT NULL,
  row INTEGER NOT NULL, episode INTEGER NOT NULL, seat INTEGER NOT NULL, seed INTEGER NOT NULL,
  outcome INTEGER, return REAL, steps INTEGER NOT NULL, complete INTEGER NOT NULL,
  actions BLOB NOT NULL, returns TEXT, forfeit TEXT, forfeit_seat INTEGER, message TEXT,
  PRIMARY KEY (row, episode, attempt)
) WITHOUT ROWID
"""
"""The attempts that were forfeited and played again: the columns of ``episodes``, and which."""

FIRST: Final = (
    f"(SELECT {ALL} FROM episodes e WHERE NOT EXISTS (SELECT 1 FROM replayed r "
    "WHERE r.row = e.row AND r.episode = e.episode) "
    f"UNION ALL SELECT {ALL} FROM replayed WHERE attempt = 0)"
)
"""Of every episode the first attempt."""
EVERY: Final = f"(SELECT {ALL} FROM episodes UNION ALL SELECT {ALL} FROM replayed)"
EMPTIED: Final = ("outcome", "return", "returns", "forfeit_seat")
"""What is not told of an episode that is left out."""


def scored(rule: ForfeitRule, *, replayed: bool) -> str:
    """What stands after FROM to get the episodes that count.

    Args:
        rule: for forfeits.
        replayed: the log has second attempts.
    """
    first = FIRST if replayed else "episodes"
    if rule is ForfeitRule.EXCLUDED:
        told = (f"CASE WHEN forfeit IS NULL THEN {name} END AS {name}" for name in EMPTIED)
        kept = [name for name in COLUMNS if name not in EMPTIED]
        return f"(SELECT {', '.join([*kept, *told])} FROM {first})"
    return first if rule is ForfeitRule.LOSS else "episodes"


def faulty(rule: ForfeitRule, *, replayed: bool) -> str:
    """What stands after FROM to get the forfeits that are counted: all of those attempts that a run
    under that rule would have made.
    """
    if not replayed:
        return "episodes"
    return EVERY if rule is ForfeitRule.REPLAY else FIRST
