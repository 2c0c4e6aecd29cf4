"""``openenv-tui eval``: the win rates of policies, tabulated."""

from __future__ import annotations

import json
import signal
import sys
import threading
from contextlib import contextmanager
from shutil import get_terminal_size
from textwrap import fill
from time import monotonic
from typing import TYPE_CHECKING, Protocol

import click

from openenv_tui.cli.common import telling
from openenv_tui.cli.options import Asked, policies_option, required_games, run_options
from openenv_tui.cli.persons import host
from openenv_tui.evaluation.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from rich.live import Live

    from openenv_tui.evaluation.runner import Evaluation
    from openenv_tui.evaluation.series import Series
    from openenv_tui.evaluation.under_way import Progress

INTERRUPTED = 130
PLAIN_SECONDS = 5.0

EPILOG = """\b
Examples:
  openenv-tui eval catch -p random -p tracker -n 1000
  openenv-tui eval tic_tac_toe -p mcts -p tactician --opponent random --jobs 2
  openenv-tui eval catch -p 'q_learning(file=q.json)' --learn -n 2000
  openenv-tui eval --env ws://127.0.0.1:8000 -p random -p ./mine.py:Mine -n 200
  openenv-tui eval --env ws://127.0.0.1:8000 -p random --win 'return > 0'
  openenv-tui eval tic_tac_toe -p minimax --opponent tactician -n 20000 --sprt 0.5:0.55
  openenv-tui eval --game kuhn_poker --game tic_tac_toe -p random -p first
  openenv-tui eval --plan 0.50:0.55
  openenv-tui eval catch -p human -p tracker -n 10      you play, on the same deals
  openenv-tui eval kuhn_poker -p kuhn_equilibrium --json | jq .rows
"""


@click.command("eval", epilog=EPILOG)
@policies_option(
    "A policy to evaluate, or human, who is you; repeat it. Without any: random and the game's own "
    "heuristic."
)
@run_options("Episodes for each policy.")
@click.option(
    "--opponent", metavar="SPEC", default="random", show_default=True,
    help="Who takes the other seats.",
)  # fmt: skip
@click.option("--learn", is_flag=True, help="Let policies that learn do so, in order.")
@click.option(
    "--plan", "rates", metavar="A:B", default=None,
    help="Play nothing; say how many episodes tell the win rates A and B apart.",
)  # fmt: skip
def command(
    asked: Asked, policies: tuple[str, ...], opponent: str, learn: bool, rates: str | None
) -> int:
    """Tabulate the win rates of policies on a game.

    GAME may be left out when --env names a server. Policies are compared on the same episodes;
    in games for several, every deal is played from every seat. The table goes to stdout and into
    the run's folder, whose log keeps every episode. Ctrl-C keeps what is done, and
    `openenv-tui resume` goes on with it.
    """
    if rates is not None:
        click.echo(planned_episodes(rates, asked.wishes["precision"]))
        return 0
    plans = [
        Plan(game, policies or _by_default(game), opponent=opponent, learn=learn, **asked.wishes)
        for game in required_games(asked)
    ]
    return play(asked, plans)


def play(asked: Asked, plans: Sequence[Plan]) -> int:
    """Play a run, of one game or of several, print its tables, and give the exit code."""
    if len(plans) == 1:
        result = _played(asked, plans[0])
        print_result(result, as_json=asked.as_json, plain=asked.plain)
        return exit_code([result], asked)
    from openenv_tui.evaluation.several import run_games

    with stopped_by_ctrl_c() as stop, showing_progress(asked.plain) as report:
        series = run_games(
            plans,
            asked.out,
            progress=report,
            stop=stop,
            command=asked.command,
            formats=asked.formats,
            access=asked.access,
            tell=telling,
            host=host(asked.plain, report.aside),
        )
    print_series(series, as_json=asked.as_json, plain=asked.plain)
    if series.interrupted:
        return INTERRUPTED
    return exit_code(series.results, asked)


def _played(asked: Asked, plan: Plan) -> Evaluation:
    from openenv_tui.evaluation.runner import run_plan

    with stopped_by_ctrl_c() as stop, showing_progress(asked.plain) as report:
        return run_plan(
            plan,
            asked.out,
            progress=report,
            stop=stop,
            command=asked.command,
            formats=asked.formats,
            access=asked.access,
            tell=telling,
            host=host(asked.plain, report.aside),
        )


def exit_code(results: Sequence[Evaluation], asked: Asked) -> int:
    """How a run ended, as scripts are told; what failed is named on stderr."""
    from openenv_tui.evaluation.thresholds import judge, missed

    if any(result.interrupted for result in results):
        return INTERRUPTED
    rows = [row for result in results for row in result.rows]
    most = asked.max_error_rate
    faulty = [row for row in rows if sum(row.forfeits.values()) > most * row.episodes]
    for row in faulty:
        click.echo(f"error: {row.policy} forfeited more than {most:.0%}", err=True)
    verdicts = [each for result in results for each in judge(result, asked.thresholds)]
    for verdict in verdicts:
        click.echo(f"{'met' if verdict.met else 'MISSED'}: {verdict.words}", err=True)
    return 1 if faulty or missed(verdicts) else 0


def print_series(series: Series, *, as_json: bool, plain: bool) -> None:
    """The tables of several games on stdout, and on stderr what became of the run."""
    from openenv_tui.evaluation.folder import resume_command

    show_series(series, as_json=as_json, plain=plain)
    click.echo(f"kept in {series.folder}", err=True)
    if series.interrupted:
        click.echo(
            "interrupted: the tables are of what was played; "
            f"go on with: {resume_command(series.folder)}",
            err=True,
        )


