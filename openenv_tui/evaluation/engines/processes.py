"""Plays episodes on the embedded engine, in several processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Generator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from multiprocessing.util import Finalize
from threading import Thread
from time import monotonic
from typing import NamedTuple

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.evaluation.engines.chunks import Chunk, Chunks
from openenv_tui.evaluation.engines.inline import InlinePlayer
from openenv_tui.evaluation.plan import Cast, Plan
from openenv_tui.evaluation.store import Entry


class Played(NamedTuple):
    """A piece of the run, done."""

    chunk: Chunk
    entries: list[Entry]
    seconds: float


class WorkerDiedError(OpenEnvTuiError):
    """A worker process ended on its own; what was played before is stored."""


def play_chunks(plan: Plan, chunks: Chunks) -> Generator[list[Entry], None, None]:
    """Play pieces in ``plan.jobs`` processes and give each one's lines as it is done.

    Closing the generator ends the processes.

    Raises:
        WorkerDiedError: a process ended; a policy may have ended it.
    """
    # Spawned, not forked: the app's threads and an event loop may be running here.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(plan.jobs, context, _prepare, (plan, list(sys.path), os.getcwd()))
    waiting = iter(chunks)
    running: set[Future[Played]] = set()
    try:
        while True:
            # A few ahead of the workers: enough to keep them busy, little to throw away.
            while len(running) < 2 * plan.jobs and (chunk := next(waiting, None)) is not None:
                running.add(pool.submit(_play, chunk))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                chunk, entries, seconds = future.result()
                chunks.took(chunk, seconds)
                yield entries
    except BrokenProcessPool as error:
        raise WorkerDiedError(
            "a worker process ended unexpectedly: a policy may have ended it, or memory ran out; "
            "what was played is stored. Try --jobs 1 to see its own message"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_player: InlinePlayer | None = None
"""Of this worker process; made once, because making engines and policies takes time."""


def _prepare(plan: Plan, path: list[str], folder: str) -> None:
    global _player
    # The parent hears Ctrl-C too, and decides what is kept.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    sys.path[:] = path
    os.chdir(folder)
    _player = InlinePlayer(plan, Cast())
    # A worker process ends without the interpreter's own farewell.
    Finalize(None, _player.close, exitpriority=10)


def _end_with_parent() -> None:
    """A parent that is killed cannot end its workers, and they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _play(chunk: Chunk) -> Played:
    if _player is None:
        raise RuntimeError("this worker was not prepared")
    began = monotonic()
    played: list[Entry] = []
    _player.play(chunk, played)
    return Played(chunk, played, monotonic() - began)
