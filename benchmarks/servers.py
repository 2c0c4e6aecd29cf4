"""Steps of Catch per second that a server answers: ours beside the official framework's.

One client for both: bare ``websockets``, in a process of its own with one loop. Every round plays
every contender for a moment, one after the other; the ratios are medians over the rounds. Then our
client's round trip beside the bare one on the same server, and 200 sessions at once on ours.

    python benchmarks/servers.py [--rounds N] [--seconds S]

The official framework has to be installed (``pip install openenv``).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from websockets.asyncio.client import connect

from openenv_tui.connection.blocking import new_event_loop
from openenv_tui.wire.session import Session
from openenv_tui.wire.transport import connect as our_connect
from tests.support.servers import official_server, our_server

GAME = "catch"
STEPS = 9
RESET, STEP = '{"type":"reset","data":{"seed":1}}', '{"type":"step","data":{"action_id":1}}'
MANY = 200


class Measured(NamedTuple):
    """What some sessions did together.

    Attributes:
        taken: seconds of every step.
        elapsed: seconds of all of them.
        lost: sessions that did not go on to the end.
    """

    taken: list[float]
    elapsed: float
    lost: int

    @property
    def rate(self) -> float:
        return len(self.taken) / self.elapsed


async def bare(url: str, until: asyncio.Event, taken: list[float]) -> None:
    """Episode after episode, on bare ``websockets``."""
    async with connect(f"{url}/ws", compression=None) as socket:
        while not until.is_set():
            await socket.send(RESET)
            await socket.recv()
            for _ in range(STEPS):
                began = perf_counter()
                await socket.send(STEP)
                await socket.recv()
                taken.append(perf_counter() - began)


async def ours(url: str, until: asyncio.Event, taken: list[float]) -> None:
    """The same with our session, which reads and checks every reply."""
    async with Session(await our_connect(f"{url}/ws", 10), url, 60) as session:
        while not until.is_set():
            await session.reset({"seed": 1})
            for _ in range(STEPS):
                began = perf_counter()
                await session.step({"action_id": 1})
                taken.append(perf_counter() - began)


Client = Callable[[str, asyncio.Event, list[float]], Awaitable[None]]


def measured(client: Client, url: str, sessions: int, seconds: float) -> Measured:
    """Let some sessions play at once for about so many seconds."""

    async def together() -> Measured:
        until = asyncio.Event()
        taken: list[float] = []
        began = perf_counter()
        tasks = [asyncio.ensure_future(client(url, until, taken)) for _ in range(sessions)]
        await asyncio.sleep(seconds)
        until.set()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        lost = sum(isinstance(each, BaseException) for each in ended)
        return Measured(taken, perf_counter() - began, lost)

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(together())


def percentile(values: list[float], share: float) -> float:
    """In milliseconds."""
    ordered = sorted(values)
    return 1e3 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="for each contender and round")
    options = parser.parse_args()
    with official_server(GAME) as official, our_server(GAME, sessions=256) as (_, server):
        for sessions, goal in ((1, 1.8), (8, 5.0)):
            pairs = []
            for _ in range(options.rounds + 1):
                theirs = measured(bare, official, sessions, options.seconds).rate
                mine = measured(bare, server, sessions, options.seconds).rate
                pairs.append((theirs, mine))
            pairs = pairs[1:]  # The first round warms both up.
            ratio = median(mine / theirs for theirs, mine in pairs)
            print(
                f"our server, {sessions} sessions: {ratio:.2f} times the official framework's "
                f"({median(m for _, m in pairs):,.0f} against {median(t for t, _ in pairs):,.0f} "
                f"steps a second; goal {goal})"
            )
        rounds = []
        for _ in range(options.rounds + 1):
            plain = measured(bare, server, 1, options.seconds).taken
            mine = measured(ours, server, 1, options.seconds).taken
            rounds.append((median(plain), median(mine)))
        ratio = median(mine / plain for plain, mine in rounds[1:])
        print(
            f"our client's round trip: {ratio:.2f} times bare websockets', on our server, "
            f"p50 {1e3 * median(m for _, m in rounds[1:]):.3f} ms (goal 1.25)"
        )
        crowd = measured(bare, server, MANY, 4 * options.seconds)
        print(
            f"our server, {MANY} sessions: {crowd.rate:,.0f} steps a second, {crowd.lost} sessions "
            f"lost; p50 {percentile(crowd.taken, 0.5):.1f} ms, p95 "
            f"{percentile(crowd.taken, 0.95):.1f} ms, p99 {percentile(crowd.taken, 0.99):.1f} ms"
        )


if __name__ == "__main__":
    main()
