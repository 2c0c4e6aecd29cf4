"""Tests that look after every deal, and stop as soon as enough is known.

``Gsprt`` is the generalised sequential probability ratio test on the score of a pair of games, as
engine testing uses it; ``BoundedMean`` holds for returns of any kind between two bounds. Both keep
their error rates however often one looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, isfinite, log, log1p, sqrt
from statistics import NormalDist
from typing import Final, Protocol

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.stats import Interval

ERROR: Final = 0.05
"""The chance of each kind of false decision, where nothing else is asked for."""
EMPTY: Final = 1e-3
"""What stands for a kind of pair that has not been seen yet, in pairs."""
NORMALISED: Final = 800 / log(10)
"""Points of normalised Elo that one standard deviation of a game's score is."""
FEWEST: Final = 64
"""Deals before the first look. Of fewer the spread is not known well, and a test errs more often
than it may: in 12,000 tests on Kuhn poker, 5.2 % of the time with 32 and 4.4 % with 64.
"""


@dataclass(frozen=True)
class State:
    """How a test stands.

    Attributes:
        value: of the statistic that is compared with the bounds.
        lower: at or below it "no better" is accepted.
        upper: at or above it "better" is accepted.
        units: deals seen.
        left: how many more it will take at this pace; None while nobody can say.
    """

    value: float
    lower: float
    upper: float
    units: int
    left: int | None

    @property
    def decision(self) -> str:
        """What is accepted: "better" or "no better"; "" while it goes on."""
        if self.value >= self.upper:
            return "better"
        return "no better" if self.value <= self.lower else ""


class Test(Protocol):
    """A sequential test of one policy."""

    def add(self, unit: float) -> None:
        """Take in the mean of the next deal's games: scores or returns."""

    @property
    def state(self) -> State:
        """How it stands."""


class Gsprt:
    """Whether the mean score is ``worse`` or ``better``, in [0, 1], of pairs of games.

    The statistic is the logarithm of the ratio of the likelihoods, each at its maximum under the
    constraint that the mean score is the one it claims: for weights p and scores a, the constrained
    maximum at s is p / (1 + t (a - s)), t the root of the secular equation. Source: Van den Bergh,
    "Comparing approximations for the GSPRT" (proposition 1.1); bounds: Wald (1945), "Sequential
    tests of statistical hypotheses".

    Args:
        worse: the mean score of the null hypothesis.
        better: of the alternative, larger.
        games: for each deal, on the seats in turn; the score of a deal has 2 * games + 1 values.
        normalised: the hypotheses are points of normalised Elo, so that they do not depend on how
            often games are drawn (Van den Bergh, "Normalized Elo"); the spread is estimated.
        error: the chance of each kind of false decision.
    """

    def __init__(
        self,
        worse: float,
        better: float,
        *,
        games: int = 2,
        normalised: bool = False,
        error: float = ERROR,
    ) -> None:
        if not worse < better or (not normalised and not 0 < worse < better < 1):
            expected = "points" if normalised else "scores between 0 and 1"
            raise UsageError(
                f"a test needs two different {expected}, the smaller one first, as in "
                f"{'0:10 elo' if normalised else '0.5:0.55'}; not {worse:g} and {better:g}"
            )
        self._hypotheses = worse, better
        self._normalised = normalised
        self._games = games
        self._counts = [0] * (2 * games + 1)
        self._bounds = log(error / (1 - error)), log((1 - error) / error)

    def add(self, unit: float) -> None:
        self._counts[round(unit * 2 * self._games)] += 1

    @property
    def state(self) -> State:
        units = sum(self._counts)
        value = self._ratio() if units >= FEWEST else 0.0
        left = None
        if units >= FEWEST and value:
            bound = self._bounds[1] if value > 0 else self._bounds[0]
            left = max(0, ceil(units * (bound - value) / value))
        return State(value, *self._bounds, units, left)

    def _ratio(self) -> float:
        counts = [max(EMPTY, count) for count in self._counts]
        total = sum(counts)
        weights = [count / total for count in counts]
        scores = [place / (len(counts) - 1) for place in range(len(counts))]
        mean = sum(w * a for w, a in zip(weights, scores, strict=True))
        spread = sqrt(sum(w * (a - mean) ** 2 for w, a in zip(weights, scores, strict=True)))
        worse, better = self._hypotheses
        if self._normalised:
            # The spread of a game, if the games of a deal were independent.
            unit = sqrt(self._games) * spread / NORMALISED
            worse, better = 0.5 + worse * unit, 0.5 + better * unit
            if not 0 < worse < better < 1:
                return 0.0
        null = tilted(weights, scores, worse)
        alternative = tilted(weights, scores, better)
        return total * sum(
            w * log(q / p) for w, p, q in zip(weights, null, alternative, strict=True)
        )


def tilted(weights: Sequence[float], scores: Sequence[float], mean: float) -> list[float]:
    """The likeliest distribution of scores with a given mean, after what was seen.

    Args:
        weights: shares of what was seen, all above 0.
        scores: ascending, some below the mean and some above it.
    """
    away = [score - mean for score in scores]
    # All shares are positive between these two, and the secular equation falls from inf to -inf.
    low, high = -1 / max(away), -1 / min(away)
    t = 0.0
    for _ in range(200):
        parts = [d / (1 + t * d) for d in away]
        value = sum(w * p for w, p in zip(weights, parts, strict=True))
        low, high = (t, high) if value > 0 else (low, t)
        # Newton's step; where it leaves what is left of the range, its middle.
        step = value / sum(w * p * p for w, p in zip(weights, parts, strict=True))
        if abs(step) < 1e-13 * max(1.0, abs(t)):
            break
        t = t + step if low < t + step < high else (low + high) / 2
    return [w / (1 + t * d) for w, d in zip(weights, away, strict=True)]


