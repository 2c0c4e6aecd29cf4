"""Who is better than whom among the rows of a run: on the deals that they share, with Holm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from openenv_tui.evaluation.clusters import sums
from openenv_tui.evaluation.paired import better_beyond_doubt, mean_test, welch_test
from openenv_tui.evaluation.sides import shares_deals
from openenv_tui.evaluation.stats import Sums

if TYPE_CHECKING:
    from openenv_tui.evaluation.clusters import Floats, Numbers
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

    deals: Numbers
    means: Floats
    merit: float


def ranking(store: Store, meta: Mapping[str, Any], *, live: bool = False) -> Ranking:
    """Compare the rows of a log, each with each.

    A deal counts where all its episodes are there. Each two rows are compared on the deals that
    both have, by Student's t on the differences; where a server deals by dice of its own there
    are none such, and it is Welch's test.

    Args:
        store: the log.
        meta: of the run.
        live: the run goes on: the first deals are enough, so that it takes no time.
    """
    rows = range(len(store.rows()))
    deal, most = meta["deal"], LIVE_DEALS * meta["deal"] if live else None
    key, column = RETURN, "return"
    values = [store.numbers(row, ["episode", column], most) for row in rows]
    if rows and not any(_known(each) for each in values):
        scores = [store.numbers(row, ["episode", "(outcome + 1) / 2.0"], most) for row in rows]
        if any(_known(each) for each in scores):
            key, values = SCORE, scores
    units = [_units(each, deal) for each in values]
    if any(_known(each) and not len(unit.deals) for each, unit in zip(values, units, strict=True)):
        units = [_units(each, 1) for each in values]
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


def _known(values: Floats) -> bool:
    import numpy as np

    return bool((~np.isnan(values[:, 1])).any())


def _units(values: Floats, deal: int) -> Units:
    """Args:
    values: (episode, value), by episode; NaN where it is not known.
    deal: how many consecutive episodes share one.
    """
    import numpy as np

    known = values[~np.isnan(values[:, 1])]
    if not len(known):
        return Units(np.zeros(0, np.int64), np.zeros(0), float("-inf"))
    numbers = known[:, 0].astype(np.int64) // deal
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    full = np.diff(starts, append=len(numbers)) == deal
    means = np.add.reduceat(known[:, 1], starts) / deal
    merit = means[full].mean() if full.any() else known[:, 1].mean()
    return Units(numbers[starts][full], means[full], float(merit))


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
