"""One server in several processes: they share a port, and the number of sessions.

The port is opened once and handed on, so that all of them wait at the same queue. A process that
dies is replaced; when the first one is gone, however it ended, the others end too.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.sharedctypes import SynchronizedArray
from time import monotonic
from typing import Any, Final

from arena_env.server.fast import Guard, Seats, serve
from openenv_tui.errors import OpenEnvTuiError

MOST_DEATHS: Final = 5
"""So many in ``MINUTE`` mean that replacing is of no use."""
MINUTE: Final = 60.0
STOP_SECONDS: Final = 10.0
FIELDS: Final = 3
"""Of each worker in the shared table: sessions now, episodes and steps of those that are over."""


class WorkersDieError(OpenEnvTuiError):
    """Worker processes end as soon as they are started."""


@dataclass(frozen=True)
class Offer:
    """What every worker serves; see ``serve``.

    Attributes:
        settings: its other keyword arguments.
        log: told of sessions in a line; None for no log.
    """

    game: str
    max_sessions: int
    guard: Guard
    settings: dict[str, Any] = field(default_factory=dict)
    log: Callable[[str], None] | None = None

    @property
    def all(self) -> dict[str, Any]:
        """The settings, with the log if there is one."""
        return self.settings | ({"log": self.log} if self.log is not None else {})


class SharedSeats(Seats):
    """Counts the sessions of all workers.

    Args:
        most: at once, of all of them.
        table: ``FIELDS`` numbers for each worker.
        worker: whose numbers are changed here.
    """

    def __init__(self, most: int, table: SynchronizedArray[int], worker: int) -> None:
        super().__init__(most)
        self._table = table
        self._first = worker * FIELDS

    def take(self) -> bool:
        with self._table.get_lock():
            self.taken = sum(self._table[::FIELDS])
            if self.taken >= self.most:
                return False
            self._table[self._first] += 1
            return True

    def give_back(self, episodes: int, steps: int) -> None:
        with self._table.get_lock():
            for place, change in enumerate((-1, episodes, steps)):
                self._table[self._first + place] += change


class Workers:
    """Starts the processes, replaces those that die, and ends them all.

    Args:
        offer: what is served.
        listener: the open port; owned from now on.
        number: of processes.

    Attributes:
        episodes: of sessions that are over.
        steps: of sessions that are over.
    """

    def __init__(self, offer: Offer, listener: socket.socket, number: int) -> None:
        self._offer = offer
        self._listener = listener
        # Spawned, not forked: threads may be running here.
        self._context: SpawnContext = multiprocessing.get_context("spawn")
        self._table: SynchronizedArray[int] = self._context.Array("q", number * FIELDS)
        # Nobody writes into it; a worker that finds its end is alone.
        self._lifeline, self._alive = self._context.Pipe(duplex=False)
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        self._processes: list[SpawnProcess] = [self._started(each) for each in range(number)]

    @property
    def episodes(self) -> int:
        return sum(self._table[1::FIELDS])

    @property
    def steps(self) -> int:
        return sum(self._table[2::FIELDS])

    def watch(self, stop: socket.socket) -> None:
        """Replace workers that die, until something can be read from ``stop``.

        Raises:
            WorkersDieError: they die too often.
        """
        while True:
            ended = wait([stop, *(process.sentinel for process in self._processes)])
            if stop in ended:
                return
            for number, process in enumerate(self._processes):
                if process.sentinel in ended:
                    self._replace(number, process)

    def end(self) -> None:
        """Let every worker say goodbye to its clients, and wait until they are gone."""
        for process in self._processes:
            process.terminate()
        until = monotonic() + STOP_SECONDS
        for process in self._processes:
            process.join(max(0.0, until - monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
        self._alive.close()
        self._listener.close()

    def _replace(self, number: int, process: SpawnProcess) -> None:
        process.join()
        self._deaths.append(monotonic())
        if len(self._deaths) == MOST_DEATHS and self._deaths[-1] - self._deaths[0] < MINUTE:
            raise WorkersDieError(
                f"{MOST_DEATHS} worker processes ended within {MINUTE:.0f} s, the last one with "
                f"code {process.exitcode}; try --workers 1 to see why"
            )
        if self._offer.log is not None:
            said = f"worker {number} ended with code {process.exitcode}; another takes its place"
            self._offer.log(said)
        with self._table.get_lock():
            self._table[number * FIELDS] = 0
        self._processes[number] = self._started(number)

    def _started(self, number: int) -> SpawnProcess:
        process = self._context.Process(
            target=_work,
            args=(self._offer, self._listener, self._table, number, self._lifeline, sys.path),
            name=f"worker {number}",
        )
        process.start()
        return process


def _work(
    offer: Offer,
    listener: socket.socket,
    table: SynchronizedArray[int],
    number: int,
    lifeline: Connection,
    path: list[str],
) -> None:
    """What a worker process does."""
    from openenv_tui.connection.blocking import new_event_loop

    sys.path[:] = path
    # Ctrl-C reaches the whole group of processes; the first one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seats = SharedSeats(offer.max_sessions, table, number)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_serve(offer, listener, seats, number, lifeline))


async def _serve(
    offer: Offer, listener: socket.socket, seats: Seats, number: int, lifeline: Connection
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_reader(lifeline.fileno(), stop.set)

    settings = dict(offer.settings)
    if (log := offer.log) is not None:
        settings["log"] = lambda line: log(f"worker {number}: {line}")
    async with serve(offer.game, listener=listener, seats=seats, guard=offer.guard, **settings):
        await stop.wait()
    loop.remove_reader(lifeline.fileno())
