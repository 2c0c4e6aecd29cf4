"""Seconds from the command's start until a generic environment is drawn on a terminal.

An environment that the program has no adapter for runs on the official framework; the command is
started in a pseudo-terminal, and the clock stops when the first observation is on it. Beside it,
what the toolkit alone takes to draw a word.

    python benchmarks/start.py [--rounds N]
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.servers import zoo_server

GOAL = 1.0
LONGEST = 20.0
EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("here-it-is")
Empty().run()
"""


def seconds_until(command: list[str], words: bytes) -> float:
    """How long a program takes until some words are on its terminal."""
    channel, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    began = perf_counter()
    process = subprocess.Popen(
        command, stdin=side, stdout=side, stderr=side, close_fds=True,
        env=os.environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    os.close(side)
    drawn = b""
    try:
        while words not in drawn:
            if perf_counter() - began > LONGEST:
                raise TimeoutError(f"{words!r} did not come: {drawn[-500:]!r}")
            if select.select([channel], [], [], 0.5)[0]:
                drawn += os.read(channel, 65536)
        return perf_counter() - began
    finally:
        process.kill()
        process.wait()
        os.close(channel)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with zoo_server("thermostat") as address:
        play = [sys.executable, "-m", "openenv_tui", "play", "--env", f"{address}/thermostat"]
        empty = [sys.executable, "-c", EMPTY]
        rounds = [
            (seconds_until(empty, b"here-it-is"), seconds_until(play, b"Your turn"))
            for _ in range(options.rounds + 1)
        ][1:]
    bare, ours = median(b for b, _ in rounds), median(o for _, o in rounds)
    ratio = median(o / b for b, o in rounds)
    print(
        f"a generic environment is drawn {ours:.2f} s after the command was started "
        f"(goal {GOAL:g}); an empty app of the toolkit, {bare:.2f} s: {ratio:.1f} times as long"
    )


if __name__ == "__main__":
    main()
