"""The figures of a tournament: its standings, and who did how against whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite

from openenv_tui.evaluation.clusters import Estimate as Told
from openenv_tui.evaluation.export.tournament import lettered
from openenv_tui.evaluation.report.figures import Estimate, Figure, Forest, Heat
from openenv_tui.evaluation.show_standings import likelihood
from openenv_tui.evaluation.standings import Standing, Standings

Z = 1.96
"""Standard errors to either side of a normal 95 % interval."""


def figures(found: Standings) -> Iterator[Figure]:
    """Rankings first, then matrices."""
    rated = [_rated(each) for each in found.entrants]
    known = tuple(one for one in rated if one is not None)
    if known:
        measured = f"points above {found.anchor}, 95 % interval of the difference"
        yield Forest("rating", "Rating", measured, known, 0.0, digits=0)
    for name, title, measured, even, value in (
        ("mean-return", "Mean return", "mean return, 95 % interval", 0.0, _return),
        ("win-rate", "Win rate", "share of games won, 95 % interval", None, _rate),
    ):
        told = tuple(filter(None, (_told(each.name, value(each)) for each in found.entrants)))
        if told:
            yield Forest(name, title, measured, told, even)
    yield from _matrices(found)


def _rated(each: Standing) -> Estimate | None:
    if each.points is None or each.error is None:
        return None
    half = Z * each.error
    return Estimate(f"{each.bound} {each.name}".strip(), each.points, each.points - half,
                    each.points + half)  # fmt: skip


def _return(each: Standing) -> Told:
    return each.mean_return


def _rate(each: Standing) -> Told:
    return each.win_rate


def _told(name: str, told: Told) -> Estimate | None:
    if told.value is None or told.low is None or told.high is None:
        return None
    return Estimate(name, told.value, told.low, told.high)


def _matrices(found: Standings) -> Iterator[Heat]:
    def score(one: int, other: int) -> float | None:
        met = found.matrix[one][other]
        return met.score.value if met else None

    def mean(one: int, other: int) -> float | None:
        met = found.matrix[one][other]
        return met.mean_return.value if met else None

    def likely(one: int, other: int) -> float | None:
        return found.superiority[one][other]

    values = [mean(o, p) for o in range(len(found.entrants)) for p in range(len(found.entrants))]
    most = max((abs(v) for v in values if v is not None and isfinite(v)), default=0.0) or 1.0
    about = "Row against column. Blue: the row does better; orange: worse."
    yield _heat(found, "returns-matrix", "Mean return", about, mean, "{:+.3f}".format, -most, most)
    said = f"{about} A draw is half a win."
    yield _heat(found, "score-matrix", "Score", said, score, "{:.3f}".format, 0.0, 1.0)
    if found.superiority:
        said = "How likely it is, by the ratings, that the row is stronger than the column (LOS)."
        yield _heat(found, "superiority", "Superiority", said, likely, likelihood, 0.0, 1.0)


def _heat(
    found: Standings,
    name: str,
    title: str,
    about: str,
    value: Callable[[int, int], float | None],
    told: Callable[[float], str],
    low: float,
    high: float,
) -> Heat:
    numbers = range(len(found.entrants))
    top = lettered(found)
    left = tuple(f"{at} {each.name}" for at, each in zip(top, found.entrants, strict=True))
    values = tuple(tuple(None if p == o else value(o, p) for p in numbers) for o in numbers)
    texts = tuple(tuple("" if v is None else told(v) for v in row) for row in values)
    return Heat(name, title, about, left, top, values, texts, low, (low + high) / 2, high)
