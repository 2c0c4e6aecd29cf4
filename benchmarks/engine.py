"""Episodes a second of an evaluation on the embedded engine, beside a bare pyspiel loop.

Both play random against random; the evaluation also checks legality, judges, and stores every
record in SQLite on disk. Rounds alternate in one process, and the ratio of each round's two speeds
is what counts: times differ from machine to machine, ratios hardly.

    python benchmarks/engine.py [--rounds N] [--json]
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import pyspiel

from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan

GAMES = ("tic_tac_toe", "kuhn_poker", "catch")


def bare(game: str, episodes: int) -> float:
    """Episodes a second of the loop that one writes by hand, for any game with turns."""
    engine = pyspiel.load_game(game)
    rng = random.Random(1)
    started = perf_counter()
    for _ in range(episodes):
        state = engine.new_initial_state()
        while not state.is_terminal():
            if state.is_chance_node():
                actions, chances = zip(*state.chance_outcomes(), strict=True)
                state.apply_action(rng.choices(actions, chances)[0])
            else:
                state.apply_action(rng.choice(state.legal_actions()))
        state.returns()
    return episodes / (perf_counter() - started)


def evaluated(game: str, episodes: int) -> float:
    """Episodes a second of an evaluation with everything that it does, its folder included."""
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan(game, ("random",), episodes=episodes, seed=1)
        started = perf_counter()
        run_plan(plan, Path(folder) / "run")
        return episodes / (perf_counter() - started)


def measure(rounds: int, episodes: int) -> list[dict[str, object]]:
    """Medians for each game."""
    rows: list[dict[str, object]] = []
    for game in GAMES:
        bare(game, 1000)
        evaluated(game, 1000)
        pairs = [(bare(game, episodes), evaluated(game, episodes)) for _ in range(rounds)]
        rows.append(
            {
                "game": game,
                "bare_per_second": round(statistics.median(pair[0] for pair in pairs)),
                "evaluated_per_second": round(statistics.median(pair[1] for pair in pairs)),
                "ratio": round(statistics.median(two / one for one, two in pairs), 3),
            }
        )
    return rows


def main() -> None:
    """Print a line a game, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--episodes", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rows = measure(chosen.rounds, chosen.episodes)
    if chosen.json:
        json.dump(rows, sys.stdout, indent=2)
        return
    for row in rows:
        print(
            f"{row['game']:12} bare {row['bare_per_second']:>8,}/s   "
            f"evaluated and stored {row['evaluated_per_second']:>8,}/s   ratio {row['ratio']}"
        )


if __name__ == "__main__":
    main()
