"""Turns a view into rows of toned text that fit a given room. It knows no terminal and no toolkit.

Colour is never the only sign: every state has a glyph, and what is marked stands in brackets
where it is not drawn large. Only images need colours to be good; without them they are shaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from openenv_tui.render.cards import cards_height, draw_cards
from openenv_tui.render.grid import draw_grid, grid_height
from openenv_tui.render.lines import (
    Line,
    Picture,
    Room,
    Span,
    Target,
    columns,
    cropped,
    in_ascii,
    one_line,
    printable,
    span_in_ascii,
    text_line,
)
from openenv_tui.render.pixels import draw_pixels, pixels_height
from openenv_tui.render.stack import draw_stack, stack_height
from openenv_tui.render.words import chat_lines, draw_chat, draw_table, draw_text, text_lines
from openenv_tui.views import (
    CardsView,
    Cell,
    ChatView,
    Fact,
    GridView,
    PixelsView,
    StackView,
    TableView,
    TextView,
    Tone,
    View,
)

__all__ = [
    "Line",
    "Picture",
    "Span",
    "Target",
    "full_height",
    "in_ascii",
    "plain",
    "printable",
    "render",
]

MOST_LINES: Final = 5_000
"""Nobody scrolls further."""


def render(
    view: View,
    width: int,
    height: int,
    *,
    ascii_only: bool = False,
    cursor: int | None = None,
    colour: bool = True,
) -> Picture:
    """Draw a view as large as the room allows.

    Args:
        width: columns; nothing is drawn past them.
        height: lines; a board that is larger even at its smallest is cut off.
        ascii_only: no letter past ASCII.
        cursor: the action whose field is shown as chosen.
        colour: there are colours; without them an image is drawn in letters.
    """
    picture = _draw(view, Room(max(0, width), max(0, height), ascii_only, colour, cursor))
    lines = tuple(cropped(line, width) for line in picture.lines[: max(0, height)])
    if ascii_only:
        lines = tuple(tuple(map(span_in_ascii, line)) for line in lines)
    return Picture(lines, picture.targets)


def full_height(
    view: View, width: int, height: int, *, ascii_only: bool = False, colour: bool = True
) -> int:
    """How many lines ``render`` needs to leave nothing out, at most some thousands.

    Args:
        height: lines that are seen at once, which decides how much a picture gets of them.
    """
    return min(MOST_LINES, _height(view, Room(max(0, width), max(0, height), ascii_only, colour)))


def plain(view: View, width: int = 80, height: int = 40, *, ascii_only: bool = False) -> str:
    """The view as text without colours, for logs and for ``--plain``."""
    view = _for_a_log(view)
    if isinstance(view, GridView):
        height = min(height, _height(view, Room(width, height, ascii_only, False)) + 2)
    picture = render(view, width, height, ascii_only=ascii_only, colour=False)
    return "\n".join("".join(span.text for span in line).rstrip() for line in picture.lines)


def _draw(view: View, room: Room) -> Picture:
    head = _facts(view.facts, room.width)
    tail = [text_line(one_line(view.caption), room.width, Tone.MUTED)] if view.caption else []
    body = _body(view, room._replace(height=max(1, room.height - len(head) - len(tail))))
    targets = tuple(target.moved(0, len(head)) for target in body.targets)
    return Picture((*head, *body.lines, *tail)[: room.height], targets)


def _body(view: View, room: Room) -> Picture:
    match view:
        case GridView():
            return draw_grid(view, room)
        case CardsView():
            return draw_cards(view, room)
        case TextView():
            return draw_text(view, room)
        case PixelsView():
            return draw_pixels(view, room)
        case TableView():
            return draw_table(view, room)
        case ChatView():
            return draw_chat(view, room)
        case StackView():
            return draw_stack(view, room, _draw, _height)


def _height(view: View, room: Room) -> int:
    """Lines of a view where nothing of it is left out."""
    around = bool(_facts(view.facts, room.width)) + bool(view.caption)
    match view:
        case GridView():
            return around + grid_height(view, room)
        case CardsView():
            return around + cards_height(view)
        case TextView():
            return around + len(text_lines(view, room.width))
        case PixelsView():
            return around + pixels_height(view, room.width)
        case TableView():
            return around + len(view.entries)
        case ChatView():
            return around + len(chat_lines(view, room.width))
        case StackView():
            return around + stack_height(view, room, _draw, _height)


def _facts(facts: Sequence[Fact], width: int) -> list[Line]:
    """The facts side by side on one line, as many as fit."""
    spans: list[Span] = []
    used = 0
    for fact in facts:
        label, value = one_line(fact.label) + " ", one_line(fact.value)
        gap = "   " if spans else ""
        taken = columns(gap + label + value)
        if used + taken > width:
            break
        spans += [Span(gap + label, Tone.MUTED), Span(value, fact.tone, strong=True)]
        used += taken
    return [tuple(spans)] if spans else []


def _for_a_log(view: View) -> View:
    """Without large drawings, which say nothing more in a log."""
    if isinstance(view, StackView):
        parts = tuple(replace(part, view=_for_a_log(part.view)) for part in view.parts)
        return replace(view, parts=parts)
    if not isinstance(view, GridView):
        return view
    rows = tuple(
        tuple(Cell(c.text, c.tone, (), c.action, c.marked) for c in row) for row in view.rows
    )
    return replace(view, rows=rows)
