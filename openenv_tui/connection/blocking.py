"""An environment that has to be awaited, for code that cannot await: notebooks, scripts, REPLs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping, Sequence
from threading import Thread
from typing import Any, Self, TypeVar

from openenv_tui.environment import AsyncEnvironment
from openenv_tui.errors import SessionLostError
from openenv_tui.game import Game
from openenv_tui.model import Action, Observation, Step

T = TypeVar("T")


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The fastest loop that is installed: sockets cost half as much on uvloop.

    Fit for ``asyncio.Runner(loop_factory=new_event_loop)``.
    """
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


class LoopThread:
    """An event loop in a thread of its own, so that a loop that runs already is not disturbed."""

    def __init__(self) -> None:
        self._loop = new_event_loop()
        # A daemon: who forgets to close an environment can still leave the interpreter.
        self._thread = Thread(target=self._run, name="openenv-tui", daemon=True)
        self._thread.start()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run to the end and give the result; interrupted here, it is cancelled there."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """End the loop and its thread; twice does no harm."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _run(self) -> None:
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(task)
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


class BlockingEnvironment:
    """An ``Environment`` whose answers come from an ``AsyncEnvironment`` in another thread.

    Args:
        environment: opened on the loop of ``thread``.
        thread: owned from now on.
    """

    def __init__(self, environment: AsyncEnvironment, thread: LoopThread) -> None:
        self._environment = environment
        self._thread = thread
        self._closed = False
        self.game: Game = environment.game
        self.seats: tuple[int, ...] = environment.seats
        self.opponents: Mapping[int, str] = environment.opponents
        self.seeded: bool = environment.seeded

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def reset(self, seed: int) -> Step:
        self._expect_open()
        return self._thread.wait(self._environment.reset(seed))

    def step(self, actions: Sequence[Action]) -> Step:
        self._expect_open()
        return self._thread.wait(self._environment.step(actions))

    def observe(self, player: int) -> Observation:
        return self._environment.observe(player)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            self._thread.wait(self._environment.close())
        finally:
            self._thread.stop()

    def _expect_open(self) -> None:
        if self._closed:
            raise SessionLostError("this environment was closed: open another one")


def blocking(opening: Coroutine[Any, Any, AsyncEnvironment]) -> BlockingEnvironment:
    """Open an environment in a thread of its own.

    Raises:
        OpenEnvTuiError: whatever ``opening`` raises; the thread is gone then.
    """
    thread = LoopThread()
    try:
        return BlockingEnvironment(thread.wait(opening), thread)
    except BaseException:
        thread.stop()
        raise
