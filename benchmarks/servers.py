"""Steps of Catch per second that a server answers: ours beside the official framework's.

One client for both: plain sockets in one process of its own, which does as little as a client can
(ready-made frames out, lengths read, nothing decoded, and never asleep: waking up costs more than a
step), so that the servers are what is measured. Servers have one core and the client another, where
the machine has two.
Every round plays every contender for a moment, one after the other; the ratios are medians over the
rounds. Then our client's round trip beside that of bare ``websockets`` on the same server, and 200
sessions at once on ours.

    python benchmarks/servers.py [--rounds N] [--seconds S]

The official framework has to be installed (``pip install openenv``).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import select
import socket
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
# Servers ignore what they do not know. Replies to the first have the same fields from either
# server; to the second, which is how this program asks, ours tells more in each of them.
SAME_FIELDS = '{"type":"reset","data":{"agent_player":"all","views":"none","seed":1}}'
RESET = '{"type":"reset","data":{"agent_player":"all","views":"acting","seed":1}}'
STEP = '{"type":"step","data":{"action_id":1}}'
MANY = 200


def frame(text: str) -> bytes:
    """A client's text frame of less than 126 bytes, its mask all zeros."""
    payload = text.encode()
    return bytes((0x81, 0x80 | len(payload), 0, 0, 0, 0)) + payload


STEP_FRAME = frame(STEP)


class Player:
    """One session on a plain socket: it answers every reply with the next request at once."""

    def __init__(self, url: str, reset: str) -> None:
        self.reset = frame(reset)
        host, port = url.removeprefix("ws://").split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.socket.recv(1)
        if b" 101 " not in head:
            raise ConnectionError(head.decode(errors="replace"))
        self.buffer = b""
        self.steps = 0
        self.began = 0.0

    def ask(self) -> None:
        """Send the next request."""
        self.began = perf_counter()
        self.socket.send(self.reset if self.steps % (STEPS + 1) == 0 else STEP_FRAME)

    def take(self) -> float | None:
        """Read; the seconds of a step whose reply is whole, 0 for a reset's, None for neither."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server is gone")
        self.buffer = data = self.buffer + data
        size = data[1] & 127 if len(data) > 1 else 1 << 20
        start = 2
        if size == 126 and len(data) > 3:
            size, start = int.from_bytes(data[2:4]), 4
        if len(data) < start + size:
            return None
        self.buffer = b""
        self.steps += 1
        return perf_counter() - self.began if self.steps % (STEPS + 1) != 1 else 0.0


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


def light(url: str, sessions: int, seconds: float, reset: str = SAME_FIELDS) -> Measured:
    """Let some sessions on plain sockets play at once for so many seconds."""
    players = {}
    poll = select.epoll()
    for _ in range(sessions):
        player = Player(url, reset)
        players[player.socket.fileno()] = player
        poll.register(player.socket, select.EPOLLIN)
    taken: list[float] = []
    lost, began = 0, perf_counter()
    for player in players.values():
        player.ask()
    while (elapsed := perf_counter() - began) < seconds and players:
        for number, _ in poll.poll(0):
            player = players[number]
            try:
                spent = player.take()
            except ConnectionError:
                lost += 1
                poll.unregister(number)
                players.pop(number).socket.close()
                continue
            if spent is not None:
                if spent:
                    taken.append(spent)
                player.ask()
    for player in players.values():
        player.socket.close()
    poll.close()
    return Measured(taken, elapsed, lost)


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


def cores() -> tuple[set[int], set[int]]:
    """For the servers, and for the client; the same where there is only one."""
    if not hasattr(os, "sched_getaffinity"):
        return set(), set()
    first, *others = sorted(os.sched_getaffinity(0))
    return {first}, set(others) or {first}


def on_cores(chosen: set[int]) -> None:
    """Run there from now on, and so do processes that are started."""
    if chosen:
        os.sched_setaffinity(0, chosen)


def percentile(values: list[float], share: float) -> float:
    """In milliseconds."""
    ordered = sorted(values)
    return 1e3 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--seconds", type=float, default=0.7, help="for each contender and round")
    options = parser.parse_args()
    theirs, mine = cores()
    on_cores(theirs)
    with official_server(GAME) as official, our_server(GAME, sessions=256) as (_, server):
        on_cores(mine)
        for sessions, goal in ((1, 1.8), (8, 5.0)):
            rounds = [
                (
                    light(official, sessions, options.seconds).rate,
                    light(server, sessions, options.seconds).rate,
                    light(server, sessions, options.seconds, RESET).rate,
                )
                for _ in range(options.rounds + 1)
            ][1:]  # The first round warms all of them up.
            ratio = median(fast / slow for slow, fast, _ in rounds)
            richer = median(fast / slow for slow, _, fast in rounds)
            print(
                f"our server, {sessions} sessions: {ratio:.2f} times the official framework's "
                f"({median(r[1] for r in rounds):,.0f} against {median(r[0] for r in rounds):,.0f} "
                f"steps a second; goal {goal}); {richer:.2f} times with pictures and names as well"
            )
        trips = []
        for _ in range(options.rounds + 1):
            plain = measured(bare, server, 1, options.seconds).taken
            mine = measured(ours, server, 1, options.seconds).taken
            trips.append((median(plain), median(mine)))
        ratio = median(mine / plain for plain, mine in trips[1:])
        print(
            f"our client's round trip: {ratio:.2f} times bare websockets', on our server, "
            f"p50 {1e3 * median(m for _, m in trips[1:]):.3f} ms (goal 1.25)"
        )
        crowd = light(server, MANY, 4 * options.seconds, RESET)
        print(
            f"our server, {MANY} sessions: {crowd.rate:,.0f} steps a second, {crowd.lost} sessions "
            f"lost; p50 {percentile(crowd.taken, 0.5):.1f} ms, p95 "
            f"{percentile(crowd.taken, 0.95):.1f} ms, p99 {percentile(crowd.taken, 0.99):.1f} ms"
        )


if __name__ == "__main__":
    main()
