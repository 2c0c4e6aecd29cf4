"""Kills evaluations with `kill -9` at random moments and goes on with them: equal tables?

python benchmarks/kill.py [--keep]     --keep writes benchmarks/kill.md
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
PROGRAM = [sys.executable, "-m", "openenv_tui"]
EVAL = ["eval", "tic_tac_toe", "-p", "random", "-p", "tactician", "-n", "20000", "--seed", "1"]
RUNS = 20
KILLS_IN_A_ROW = 20
SEED = 20


def begun(folder: Path) -> subprocess.Popen[bytes]:
    """A new run, or what is left of the one that is there."""
    there = (folder / "manifest.json").exists()
    wanted = ["resume", str(folder)] if there else [*EVAL, "--out", str(folder)]
    silent = subprocess.DEVNULL
    return subprocess.Popen([*PROGRAM, *wanted, "--plain"], stdout=silent, stderr=silent)


def killed(folder: Path, seconds: float) -> int:
    """Kill a run after so long; the number of episodes that are stored then."""
    process = begun(folder)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return sum(row["episodes"] for row in shown(folder))


def shown(folder: Path) -> list[dict[str, object]]:
    """The rows of a run's table, computed from its log; none if there is no log yet."""
    done = subprocess.run([*PROGRAM, "show", str(folder), "--json"], capture_output=True)
    rows: list[dict[str, object]] = json.loads(done.stdout)["rows"] if not done.returncode else []
    return rows


def one_kill_each(place: Path, table: object, seconds: float) -> Iterator[str]:
    """As many runs, each killed once."""
    moments, equal = random.Random(SEED), 0
    for number in range(RUNS):
        folder, moment = place / f"run{number}", moments.uniform(0, seconds)
        stored = killed(folder, moment)
        begun(folder).wait()
        same = shown(folder) == table
        equal += same
        word = "equal" if same else "DIFFERENT"
        yield f"killed after {moment:5.2f} s, {stored:>6,} episodes stored, resumed: {word} table"
    yield f"{equal} of {RUNS} equal tables"


def many_kills_of_one(place: Path, table: object, seconds: float) -> Iterator[str]:
    """One run, killed again and again."""
    moments, folder = random.Random(SEED + 1), place / "again"
    stored = [killed(folder, moments.uniform(0.2, seconds / 2)) for _ in range(KILLS_IN_A_ROW)]
    begun(folder).wait()
    word = "equal" if shown(folder) == table else "DIFFERENT"
    listed = ", ".join(f"{number:,}" for number in stored)
    yield f"one run, killed {KILLS_IN_A_ROW} times with {listed} episodes stored: {word} table"


def report() -> Iterator[str]:
    """Line by line."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        began = time.monotonic()
        begun(place / "undisturbed").wait()
        seconds = time.monotonic() - began
        table = shown(place / "undisturbed")
        yield f"openenv-tui {' '.join(EVAL)}: {seconds:.1f} s undisturbed"
        yield from one_kill_each(place, table, seconds)
        yield from many_kills_of_one(place, table, seconds)


def main() -> None:
    """Print every line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", action="store_true", help="write benchmarks/kill.md")
    chosen = parser.parse_args()
    lines = []
    for line in report():
        print(line, flush=True)
        lines.append(line)
    if chosen.keep:
        said = "# Killed and gone on with\n\nMade by `python benchmarks/kill.py --keep`.\n\n"
        (HERE / "kill.md").write_text(f"{said}```\n" + "\n".join(lines) + "\n```\n")


if __name__ == "__main__":
    main()
