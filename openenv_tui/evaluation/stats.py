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
    low, high = _score(successes / trials, trials, z)
    # Rounding must not push a bound past what the counts prove: none of none, or all of all.
    return Interval(0.0 if successes == 0 else low, 1.0 if successes == trials else high)


def _score(share: float, trials: float, quantile: float) -> Interval:
    """The shares s with |share - s| <= quantile * sqrt(s (1 - s) / trials)."""
    denominator = 1 + quantile * quantile / trials
    centre = (share + quantile * quantile / (2 * trials)) / denominator
    spread = math.sqrt(share * (1 - share) / trials + (quantile / (2 * trials)) ** 2)
    half = quantile / denominator * spread
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


class Sums(NamedTuple):
    """What a mean and its error need to know of independent units."""

    number: int
    total: float
    squares: float

    def plus(self, unit: float) -> Sums:
        """With one unit more."""
        return Sums(self.number + 1, self.total + unit, self.squares + unit * unit)

    @property
    def mean(self) -> float:
        return self.total / self.number

    @property
    def variance(self) -> float:
        """The sample variance, with n - 1; 0 for one unit."""
        if self.number < 2:
            return 0.0
        return max(0.0, (self.squares - self.total * self.mean) / (self.number - 1))

    @property
    def vary(self) -> bool:
        """Whether the units differ by more than rounding does."""
        error = math.sqrt(self.variance / self.number)
        return error > 1e-12 * max(1.0, abs(self.mean))


def mean_interval(
    units: Sums, least: float, most: float, confidence: float = CONFIDENCE
) -> Interval:
    """An interval for the mean of independent units, each within [least, most].

    Between finite bounds it is Wilson's score interval of the mean as a share of the way from
    ``least`` to ``most``, with a quantile of t and the effective number of units: as many as would
    give the observed variance if every unit lay at a bound (Kish 1965, "Survey sampling", section
    8.2; in Wilson's interval: Franco, Little, Louis and Slud 2019, "Comparative study of confidence
    intervals for proportions in complex sample surveys"). For units at the bounds that is the
    number of units, and for distant bounds the interval is Student's t (Student 1908), which it is
    without bounds. Between the two it covers better than t does: benchmarks/coverage.md.

    Where all units were equal, either would claim that nothing else can happen; then the Wilson
    bound on how often something else does, times how far that could pull the mean, is the honest
    width.

    Args:
        least: the least value a unit can take; may be -inf, as ``most`` may be inf.
    """
    if units.number == 0:
        return Interval(least, most)
    mean = units.mean
    if not units.vary:
        unseen = wilson(0, units.number, confidence).high
        below = max(0.0, mean - least) if math.isfinite(least) else 0.0
        above = max(0.0, most - mean) if math.isfinite(most) else 0.0
        return Interval(mean - unseen * below, mean + unseen * above)
    quantile = t_quantile(0.5 + confidence / 2, units.number - 1)
    if bounded(least, most) and least < mean < most:
        widest = (mean - least) * (most - mean)
        worth = units.number * max(1.0, widest / units.variance)
        low, high = _score((mean - least) / (most - least), worth, quantile)
        return Interval(least + (most - least) * low, least + (most - least) * high)
    half = quantile * math.sqrt(units.variance / units.number)
    return Interval(max(least, mean - half), min(most, mean + half))


def rate_interval(wins: int, judged: int, deals: Sums, confidence: float = CONFIDENCE) -> Interval:
    """An interval for a win rate of which several episodes share a deal.

    The deal is the unit, by ``mean_interval``; where every episode is a unit, or nothing is known
    of whole deals, Wilson's.

    Args:
        wins: of all episodes, also of deals that are not complete.
        judged: episodes whose outcome is known.
        deals: the win rates of complete deals; of one episode each where none is shared.
    """
    if deals.number < 2 or deals.number == judged:
        return wilson(wins, judged, confidence)
    low, high = mean_interval(deals, 0.0, 1.0, confidence)
    # A deal that is not complete moves the rate, and can move it out of a narrow interval.
    return Interval(min(low, wins / judged), max(high, wins / judged))


def bounded(least: float, most: float) -> bool:
    """Whether returns have a least and a most."""
    return math.isfinite(least) and math.isfinite(most) and least < most


@lru_cache(maxsize=256)
def t_quantile(probability: float, freedom: float) -> float:
    """Of Student's t; ``freedom`` need not be whole."""
    # scipy.special alone: a tenth of the time that scipy.stats takes to import.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))
