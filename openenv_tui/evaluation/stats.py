"""Intervals for rates and means, with where their formulas come from."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """From ``low`` to ``high``, both inclusive."""

    low: float
    high: float


def wilson(successes: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """The Wilson score interval of a proportion.

    Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference".

    Args:
        successes: 0 .. trials.
        trials: without any, the interval is all of [0, 1].
    """
    if trials == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    rate = successes / trials
    denominator = 1 + z * z / trials
    centre = (rate + z * z / (2 * trials)) / denominator
    spread = math.sqrt(rate * (1 - rate) / trials + (z / (2 * trials)) ** 2)
    half = z / denominator * spread
    # Rounding must not push a bound past what the counts prove: none of none, or all of all.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return Interval(low, high)


class Sums(NamedTuple):
    """What a mean and its error need to know of independent units."""

    number: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.number

    @property
    def variance(self) -> float:
        """The sample variance, with n - 1; 0 for one unit."""
        if self.number < 2:
            return 0.0
        return max(0.0, (self.squares - self.total * self.mean) / (self.number - 1))


def mean_interval(
    units: Sums, least: float, most: float, confidence: float = CONFIDENCE
) -> Interval:
    """An interval for the mean of independent units, each within [least, most].

    Student's t where the units differ (Student 1908). Where all were equal, t would claim that
    nothing else can happen; then the Wilson bound on how often something else does, times how
    far that could pull the mean, is the honest width.

    Args:
        least: the least value a unit can take; may be -inf, as ``most`` may be inf.
    """
    if units.number == 0:
        return Interval(least, most)
    mean = units.mean
    error = math.sqrt(units.variance / units.number)
    if error > 1e-12 * max(1.0, abs(mean)):
        half = t_quantile(0.5 + confidence / 2, units.number - 1) * error
        return Interval(max(least, mean - half), min(most, mean + half))
    unseen = wilson(0, units.number, confidence).high
    below = max(0.0, mean - least) if math.isfinite(least) else 0.0
    above = max(0.0, most - mean) if math.isfinite(most) else 0.0
    return Interval(mean - unseen * below, mean + unseen * above)


@lru_cache(maxsize=256)
def t_quantile(probability: float, freedom: float) -> float:
    """Of Student's t; ``freedom`` need not be whole."""
    # scipy.special alone: a tenth of the time that scipy.stats takes to import.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))
