"""Opens the app; what cannot be is said before the screen is taken over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from openenv_tui.cli.common import on_a_terminal
from openenv_tui.errors import UsageError

if TYPE_CHECKING:
    from openenv_tui.connection.recording import Recording
    from openenv_tui.evaluation.replays.stored import Run
    from openenv_tui.tui.saved import SavedGame
    from openenv_tui.tui.sitting import Setup, Sitting
    from openenv_tui.wire.tape import Tape


def open_lobby() -> int:
    """Open the app where one chooses what to do.

    Returns:
        The exit code.

    Raises:
        UsageError: there is no terminal.
    """
    if not on_a_terminal():
        raise UsageError(
            "there is no terminal to draw the app on; `openenv-tui --help` lists what works without"
        )
    from openenv_tui.tui.app import run_app
    from openenv_tui.tui.screens.lobby import LobbyScreen

    return asyncio.run(run_app(LobbyScreen))


def open_table(setup: Setup, tape: Tape) -> int:
    """Open the app at a game.

    Args:
        setup: what was asked for.
        tape: is given the frames of a server.

    Returns:
        The exit code.

    Raises:
        OpenEnvTuiError: the game, a policy or the server cannot be had.
    """
    from openenv_tui.tui.sitting import open_sitting

    return asyncio.run(_open(open_sitting(setup, tape)))


def open_replay(recording: Recording) -> int:
    """Open the app at a recorded game; returns and raises what ``open_table`` does."""
    from openenv_tui.tui.replay import open_replay

    return asyncio.run(_open(open_replay(recording)))


def open_wall(setup: Setup, boards: int) -> int:
    """Open the app at several games; returns and raises what ``open_table`` does."""
    return asyncio.run(_open_wall(setup, boards))


async def _open_wall(setup: Setup, boards: int) -> int:
    from openenv_tui.tui.app import run_app
    from openenv_tui.tui.screens.wall import WallScreen
    from openenv_tui.tui.sitting import dealt, open_sitting

    setups, stride = dealt(setup, boards)
    sittings: list[Sitting] = []
    try:
        for each in setups:
            sittings.append(await open_sitting(each))  # noqa: PERF401 - those are to be closed
        return await run_app(lambda: WallScreen(sittings, stride))
    finally:
        for sitting in sittings:
            await sitting.close()


def open_saved(game: SavedGame) -> int:
    """Open the app at a saved game; returns and raises what ``open_table`` does."""
    from openenv_tui.tui.saved import open_saved

    return asyncio.run(_open(open_saved(game)))


def open_stored(run: Run, row: int, episode: int, pair: bool, at: int) -> int:
    """Open the app at a stored game; returns the exit code."""
    from openenv_tui.tui.app import run_app
    from openenv_tui.tui.screens.replay import ReplayScreen

    return asyncio.run(run_app(lambda: ReplayScreen(run, row, episode, paired=pair, at=at)))


def open_games(run: Run, row: int) -> int:
    """Open the app at the list of a run's games; returns the exit code."""
    from openenv_tui.tui.app import run_app
    from openenv_tui.tui.screens.games import GamesScreen

    return asyncio.run(run_app(lambda: GamesScreen(run, row)))


async def _open(opened: Awaitable[Sitting]) -> int:
    # A session belongs to the event loop that opened it, so the app runs in this one too.
    from openenv_tui.tui.app import run_app
    from openenv_tui.tui.screens import table_for

    sitting = await opened
    try:
        return await run_app(lambda: table_for(sitting))
    finally:
        await sitting.close()
