"""A row's results as arrays, by deals: what every statistic of a table is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from openenv_tui.evaluation.stats import Sums

if TYPE_CHECKING:
    import numpy as np

    from openenv_tui.evaluation.store import Store

    Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
    Whole: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Sample:
    """The complete deals of a row.

    Attributes:
        deals: their numbers, ascending; shape (deals,).
        returns: of each episode, NaN where not known; shape (deals, episodes of a deal).
        outcomes: 1 win, 0 draw, -1 loss, NaN where nobody can tell; of the same shape.
    """

    deals: Whole
    returns: Floats
    outcomes: Floats

    @property
    def episodes(self) -> int:
        """How many share a deal."""
        return int(self.returns.shape[1])

    @property
    def units(self) -> Floats:
        """The mean return of each deal of which all returns are known."""
        units: Floats = _whole(self.returns).mean(axis=1)
        return units

    @property
    def rates(self) -> Floats:
        """The win rate of each deal of which all outcomes are known."""
        rates: Floats = (_whole(self.outcomes) == 1).mean(axis=1)
        return rates

    @property
    def points(self) -> Floats:
        """The score of each episode: 1 for a win, 1/2 for a draw; of the shape of ``outcomes``."""
        return (self.outcomes + 1) / 2

    @property
    def scores(self) -> Floats:
        """Every return of those deals; shape (episodes,)."""
        return _whole(self.returns).ravel()

    @property
    def gain(self) -> float | None:
        """How many times as many episodes it would take that share no deal, on a seat by chance.

        The variance of the mean of a deal's episodes if they were independent, over the variance
        of the deals' means: one over Kish's design effect (1965, "Survey sampling", section 8.2).
        None where no deal is shared, and where nothing or only one of the two varies.
        """
        alone, shared = sums(self.scores), sums(self.units)
        if self.episodes == 1 or shared.number < 2 or not (alone.vary and shared.vary):
            return None
        return alone.variance / self.episodes / shared.variance


def read_samples(store: Store, deal: int) -> list[Sample]:
    """The complete deals of every row; the episodes of a row that has played none.

    Raises:
        StoreError: the log cannot be read.
    """
    samples = [read_sample(store, row, deal) for row in range(len(store.rows()))]
    return [
        sample if len(sample.units) else read_sample(store, row, 1)
        for row, sample in enumerate(samples)
    ]


def read_sample(store: Store, row: int, deal: int) -> Sample:
    """The complete deals of a row.

    Args:
        deal: how many consecutive episodes share one; 1 if none do.

    Raises:
        StoreError: the log cannot be read.
    """
    import numpy as np

    found = store.numbers(row, ("episode", "outcome", "return"))
    number = found[:, 0].astype(np.int64) // deal
    if deal > 1:
        _, sizes = np.unique(number, return_counts=True)
        if (sizes < deal).any():
            kept = np.repeat(sizes == deal, sizes)
            found, number = found[kept], number[kept]
    # Copies of their own, so that the rest of what was read need not be kept.
    outcomes, returns = (found[:, column].reshape(-1, deal).copy() for column in (1, 2))
    return Sample(number[::deal].copy(), returns, outcomes)


def shared_gain(one: Sample, other: Sample) -> float | None:
    """How many times as many episodes a comparison of two rows would take on separate deals.

    Var(A) + Var(B) over Var(A - B), of the deals' mean returns (Miller 2024, "Adding error bars to
    evals", arXiv 2411.00640). None where they share less than two deals, and where nothing varies.
    """
    import numpy as np

    _, here, there = np.intersect1d(one.deals, other.deals, assume_unique=True, return_indices=True)
    first, second = one.returns[here].mean(axis=1), other.returns[there].mean(axis=1)
    known = ~np.isnan(first - second)
    first, second = first[known], second[known]
    apart, together = (sums(first), sums(second)), sums(first - second)
    separate = sum(each.variance for each in apart)
    if together.number < 2 or not together.vary or not separate:
        return None
    return separate / together.variance


def sums(values: Floats) -> Sums:
    """Number, sum and sum of squares."""
    return Sums(len(values), float(values.sum()), float(values @ values))


def _whole(values: Floats) -> Floats:
    import numpy as np

    known: Floats = values[~np.isnan(values).any(axis=1)]
    return known
