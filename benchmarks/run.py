"""Runs every benchmark, prints the ratios and writes benchmarks/results.md.

python benchmarks/run.py [--keep]      --keep writes the file; without it, it only prints
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BENCHMARKS = ("engine.py", "sockets.py", "servers.py", "start.py")


def main() -> None:
    """Run one after the other: two at once would measure each other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results.md")
    chosen = parser.parse_args()
    parts = [
        "# Where we are\n\nMade by `python benchmarks/run.py --keep`. Ratios carry over to other "
        f"machines, times do not: this one has {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, {platform.system()}.\n"
    ]
    for name in BENCHMARKS:
        print(f"== {name}", flush=True)
        command = [sys.executable, str(HERE / name)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        print(output, flush=True)
        parts.append(f"## {name}\n\n```\n{output.rstrip()}\n```\n")
    if chosen.keep:
        (HERE / "results.md").write_text("\n".join(parts))


if __name__ == "__main__":
    main()
