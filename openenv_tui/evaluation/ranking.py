"""Who is better than whom among the rows of a run: on the deals that they share, with Holm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from openenv_tui.evaluation.clusters import sums
from openenv_tui.evaluation.paired import better_beyond_doubt, mean_test, welch_test
from openenv_tui.evaluation.sample import read_sample
from openenv_tui.evaluation.sides import shares_deals
from openenv_tui.evaluation.stats import Sums

if TYPE_CHECKING:
    from openenv_tui.evaluation.sample import Floats, Sample, Whole
    from openenv_tui.evaluation.store import Store

RETURN: Final = "mean return"
SCORE: Final = "score"
"""A draw is half a win."""
LIVE_DEALS: Final = 2_000
"""So many are looked at while a run goes on, several times a second."""
MOST: Final = 3
"""So many warnings are told; more are counted."""


class Ranking(NamedTuple):
    """How the rows of a run compare.

    Attributes:
        key: what they are ranked by: "mean return"; "score" where no return is told.
        test: by which they are told apart, in words.
        merits: of each row, higher is better; -inf while nothing is known.
        better: whether one is better than another beyond doubt, by the rows' numbers.
    """

    key: str
    test: str
    merits: list[float]
    better: list[list[bool]]


class Units(NamedTuple):
    """What a row got of each deal.

    Attributes:
        deals: their numbers, ascending, shape (deals,).
        means: of the deal's episodes, shape (deals,).
        merit: their mean; where no deal is complete, of all episodes; -inf without any.
    """

    deals: Whole
    means: Floats
    merit: float


def ranking(
    store: Store, meta: Mapping[str, Any], samples: Sequence[Sample], *, live: bool = False
) -> Ranking:
    """Compare the rows of a log, each with each.

    A deal counts where all its episodes are there. Each two rows are compared on the deals that
    both have, by Student's t on the differences; where a server deals by dice of its own there
    are none such, and it is Welch's test.

    Args:
        store: the log.
        meta: of the run.
        samples: what ``read_samples`` gave of each row.
        live: the run goes on: the first deals are enough, so that it takes no time.
    """
    rows = range(len(samples))
    most = LIVE_DEALS if live else None
    if samples and len({sample.episodes for sample in samples}) > 1:
        # A row that has not one whole deal yet is compared by episodes, and so are the others.
        samples = [read_sample(store, row, 1) for row in rows]
    key, units = RETURN, [_units(each.deals[:most], each.returns[:most]) for each in samples]
    if not any(len(unit.deals) for unit in units):
        scores = [_units(each.deals[:most], each.points[:most]) for each in samples]
        if any(len(unit.deals) for unit in scores):
            key, units = SCORE, scores
    merits = [unit.merit for unit in units]
    shared = shares_deals(meta)
    compare = _paired if shared else _apart
    tests = {
        (one, other): compare(units[one], units[other]) for one, other in combinations(rows, 2)
    }
    return Ranking(key, PAIRED if shared else WELCH, merits, better_beyond_doubt(merits, tests))


PAIRED: Final = "paired t on shared deals"
WELCH: Final = "Welch's t"


def rank_rule(key: str, test: str, count: int) -> str:
    """How so many ranks were made, in a sentence; "" where one is alone."""
    if count < 2:
        return ""
    pairs = "pair" if count == 2 else "pairs"
    return (
        f" Rank: 1, and 1 more for each who is better by {key} beyond doubt "
        f"({test}, Holm over {count * (count - 1) // 2:,} {pairs}, 5 %)."
    )


def _units(deals: Whole, values: Floats) -> Units:
    """Args:
    deals: their numbers.
    values: of each episode, NaN where it is not known; shape (deals, episodes of a deal).
    """
    import numpy as np

    means = values.mean(axis=1)
    known = ~np.isnan(means)
    if not known.any():
        return Units(deals[:0], means[:0], float("-inf"))
    return Units(deals[known], means[known], float(means[known].mean()))


def _paired(one: Units, other: Units) -> tuple[float, float]:
    import numpy as np

    if np.array_equal(one.deals, other.deals):
        differences = sums(one.means - other.means)
    else:
        _, first, second = np.intersect1d(
            one.deals, other.deals, assume_unique=True, return_indices=True
        )
        differences = sums(one.means[first] - other.means[second])
    return _mean(differences), mean_test(differences)


def _apart(one: Units, other: Units) -> tuple[float, float]:
    first, second = sums(one.means), sums(other.means)
    return _mean(first) - _mean(second), welch_test(first, second)


def _mean(units: Sums) -> float:
    return units.mean if units.number else 0.0


def crossed(
    names: Sequence[str],
    numbers: Sequence[float | None],
    better: Iterable[tuple[int, int]],
    key: str,
    other_key: str = "win rate",
) -> list[str]:
    """Of two who can be told apart by the key of the ranking, another number orders them otherwise.

    Args:
        names: of rows or entrants.
        numbers: of them, such as their win rates.
        better: pairs of places, of which the first is better beyond doubt.
        key: what they are ranked by.
        other_key: what the numbers are.
    """
    found = [
        f"{names[one]} has the higher {key}, {names[other]} the higher {other_key}"
        for one, other in better
        if _less(numbers[one], numbers[other])
    ]
    more = len(found) - MOST
    if more > 0:
        found[MOST:] = [f"so it is with {more} more {'pair' if more == 1 else 'pairs'}"]
    return found


def _less(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and one < other
