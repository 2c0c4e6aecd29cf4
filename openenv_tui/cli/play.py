"""``openenv-tui play``: a person plays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from openenv_tui.cli.common import (
    access_options,
    env_option,
    game_argument,
    on_a_terminal,
    plain_option,
    record_option,
    recording,
    required_game,
    screen_options,
    seed_option,
    telling,
)
from openenv_tui.errors import UsageError
from openenv_tui.seeding import drawn_seed

if TYPE_CHECKING:
    from openenv_tui.connection.access import Access


@click.command("play")
@game_argument
@env_option
@access_options
@click.option("--seat", type=click.IntRange(min=0), default=None, help="Your seat, from 0.")
@click.option(
    "--opponent",
    metavar="SPEC",
    default=None,
    help="The policy that plays the other seats; random if left out.",
)
@seed_option
@record_option
@screen_options
@plain_option
def command(
    game: str | None,
    env: str,
    access: Access,
    seat: int | None,
    opponent: str | None,
    seed: int | None,
    record: Path | None,
    plain: bool,
) -> int:
    """Play GAME yourself, on the embedded engine or on a server.

    GAME takes its parameters in the name, as in catch(rows=8,columns=7). With --env it may be left
    out: the server says what it serves. The keys of the game stand beside its board.

    \b
    openenv-tui play catch
    openenv-tui play tic_tac_toe --seat 1 --opponent minimax
    openenv-tui play --env ws://127.0.0.1:8000
    openenv-tui play kuhn_poker --plain      lines of text, for pipes and screen readers

    \b
    NO_COLOR=1           draws without colours
    OPENENV_TUI_ASCII=1  draws boards with plain letters
    """
    game = required_game(game, env)
    drawn = drawn_seed(seed)
    if plain:
        from openenv_tui.cli.lines import play_in_lines

        with recording(record, env) as tape:
            return play_in_lines(game, env, seat, opponent, drawn, access, tape)
    if not on_a_terminal():
        raise UsageError(
            "there is no terminal to draw on; run this in a terminal, or add --plain to play in "
            "lines of text"
        )
    # Imported here: only the app needs Textual.
    from openenv_tui.cli.app import open_table
    from openenv_tui.tui.sitting import Setup

    setup = Setup(game, env, seat=seat, others=opponent, seed=drawn, access=access, tell=telling)
    with recording(record, env) as tape:
        return open_table(setup, tape)
