"""Draws an observation that nobody wrote an adapter for, each field by what it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeAlias

from openenv_tui.games.sketch.chess import Position, chess, chess_board, read_fen
from openenv_tui.games.sketch.fields import MOST_FIELDS, Field, fields_of
from openenv_tui.games.sketch.folded import folded
from openenv_tui.games.sketch.pictures import picture
from openenv_tui.games.sketch.words import chat, entry, text
from openenv_tui.views import Entry, Part, StackView, TableView, TextView, View

__all__ = ["Position", "chess_board", "folded", "read_fen", "sketch"]

Reader: TypeAlias = Callable[[Field], View | None]
"""Draws the fields of one kind, and answers None to all others."""

PICTURES: Final[tuple[Reader, ...]] = (chess, picture)
WORDS: Final[tuple[Reader, ...]] = (chat, text)
METADATA: Final = "metadata"
LONGEST_NAME: Final = 60


def sketch(
    fields: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
    schema: Mapping[str, Any] | None = None,
    leave_out: Collection[str] = (),
) -> View:
    """The picture of an observation: pictures first, then words, a table, and the rest folded.

    Args:
        fields: the observation as the server sent it; any JSON.
        before: the observation a step ago, to mark what changed.
        schema: its JSON Schema, which may name what values mean.
        leave_out: fields that are shown elsewhere.
    """
    pictures: list[Part] = []
    words: list[Part] = []
    entries: list[Entry] = []
    rest: dict[str, Any] = {}
    for field in fields_of(fields, before, schema, {*leave_out, METADATA}):
        name = field.name[:LONGEST_NAME]
        if drawn := _first(PICTURES, field):
            _add(pictures, Part(name, drawn))
        elif drawn := _first(WORDS, field):
            words.append(Part(name, drawn))
        elif line := entry(field._replace(name=name)):
            entries.append(line)
        else:
            rest[name] = field.value
    if len(fields) > MOST_FIELDS:
        entries.append(Entry(f"… {len(fields) - MOST_FIELDS:,} more fields", ""))
    table = [Part("", TableView(tuple(entries)))] if entries else []
    others = [Part(name, TextView(folded(value), wrapped=True)) for name, value in rest.items()]
    metadata = fields.get(METADATA)
    if metadata and METADATA not in leave_out:
        others.append(Part(METADATA, TextView(folded(metadata), wrapped=True)))
    return _together([*pictures, *words, *table, *others])


def _add(pictures: list[Part], part: Part) -> None:
    """Add a picture; of two that look the same, one is enough."""
    for place, other in enumerate(pictures):
        if other.view == part.view:
            pictures[place] = Part(f"{other.title}, {part.title}", part.view)
            return
    pictures.append(part)


def _first(readers: Collection[Reader], field: Field) -> View | None:
    return next((drawn for read in readers if (drawn := read(field)) is not None), None)


def _together(parts: list[Part]) -> View:
    if not parts:
        return TextView("(the observation is empty)")
    return parts[0].view if len(parts) == 1 else StackView(tuple(parts))
