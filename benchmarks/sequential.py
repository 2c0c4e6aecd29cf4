"""False decisions of the sequential tests, and how many deals they take to decide.

Every deal is drawn from a known distribution, on which one of the two hypotheses is just true, and
fed to the classes that ``--sprt`` uses, as the runner feeds them: deal by deal.

    python benchmarks/sequential.py [--tests N] [--keep]   --keep writes benchmarks/sequential.md
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from math import ceil, sqrt
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from exactly import exact_deal

from openenv_tui.evaluation.sequential import (
    ERROR,
    NORMALISED,
    BoundedMean,
    Gsprt,
    Test,
    tilted,
)

HERE = Path(__file__).resolve().parent
TESTS = 1000
MOST = 100_000
"""Deals of one test; none has ever taken so many."""
SCORES = tuple(place / 4 for place in range(5))


class Deals(NamedTuple):
    """A distribution of what a deal brings: scores or returns, and the chance of each."""

    values: tuple[float, ...]
    chances: tuple[float, ...]

    @property
    def mean(self) -> float:
        return sum(p * v for p, v in zip(self.chances, self.values, strict=True))

    @property
    def spread(self) -> float:
        mean = self.mean
        pairs = zip(self.chances, self.values, strict=True)
        return sqrt(sum(p * (v - mean) ** 2 for p, v in pairs))

    def at(self, mean: float) -> Deals:
        """The nearest distribution with another mean."""
        return Deals(self.values, tuple(tilted(self.chances, self.values, mean)))

    def at_elo(self, elo: float) -> Deals:
        """The nearest distribution of pairs' scores with so many points of normalised Elo."""
        low, high = 0.01, 0.99
        while high - low > 1e-9:
            deals = self.at((low + high) / 2)
            found = NORMALISED * (deals.mean - 0.5) / (sqrt(2) * deals.spread)
            low, high = (low, deals.mean) if found > elo else (deals.mean, high)
        return self.at(low)


class Case(NamedTuple):
    """One pair of hypotheses.

    Attributes:
        test: makes a fresh test.
        null: deals on which the first hypothesis is just true.
        alternative: the second one.
    """

    name: str
    test: Callable[[], Test]
    null: Deals
    alternative: Deals


class Found(NamedTuple):
    """Of many tests on the same distribution.

    Attributes:
        better: share that accepted the second hypothesis; the others accepted the first.
        deals: mean number until the decision.
    """

    better: float
    deals: float


def cases() -> Iterator[Case]:
    """Scores of tic-tac-toe and of Kuhn poker, and returns of Kuhn poker."""
    ttt = scores("tic_tac_toe", "random", "random")
    kuhn = scores("kuhn_poker", "random", "random")
    yield Case("0.5:0.55, tic_tac_toe", lambda: Gsprt(0.5, 0.55), ttt.at(0.5), ttt.at(0.55))
    yield Case("0.5:0.55, kuhn_poker", lambda: Gsprt(0.5, 0.55), kuhn.at(0.5), kuhn.at(0.55))
    yield Case(
        "0:50 elo, tic_tac_toe",
        lambda: Gsprt(0, 50, normalised=True),
        ttt.at_elo(0),
        ttt.at_elo(50),
    )
    hands = returns("kuhn_poker", "random", "random")
    yield Case(
        "return 0:0.2, kuhn_poker",
        lambda: BoundedMean(0.0, 0.2, -2.0, 2.0),
        hands.at(0.0),
        hands.at(0.2),
    )


def scores(game: str, policy: str, opponent: str) -> Deals:
    """The score of a pair of games, whose draws count half."""
    deal = exact_deal(game, policy, opponent)
    units = ((np.sign(deal.values) + 1) / 2).mean(axis=1)
    chances = [float(deal.chances[np.isclose(units, score)].sum()) for score in SCORES]
    kept = [(score, p) for score, p in zip(SCORES, chances, strict=True) if p > 0]
    return Deals(*map(tuple, zip(*kept, strict=True)))


def returns(game: str, policy: str, opponent: str) -> Deals:
    """The mean return of a deal."""
    deal = exact_deal(game, policy, opponent)
    units, places = np.unique(deal.values.mean(axis=1), return_inverse=True)
    chances = np.bincount(places, weights=deal.chances)
    return Deals(tuple(map(float, units)), tuple(map(float, chances)))


def decided(case: Case, deals: Deals, tests: int, rng: np.random.Generator) -> Found:
    """Run many tests, each to its decision."""
    better, numbers = 0, []
    for _ in range(tests):
        test = case.test()
        for value in _drawn(deals, rng):
            test.add(value)
            if test.state.decision:
                break
        better += test.state.decision == "better"
        numbers.append(test.state.units)
    return Found(better / tests, float(np.mean(numbers)))


def _drawn(deals: Deals, rng: np.random.Generator) -> Iterator[float]:
    for _ in range(0, MOST, 100):
        yield from map(float, rng.choice(deals.values, size=100, p=deals.chances))


def fixed(case: Case) -> int:
    """Deals of a fixed sample that tells the hypotheses apart with the same errors.

    The one-sided z-test: ((z_a + z_b) sigma / difference)^2, each hypothesis with its own sigma.
    """
    z = NormalDist().inv_cdf(1 - ERROR)
    spread = case.null.spread + case.alternative.spread
    return ceil((z * spread / (case.alternative.mean - case.null.mean)) ** 2)


def report(tests: int) -> Iterator[str]:
    """The lines of a Markdown table."""
    yield (
        "| hypotheses | false if the first is true | false if the second is true | "
        "deals, first | deals, second | fixed sample | of it |\n"
        "| :-- | --: | --: | --: | --: | --: | --: |"
    )
    for number, case in enumerate(cases()):
        rng = np.random.default_rng(number)
        null = decided(case, case.null, tests, rng)
        alternative = decided(case, case.alternative, tests, rng)
        whole = fixed(case)
        share = (null.deals + alternative.deals) / 2 / whole
        yield (
            f"| {case.name} | {100 * null.better:.1f} % | {100 * (1 - alternative.better):.1f} % | "
            f"{null.deals:,.0f} | {alternative.deals:,.0f} | {whole:,} | {share:.2f} |"
        )


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tests", type=int, default=TESTS)
    parser.add_argument("--keep", action="store_true", help="write benchmarks/sequential.md")
    chosen = parser.parse_args()
    lines = [
        "# What sequential tests decide, and when\n\nMade by `python benchmarks/sequential.py "
        f"--keep`: {chosen.tests:,} tests on each of two distributions, on which one hypothesis "
        "is just true. The fixed sample is that of a one-sided z-test with the same errors, 5 % "
        "either way.\n"
    ]
    for line in report(chosen.tests):
        print(line, flush=True)
        lines.append(line)
    lines.append(
        "\nTests of returns are of another kind: they hold for any returns between the two bounds, "
        "and at all times at once, and pay for that with more deals than a fixed sample takes.\n"
    )
    if chosen.keep:
        (HERE / "sequential.md").write_text("\n".join(lines).rstrip() + "\n")


if __name__ == "__main__":
    main()
