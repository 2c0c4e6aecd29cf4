"""A run as another process sees it: how it goes, and whether it still goes at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from time import monotonic, sleep

from openenv_tui.errors import StoreError
from openenv_tui.evaluation.folder import MANIFEST, being_written, read_manifest
from openenv_tui.evaluation.runner import Evaluation, load_run
from openenv_tui.evaluation.store import FILE_NAME
from openenv_tui.evaluation.table import Table
from openenv_tui.evaluation.under_way import Progress

LOOK_SECONDS = 0.5
SHARE = 4
"""So many times as long as a look takes, the next one waits."""


class State(Enum):
    """Of a run that another process plays."""

    PLAYED = auto()
    FINISHED = auto()
    INTERRUPTED = auto()
    GONE = auto()
    """The process that played it ended without a word."""


@dataclass(frozen=True)
class Seen:
    """A run at one moment.

    Attributes:
        result: with the table of what is stored; None before the first word of the log.
        progress: the same, as the process that plays it would report it.
    """

    state: State
    result: Evaluation | None
    progress: Progress | None


def follow(folder: Path) -> Iterator[Seen]:
    """Look at a run again and again, until it ends; the last look is at what it ended with.

    Raises:
        StoreError: there is no run, or it cannot be read.
    """
    if not (folder / MANIFEST).exists() and not (folder / FILE_NAME).exists():
        raise StoreError(f"there is no run in {folder}: {FILE_NAME} is missing")
    began, first = monotonic(), None
    while True:
        looked = monotonic()
        # The state first: what is read after the end is all there is.
        state = state_of(folder)
        result = _loaded(folder, state)
        progress = None
        if result is not None:
            done = sum(row.episodes for row in result.rows)
            first = done if first is None else first
            progress = _progress(result.table, done, done - first, monotonic() - began)
        yield Seen(state, result, progress)
        if state is not State.PLAYED:
            return
        sleep(max(LOOK_SECONDS, SHARE * (monotonic() - looked)))


def state_of(folder: Path) -> State:
    """Whether a run is played, and how it ended if it is not."""
    if not being_written(folder):
        manifest = read_manifest(folder)
        if not manifest.get("finished"):
            return State.GONE
        return State.INTERRUPTED if manifest.get("interrupted") else State.FINISHED
    return State.PLAYED


def _loaded(folder: Path, state: State) -> Evaluation | None:
    try:
        return load_run(folder)
    except StoreError:
        if state is State.PLAYED:
            # It has just begun.
            return None
        raise


def _progress(table: Table, done: int, lately: int, seconds: float) -> Progress:
    total = sum(row.episodes if row.complete else table.episodes for row in table.rows)
    rate = lately / max(1e-9, seconds)
    left = (total - done) / rate if rate else None
    return Progress(done, total, rate, left, table)
