"""How often nominal 95 % intervals hold the exact value, by the functions that make the tables.

Deals are drawn from the exact distribution of what they can bring, which walking the game's tree
gives; each run is an evaluation of n episodes. Scores have no tree that could be walked: there, the
returns follow distributions with a known mean.

    python benchmarks/coverage.py [--runs N] [--keep]      --keep writes benchmarks/coverage.md
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from math import inf, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
from exactly import CARDS, Deal, exact_deal

from openenv_tui.evaluation.estimates import Estimates, estimates
from openenv_tui.evaluation.sample import Sample, sums
from openenv_tui.evaluation.stats import Interval, mean_interval

HERE = Path(__file__).resolve().parent
RUNS = 2000
SIZES = (20, 50, 200)
EXPECTED = (0.93, 0.97)
WITHIN = "93 to 97 %"
GAMES = (
    ("catch", "random", ""),
    ("kuhn_poker", "kuhn_equilibrium", "random"),
    ("kuhn_poker", "random", "random"),
    ("tic_tac_toe", "random", "random"),
    ("blackjack", "last", ""),
)
SCORES: dict[str, tuple[Callable[[np.random.Generator, int], np.ndarray], float]] = {
    # Of 4,000 episodes of random play of 2048 the skewness was 1.1.
    "gamma, skewness 1.1": (lambda rng, n: rng.gamma(3.3, 330, n), 1089.0),
    "exponential, skewness 2": (lambda rng, n: rng.exponential(1000, n), 1000.0),
}
NORMAL = 1.959964


class Covered(NamedTuple):
    """Shares of the runs whose interval held the exact value.

    Attributes:
        plain_rate: by Wald's interval on episodes, as if they shared no deal.
        plain_mean: by Student's t.
    """

    rate: float
    mean: float
    plain_rate: float
    plain_mean: float


def of_game(deal: Deal, episodes: int, runs: int, rng: np.random.Generator) -> Covered:
    """Of many evaluations of one policy."""
    number = episodes // deal.values.shape[1]
    hits = []
    for run in range(runs):
        returns = deal.draw(rng, number)
        sample = Sample(np.arange(number), returns, (returns > 0).astype(float))
        wins = int((sample.outcomes == 1).sum())
        found = estimates(sample, wins, episodes, deal.bounds, (run,))
        hits.append(
            (
                _holds(found.rate, deal.win_rate),
                _holds(found.mean, deal.mean_return),
                _holds(wald(wins, episodes), deal.win_rate),
                _holds(mean_interval(sums(sample.units), -inf, inf), deal.mean_return),
            )
        )
    return Covered(*map(float, np.mean(hits, axis=0)))


def of_scores(
    draw: Callable[[np.random.Generator, int], np.ndarray],
    mean: float,
    episodes: int,
    runs: int,
    rng: np.random.Generator,
) -> tuple[str, list[float], list[float]]:
    """The methods; the shares that they missed below and above; and the same of Student's t."""
    ours, plain, methods = [], [], Counter[str]()
    for run in range(runs):
        values = draw(rng, episodes)[:, None]
        found = _estimated(values, run)
        methods[found.mean_method] += 1
        ours.append((found.mean.high < mean, found.mean.low > mean))
        student = mean_interval(sums(values[:, 0]), -inf, inf)
        plain.append((student.high < mean, student.low > mean))
    names = ", ".join(f"{name} in {_percent(n / runs)}" for name, n in methods.most_common())
    return names, list(np.mean(ours, axis=0)), list(np.mean(plain, axis=0))


def _estimated(values: np.ndarray, run: int) -> Estimates:
    sample = Sample(np.arange(len(values)), values, np.zeros_like(values))
    return estimates(sample, 0, len(values), (-inf, inf), (run,))


def wald(wins: int, episodes: int) -> Interval:
    """The interval of most tables, which is not ours."""
    rate = wins / episodes
    half = NORMAL * sqrt(rate * (1 - rate) / episodes)
    return Interval(rate - half, rate + half)


def _holds(interval: Interval, value: float) -> bool:
    return interval.low - 1e-9 <= value <= interval.high + 1e-9


def report(runs: int) -> Iterator[str]:
    """The lines of a Markdown page."""
    yield (
        "| game | policy | exact | n | win rate | mean return | rate by Wald | mean by t |\n"
        "| :-- | :-- | --: | --: | --: | --: | --: | --: |"
    )
    outside = []
    for number, (game, policy, opponent) in enumerate(GAMES):
        deal = exact_deal(game, policy, opponent, *((CARDS,) if game == "blackjack" else ()))
        name = f"{policy} v {opponent}" if opponent else policy
        for episodes in SIZES:
            rng = np.random.default_rng([number, episodes])
            found = of_game(deal, episodes, runs, rng)
            cells = [_marked(found.rate), _marked(found.mean)]
            outside += [
                f"{what} of {name} in {game}, n = {episodes}: {_percent(value)}"
                for what, value in (("win rate", found.rate), ("mean return", found.mean))
                if not EXPECTED[0] <= value <= EXPECTED[1]
            ]
            exact = f"{_percent(deal.win_rate, 2)}, {deal.mean_return:+.4f}"
            cells += [_percent(found.plain_rate), _percent(found.plain_mean)]
            yield f"| {game} | {name} | {exact} | {episodes} | {' | '.join(cells)} |"
    yield _note(outside)
    yield (
        "## Scores\n\nOf means of skewed scores a bootstrap covers about as often as t, and misses "
        "evenly on both sides, where t misses more often below. Of fewer than 50 scores it "
        "covers less, so there it is not used.\n\n"
        "| scores | n | method | covered | missed below, above | t covers | t misses below, above |"
        "\n| :-- | --: | :-- | --: | --: | --: | --: |"
    )
    for name, (draw, mean) in SCORES.items():
        for episodes in SIZES:
            rng = np.random.default_rng(episodes)
            method, ours, plain = of_scores(draw, mean, episodes, runs, rng)
            yield (
                f"| {name} | {episodes} | {method} | {_percent(1 - sum(ours))} | {_pair(ours)} | "
                f"{_percent(1 - sum(plain))} | {_pair(plain)} |"
            )


def _marked(value: float) -> str:
    return _percent(value) + ("" if EXPECTED[0] <= value <= EXPECTED[1] else " *")


def _pair(missed: list[float]) -> str:
    return ", ".join(map(_percent, missed))


def _percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"


def _note(outside: list[str]) -> str:
    if not outside:
        return f"\nAll are within {WITHIN}.\n"
    return (
        f"\n\\* outside {WITHIN}: {'; '.join(outside)}. "
        "n episodes are n / 2 deals where a deal is played from both seats; of so few, of which "
        "most bring one win and one loss, the rate takes a handful of values, and no interval can "
        "cover just 95 %: these cover more.\n"
    )


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--keep", action="store_true", help="write benchmarks/coverage.md")
    chosen = parser.parse_args()
    lines = [
        "# How often the intervals hold the exact value\n\nMade by `python benchmarks/coverage.py "
        f"--keep`: {chosen.runs:,} simulated runs a line, nominal 95 % intervals by the functions "
        "that make the tables, and beside them the two that most tables have. The standard error "
        f"of a share is {_percent(sqrt(0.95 * 0.05 / chosen.runs))}.\n"
    ]
    for line in report(chosen.runs):
        print(line, flush=True)
        lines.append(line)
    if chosen.keep:
        (HERE / "coverage.md").write_text("\n".join(lines).rstrip() + "\n")


if __name__ == "__main__":
    main()
