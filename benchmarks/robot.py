"""A robot presses random keys on every screen, for as long as one likes: nothing may break.

python benchmarks/robot.py --minutes 60

Prints keys, apps and memory; exits with 1 if an app ended by itself, or if memory grows: if the
last third of the apps left more than a tenth more behind than the second third.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from itertools import count
from pathlib import Path
from statistics import median
from time import monotonic

sys.path.insert(0, str(Path(__file__).parent.parent))

GROWTH = 1.1
LEAST = 9
"""Apps, below which nothing is said of memory."""


async def run(minutes: float, seed: int) -> int:
    """Go around the screens until the time is over."""
    from tests.support.robot import PLACES, Tally, press

    tally, until = Tally(), monotonic() + 60 * minutes
    for turn in count():
        for place in PLACES:
            left = until - monotonic()
            if left <= 0:
                return report(tally.keys, tally.apps, tally.memory)
            await press(place, seed + turn, min(30.0, left), tally, told=print)
    return 0


def report(keys: int, apps: int, memory: list[float]) -> int:
    """Print what came of it, and say whether it is well."""
    print(f"{keys:,} keys in {apps} apps, none of which broke")
    third = len(memory) // 3
    if len(memory) < LEAST:
        print("too short a time to say whether memory grows")
        return 0
    before, after = median(memory[third : 2 * third]), median(memory[2 * third :])
    print(f"memory: {before:.0f} MiB in the second third, {after:.0f} MiB in the last")
    return 0 if after <= GROWTH * before else 1


def main() -> None:
    """Read the options, and let the robot loose in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # It changes settings, and evaluates: none of it is the user's.
        os.environ |= {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        os.environ["TERM"] = "xterm-256color"
        os.chdir(folder)
        sys.exit(asyncio.run(run(asked.minutes, asked.seed)))


if __name__ == "__main__":
    main()
