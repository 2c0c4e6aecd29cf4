"""``openenv-tui watch``: policies play, a person looks on."""

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


@click.command("watch")
@game_argument
@click.option(
    "-p",
    "--policy",
    "policies",
    metavar="SPEC",
    multiple=True,
    required=True,
    help="A policy for the next seat, in order; seats without one play at random.",
)
@env_option
@access_options
@seed_option
@record_option
@click.option(
    "--wall",
    type=click.IntRange(1, 9),
    default=None,
    metavar="N",
    help="N boards side by side, 1 to 9: each deal once for every policy, in every place.",
)
@screen_options
@plain_option
def command(
    game: str | None,
    policies: tuple[str, ...],
    env: str,
    access: Access,
    seed: int | None,
    record: Path | None,
    wall: int | None,
    plain: bool,
) -> int:
    """Watch policies play GAME: pause, step, change the speed, take a seat over.

    \b
    openenv-tui watch catch -p tracker
    openenv-tui watch tic_tac_toe -p mcts -p random --seed 7
    openenv-tui watch catch -p tracker -p random --wall 4
    openenv-tui watch catch -p tracker --plain > game.txt
    """
    game = required_game(game, env)
    drawn = drawn_seed(seed)
    if wall is not None and (plain or record is not None):
        raise UsageError("--wall draws boards side by side, without --plain and --record")
    if plain:
        from openenv_tui.cli.lines import watch_in_lines

        with recording(record, env) as tape:
            return watch_in_lines(game, env, policies, drawn, access, tape)
    if not on_a_terminal():
        raise UsageError(
            "there is no terminal to draw on; run this in a terminal, or add --plain to print "
            "every step"
        )
    # Imported here: only the app needs Textual.
    from openenv_tui.cli.app import open_table, open_wall
    from openenv_tui.tui.sitting import Setup

    setup = Setup(
        game, env, person=False, policies=policies, seed=drawn, access=access, tell=telling
    )
    if wall is not None:
        return open_wall(setup, wall)
    with recording(record, env) as tape:
        return open_table(setup, tape)
