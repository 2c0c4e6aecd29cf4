"""What the rows of a run have to reach."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from openenv_tui.evaluation.table import Table

FIELDS: Final = (
    "win_rate", "win_rate_low", "win_rate_high", "mean_return", "mean_return_low",
    "mean_return_high", "mean_steps", "episodes", "wins", "draws", "losses", "lost_sessions",
    "cut_off", "rank", "forfeits",
)  # fmt: skip
"""Numbers of a row; ``forfeits`` is their sum."""
CONDITION: Final = r"^\s*(>=|<=|>|<|==)\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
TESTS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq,
}  # fmt: skip


class Verdict(NamedTuple):
    """How a row stands with a threshold.

    Attributes:
        words: such as ``catch: tracker: win_rate is 1, >= 0.99``.
    """

    met: bool
    words: str


def judge(table: Table, thresholds: Mapping[str, Mapping[str, str]]) -> list[Verdict]:
    """How the rows of a run stand with what they have to reach; each row of a policy has to.

    Args:
        table: of one game.
        thresholds: policy -> field -> condition such as ">= 0.99".
    """
    found = []
    for policy, wanted in thresholds.items():
        rows = [row for row in table.rows if row.policy == policy]
        if not rows:
            found.append(Verdict(False, f"{table.game}: {policy} has no row of its own"))
        for row in rows:
            versus = f" against {row.opponent}" if row.opponent and len(rows) > 1 else ""
            for field, condition in wanted.items():
                value = sum(row.forfeits.values()) if field == "forfeits" else getattr(row, field)
                met = value is not None and holds(value, condition)
                is_now = "not known" if value is None else f"{value:.6g}"
                wish = f"{condition.strip()}" if met else f"not {condition.strip()}"
                words = f"{table.game}: {policy}{versus}: {field} is {is_now}, {wish}"
                found.append(Verdict(met, words))
    return found


def holds(value: float, condition: str) -> bool:
    """Whether a number meets a condition such as ``>= 0.99``."""
    found = re.match(r"\s*(>=|<=|>|<|==)\s*(.*)", condition)
    assert found is not None
    return TESTS[found[1]](value, float(found[2]))


def missed(verdicts: Sequence[Verdict]) -> int:
    """How many are not met."""
    return sum(not verdict.met for verdict in verdicts)
