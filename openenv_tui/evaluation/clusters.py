"""Means of games that go together: those of one deal share its chance, so the deal is the unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from openenv_tui.evaluation.paired import mean_test
from openenv_tui.evaluation.stats import Sums, mean_interval

if TYPE_CHECKING:
    import numpy as np

    Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
    Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]


class Estimate(NamedTuple):
    """A mean or a rate with its 95 % interval; None while nothing is known."""

    value: float | None
    low: float | None
    high: float | None


UNKNOWN = Estimate(None, None, None)


class Clusters(NamedTuple):
    """Values that were summed up deal by deal.

    Attributes:
        totals: of each deal's values, shape (deals,); 0 where a deal has none.
        sizes: how many values each deal has, shape (deals,).
    """

    totals: Floats
    sizes: Floats

    @classmethod
    def of(cls, values: Floats, deals: Numbers, number: int) -> Clusters:
        """Sum up values; those that are not known (NaN) are left out.

        Args:
            values: shape (games,).
            deals: of which deal each is, 0 .. ``number`` - 1, shape (games,).
        """
        import numpy as np

        known = ~np.isnan(values)
        totals: Floats = np.bincount(deals[known], values[known], number).astype(np.float64)
        sizes = np.bincount(deals[known], minlength=number).astype(np.float64)
        return cls(totals, sizes)

    @property
    def units(self) -> Floats:
        """One number for each deal that has values; their mean is the mean of all values, and
        their spread is that of the clustered error (Miller 2024, "Adding error bars to evals",
        arXiv 2411.00640, with C / (C - 1)).

        Where all deals are of one size these are just their means. NaN where a deal has none.
        """
        import numpy as np

        full = self.sizes > 0
        number, mean = full.sum(), self.totals.sum() / max(1.0, self.sizes.sum())
        scale = number / max(1.0, self.sizes.sum())
        found = mean + (self.totals - mean * self.sizes) * scale
        same = self.sizes == self.sizes.max(initial=0.0)
        # Where it can be exact, it is: a sum of deviations would round.
        if (same | ~full).all() and number:
            found = self.totals / np.maximum(1.0, self.sizes)
        return np.where(full, found, np.nan)

    def mean(self, least: float, most: float) -> Estimate:
        """The mean of all values, which lie within [least, most], with the deal as unit."""
        units = self.units
        if not (self.sizes > 0).any():
            return UNKNOWN
        value = float(self.totals.sum() / self.sizes.sum())
        low, high = mean_interval(sums(units), least, most)
        return Estimate(value, low, high)


def sums(units: Floats) -> Sums:
    """Of the units that are there."""
    import numpy as np

    there = units[~np.isnan(units)]
    return Sums(len(there), float(there.sum()), float((there * there).sum()))


def difference_test(one: Floats, other: Floats) -> tuple[float, float]:
    """(mean difference, two-sided p-value) of units by deal, over the deals that both have."""
    differences = sums(one - other)
    if not differences.number:
        return 0.0, 1.0
    return differences.mean, mean_test(differences)
