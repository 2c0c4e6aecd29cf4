"""Runs a plan: plays every episode, logs it, reports how it goes, and makes the table."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, aclosing, closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import starmap
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from openenv_tui.connection.access import Access, Headers
from openenv_tui.errors import (
    CapacityError,
    ConnectionFailedError,
    OpenEnvTuiError,
    StoreError,
    UsageError,
)
from openenv_tui.evaluation.engines.chunks import Chunks, gaps
from openenv_tui.evaluation.folder import (
    claimed,
    finish_folder,
    new_folder,
    planned,
    read_manifest,
    resume_command,
    start_manifest,
)
from openenv_tui.evaluation.plan import LOCAL, Cast, Plan, check_fit
from openenv_tui.evaluation.stopping import Bounds, Result, rule_for
from openenv_tui.evaluation.store import FILE_NAME, Entry, Store
from openenv_tui.evaluation.table import Table, tabulate, watches
from openenv_tui.game import Game
from openenv_tui.policy import Policy
from openenv_tui.rule import judged

if TYPE_CHECKING:
    import pandas

    from openenv_tui.connection.audit import Audit
    from openenv_tui.environment import AsyncEnvironment
    from openenv_tui.evaluation.engines.inline import InlinePlayer

T = TypeVar("T")

NO_ACCESS = Access()

FLUSH_SECONDS = 0.25
CHUNK_SECONDS = 0.05
WORKER_CHUNK_SECONDS = 0.2
FULL_SECONDS = 5.0
"""So long a run waits at its beginning for a server that is full."""


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


@dataclass(frozen=True)
class Evaluation:
    """The result of a run.

    Attributes:
        table: rows and caption.
        folder: where the run is kept; None if it was not to be.
        interrupted: it was stopped before all episodes were played.
    """

    table: Table
    folder: Path | None
    interrupted: bool = False

    @property
    def rows(self) -> tuple[Any, ...]:
        """``Row`` values, best first."""
        return self.table.rows

    def to_pandas(self) -> pandas.DataFrame:
        """One line for each row, the forfeits as columns of their own."""
        import pandas

        from openenv_tui.evaluation.export import flat

        lines = [flat(row) for row in self.table.to_dict()["rows"]]
        return pandas.DataFrame.from_records(lines)

    def __str__(self) -> str:
        from openenv_tui.evaluation.show import as_text

        return as_text(self.table)


def run_plan(
    plan: Plan,
    folder: Path | str | None = None,
    *,
    keep: bool = True,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    given: Mapping[str, Policy] | None = None,
    command: Sequence[str] = (),
    formats: Sequence[str] = ("csv", "md"),
    access: Access = NO_ACCESS,
    tell: Callable[[str], None] | None = None,
) -> Evaluation:
    """Play a plan to its end, to ``stop``, or to Ctrl-C; what was played is kept in every case.

    Args:
        plan: what to do.
        folder: where to keep the run; ``results/<time>-<game>`` by default.
        keep: False keeps nothing on disk.
        progress: called about four times a second, from the calling thread.
        stop: ends the run soon after it is set.
        given: policies as objects, by the names that the plan calls them.
        command: for the manifest.
        formats: of the summary files in the folder.
        access: what a server is sent, and the environment of one that is started; it is not kept.
        tell: told how far a server is that is started.

    Raises:
        UsageError: something in the plan cannot be, found before anything starts.
        StoreError: the folder cannot be written.
        ConnectionFailedError: the server cannot be reached.
    """
    cast = Cast(given)
    with ExitStack() as held:
        where = held.enter_context(_reached(plan, access, tell))
        plan, about = _prepared(plan, cast, where)
        place = new_folder(folder, plan.game) if keep else None
        held.enter_context(claimed(place))
        log = Store(place / FILE_NAME if place else ":memory:", new=True)
        held.enter_context(closing(log))
        name = place.name if place else "unsaved"
        log.describe({"run": name, **about.meta(plan)}, about.rows(plan))
        if place:
            start_manifest(place, plan, command, formats, list(given or ()))
        run = _Run(plan, cast, log, progress, stop or threading.Event(), where)
        return _carry_out(run, place, formats)


def resume_run(
    folder: Path,
    *,
    give_up: float | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    tell: Callable[[str], None] | None = None,
    access: Access = NO_ACCESS,
) -> Evaluation:
    """Play what a run has left, whether it was interrupted, killed, or gave up.

    The table is the one that an undisturbed run gives. Rows that learn are played anew from the
    start, with whatever their policies' files hold by now.

    Args:
        folder: the run's.
        give_up: seconds for which a dead server is waited for, if not those of the plan.
        progress: as of ``run_plan``.
        stop: as of ``run_plan``.
        tell: told what is about to be done.
        access: as of ``run_plan``; it was not kept.

    Raises:
        StoreError: there is no run, it cannot be read, or another process writes it.
        UsageError: it is complete, or it cannot go on as it began.
        ConnectionFailedError: the server cannot be reached.
    """
    with closing(Store(folder / FILE_NAME, new=False)) as log:
        plan = planned(folder)
        plan = plan if give_up is None else replace(plan, give_up=give_up)
        with claimed(folder), ExitStack() as held:
            stop = stop or threading.Event()
            manifest = read_manifest(folder)
            complete = _Run(plan, Cast(), log, None, stop, Where()).complete
            if complete and manifest.get("finished") and not manifest.get("interrupted"):
                raise UsageError(
                    f"{folder} is complete already; see it with: openenv-tui show {folder}"
                )
            where = held.enter_context(_reached(plan, access, tell))
            run = _Run(plan, Cast(), log, progress, stop, where)
            _, about = _prepared(plan, Cast(), where, audited=False)
            _expect_same(folder, log, about.meta(plan), about.rows(plan))
            log.go_on()
            run.begin_learners_anew(tell or _nothing)
            (tell or _nothing)(f"{run.total - run.done:,} of {run.total:,} episodes are left")
            return _carry_out(run, folder, manifest.get("formats", ()))


def _nothing(_: str) -> None:
    """Nobody listens."""


def _expect_same(
    folder: Path, log: Store, meta: Mapping[str, Any], rows: list[tuple[str, str | None]]
) -> None:
    """A server may have come back with another game, or other seats."""
    before = log.meta()
    for key in ("game", "players", "seats"):
        if key in before and before[key] != meta[key]:
            raise UsageError(
                f"{folder} cannot go on: {key} {before[key]} were played, and "
                f"{meta['env']} offers {meta[key]} now"
            )
    if log.rows() != rows:
        raise UsageError(f"{folder} cannot go on: its opponents were {log.rows()}, not {rows}")


def _carry_out(run: _Run, place: Path | None, formats: Sequence[str]) -> Evaluation:
    """Play, and write down what came of it, whatever that is."""
    interrupted, failure = False, None
    try:
        run.play()
    except KeyboardInterrupt:
        interrupted = True
    except StoreError:
        raise
    except OpenEnvTuiError as error:
        failure = error
    finally:
        run.flush()
    interrupted = interrupted or run.done < run.total
    table = tabulate(run.log)
    if place:
        finish_folder(place, table, formats, interrupted=interrupted)
    if failure is not None:
        if place:
            failure.advice = f"go on with: {resume_command(place)}"
        raise failure
    if run.problems:
        kept = f"; the run is kept in {place}" if place else ""
        raise OpenEnvTuiError("; ".join(run.problems) + kept)
    return Evaluation(table, place, interrupted)


def load_run(folder: Path) -> Evaluation:
    """A kept run, its table computed from the log again.

    Raises:
        StoreError: there is none, or it cannot be read.
    """
    store = Store(folder / FILE_NAME, new=False)
    try:
        table = tabulate(store)
    except (KeyError, TypeError) as error:
        raise OpenEnvTuiError(f"{folder}: the log is not complete: {error} is missing") from error
    finally:
        store.close()
    table = replace(table, run=folder.name)
    return Evaluation(table, folder, not all(row.complete for row in table.rows))


@dataclass(frozen=True)
class _About:
    """What has to be known of a game on an environment to run and to tabulate it."""

    game: Game
    seats: tuple[int, ...]
    opponents: Mapping[int, str]
    env: str = LOCAL
    seeded: bool = True
    audit: Mapping[str, Any] | None = None

    @property
    def opponent_needed(self) -> bool:
        return self.game.info.players > 1 + len(self.opponents)

    def rows(self, plan: Plan) -> list[tuple[str, str | None]]:
        served = ", ".join(sorted(set(self.opponents.values())))
        if not self.opponent_needed:
            return [(policy, served or None) for policy in plan.policies]
        return [(spec, " + ".join(plan.others(row))) for row, spec in enumerate(plan.policies)]

    def pairing(self) -> str:
        if not self.seeded and len(self.seats) == self.game.info.players:
            return "The server deals by dice of its own, so episodes are not shared"
        proved = "" if self.audit is None else ", as the audit of the server found"
        if self.game.info.players == 1:
            return f"All policies play the same episodes{proved}"
        if len(self.seats) == self.game.info.players:
            return f"Every deal is played from every seat, by all policies{proved}"
        served = ", ".join(str(seat) for seat in self.seats)
        alone = f"Seat {served} alone: the server plays the others, so seats are not balanced"
        return alone if self.seeded else f"{alone}, and deals by dice of its own"

    def _deal(self, plan: Plan) -> int:
        rows, players = range(len(plan.policies)), self.game.info.players
        return len(self.seats) * max(plan.orders(row, players) for row in rows)

    def meta(self, plan: Plan) -> dict[str, Any]:
        info = self.game.info
        return {
            "game": info.name,
            "env": self.env,
            "seed": plan.seed,
            "episodes": plan.episodes,
            "pairing": self.pairing(),
            "outcome_rule": self.game.outcome_rule,
            "audit": self.audit,
            "deal": self._deal(plan) if self.seeded else 1,
            "players": info.players,
            "seats": list(self.seats),
            "min_utility": info.min_utility,
            "max_utility": info.max_utility,
            "learn": plan.learn,
            "clock": plan.clock,
            "sprt": plan.sprt,
            "precision": plan.precision,
        }


@dataclass(frozen=True)
class Where:
    """Where a run is played.

    Attributes:
        address: ``local``, or of a server that stands.
        target: as tables name it.
        headers: that the server is sent.
        game: that is played there, where the plan names none.
    """

    address: str = LOCAL
    target: str = LOCAL
    headers: Headers = field(default=(), repr=False)
    game: str = ""


@contextmanager
def _reached(plan: Plan, access: Access, tell: Callable[[str], None] | None) -> Iterator[Where]:
    """Where the plan is played; a server that has to be started stands until the end."""
    from openenv_tui.connection.launch import silent, standing
    from openenv_tui.connection.profiles import resolved

    profile = resolved(plan.env)
    if profile.target == LOCAL:
        yield Where(game=profile.game or "")
        return
    headers = (*profile.access(), *access.headers)
    with standing(profile.target, access.variables, tell or silent) as address:
        yield Where(address, profile.target, headers, profile.game or "")


def _prepared(plan: Plan, cast: Cast, where: Where, *, audited: bool = True) -> tuple[Plan, _About]:
    """The plan with its game's full name, and what was found out, once all of it can be played."""
    plan = replace(plan, game=plan.game or where.game)
    if where.address == LOCAL:
        from openenv_tui.games import load_game

        game: Game = load_game(plan.game)
        about = _About(judged(game, plan.win), tuple(range(game.info.players)), {})
    else:
        about = _awaited(_asked(plan, where, audited=audited))
    plan = replace(plan, game=about.game.info.name)
    check_fit(plan, cast, about.game.info, opponent_needed=about.opponent_needed)
    meta = about.meta(plan)
    rule_for(
        plan.sprt,
        plan.precision,
        Bounds(meta["deal"], meta["min_utility"], meta["max_utility"]),
    )
    return plan, about


