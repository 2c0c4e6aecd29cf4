"""Runs a plan: plays every episode, logs it, reports how it goes, and makes the table."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openenv_tui.connection.access import Access
from openenv_tui.errors import OpenEnvTuiError, StoreError, UsageError
from openenv_tui.evaluation.bouts import History, history_of
from openenv_tui.evaluation.exact.rows import with_exact_values
from openenv_tui.evaluation.folder import (
    claimed,
    finish_folder,
    new_folder,
    planned,
    read_manifest,
    resume_command,
    start_manifest,
)
from openenv_tui.evaluation.persons import Host, expect_host, persons_rows
from openenv_tui.evaluation.plan import Cast, Plan
from openenv_tui.evaluation.rounds import drawn
from openenv_tui.evaluation.setup import About, Where, prepared, reached
from openenv_tui.evaluation.standings import Standings, standings_of
from openenv_tui.evaluation.store import FILE_NAME, Store
from openenv_tui.evaluation.table import Table, tabulate
from openenv_tui.evaluation.under_way import Progress, Run
from openenv_tui.policy import Policy

if TYPE_CHECKING:
    import pandas

NO_ACCESS = Access()


@dataclass(frozen=True)
class Evaluation:
    """The result of a run.

    Attributes:
        table: rows and caption.
        folder: where the run is kept; None if it was not to be.
        interrupted: it was stopped before all episodes were played.
        standings: of a tournament; None of other runs.
        history: of a tournament in rounds; None of other runs.
    """

    table: Table
    folder: Path | None
    interrupted: bool = False
    standings: Standings | None = None
    history: History | None = None

    @property
    def whole(self) -> Table:
        """The table, of a tournament with its standings: what exports are made of."""
        return replace(self.table, standings=self.standings)

    @property
    def rows(self) -> tuple[Any, ...]:
        """``Row`` values, best first."""
        return self.table.rows

    def to_dict(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        found = self.table.to_dict()
        if self.standings is not None:
            rounds = {} if self.history is None else self.history.to_dict()
            found["tournament"] = self.standings.to_dict() | rounds
        return found

    def to_pandas(self) -> pandas.DataFrame:
        """One line for each row, the forfeits as columns of their own."""
        import pandas

        from openenv_tui.evaluation.export import flat

        lines = [flat(row) for row in self.table.to_dict()["rows"]]
        return pandas.DataFrame.from_records(lines)

    def __str__(self) -> str:
        if self.standings is not None:
            from openenv_tui.evaluation.show_standings import standings_text

            return standings_text(self.standings, notes=self.table.incidents)
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
    host: Host | None = None,
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
        host: seats a person where the plan says ``human``.

    Raises:
        UsageError: something in the plan cannot be, found before anything starts.
        StoreError: the folder cannot be written.
        ConnectionFailedError: the server cannot be reached.
    """
    cast = Cast(given)
    with ExitStack() as held:
        where = held.enter_context(reached(plan, access, tell))
        plan, about = prepared(plan, cast, where, tell or _nothing)
        expect_host(persons_rows(plan, len(about.seats) - 1), host)
        place = new_folder(folder, plan.game) if keep else None
        held.enter_context(claimed(place))
        if place:
            # First of all: whoever knows the plan can go on, at whatever moment a run is killed.
            start_manifest(place, plan, command, formats, list(given or ()))
        log = Store(place / FILE_NAME if place else ":memory:", new=True)
        held.enter_context(closing(log))
        name = place.name if place else "unsaved"
        log.describe({"run": name, **about.meta(plan)}, [])
        begin = partial(
            Run,
            cast=cast,
            store=log,
            progress=progress,
            stop=stop or threading.Event(),
            where=where,
            host=host,
        )
        return _carry_out(_runs(plan, about, log, begin), log, place, formats, cast)


