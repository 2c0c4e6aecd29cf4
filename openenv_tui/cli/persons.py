"""Seats a person at the games of a run: in the app, or in lines of text on stdin and stderr."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING

import click

from openenv_tui.cli.common import on_a_terminal
from openenv_tui.errors import OpenEnvTuiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openenv_tui.environment import Environment
    from openenv_tui.evaluation.persons import Host, PersonsGames


def host(plain: bool, aside: Callable[[], AbstractContextManager[None]]) -> Host | None:
    """Who seats a person; None where there is no terminal for it.

    Args:
        plain: lines of text were asked for.
        aside: takes what is drawn on the terminal away meanwhile.
    """
    if not plain and not on_a_terminal():
        return None

    def seat(games: PersonsGames) -> None:
        with aside():
            (_in_lines if plain else _in_the_app)(games)

    return seat


def _in_the_app(games: PersonsGames) -> None:
    asyncio.run(_opened(games))


async def _opened(games: PersonsGames) -> None:
    # Imported here: only the app needs Textual.
    from openenv_tui.tui.app import run_app
    from openenv_tui.tui.entrant import open_entrant
    from openenv_tui.tui.screens.entrant import EntrantScreen

    sitting = await open_entrant(games, games.target)
    await run_app(lambda: EntrantScreen(sitting))


def _in_lines(games: PersonsGames) -> None:
    with games.connect() as environment, _interruptible(), suppress(KeyboardInterrupt):
        _play(games, environment)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Who reads a line does not come back from Ctrl-C by themselves."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _play(games: PersonsGames, environment: Environment) -> None:
    """One game after another; stdout is for the table."""
    from openenv_tui.cli.lines import Gone, Reader, conclusion, picture
    from openenv_tui.match import play

    reader = Reader(environment.game, err=True)
    games.seat(reader, environment)
    game = games.game
    click.echo(f"{game.title}. {game.goal}", err=True)
    click.echo("Write an action's name, key or number; quit, or the end of the input, leaves.\n",
               err=True)  # fmt: skip
    while (now := games.next()) is not None:
        others = [f"seat {p} {seat.name}" for p, seat in now.table.items() if p != now.seat]
        click.echo(", ".join([now.words[:1].upper() + now.words[1:], *others]), err=True)
        match = now.match(game, environment.opponents)
        try:
            record = play(environment, match)
        except (Gone, KeyboardInterrupt):
            games.left(match)
            click.echo("\nYou left; the games that are over are kept.", err=True)
            return
        except OpenEnvTuiError:
            games.left(match)
            raise
        games.finished(record)
        click.echo(picture(game, environment.observe(now.seat)), err=True)
        click.echo(conclusion(game, environment, record, now.seat) + "\n", err=True)