def _awaited(work: Coroutine[Any, Any, T]) -> T:
    from openenv_tui.connection.blocking import new_event_loop

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


async def _asked(plan: Plan, where: Where, *, audited: bool) -> _About:
    environment = await _admitted(plan, where)
    try:
        about = _About(
            judged(environment.game, plan.win),
            environment.seats,
            dict(environment.opponents),
            where.target,
            environment.seeded,
        )
    finally:
        await environment.close()
    found = await _audited(plan, where) if audited else None
    if about.seeded or found is None:
        # Ours gives the seed back with every reset: it need not be guessed from what is seen.
        return replace(about, audit=found.to_dict() if found else None)
    return replace(about, seeded=bool(found.seeded), audit=found.to_dict())


async def _audited(plan: Plan, where: Where) -> Audit | None:
    """A short audit; None where the server gives no session for it."""
    from openenv_tui.connection.audit import Wishes, brief

    try:
        return await brief(where.address, Wishes(headers=where.headers, timeout=plan.timeout))
    except ConnectionFailedError:
        return None


async def _admitted(plan: Plan, where: Where) -> AsyncEnvironment:
    """A first session. A server may need a moment until it knows that others are over."""
    from openenv_tui.connection import open_environment

    loop = asyncio.get_running_loop()
    until = loop.time() + min(plan.give_up, FULL_SECONDS)
    while True:
        try:
            return await open_environment(
                where.address,
                plan.game or None,
                limit=plan.max_steps,
                headers=where.headers,
                timeout=plan.timeout,
            )
        except CapacityError:
            if loop.time() >= until:
                raise
            await asyncio.sleep(FLUSH_SECONDS)


