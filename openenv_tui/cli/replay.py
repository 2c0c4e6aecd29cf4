"""``openenv-tui replay``: look at what was recorded, without a server."""

from __future__ import annotations

from pathlib import Path

import click

from openenv_tui.cli.common import on_a_terminal, plain_option, screen_options
from openenv_tui.errors import UsageError


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path))
@screen_options
@plain_option
def command(file: Path, plain: bool) -> int:
    """Play back what --record, or f8 in a game, wrote into FILE: no server is needed or asked.

    The games are watched as they were played, at a pace of your own; f3 opens the inspector with
    the frames, and the times that they had.

    \b
    openenv-tui play --env ws://127.0.0.1:8000 --record game.jsonl
    openenv-tui replay game.jsonl
    openenv-tui replay game.jsonl --plain > game.txt
    """
    from openenv_tui.tui.saved import is_saved_game

    if is_saved_game(file):
        from openenv_tui.cli.saved import look_at

        return look_at(file, plain)
    from openenv_tui.connection.recording import read_recording

    recording = read_recording(file)
    click.echo(f"{file}: {recording.summary}", err=True)
    if plain:
        from openenv_tui.cli.lines import replay_in_lines

        return replay_in_lines(recording)
    if not on_a_terminal():
        raise UsageError(
            "there is no terminal to draw on; run this in a terminal, or add --plain to print "
            "every step"
        )
    from openenv_tui.cli.app import open_replay

    return open_replay(recording)
