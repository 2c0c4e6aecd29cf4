"""``openenv-tui eval``: the win rates of policies, tabulated."""

from __future__ import annotations

import json
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Protocol

import click

from openenv_tui.cli.common import (
    access_options,
    env_option,
    exact_option,
    forfeits_option,
    game_argument,
    json_option,
    plain_option,
    required_game,
    seed_option,
    telling,
)
from openenv_tui.cli.persons import host
from openenv_tui.evaluation.export import EXPORTERS
from openenv_tui.seeding import drawn_seed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from rich.live import Live

    from openenv_tui.connection.access import Access
    from openenv_tui.evaluation.runner import Evaluation
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
  openenv-tui eval --plan 0.50:0.55
  openenv-tui eval catch -p human -p tracker -n 10      you play, on the same deals
  openenv-tui eval kuhn_poker -p kuhn_equilibrium --json | jq .rows
"""


@click.command("eval", epilog=EPILOG)
@game_argument
@click.option(
    "-p",
    "--policy",
    "policies",
    metavar="SPEC",
    multiple=True,
    help="A policy to evaluate, or human, who is you; repeat it. Without any: random and the "
    "game's own heuristic.",
)
@click.option(
    "-n", "--episodes", type=click.IntRange(min=1), default=1000, show_default=True,
    help="Episodes for each policy.",
)  # fmt: skip
@seed_option
@env_option
@access_options
@click.option(
    "--opponent", metavar="SPEC", default="random", show_default=True,
    help="Who takes the other seats.",
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True,
    help="Worker processes; the records are the same whatever their number.",
)  # fmt: skip
@click.option("--learn", is_flag=True, help="Let policies that learn do so, in order.")
@click.option(
    "--clock", type=float, default=None, metavar="SECONDS", help="Time limit for each decision."
)
@click.option(
    "--win", metavar="RULE", default="",
    help="What counts as a win, such as 'return > 0', 'steps <= 20' or 'score == 1', the last of "
    "a field of the last observation. Otherwise it is a loss. Left out: the game's own rule.",
)  # fmt: skip
@click.option(
    "--max-steps", type=click.IntRange(min=1), default=1000, show_default=True,
    help="Cut an episode off after so many steps, on servers other than of OpenSpiel games.",
)  # fmt: skip
@forfeits_option(
    "loss",
    "What an episode is worth that a policy ended by its own fault: a loss, nothing (excluded), or "
    "up to 5 attempts from other seeds (replay). They are counted by kind in any case.",
)
@click.option(
    "--sprt", metavar="A:B", default="",
    help="End a policy's row when a sequential test between two scores is decided, such as "
    "0.5:0.55; or '0:10 elo' (normalised), or 'return 0:0.1'. -n is the most to play.",
)  # fmt: skip
@click.option(
    "--precision", type=float, default=None, metavar="HALF",
    help="End a policy's row when its interval is that narrow to either side, such as 0.01.",
)  # fmt: skip
@click.option(
    "--plan", "rates", metavar="A:B", default=None,
    help="Play nothing; say how many episodes tell the win rates A and B apart.",
)  # fmt: skip
@exact_option
@click.option(
    "--sessions", type=click.IntRange(min=1), default=8, show_default=True,
    help="Most sessions at once on a server.",
)  # fmt: skip
@click.option(
    "--timeout", type=float, default=60.0, show_default=True, metavar="SECONDS",
    help="How long a server may take for an answer; then the episode is played again.",
)  # fmt: skip
@click.option(
    "--give-up", type=float, default=60.0, show_default=True, metavar="SECONDS",
    help="How long a server may be gone; then the run ends, and `resume` goes on with it.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, metavar="DIR",
    help="Folder of the run; results/<time>-<game> by default.",
)  # fmt: skip
@click.option(
    "-f", "--format", "formats", multiple=True, metavar="FORMAT",
    help="Write summary.FORMAT too: csv, json, jsonl, parquet, md, latex or html; repeat it.",
)  # fmt: skip
@click.option(
    "--max-error-rate", type=click.FloatRange(0, 1), default=1.0, show_default=True,
    help="Exit with 1 if more of a policy's episodes than this are its forfeits.",
)  # fmt: skip
@json_option
@plain_option
def command(
    game: str | None,
    policies: tuple[str, ...],
    episodes: int,
    seed: int | None,
    env: str,
    access: Access,
    opponent: str,
    jobs: int,
    learn: bool,
    clock: float | None,
    sessions: int,
    timeout: float,
    give_up: float,
    win: str,
    max_steps: int,
    forfeits: str,
    sprt: str,
    precision: float | None,
    rates: str | None,
    exact: bool | None,
    out: Path | None,
    formats: tuple[str, ...],
    max_error_rate: float,
    as_json: bool,
    plain: bool,
) -> int:
    """Tabulate the win rates of policies on a game.

    GAME may be left out when --env names a server. Policies are compared on the same episodes;
    in games for several, every deal is played from every seat. The table goes to stdout and into
    the run's folder, whose log keeps every episode. Ctrl-C keeps what is done, and
    `openenv-tui resume` goes on with it.
    """
    from openenv_tui.evaluation.plan import Plan
    from openenv_tui.evaluation.runner import run_plan

    if rates is not None:
        click.echo(planned_episodes(rates, precision))
        return 0
    game = required_game(game, env)
    for name in formats:
        EXPORTERS.load(name, "formats of a table")
    plan = Plan(
        game=game or "",
        policies=policies or _by_default(game),
        opponent=opponent,
        episodes=episodes,
        seed=drawn_seed(seed),
        env=env,
        jobs=jobs,
        learn=learn,
        clock=clock,
        sessions=sessions,
        timeout=timeout,
        give_up=give_up,
        win=win,
        max_steps=max_steps,
        forfeits=forfeits,
        sprt=sprt,
        precision=precision,
        exact=exact,
    )
    with stopped_by_ctrl_c() as stop, showing_progress(plain) as report:
        result = run_plan(
            plan,
            out,
            progress=report,
            stop=stop,
            command=["openenv-tui", *sys.argv[1:]],
            formats=formats,
            access=access,
            tell=telling,
            host=host(plain, report.aside),
        )
    print_result(result, as_json=as_json, plain=plain)
    if result.interrupted:
        return INTERRUPTED
    faulty = [r for r in result.rows if sum(r.forfeits.values()) > max_error_rate * r.episodes]
    for row in faulty:
        click.echo(f"error: {row.policy} forfeited more than {max_error_rate:.0%}", err=True)
    return 1 if faulty else 0


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


def _by_default(game: str | None) -> tuple[str, ...]:
    from openenv_tui.specs import HEURISTICS

    heuristic = HEURISTICS.get((game or "").partition("(")[0])
    return ("random", heuristic) if heuristic else ("random",)


def print_tables(result: Evaluation, plain: bool) -> None:
    """The table on stdout, or a tournament's: drawn for a terminal, plain for a pipe."""
    from rich.console import Console

    from openenv_tui.evaluation.show import as_rich, as_text
    from openenv_tui.evaluation.show_standings import StandingsView, standings_text

    plain = plain or not sys.stdout.isatty()
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