class _Run:
    """A run under way: what is done, what waits to be written, when to report."""

    def __init__(
        self,
        plan: Plan,
        cast: Cast,
        store: Store,
        progress: Callable[[Progress], None] | None,
        stop: threading.Event,
        where: Where,
    ) -> None:
        self._plan = plan
        self._cast = cast
        self.log = store
        self._progress = progress
        self._stop = stop
        self._where = where
        self._waiting: list[Entry] = []
        self._started = self._flushed = monotonic()
        self._note: Callable[[], str] = str
        self.problems: list[str] = []
        self.total = plan.episodes * len(plan.policies)
        rows = range(len(plan.policies))
        self._todo = {row: gaps(store.played(row), plan.episodes) for row in rows}
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
            self.total = kept + len(others) * self._plan.episodes
            self.done = kept + sum(len(self.log.played(row)) for row in others)

    def begin_learners_anew(self, tell: Callable[[str], None]) -> None:
        """Of a row that learns, the rest alone cannot be played: it depends on the beginning."""
        for row, spans in self._todo.items():
            if spans and self._learns(row):
                tell(f"{self._plan.policies[row]} learns, so its row is played anew from the start")
                self.log.forget(row)
                self._todo[row] = [range(self._plan.episodes)]
        self.done = self._before = self.total - self._left

    def play(self) -> None:
        if self._where.address != LOCAL:
            _awaited(self._play_on_server())
        else:
            self._play_here()
        self._report()

    def _play_here(self) -> None:
        from openenv_tui.evaluation.engines.inline import InlinePlayer

        rows = range(len(self._plan.policies))
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

        listed = [(row, e) for row, spans in self._todo.items() for span in spans for e in span]
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

    def _report(self) -> None:
        if self._progress is None:
            return
        self.flush()
        rate = (self.done - self._before) / max(1e-9, monotonic() - self._started)
        left = (self.total - self.done) / rate if rate else None
        table = tabulate(self.log)
        self._progress(Progress(self.done, self.total, rate, left, table, self._note()))