class BoundedMean:
    """Whether a mean return is above ``worse`` or below ``better``, whatever returns look like.

    A confidence sequence holds at all times at once; as soon as it leaves out one of the two means,
    the other one is accepted. It is the predictable plug-in empirical-Bernstein sequence of
    Waudby-Smith and Ramdas (2024), "Estimating means of bounded random variables by betting",
    theorem 2, narrowed by all that came before.

    Args:
        worse: the mean return of the null hypothesis.
        better: of the alternative, larger.
        least: that a return can be.
        most: that a return can be.
        error: the chance of each kind of false decision.
    """

    def __init__(
        self, worse: float, better: float, least: float, most: float, *, error: float = ERROR
    ) -> None:
        if not (isfinite(least) and isfinite(most) and least < most):
            raise UsageError(
                "a sequential test needs a least and a most return, and this game tells none"
            )
        if not least < worse < better < most:
            raise UsageError(
                f"a test needs two different returns between {least:g} and {most:g}, the smaller "
                f"one first; not {worse:g} and {better:g}"
            )
        self._hypotheses = worse, better
        self._scale = least, most - least
        # Each hypothesis is left out on one side only, so each side has the whole error.
        self._doubt = log(1 / error)
        self._units = 0
        self._sum = 0.5
        self._squares = 0.25
        self._weights = self._weighted = self._penalty = 0.0
        self._interval = Interval(0.0, 1.0)

    @property
    def interval(self) -> Interval:
        """The mean return lies in it, each bound with the error asked for, at all times at once."""
        least, width = self._scale
        return Interval(least + width * self._interval.low, least + width * self._interval.high)

    def add(self, unit: float) -> None:
        least, width = self._scale
        value = (unit - least) / width
        self._units += 1
        mean, variance = self._sum / self._units, self._squares / self._units
        weight = min(0.5, sqrt(2 * self._doubt / (variance * self._units * log1p(self._units))))
        self._weights += weight
        self._weighted += weight * value
        # psi_E(lambda) = (-ln(1 - lambda) - lambda) / 4, times v = 4 (x - mean)^2.
        self._penalty += (value - mean) ** 2 * (-log1p(-weight) - weight)
        self._sum += value
        self._squares += (value - self._sum / (self._units + 1)) ** 2
        centre = self._weighted / self._weights
        half = (self._doubt + self._penalty) / self._weights
        low, high = self._interval
        self._interval = Interval(max(low, centre - half), min(high, centre + half))

    @property
    def state(self) -> State:
        """The value is 0 until one mean is left out; then it is 1 or -1, and so are the bounds."""
        worse, better = self._hypotheses
        low, high = self.interval
        value = 1.0 if low > worse else -1.0 if high < better else 0.0
        return State(value, -1.0, 1.0, self._units, self._left(low, high))

    def _left(self, low: float, high: float) -> int | None:
        """Half-widths shrink about with the root of the number of deals."""
        worse, better = self._hypotheses
        if self._units < FEWEST or not low < high:
            return None
        centre = (low + high) / 2
        reach = max(centre - worse, better - centre)
        if reach <= 0:
            return None
        return max(0, ceil(self._units * (((high - low) / 2 / reach) ** 2 - 1)))


def episodes_to_tell_apart(
    one: float, other: float, *, error: float = ERROR, power: float = 0.8
) -> int:
    """Episodes of each policy until their win rates are told apart, on separate episodes.

    Source: Fleiss, Levin and Paik (2003), "Statistical methods for rates and proportions", third
    edition, equation 4.14, without its correction for continuity.

    Args:
        one: a win rate in [0, 1].
        other: another one.
        error: the chance of telling equal rates apart, two-sided.
        power: the chance of telling these rates apart.
    """
    if not (0 <= one <= 1 and 0 <= other <= 1) or one == other:
        raise UsageError(
            f"two different win rates between 0 and 1 were expected, not {one:g} and {other:g}"
        )
    normal, mean = NormalDist(), (one + other) / 2
    alike = normal.inv_cdf(1 - error / 2) * sqrt(2 * mean * (1 - mean))
    apart = normal.inv_cdf(power) * sqrt(one * (1 - one) + other * (1 - other))
    return ceil(((alike + apart) / (one - other)) ** 2)


def episodes_for_precision(half: float, rate: float = 0.5, confidence: float = 0.95) -> int:
    """Episodes until the Wilson interval of a win rate is at most ``half`` on either side.

    Args:
        half: of its width, in (0, 0.5).
        rate: that is expected; 0.5 needs most.
    """
    if not 0 < half < 0.5:
        raise UsageError(f"a half-width is between 0 and 0.5, as in 0.01; not {half:g}")
    from openenv_tui.evaluation.stats import wilson

    low, high = 1, 2
    while _half(wilson(round(rate * high), high, confidence)) > half:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if _half(wilson(round(rate * middle), middle, confidence)) > half:
            low = middle
        else:
            high = middle
    return high


def _half(interval: Interval) -> float:
    return (interval.high - interval.low) / 2 if interval.high < inf else inf
