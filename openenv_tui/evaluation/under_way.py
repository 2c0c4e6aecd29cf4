"""A run under way: what is done, what waits to be written, and when to report how it goes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass, replace
from itertools import starmap
from time import monotonic
from typing import TYPE_CHECKING

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.evaluation.engines.chunks import Chunks, gaps
from openenv_tui.evaluation.persons import Host, PersonsGames, persons_rows
from openenv_tui.evaluation.plan import LOCAL, Cast, Plan
from openenv_tui.evaluation.setup import Where, awaited
from openenv_tui.evaluation.stopping import Result
from openenv_tui.evaluation.store import LEFT, Entry, Store
from openenv_tui.evaluation.table import Table, tabulate, watches

if TYPE_CHECKING:
    from openenv_tui.evaluation.engines.inline import InlinePlayer

FLUSH_SECONDS = 0.25
CHUNK_SECONDS = 0.05
WORKER_CHUNK_SECONDS = 0.2
TABLE_PAUSE = 20
"""So many times as long as a table takes to compute, the next one waits."""


@dataclass(frozen=True)
class Progress:
    """How a run goes.

    Attributes:
        done: episodes played, of ``total``, over all rows.
        rate: episodes a second, so far.
        seconds_left: at that rate; None before anything is known.
        table: of what was played.
        note: what is in the way; "" if nothing is.
    """

    done: int
    total: int
    rate: float
    seconds_left: float | None
    table: Table
    note: str = ""


class Run:
    """Plays what a plan has left, and writes it into the log.

    Args:
        plan: what to do.
        cast: makes the policies.
        store: the log, described already.
        progress: told about four times a second how it goes.
        stop: ends the run soon after it is set.
        where: the run is played.
        ahead: episodes of rows that are to come after these.
        host: seats a person, where the plan has one.

    Attributes:
        total: episodes of all rows; of those that ended early, what they needed.
        done: of these.
        problems: what went wrong when policies were closed.
    """

    def __init__(
        self,
        plan: Plan,
        cast: Cast,
        store: Store,
        progress: Callable[[Progress], None] | None,
        stop: threading.Event,
        where: Where,
        ahead: int = 0,
        host: Host | None = None,
    ) -> None:
        self._plan = plan
        self._cast = cast
        self.log = store
        self._progress = progress
        self._stop = stop
        self._where = where
        self._host = host
        self._waiting: list[Entry] = []
        self._started = self._flushed = monotonic()
        self._note: Callable[[], str] = str
        self._table: Table | None = None
        self._table_due = 0.0
        self.problems: list[str] = []
        self._ahead = ahead
        rows = range(len(plan.policies))
        self.total = sum(map(plan.length, rows))
        self._todo = {row: gaps(store.played(row), plan.length(row)) for row in rows}
        self._persons = persons_rows(plan, len(store.meta().get("seats", ())) - 1)
        self._watches = watches(store)
        self._chunks: Chunks | None = None
        self._ended: set[int] = set()
        self.done = self.total - self._left
        self._look()
        self._before = self.done

    @property
    def complete(self) -> bool:
        """All is played."""
        return self.done == self.total

    @property
    def expected(self) -> int:
        """Episodes of all rows, with those that are to come."""
        return self.total + self._ahead

    @property
    def _left(self) -> int:
        return sum(len(span) for spans in self._todo.values() for span in spans)

    def _look(self) -> None:
        """End the rows that have played enough; what they played beyond that does not count."""
        for row, watch in enumerate(self._watches):
            if row in self._ended or not watch.feed(
                starmap(Result, self.log.results(row, watch.seen))
            ):
                continue
            self._ended.add(row)
            self.log.forget(row, watch.fed)
            self._todo[row] = []
            if self._chunks is not None:
                self._chunks.end(row)
        if self._ended:
            kept = sum(self._watches[row].fed for row in self._ended)
            others = [row for row in range(len(self._plan.policies)) if row not in self._ended]
            self.total = kept + sum(map(self._plan.length, others))
            self.done = kept + sum(self.log.number(row) for row in others)

    def begin_learners_anew(self, tell: Callable[[str], None]) -> None:
        """Of a row that learns, the rest alone cannot be played: it depends on the beginning."""
        for row, spans in self._todo.items():
            if spans and self._learns(row):
                tell(f"{self._plan.policies[row]} learns, so its row is played anew from the start")
                self.log.forget(row)
                self._todo[row] = [range(self._plan.length(row))]
        self.done = self._before = self.total - self._left

    def play(self) -> None:
        if self._where.address != LOCAL:
            awaited(self._play_on_server())
        else:
            self._play_here()
        self._play_with_person()
        self._report(last=True)

    def _play_with_person(self) -> None:
        """Last, so that nobody has to wait at the keyboard."""
        todo = {row: self._todo[row] for row in self._persons if self._todo[row]}
        if not todo or self._host is None or self._stop.is_set():
            return
        games = PersonsGames(self._plan, self._cast, self._where, todo, self, self._ended)
        try:
            self._host(games)
        finally:
            self.problems += games.close()

    def keep(self, played: Entry) -> None:
        """Log a person's game at once."""
        self._waiting.append(played)
        self.done += 1
        self.flush()

    def give_up(self, row: int, episode: int, reason: str) -> None:
        """Log that a person left a game; it is to be played again."""
        self.log.add_lost(row, episode, LEFT, reason)

    def _play_here(self) -> None:
        from openenv_tui.evaluation.engines.inline import InlinePlayer

        rows = [row for row in range(len(self._plan.policies)) if row not in self._persons]
        spread: list[int] = []
        if self._plan.jobs > 1 and not self._cast:
            spread = [row for row in rows if not self._learns(row)]
            self._play_in_processes(spread)
        player = InlinePlayer(self._plan, self._cast)
        try:
            self._play_inline(player, [row for row in rows if row not in spread])
        finally:
            self.problems += player.close()

    def _play_inline(self, player: InlinePlayer, rows: Sequence[int]) -> None:
        chunks = self._chunks = Chunks({row: self._todo[row] for row in rows}, CHUNK_SECONDS)
        for chunk in chunks:
            if self._stop.is_set():
                return
            began, before = monotonic(), len(self._waiting)
            try:
                # Straight into what waits: an interruption in the middle loses nothing.
                player.play(chunk, self._waiting)
            finally:
                self.done += len(self._waiting) - before
            chunks.took(chunk, monotonic() - began)
            self._now_and_then()

    def _play_in_processes(self, rows: Sequence[int]) -> None:
        from openenv_tui.evaluation.engines.processes import play_chunks

        chunks = Chunks({row: self._todo[row] for row in rows}, WORKER_CHUNK_SECONDS)
        self._chunks = chunks
        with closing(play_chunks(self._plan, chunks)) as results:
            for entries in results:
                self._take(entries)
                if self._stop.is_set():
                    return

    async def _play_on_server(self) -> None:
        from openenv_tui.evaluation.engines.sessions import SessionsPlayer

        rows = [row for row in self._todo if row not in self._persons]
        listed = [(row, e) for row in rows for span in self._todo[row] for e in span]
        if not listed:
            return
        todo = sorted(listed, key=lambda each: each[1])
        where = self._where
        there = replace(self._plan, env=where.address)
        player = SessionsPlayer(there, self._cast, self._note_loss, where.headers)
        self._note = lambda: player.note
        try:
            async with aclosing(player.play(todo)) as lines:
                async for line in lines:
                    if line is None:
                        self._now_and_then()
                    else:
                        self._take([line])
                        player.ended |= self._ended
                    if self._stop.is_set() or (self._ended and self.complete):
                        break
        finally:
            self._note = str
            self._take(player.rest())
        self.problems += player.problems

    def _note_loss(self, row: int, episode: int, error: OpenEnvTuiError) -> None:
        self.log.add_lost(row, episode, error.kind, str(error))

    def _learns(self, row: int) -> bool:
        return self._plan.learn and self._cast.build(self._plan.policies[row]).learns

    def _take(self, entries: Sequence[Entry]) -> None:
        self._waiting += entries
        self.done += len(entries)
        self._now_and_then()

    def _now_and_then(self) -> None:
        if monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()
            self._report()

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.log.add([line for line in waiting if line[0] not in self._ended])
            self._look()
        self._flushed = monotonic()

    def _report(self, *, last: bool = False) -> None:
        if self._progress is None:
            return
        self.flush()
        rate = (self.done - self._before) / max(1e-9, monotonic() - self._started)
        left = (self.expected - self.done) / rate if rate else None
        table = self._tabulated(anew=last)
        self._progress(Progress(self.done, self.expected, rate, left, table, self._note()))

    def _tabulated(self, *, anew: bool) -> Table:
        """The table of a moment ago: of a long log, a new one for every report would cost most."""
        began = monotonic()
        if self._table is None or anew or began >= self._table_due:
            self._table = tabulate(self.log, live=not anew)
            self._table_due = monotonic() + TABLE_PAUSE * (monotonic() - began)
        return self._table
