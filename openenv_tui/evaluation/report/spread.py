"""How returns are spread: quantiles, the interquartile mean and bins, from counted values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

Tally: TypeAlias = "Sequence[tuple[float, int]]"
"""(value, how often), ascending."""

FEW = 12
"""So many different values are shown one by one; more are put into bins."""
LEAST_GAP = 1 / 30
"""Of the axis, between two values, or their bars would stand one before the other."""
BINS = 32


class Bar(NamedTuple):
    """Part of a distribution.

    Attributes:
        low, high: from which value to which; equal for a value that stands alone.
        share: of all episodes, in [0, 1].
    """

    low: float
    high: float
    share: float


class Spread(NamedTuple):
    """Where a row's returns lie. ``iqm`` is the mean of the middle half of them."""

    label: str
    number: int
    least: float
    lower: float
    median: float
    upper: float
    most: float
    iqm: float
    bars: tuple[Bar, ...]


def spread(label: str, tally: Tally, bins: Sequence[float]) -> Spread:
    """Sum up one row's returns.

    Args:
        tally: at least one value.
        bins: as ``shared_bins`` gives them.
    """
    number = sum(count for _, count in tally)
    return Spread(
        label,
        number,
        tally[0][0],
        quantile(tally, 0.25),
        quantile(tally, 0.5),
        quantile(tally, 0.75),
        tally[-1][0],
        interquartile_mean(tally),
        _bars(tally, bins, number),
    )


def quantile(tally: Tally, share: float) -> float:
    """The value below which that share of all lies, between two neighbours in proportion.

    Source: Hyndman and Fan (1996), "Sample quantiles in statistical packages", definition 7.
    """
    number = sum(count for _, count in tally)
    place = share * (number - 1)
    below = int(place)
    low, high = _at(tally, below), _at(tally, min(below + 1, number - 1))
    return low + (high - low) * (place - below)


def _at(tally: Tally, place: int) -> float:
    seen = 0
    for value, count in tally:
        seen += count
        if place < seen:
            return value
    return tally[-1][0]


def interquartile_mean(tally: Tally) -> float:
    """The mean without the lowest and the highest quarter, rounded down to whole values.

    Source: Agarwal et al. (2021), "Deep reinforcement learning at the edge of the statistical
    precipice", where it is ``scipy.stats.trim_mean(x, 0.25)``.
    """
    number = sum(count for _, count in tally)
    first, end = number // 4, number - number // 4
    total, seen = 0.0, 0
    for value, count in tally:
        total += value * max(0, min(seen + count, end) - max(seen, first))
        seen += count
    return total / (end - first)


def shared_bins(tallies: Sequence[Tally]) -> tuple[float, ...]:
    """The edges of bins that fit all rows; () where few values occur, each shown by itself."""
    values = sorted({value for tally in tallies for value, _ in tally})
    low, high = values[0], values[-1]
    nearest = min((b - a for a, b in pairwise(values)), default=0.0)
    if len(values) <= FEW and nearest >= LEAST_GAP * (high - low):
        return ()
    return tuple(low + (high - low) * edge / BINS for edge in range(BINS + 1))


def _bars(tally: Tally, bins: Sequence[float], number: int) -> tuple[Bar, ...]:
    if not bins:
        return tuple(Bar(value, value, count / number) for value, count in tally)
    width = bins[1] - bins[0]
    counts = [0] * (len(bins) - 1)
    for value, count in tally:
        counts[min(len(counts) - 1, int((value - bins[0]) / width))] += count
    return tuple(
        Bar(low, low + width, count / number)
        for low, count in zip(bins, counts, strict=False)
        if count
    )
