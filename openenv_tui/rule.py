"""Outcome rules that a user writes: a comparison such as ``return > 0``, read and never run."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from openenv_tui.errors import UsageError
from openenv_tui.game import Game, LastSeen
from openenv_tui.model import Ending, Outcome

COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
PATTERN: Final = re.compile(
    r"\s*(?P<what>[A-Za-z_][\w.]*)\s*(?P<sign>>=|<=|==|!=|>|<)\s*(?P<value>\S(?:.*\S)?)\s*"
)
RETURN: Final = "return"
STEPS: Final = "steps"


@dataclass(frozen=True)
class Rule:
    """A comparison that decides whether an episode was won; otherwise it was lost.

    Attributes:
        what: ``return``, ``steps``, or a field of the last observation, such as ``score`` or
            ``player.health``.
        sign: one of ``COMPARISONS``.
        value: a number, true, false, or a text.
    """

    what: str
    sign: str
    value: float | bool | str

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read a rule.

        Raises:
            UsageError: it is none.
        """
        found = PATTERN.fullmatch(text)
        if found is None:
            raise UsageError(
                f"cannot read the rule '{text}': a comparison was expected, such as 'return > 0', "
                "'steps <= 20' or 'score == 1'; left of the sign stands return, steps or a field "
                "of the last observation"
            )
        value = _value(found["value"])
        ordered = found["sign"] not in ("==", "!=")
        if ordered and type(value) is not float:
            raise UsageError(f"cannot read the rule '{text}': {found['sign']} compares numbers")
        if found["what"] in (RETURN, STEPS) and type(value) is not float:
            raise UsageError(f"cannot read the rule '{text}': {found['what']} is a number")
        return cls(found["what"], found["sign"], value)

    def __str__(self) -> str:
        value = f"{self.value:g}" if type(self.value) is float else str(self.value).lower()
        return f"{self.what} {self.sign} {value}"

    def judge(self, ending: Ending, seat: int, last: LastSeen) -> Outcome | None:
        """Win or loss; None if what is compared is not known."""
        found = self._found(ending, seat, last)
        if found is None:
            return None
        if isinstance(self.value, str) != isinstance(found, str):
            return None
        return Outcome.WIN if COMPARISONS[self.sign](found, self.value) else Outcome.LOSS

    def _found(self, ending: Ending, seat: int, last: LastSeen) -> float | bool | str | None:
        if self.what == RETURN:
            return ending.returns[seat]
        seen = last(seat)
        if seen is None:
            return None
        if self.what == STEPS:
            return seen.ply
        place: Any = seen.fields
        for part in self.what.split("."):
            if not isinstance(place, Mapping) or part not in place:
                return None
            place = place[part]
        return place if isinstance(place, (int, float, str)) else None


class Judged:
    """A game whose outcomes a rule decides.

    Args:
        game: everything else is as there.
        rule: decides.
    """

    def __init__(self, game: Game, rule: Rule) -> None:
        self._game = game
        self.judge = rule.judge
        self.outcome_rule = f"win: {rule}; loss: otherwise (a rule of the user)"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._game, name)


def judged(game: Game, rule: str) -> Game:
    """The game, with a rule for its outcomes if one is given.

    Raises:
        UsageError: the rule cannot be read.
    """
    return cast(Game, Judged(game, Rule.parse(rule))) if rule else game


def _value(text: str) -> float | bool | str:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text)
    except ValueError:
        return text.strip("'\"")
