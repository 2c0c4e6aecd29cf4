"""A stored game as a file, in the format that its name says."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from openenv_tui.errors import StoreError, UsageError
from openenv_tui.evaluation.replays.cast import cast
from openenv_tui.evaluation.replays.scenes import scene, scenes, text
from openenv_tui.evaluation.replays.stored import Replayed
from openenv_tui.evaluation.replays.svg import moving, still
from openenv_tui.evaluation.writing import write_whole

SUFFIXES: Final = (".txt", ".svg", ".anim.svg", ".cast")
SECONDS: Final = 0.6
"""For which a moment is shown."""


def export(
    place: Path,
    replayed: Replayed,
    pair: Replayed | None = None,
    *,
    at: int | None = None,
    animate: bool = False,
    seconds: float = SECONDS,
) -> None:
    """Write a game into a file.

    Args:
        place: ends with ``.txt`` (the whole game), ``.svg`` (one moment), ``.anim.svg`` (all of
            them, moving) or ``.cast`` (an asciicast).
        replayed: the game.
        pair: the other game of its deal, to stand beside it.
        at: the moment of a still picture; None for the last.
        animate: ``.svg`` moves too.
        seconds: for which a moment is shown where they move.

    Raises:
        UsageError: the name ends otherwise.
        StoreError: it cannot be written.
    """
    content = _content(place, replayed, pair, at, animate, seconds)
    try:
        write_whole(place, content)
    except OSError as error:
        raise StoreError(f"cannot write {place}: {error.strerror or error}") from error


def _content(
    place: Path,
    replayed: Replayed,
    pair: Replayed | None,
    at: int | None,
    animate: bool,
    seconds: float,
) -> str:
    title = f"{replayed.game.title}: {replayed.stored.title}, {replayed.stored.end}"
    name = place.name.lower()
    if name.endswith(".txt"):
        return text(replayed, pair)
    if name.endswith(".cast"):
        return cast(list(scenes(replayed, pair)), title, seconds)
    if name.endswith(".svg"):
        if animate or name.endswith(".anim.svg"):
            return moving(list(scenes(replayed, pair)), title, seconds)
        return still(scene(replayed, replayed.last if at is None else at, pair), title)
    raise UsageError(
        f"cannot write {place.name}: its name says no format; expected {', '.join(SUFFIXES)}"
    )
