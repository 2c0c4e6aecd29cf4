"""Opens the app; what cannot be is said before the screen is taken over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from openenv_tui.cli.common import on_a_terminal
from openenv_tui.errors import UsageError

if TYPE_CHECKING:
    from openenv_tui.tui.sitting import Setup


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


def open_table(setup: Setup) -> int:
    """Open the app at a game.

    Returns:
        The exit code.

    Raises:
        OpenEnvTuiError: the game, a policy or the server cannot be had.
    """
    return asyncio.run(_open_table(setup))


async def _open_table(setup: Setup) -> int:
    # A session belongs to the event loop that opened it, so the app runs in this one too.
    from openenv_tui.tui.app import run_app
    from openenv_tui.tui.screens import table_for
    from openenv_tui.tui.sitting import open_sitting

    sitting = await open_sitting(setup)
    try:
        return await run_app(lambda: table_for(sitting))
    finally:
        await sitting.close()