def resume_run(
    folder: Path,
    *,
    give_up: float | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    tell: Callable[[str], None] | None = None,
    access: Access = NO_ACCESS,
    host: Host | None = None,
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
        host: as of ``run_plan``.

    Raises:
        StoreError: there is no run, it cannot be read, or another process writes it.
        UsageError: it is complete, or it cannot go on as it began.
        ConnectionFailedError: the server cannot be reached.
    """
    plan = planned(folder)
    plan = plan if give_up is None else replace(plan, give_up=give_up)
    tell = tell or _nothing
    with claimed(folder), ExitStack() as held:
        log = held.enter_context(closing(Store(folder / FILE_NAME, new=True)))
        begin = partial(Run, store=log, progress=progress, stop=stop or threading.Event())
        manifest = read_manifest(folder)
        if log.described and manifest.get("finished") and not manifest.get("interrupted"):
            draw = drawn(plan, log, int(log.meta()["players"]))
            _expect_open(folder, begin(draw.plan, cast=Cast(), where=Where()))
        where = held.enter_context(reached(plan, access, tell))
        plan, about = prepared(plan, Cast(), where, tell, audited=not log.described)
        expect_host(persons_rows(plan, len(about.seats) - 1), host)
        if log.described:
            rows = about.rows(drawn(plan, log, about.game.info.players).plan)
            _expect_same(folder, log, about.meta(plan), rows)
        else:
            log.describe({"run": folder.name, **about.meta(plan)}, [])
        runs = _runs(plan, about, log, partial(begin, cast=Cast(), where=where, host=host))
        first = next(runs, None)
        if first is not None:
            first.begin_learners_anew(tell)
            tell(f"{first.expected - first.done:,} of {first.expected:,} episodes are left")
            runs = chain([first], runs)
        return _carry_out(runs, log, folder, manifest.get("formats", ()), Cast())


def _expect_open(folder: Path, run: Run) -> None:
    if run.complete:
        raise UsageError(f"{folder} is complete already; see it with: openenv-tui show {folder}")


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
    if log.rows() != rows[: len(log.rows())]:
        raise UsageError(f"{folder} cannot go on: its opponents were {log.rows()}, not {rows}")


def _runs(plan: Plan, about: About, log: Store, begin: Callable[..., Run]) -> Iterator[Run]:
    """What is to be played, one after another: all at once, or the rounds of a tournament."""
    while True:
        draw = drawn(plan, log, about.game.info.players)
        log.describe({}, about.rows(draw.plan))
        run = begin(draw.plan, ahead=draw.ahead)
        if plan.tournament is not None and run.complete:
            return
        yield run
        if plan.tournament is None:
            return


def _carry_out(
    runs: Iterator[Run], log: Store, place: Path | None, formats: Sequence[str], cast: Cast
) -> Evaluation:
    """Play, and write down what came of it, whatever that is."""
    interrupted, failure = False, None
    problems: list[str] = []
    try:
        for run in runs:
            try:
                run.play()
            finally:
                run.flush()
                problems += run.problems
                interrupted = not run.complete
            if interrupted:
                break
    except KeyboardInterrupt:
        interrupted = True
    except StoreError:
        raise
    except OpenEnvTuiError as error:
        failure = error
    table = with_exact_values(tabulate(log), log.meta(), cast)
    result = Evaluation(table, place, interrupted, standings_of(log), history_of(log))
    if place:
        finish_folder(place, result.whole, formats, interrupted=interrupted)
    if failure is not None:
        if place:
            failure.advice = f"go on with: {resume_command(place)}"
        raise failure
    if problems:
        kept = f"; the run is kept in {place}" if place else ""
        raise OpenEnvTuiError("; ".join(dict.fromkeys(problems)) + kept)
    return result


def load_run(
    folder: Path, *, forfeits: str = "", exact: bool = False, wish: bool | None = None
) -> Evaluation:
    """A kept run, its table computed from the log again.

    Args:
        folder: the run's.
        forfeits: the rule for them, if not that of the run.
        exact: with exact values, which take longer than the rest.
        wish: how far to go for them; None: as far as the run wished.

    Raises:
        StoreError: there is none, or it cannot be read.
        UsageError: the log does not say what would have come of that rule.
    """
    store = Store(folder / FILE_NAME, new=False)
    try:
        with store.still():
            if not store.described:
                raise StoreError(
                    f"the run in {folder} was ended before its first episode; go on with: "
                    f"{resume_command(folder)}"
                )
            table = tabulate(store, forfeits=forfeits)
            found, meta = standings_of(store, forfeits=forfeits), store.meta()
            history = history_of(store)
    except (KeyError, TypeError) as error:
        raise OpenEnvTuiError(f"{folder}: the log is not complete: {error} is missing") from error
    finally:
        store.close()
    table = replace(table, run=folder.name)
    if exact:
        table = with_exact_values(table, meta, wish=wish)
    short = not all(row.complete for row in table.rows)
    short = short or (history is not None and not history.order)
    return Evaluation(table, folder, short, found, history)
