"""Comparisons of what was played on the same deals, and what many of them are worth together.

Holm (1979), "A simple sequentially rejective multiple test procedure"; McNemar (1947), "Note on the
sampling error of the difference between correlated proportions", in its exact form.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, sqrt

from openenv_tui.evaluation.stats import Sums


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


def shared_ranks(merits: Sequence[float], told_apart: Sequence[Sequence[bool]]) -> list[int]:
    """A rank for each: 1, and one more for everybody who is better beyond doubt.

    Args:
        merits: higher is better.
        told_apart: whether two differ beyond doubt, by their numbers.
    """
    return [
        1 + sum(1 for other, value in enumerate(merits) if value > merit and told_apart[one][other])
        for one, merit in enumerate(merits)
    ]
