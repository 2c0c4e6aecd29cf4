"""Comparisons of what was played on the same deals, and what many of them are worth together.

Holm (1979), "A simple sequentially rejective multiple test procedure"; McNemar (1947), "Note on the
sampling error of the difference between correlated proportions", in its exact form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import comb, exp, lgamma, sqrt
from typing import Final

from openenv_tui.evaluation.stats import Sums

LEVEL: Final = 0.05
"""The chance of any false finding."""


def mean_test(differences: Sums) -> float:
    """The two-sided p-value of "the mean difference is 0", by Student's t on independent units.

    Where all differences are equal, t would be sure after two of them. Were the true mean 0, each
    could as well have had the other sign, so that 2 ** (1 - n) is the least that n of them prove.

    Args:
        differences: one for each deal.
    """
    number = differences.number
    if number < 2:
        return 1.0
    least = 2.0 ** (1 - number) if number < 1000 else 0.0
    error = sqrt(differences.variance / number)
    if error <= 1e-12 * max(1.0, abs(differences.mean)):
        return 1.0 if abs(differences.mean) <= 1e-12 else least
    # scipy.special alone: a tenth of the time that scipy.stats takes to import.
    from scipy.special import stdtr

    return max(least, 2 * float(stdtr(number - 1, -abs(differences.mean) / error)))


def welch_freedom(one: Sums, other: Sums) -> float:
    """The degrees of freedom of Welch's t (Satterthwaite 1946)."""
    parts = [each.variance / each.number for each in (one, other)]
    if not sum(parts):
        return float(one.number + other.number - 2)
    apart = zip(parts, (one, other), strict=True)
    return sum(parts) ** 2 / sum(part**2 / max(1, each.number - 1) for part, each in apart)


def welch_test(one: Sums, other: Sums) -> float:
    """The two-sided p-value of "both have one mean", of units that share nothing (Welch 1947, "The
    generalization of Student's problem").

    Where all units of both are equal, every other way to share them out would have shown a lesser
    difference: one way of all, twice, is the least that they prove.
    """
    first, second = one.number, other.number
    if first < 2 or second < 2:
        return 1.0
    difference = abs(one.mean - other.mean)
    error = sqrt(one.variance / first + other.variance / second)
    if error <= 1e-12 * max(1.0, difference):
        ways = lgamma(first + second + 1) - lgamma(first + 1) - lgamma(second + 1)
        return 1.0 if difference <= 1e-12 else 2 * exp(-ways)
    from scipy.special import stdtr

    return 2 * float(stdtr(welch_freedom(one, other), -difference / error))


def mcnemar(better: int, worse: int) -> float:
    """The exact two-sided p-value of "either is as likely to win what the other does not".

    Args:
        better: deals that only the first won.
        worse: deals that only the second won.
    """
    number, fewer = better + worse, min(better, worse)
    if number == 0:
        return 1.0
    if number > 2000:
        from scipy.special import bdtr

        return min(1.0, 2 * float(bdtr(fewer, number, 0.5)))
    return min(1.0, 2 * sum(comb(number, k) for k in range(fewer + 1)) / (1 << number))


def holm(values: Sequence[float]) -> list[float]:
    """P-values adjusted so that the chance of any false finding among them stays what it says."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    adjusted = [1.0] * len(values)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = highest
    return adjusted


def better_beyond_doubt(
    merits: Sequence[float], differences: Mapping[tuple[int, int], tuple[float, float]]
) -> list[list[bool]]:
    """Who is better than whom, so that the chance of any false finding is at most 5 %.

    Whoever is better than somebody who is better than a third is better than that third, too:
    where the first two findings are true, so is this one.

    Args:
        merits: higher is better; of whoever has played the most, not only what two have shared.
        differences: of two, by their numbers, the smaller one first: (mean difference, two-sided
            p-value), one of each two.
    """
    found = [[False] * len(merits) for _ in merits]
    adjusted = holm([p_value for _, p_value in differences.values()])
    for ((one, other), (difference, _)), p_value in zip(differences.items(), adjusted, strict=True):
        # On what two have shared the order may be another than on all that they have played.
        if p_value < LEVEL and difference * (merits[one] - merits[other]) > 0:
            better, worse = (one, other) if difference > 0 else (other, one)
            found[better][worse] = True
    for middle in range(len(merits)):
        for one in range(len(merits)):
            if found[one][middle]:
                found[one] = [a or b for a, b in zip(found[one], found[middle], strict=True)]
    return found


def shared_ranks(better: Sequence[Sequence[bool]]) -> list[int]:
    """A rank for each: 1, and one more for everybody who is better beyond doubt.

    Args:
        better: whether one is better than another, by their numbers.
    """
    return [1 + sum(row[one] for row in better) for one in range(len(better))]
