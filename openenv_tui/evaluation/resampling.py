"""Statistics of scores: means of skewed samples, interquartile means, quantiles.

What many different returns need, such as the points of 2048; the bootstrap asks nothing of their
distribution. All of it is a pure function of the sample and a seed.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from openenv_tui.evaluation.stats import CONFIDENCE, Interval, t_quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np

    Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

RESAMPLES: Final = 2000
"""Efron and Tibshirani (1993), "An introduction to the bootstrap", section 14.3."""
MANY: Final = 20
"""So many different values make a score: fewer are kinds of ends, such as won, drawn and lost."""
SKEWED: Final = 0.5
"""Moderate skewness begins here (Bulmer 1979, "Principles of statistics", chapter 4)."""
FEWEST: Final = 50
"""Units below which a bootstrap covers less than t does: benchmarks/coverage.md."""
MOST: Final = 10_000
"""Units above which skewness no longer matters to a mean, and resampling takes seconds."""
TRIM: Final = 0.25
QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
BLOCK: Final = 1 << 20
"""Values that are resampled at once."""


def many_valued(values: Floats) -> bool:
    """Whether these are scores, of which the middle and the quantiles say more than a rate."""
    import numpy as np

    # Most samples show it in their first values, and need not be sorted.
    return len(np.unique(values[: 10 * MANY])) > MANY or len(np.unique(values)) > MANY


def needs_bootstrap(values: Floats) -> bool:
    """Whether a mean's interval should be lopsided, and can be: many values, skewed, enough."""
    return FEWEST <= len(values) <= MOST and many_valued(values) and abs(skewness(values)) > SKEWED


def skewness(values: Floats) -> float:
    """The third standardised moment of the sample, g1; 0 where nothing varies."""
    away = values - values.mean()
    spread = float((away**2).mean())
    return float((away**3).mean()) / spread**1.5 if spread > 0 else 0.0


def bca_interval(values: Floats, seed: Sequence[int], confidence: float = CONFIDENCE) -> Interval:
    """The bias-corrected and accelerated bootstrap interval of a mean.

    Source: Efron (1987), "Better bootstrap confidence intervals"; the acceleration by the
    jackknife, Efron and Tibshirani (1993), equation 14.15, which for a mean is this closed form.

    Args:
        values: that are not all equal.
        seed: whole numbers from 0; the same give the same interval.
    """
    import numpy as np
    from scipy.special import ndtr, ndtri

    found = _resampled(values, seed, lambda samples: samples.mean(axis=1))
    mean = values.mean()
    below = (np.count_nonzero(found < mean) + np.count_nonzero(found <= mean)) / 2 / len(found)
    bias = ndtri(below)
    acceleration = skewness(values) / 6 / sqrt(len(values))
    reach = bias + ndtri([0.5 - confidence / 2, 0.5 + confidence / 2])
    low, high = np.quantile(found, ndtr(bias + reach / (1 - acceleration * reach)))
    return Interval(float(low), float(high))


def interquartile_mean(values: Floats) -> float:
    """The mean of the middle half: a quarter, rounded down, is left out at either end.

    Source: Agarwal et al. (2021), "Deep reinforcement learning at the edge of the statistical
    precipice".
    """
    return float(_middle_means(values[None, :])[0])


def interquartile_mean_interval(
    values: Floats, seed: Sequence[int], confidence: float = CONFIDENCE
) -> Interval:
    """An interval for the mean of the middle half.

    The percentile bootstrap, as Agarwal et al. do; of very many values, for which it would take
    too long, that of Tukey and McLaughlin (1963), "Less vulnerable confidence and significance
    procedures for location on the basis of a single sample".

    Args:
        values: at least one.
        seed: as of ``bca_interval``.
    """
    import numpy as np

    if len(values) > MOST:
        return _winsorised(values, confidence)
    found = _resampled(values, seed, _middle_means)
    low, high = np.quantile(found, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Interval(float(low), float(high))


def quantiles(values: Floats) -> dict[str, float]:
    """Share of the values below -> value, such as "0.5" -> the median; between two, linear."""
    import numpy as np

    found = np.quantile(values, QUANTILES)
    return {f"{share:g}": float(value) for share, value in zip(QUANTILES, found, strict=True)}


def improvement(one: Floats, other: Floats) -> float:
    """The chance that a score of one is above a score of the other, ties counted half.

    Source: Mann and Whitney (1947), "On a test of whether one of two random variables is
    stochastically larger than the other", U over the number of pairs; the probability of
    improvement of Agarwal et al. (2021).

    Args:
        one: at least one score, as ``other``.
    """
    import numpy as np

    ordered = np.sort(other)
    below = np.searchsorted(ordered, one, "left")
    not_above = np.searchsorted(ordered, one, "right")
    return float((below + not_above).mean() / 2 / len(other))


def _winsorised(values: Floats, confidence: float) -> Interval:
    """Student's t with the spread of the values after the ends were moved to the quartiles."""
    import numpy as np

    number = len(values)
    cut = int(TRIM * number)
    ordered = np.sort(values)
    centre = float(ordered[cut : number - cut].mean())
    spread = np.clip(ordered, ordered[cut], ordered[number - cut - 1]).std(ddof=1)
    error = float(spread) / ((1 - 2 * TRIM) * sqrt(number))
    half = t_quantile(0.5 + confidence / 2, number - 2 * cut - 1) * error
    return Interval(centre - half, centre + half)


def _middle_means(samples: Floats) -> Floats:
    """Of each sample; shape (samples, values) -> (samples,)."""
    import numpy as np

    number = samples.shape[1]
    cut = int(TRIM * number)
    found: Floats = np.sort(samples, axis=1)[:, cut : number - cut].mean(axis=1)
    return found


def _resampled(
    values: Floats, seed: Sequence[int], statistic: Callable[[Floats], Floats]
) -> Floats:
    """The statistic of every resample, in any order."""
    import numpy as np

    rng = np.random.default_rng(list(seed))
    found: Floats = np.concatenate(
        [
            statistic(values[rng.integers(0, len(values), (rows, len(values)))])
            for rows in _blocks(len(values))
        ]
    )
    return found


def _blocks(number: int) -> Iterator[int]:
    """How many resamples to hold at once, until there are ``RESAMPLES``."""
    at_once, left = max(1, BLOCK // number), RESAMPLES
    while left > 0:
        yield min(at_once, left)
        left -= at_once
