"""When a row has played enough: a sequential test is decided, or an interval is narrow enough.

A rule looks at complete deals in the order of their numbers, whoever played them when, so that the
same run stops at the same episode whatever the number of processes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.sequential import BoundedMean, Gsprt, State, Test
from openenv_tui.evaluation.stats import Sums, mean_interval, rate_interval

HYPOTHESES: Final = re.compile(
    r"\s*(?P<what>return\s+)?(?P<worse>[+-]?[\d.]+)\s*:\s*(?P<better>[+-]?[\d.]+)(?P<elo>\s*elo)?\s*"
)
FEWEST: Final = 32
"""Deals before an interval may be called narrow enough."""


class Result(NamedTuple):
    """What a rule needs to know of an episode."""

    episode: int
    outcome: int | None
    total: float | None


@dataclass(frozen=True)
class Bounds:
    """What has to be known of a game: how many episodes share a deal, and what returns can be."""

    deal: int
    least: float
    most: float


@dataclass(frozen=True)
class Verdict:
    """How a row stands with its rule.

    Attributes:
        enough: it has played enough.
        words: of the rule's statistic and its bounds.
        left: deals, at this pace; None while nobody can say.
    """

    enough: bool
    words: str
    left: int | None


class Rule(Protocol):
    """Decides for one row; one object for each."""

    def add(self, deal: Sequence[Result]) -> None:
        """Take in the episodes of the next deal."""

    @property
    def verdict(self) -> Verdict:
        """How it stands."""


class Watch:
    """Feeds a rule with what a row has played, in order.

    Args:
        rule: of the row.
        deal: how many consecutive episodes share a deal.

    Attributes:
        fed: so many episodes the rule has seen; of a row that has played enough, all that count.
    """

    def __init__(self, rule: Rule, deal: int) -> None:
        self._rule = rule
        self._deal = deal
        self._waiting: list[Result] = []
        self.fed = 0

    @property
    def verdict(self) -> Verdict:
        """How the row stands."""
        return self._rule.verdict

    @property
    def seen(self) -> int:
        """The number of the next episode that ``feed`` needs."""
        return self.fed + len(self._waiting)

    def feed(self, results: Iterable[Result]) -> bool:
        """Take in episodes from ``seen`` on, up to the first gap; True once it is enough."""
        for result in results:
            if self.verdict.enough or result.episode != self.seen:
                break
            self._waiting.append(result)
            if len(self._waiting) == self._deal:
                self._rule.add(self._waiting)
                self._waiting = []
                self.fed += self._deal
        return self.verdict.enough


class Tested:
    """Stops when a sequential test is decided.

    Args:
        test: of deals' means.
        of_returns: it is about returns; else about scores, where a draw is half a win.
    """

    def __init__(self, test: Test, *, of_returns: bool) -> None:
        self._test = test
        self._of_returns = of_returns
        self._state: State = test.state

    def add(self, deal: Sequence[Result]) -> None:
        if self._of_returns:
            values = [each.total for each in deal if each.total is not None]
        else:
            values = [(each.outcome + 1) / 2 for each in deal if each.outcome is not None]
        # A deal of which something is not known says nothing.
        if len(values) == len(deal):
            self._test.add(sum(values) / len(values))
            self._state = self._test.state

    @property
    def verdict(self) -> Verdict:
        state = self._state
        name = "mean return" if self._of_returns else f"LLR {state.value:+.2f}"
        within = "" if self._of_returns else f" of {state.lower:.2f} .. {state.upper:.2f}"
        said = f"{state.decision or 'open'}: {name}{within}, {state.units:,} deals"
        return Verdict(bool(state.decision), said, state.left)


class Precise:
    """Stops when the interval that tables show is narrow enough (Chow and Robbins 1965, "On the
    asymptotic theory of fixed-width sequential confidence intervals for the mean").

    Args:
        half: the half-width to reach: of the win rate, or of the mean return where nobody says
            what a win is.
        bounds: of the game.
    """

    def __init__(self, half: float, bounds: Bounds) -> None:
        self._half = half
        self._bounds = bounds
        self._deals = self._wins = self._judged = 0
        self._units = self._rates = Sums(0, 0.0, 0.0)

    def add(self, deal: Sequence[Result]) -> None:
        self._deals += 1
        wins = [each.outcome == 1 for each in deal if each.outcome is not None]
        self._wins += sum(wins)
        self._judged += len(wins)
        if len(wins) == len(deal):
            self._rates = self._rates.plus(sum(wins) / len(wins))
        values = [each.total for each in deal if each.total is not None]
        if len(values) == len(deal):
            self._units = self._units.plus(sum(values) / len(values))

    @property
    def verdict(self) -> Verdict:
        now = self._now()
        enough = self._deals >= FEWEST and now <= self._half
        left = None
        if self._deals >= FEWEST:
            left = max(0, round(self._deals * ((now / self._half) ** 2 - 1)))
        return Verdict(enough, f"±{now:.3g} of ±{self._half:g}", left)

    def _now(self) -> float:
        if self._judged:
            low, high = rate_interval(self._wins, self._judged, self._rates)
        else:
            low, high = mean_interval(self._units, self._bounds.least, self._bounds.most)
        return (high - low) / 2


def rule_for(sprt: str, precision: float | None, bounds: Bounds) -> Rule | None:
    """A new rule; None where nothing was asked for.

    Args:
        sprt: such as "0.5:0.55" (scores), "0:10 elo" (points of normalised Elo), or
            "return 0:0.1" (mean returns); "" for none.
        precision: a half-width; None for none.

    Raises:
        UsageError: it cannot be read, or cannot be asked of this game.
    """
    if sprt and precision is not None:
        raise UsageError("a run stops at a decision (--sprt) or at a precision, not at both")
    if precision is not None:
        if not precision > 0:
            raise UsageError(f"a precision is a positive half-width, not {precision:g}")
        return Precise(precision, bounds)
    if not sprt:
        return None
    found = HYPOTHESES.fullmatch(sprt)
    if found is None or (found["what"] and found["elo"]):
        raise UsageError(
            f"cannot read the hypotheses '{sprt}': expected two scores such as 0.5:0.55, points of "
            "normalised Elo such as '0:10 elo', or mean returns such as 'return 0:0.1'"
        )
    worse, better = float(found["worse"]), float(found["better"])
    if found["what"]:
        test: Test = BoundedMean(worse, better, bounds.least, bounds.most)
        return Tested(test, of_returns=True)
    test = Gsprt(worse, better, games=bounds.deal, normalised=bool(found["elo"]))
    return Tested(test, of_returns=False)