def show_series(series: Series, *, as_json: bool, plain: bool) -> None:
    """The tables of several games on stdout."""
    from rich.console import Console

    from openenv_tui.evaluation.show_series import across_as_rich, as_text

    if as_json:
        click.echo(json.dumps(series.to_dict(), indent=2))
    elif plain or not sys.stdout.isatty():
        click.echo(as_text(series, 120))
    else:
        for result in series.results:
            print_tables(result, plain)
        Console().print(across_as_rich(series))


def print_result(result: Evaluation, *, as_json: bool, plain: bool) -> None:
    """The table on stdout, and on stderr what became of the run."""
    from openenv_tui.evaluation.folder import resume_command

    if as_json:
        click.echo(json.dumps(result.to_dict(), indent=2))
    else:
        print_tables(result, plain)
    click.echo(f"kept in {result.folder}", err=True)
    if result.interrupted and result.folder is not None:
        click.echo(
            "interrupted: the table is of what was played; "
            f"go on with: {resume_command(result.folder)}",
            err=True,
        )


def planned_episodes(rates: str, precision: float | None) -> str:
    """How many episodes tell two win rates apart, in words.

    Raises:
        UsageError: they cannot be read.
    """
    from openenv_tui.errors import UsageError
    from openenv_tui.evaluation.sequential import episodes_for_precision, episodes_to_tell_apart

    try:
        one, other = (float(part) for part in rates.split(":"))
    except ValueError as error:
        raise UsageError(
            f"cannot read the win rates '{rates}': two were expected, as in 0.50:0.55"
        ) from error
    lines = [
        f"{episodes_to_tell_apart(one, other, power=power):,} episodes of each policy tell win "
        f"rates of {one:g} and {other:g} apart in {power:.0%} of all runs"
        for power in (0.8, 0.95)
    ]
    half = precision or abs(one - other) / 2
    lines.append(f"{episodes_for_precision(half):,} give a win rate to within ±{half:g} at worst")
    notes = (
        "Two-sided 5 %, separate episodes; on shared deals fewer do, and --sprt stops by itself."
    )
    return "\n".join([*(f"{line}." for line in lines), notes])


def _by_default(game: str) -> tuple[str, ...]:
    from openenv_tui.specs import HEURISTICS

    heuristic = HEURISTICS.get(game.partition("(")[0])
    return ("random", heuristic) if heuristic else ("random",)


def print_tables(result: Evaluation, plain: bool) -> None:
    """The table on stdout, or a tournament's: drawn for a terminal, plain for a pipe."""
    from rich.console import Console

    from openenv_tui.evaluation.show import as_rich, as_text
    from openenv_tui.evaluation.show_standings import StandingsView, standings_text

    plain = plain or not sys.stdout.isatty()
    width = get_terminal_size((120, 24)).columns
    for line in [] if result.history is None else result.history.lines:
        click.echo(fill(line, width, subsequent_indent="  ", break_long_words=False))
    if result.standings is not None and plain:
        click.echo(standings_text(result.standings, notes=result.table.incidents))
    elif result.standings is not None:
        Console().print(StandingsView(result.standings, result.table.incidents))
    elif plain:
        click.echo(as_text(result.table, 120))
    else:
        Console().print(as_rich(result.table))


@contextmanager
def stopped_by_ctrl_c() -> Iterator[threading.Event]:
    """Ctrl-C ends the run after the episodes under way; a second one ends it at once."""
    stop = threading.Event()

    def interrupt(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        click.echo("stopping after what is being played; Ctrl-C again stops at once", err=True)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def showing_progress(plain: bool) -> Iterator[_Reporter]:
    """Show on stderr how a run goes: drawn on a terminal, else a line now and then."""
    if plain or not sys.stderr.isatty():
        yield _PlainProgress()
        return
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        yield _DrawnProgress(live)


class _Reporter(Protocol):
    """Shows how a run goes."""

    def __call__(self, now: Progress) -> None:
        """Show it as it is now."""

    def aside(self) -> AbstractContextManager[None]:
        """Leave the terminal to somebody else meanwhile."""


class _DrawnProgress:
    """The table as it forms, drawn again and again."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._aside = False

    def __call__(self, now: Progress) -> None:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        from openenv_tui.evaluation.show import as_rich

        if not self._aside:
            bar = ProgressBar(now.total, now.done, width=40)
            self._live.update(Group(as_rich(now.table), Text(_words(now)), bar), refresh=True)

    @contextmanager
    def aside(self) -> Iterator[None]:
        self._live.update("", refresh=True)
        self._live.stop()
        self._aside = True
        try:
            yield
        finally:
            self._aside = False
            self._live.start()


class _PlainProgress:
    """A line every few seconds, for logs."""

    def __init__(self) -> None:
        self._said = monotonic()
        self._noted = False
        self._aside = False

    @contextmanager
    def aside(self) -> Iterator[None]:
        self._aside = True
        try:
            yield
        finally:
            self._aside = False

    def __call__(self, now: Progress) -> None:
        if self._aside:
            return
        news = now.note and not self._noted
        if now.done < now.total and (news or monotonic() - self._said >= PLAIN_SECONDS):
            self._said = monotonic()
            click.echo(_words(now), err=True)
        self._noted = bool(now.note)


def _words(now: Progress) -> str:
    left = "" if now.seconds_left is None else f", about {_duration(now.seconds_left)} left"
    note = f"; {now.note}" if now.note else ""
    return f"{now.done:,} of {now.total:,} episodes, {now.rate:,.0f} a second{left}{note}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
