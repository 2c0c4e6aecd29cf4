"""Real servers for tests and benchmarks, each a process of its own that is ended by its own id."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
NO_OPENENV = "the official framework is not installed (pip install openenv)"


def openenv_installed() -> bool:
    return find_spec("openenv") is not None


@contextmanager
def official_server(game: str, *more: str, sessions: int = 8) -> Iterator[str]:
    """A server on the official framework; gives its address.

    Args:
        game: served at the address itself, player 0 for the client, against random.
        more: each GAME/SEAT/OPPONENT is served under that path.
        sessions: how many clients each of them takes at once.
    """
    settings = {"OPENSPIEL_GAME": game, "MAX_CONCURRENT_ENVS": str(sessions)}
    with running(str(HERE / "official_openspiel.py"), *more, **settings) as (_, port):
        yield f"ws://127.0.0.1:{port}"


@contextmanager
def zoo_server(*names: str) -> Iterator[str]:
    """Small environments on the official framework, all if none is named.

    Gives an address, below which each has its name as path: f"{address}/snake".
    """
    with running(str(HERE / "zoo.py"), *names) as (_, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def official_arena(**settings: str) -> Iterator[str]:
    """Our environment on the official framework; gives its address."""
    with running(str(HERE / "official_arena.py"), **settings) as (_, port):
        yield f"ws://127.0.0.1:{port}"


@contextmanager
def our_server(
    game: str = "catch", *, sessions: int = 64
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Our server as a program; gives the process and its address."""
    with running(str(HERE / "our_server.py"), game, str(sessions)) as (process, port):
        yield process, f"ws://127.0.0.1:{port}"


@contextmanager
def running(*arguments: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A Python program that prints the port at which it listens, as its first line."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | settings,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line.strip().isdigit():
            raise RuntimeError(f"{arguments[0]} did not start; it ended with {process.wait(5)}")
        yield process, int(line)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
