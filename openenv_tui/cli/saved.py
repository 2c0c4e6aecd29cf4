"""A saved game, in the app or as lines of text."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openenv_tui.cli.common import on_a_terminal
from openenv_tui.errors import RecordingEndsError, UsageError

if TYPE_CHECKING:
    from openenv_tui.tui.saved import SavedGame


def look_at(file: Path, plain: bool) -> int:
    """Open a saved game.

    Returns:
        The exit code.

    Raises:
        OpenEnvTuiError: it cannot be read, or there is no terminal and ``plain`` was not asked for.
    """
    from openenv_tui.tui.saved import SavedGame

    game = SavedGame.read(file)
    if plain:
        return asyncio.run(_in_lines(game))
    if not on_a_terminal():
        raise UsageError(
            "there is no terminal to draw on; run this in a terminal, or add --plain to print "
            "every step"
        )
    from openenv_tui.cli.app import open_saved

    return open_saved(game)


async def _in_lines(game: SavedGame) -> int:
    from openenv_tui.cli.lines import print_game
    from openenv_tui.match import Seat
    from openenv_tui.tui.saved import open_saved

    sitting = await open_saved(game)
    try:
        table = {player: Seat(chair.name, chair) for player, chair in sitting.chairs.items()}
        # A game that was left in its middle ends there.
        with suppress(RecordingEndsError):
            await print_game(sitting.environment, table, game.seed)
    finally:
        await sitting.close()
    for after, moves in game.undone:
        names = ", ".join(choice.name for choice in moves)
        click.echo(f"taken back after {after} moves: {names}")
    return 0
