"""A real WebSocket proxy on loopback that does to a connection whatever can happen to one.

It sits between a client and a real server, each at the end of a real socket, in a thread of its
own. Every answer of the server to a reset or a step has a number, counted over all connections
from 1; ``faults`` says what is done to which of them.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

MIB = 2**20
LARGE = 17 * MIB
"""Bytes: more than uvicorn takes, and less than our client does."""
HUGE = 65 * MIB
"""Bytes: more than our client takes."""
AWAY = 0.3
"""Seconds for which a server that restarts refuses connections."""

CODES = {
    "going away": (1001, ""),
    "restart": (1012, "service restart"),
    "too large for it": (1009, ""),
    "idle": (1000, "session idle for 300 s"),
    "odd close": (4000, "because"),
}
EPISODE_KINDS = {
    "drop": "drop",
    "half": "drop",
    "refuse": "drop",
    "going away": "restart",
    "restart": "restart",
    "too large for it": "too large",
    "huge": "too large",
    "idle": "idle",
    "odd close": "lost",
    "stall": "stall",
    "late": "stall",
    "twice": "late answer",
    "binary": "binary",
    "garbage": "garbage",
    "large garbage": "garbage",
    "not utf-8": "garbage",
    "no frame": "garbage",
    "error": "error reply",
}
"""Fault -> the kind of loss that it is for the episode in whose middle it happens."""
HARMLESS = ("large", "drip")
"""These delay an answer, and change nothing else."""


def error_reply(code: str, message: str, **more: object) -> str:
    return json.dumps({"type": "error", "data": {"message": message, "code": code, **more}})


FULL = error_reply("CAPACITY_REACHED", "Server at capacity", active_sessions=1, max_sessions=1)
PLAIN = {"max_size": None, "ping_interval": None, "compression": None, "close_timeout": 0.5}


class FaultProxy:
    """See the module.

    Attributes:
        faults: number of an answer -> what is done to it; each happens once.
        always: asked for every request of a step; a fault for it, or None.
        delay: seconds by which "late" comes late.
        full: so many of the next connections are told that the server is full.
        most: so many connections at once are let in; the others are told the same.
        answers: how many there were.
        done: the faults that happened, in order.
        open: connections now; ``peak``: the most that there were.
    """

    def __init__(self, upstream: str) -> None:
        self.faults: dict[int, str] = {}
        self.always: Callable[[dict[str, object]], str | None] = lambda _: None
        self.delay = 0.0
        self.full = 0
        self.most = 1000
        self.answers = 0
        self.refused = 0
        self.done: list[str] = []
        self.open = self.peak = 0
        self.upstream(upstream)
        self._loop = asyncio.new_event_loop()
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self.address = f"ws://127.0.0.1:{self.port}"

    # From the test's thread.

    def upstream(self, address: str) -> None:
        """The server that new connections are led to."""
        self._endpoint = address if address.endswith("/ws") else f"{address}/ws"

    def refuse(self, seconds: float | None = None) -> None:
        """Listen no more, for some time or until ``listen``; what is open stays open."""
        self._wait(self._refuse(seconds))

    def listen(self) -> None:
        """Take connections again."""
        self._wait(self._listen())

    def next(self, fault: str) -> None:
        """Do this to the next answer."""
        self.faults[self.answers + 1] = fault

    @contextmanager
    def running(self) -> Iterator[FaultProxy]:
        # A daemon: whatever goes wrong here, the tests' process can end.
        thread = threading.Thread(target=self._loop.run_forever, name="fault proxy", daemon=True)
        thread.start()
        try:
            self._wait(self._listen())
            yield self
        finally:
            try:
                self._wait(self._stop())
            finally:
                self._loop.call_soon_threadsafe(self._loop.stop)
                thread.join(10)
            self._loop.close()

    def _wait(self, work) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    # On the proxy's own loop.

    async def _listen(self) -> None:
        if self._listener is None:
            self._listener = await serve(self._serve, "127.0.0.1", self.port, **PLAIN)

    async def _refuse(self, seconds: float | None) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            # The asyncio server's own: it listens no more from now on, and that is all.
            listener.server.close()
        if seconds is not None:
            self._spawn(self._return_after(seconds))

    async def _return_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._listen()

    def _spawn(self, work) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _stop(self) -> None:
        await self._refuse(None)
        while waiting := {t for t in asyncio.all_tasks() if t is not asyncio.current_task()}:
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting, timeout=5)
        # An aborted connection's socket is closed in the loop's next round.
        await asyncio.sleep(0.01)

    async def _serve(self, client: ServerConnection) -> None:
        if self.full or self.open >= self.most:
            self.full = max(0, self.full - 1)
            self.refused += 1
            await client.send(FULL)
            return
        self.open += 1
        self.peak = max(self.peak, self.open)
        try:
            with suppress(ConnectionClosed):
                async with connect(self._endpoint, proxy=None, **PLAIN) as server:
                    try:
                        await self._relay(client, server)
                    finally:
                        # Not closed with ceremony: that could be cancelled half-way.
                        server.transport.abort()
        finally:
            self.open -= 1
            client.transport.abort()

    async def _relay(self, client: ServerConnection, server) -> None:
        async for request in client:
            asked = json.loads(request)
            if asked["type"] not in ("reset", "step"):
                await server.send(request)
                if asked["type"] == "state":
                    await client.send(await server.recv())
                continue
            self.answers += 1
            fault = self.faults.pop(self.answers, None) or self.always(asked)
            if fault is None:
                await server.send(request)
                await client.send(await server.recv())
                continue
            self.done.append(fault)
            if fault == "error":
                # The server is not asked: its environment keeps its state.
                await client.send(error_reply("EXECUTION_ERROR", "the engine fell over"))
                continue
            await server.send(request)
            await self._spoil(client, fault, await server.recv())

    async def _spoil(self, client: ServerConnection, fault: str, answer: str) -> None:
        """Do it; an answer may still come of it."""
        if fault in CODES:
            await client.close(*CODES[fault])
        elif fault == "drop":
            client.transport.abort()
        elif fault == "refuse":
            await self._refuse(AWAY)
            client.transport.abort()
        elif fault == "stall":
            await client.wait_closed()
        elif fault == "late":
            await asyncio.sleep(self.delay)
            await client.send(answer)
        elif fault == "twice":
            await client.send(answer)
            await client.send(answer)
        elif fault == "binary":
            await client.send(answer.encode())
        elif fault == "garbage":
            await client.send("\x1b[2J[bold]<html>502 Bad Gateway</html>")
        elif fault == "large garbage":
            await client.send("x" * LARGE)
        elif fault == "large":
            await client.send(answer + " " * LARGE)
        else:
            await self._raw(client, fault, answer)

    async def _raw(self, client: ServerConnection, fault: str, answer: str) -> None:
        """Bytes that no well-behaved library would send."""
        wire = client.transport
        whole = Frame(Opcode.TEXT, answer.encode()).serialize(mask=False)
        if fault == "half":
            wire.write(whole[: len(whole) // 2])
            await asyncio.sleep(0)
            wire.close()
        elif fault == "huge":
            wire.write(b"\x81\x7f" + HUGE.to_bytes(8) + b"x" * 1000)
            await client.wait_closed()
        elif fault == "not utf-8":
            wire.write(Frame(Opcode.TEXT, b"\xff\xfe").serialize(mask=False))
            await client.wait_closed()
        elif fault == "no frame":
            wire.write(b"\xf3\x01x")
            await client.wait_closed()
        elif fault == "drip":
            for start in range(0, len(whole), 40):
                wire.write(whole[start : start + 40])
                await asyncio.sleep(0.002)
        else:
            raise ValueError(f"no fault is called {fault}")


@contextmanager
def faulty(upstream: str) -> Iterator[FaultProxy]:
    """A proxy in front of a server."""
    with FaultProxy(upstream).running() as proxy:
        yield proxy
