"""What the rows of a run have to reach."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from openenv_tui.evaluation.runner import Evaluation

FIELDS: Final = (
    "win_rate", "win_rate_low", "win_rate_high", "mean_return", "mean_return_low",
    "mean_return_high", "mean_steps", "episodes", "wins", "draws", "losses", "lost_sessions",
    "cut_off", "rank", "forfeits",
)  # fmt: skip
"""Numbers of a row; ``forfeits`` is their sum."""
IN_STANDINGS: Final = {"episodes": "games"}
"""Fields that standings call otherwise."""
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


def judge(result: Evaluation, thresholds: Mapping[str, Mapping[str, str]]) -> list[Verdict]:
    """How a run stands with what it has to reach.

    In a tournament, thresholds are of an entrant's results over all its pairings; in other runs,
    every row of a policy has to reach them.

    Args:
        result: of one game.
        thresholds: policy -> field -> condition such as ">= 0.99".
    """
    standings = result.standings
    if standings is None:
        told = [(row.policy, asdict(row)) for row in result.rows]
    else:
        told = [(each["name"], each) for each in standings.to_dict()["entrants"]]
    found = []
    for policy, wanted in thresholds.items():
        for values in (values for name, values in told if name == policy):
            for field, condition in wanted.items():
                verdict = _judged(values, field, condition)
                words = f"{result.table.game}: {policy}: {verdict.words}"
                found.append(verdict._replace(words=words))
    return found


def _judged(values: Mapping[str, Any], field: str, condition: str) -> Verdict:
    value = values.get(IN_STANDINGS.get(field, field), values.get(field))
    if field == "forfeits":
        value = sum(values["forfeits"].values())
    if value is None:
        return Verdict(False, f"{field} is not known, {condition.strip()} was asked for")
    met = holds(value, condition)
    wish = condition.strip() if met else f"not {condition.strip()}"
    return Verdict(met, f"{field} is {value:.6g}, {wish}")


def holds(value: float, condition: str) -> bool:
    """Whether a number meets a condition such as ``>= 0.99``."""
    found = re.match(r"\s*(>=|<=|>|<|==)\s*(.*)", condition)
    assert found is not None
    return TESTS[found[1]](value, float(found[2]))


def missed(verdicts: Sequence[Verdict]) -> int:
    """How many are not met."""
    return sum(not verdict.met for verdict in verdicts)
