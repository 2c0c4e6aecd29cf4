"""A million stored episodes: how long their table takes again, and what memory a run needs.

python benchmarks/million.py [--keep]     --keep writes benchmarks/million.md

The peer reads the same rows from the same file with pandas and groups them once; the second line
of comparison is that group-by alone, over rows that lie in memory already.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import pandas

from openenv_tui.evaluation.runner import load_run

HERE = Path(__file__).resolve().parent
GAME, POLICIES = "kuhn_poker", ("kuhn_equilibrium", "random")
EPISODES = (50_000, 200_000, 1_000_000)
ROUNDS = 5
QUERY = "SELECT row, episode, seat, outcome, return, steps FROM episodes"


def evaluated(folder: Path, episodes: int) -> float:
    """Play a run in a process of its own; the most memory that it took, in MB."""
    command = [sys.executable, "-m", "openenv_tui", "eval", GAME, "--out", str(folder), "--plain"]
    command += [part for policy in POLICIES for part in ("-p", policy)]
    command += ["-n", str(episodes // len(POLICIES)), "--seed", "1"]
    silent = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=silent, stderr=silent)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return used.ru_maxrss / 1024


def best(work: Callable[[], Any]) -> float:
    """The shortest of several times, in seconds."""
    times = []
    for _ in range(ROUNDS):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return min(times)


def grouped(rows: pandas.DataFrame) -> pandas.DataFrame:
    """One group-by: mean and count of what the table shows."""
    return rows.groupby("row")[["outcome", "return", "steps"]].agg(["mean", "count"])


def read(folder: Path) -> pandas.DataFrame:
    """The rows of a log, the columns alone that a table needs."""
    with sqlite3.connect(folder / "run.sqlite") as db:
        return pandas.read_sql(QUERY, db)


def compared(folder: Path) -> Iterator[str]:
    """The table again, beside pandas."""
    ours = best(lambda: load_run(folder))
    theirs = best(lambda: grouped(read(folder)))
    rows = read(folder)
    alone = best(lambda: grouped(rows))
    yield f"table of {len(rows):,} episodes from the log        {ours:7.3f} s"
    yield (
        f"pandas.read_sql of six columns, one group-by  {theirs:7.3f} s   "
        f"ratio {ours / theirs:.2f} (goal 3)"
    )
    yield (
        f"that group-by alone, rows in memory           {alone:7.3f} s   "
        f"ratio {ours / alone:.1f}; the table has intervals over deals as well"
    )


def report() -> Iterator[str]:
    """Line by line."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        for episodes in EPISODES:
            memory = evaluated(folder / str(episodes), episodes)
            yield f"eval, {episodes:>9,} episodes: {memory:6.1f} MB at most"
        yield from compared(folder / str(EPISODES[-1]))


def main() -> None:
    """Print every line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", action="store_true", help="write benchmarks/million.md")
    chosen = parser.parse_args()
    lines = []
    for line in report():
        print(line, flush=True)
        lines.append(line)
    if chosen.keep:
        said = "# A million episodes\n\nMade by `python benchmarks/million.py --keep`.\n\n"
        (HERE / "million.md").write_text(f"{said}```\n" + "\n".join(lines) + "\n```\n")


if __name__ == "__main__":
    main()
