"""Several views in one room: one below the other, or the first on the left of the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from openenv_tui.render.lines import Line, Picture, Room, Span, below, beside, clipped, one_line
from openenv_tui.views import GridView, Part, PixelsView, StackView, Tone, View

Draw: TypeAlias = Callable[[View, Room], Picture]
Height: TypeAlias = Callable[[View, Room], int]
"""How many lines a view takes where it is drawn whole, and no larger than need be."""

WIDE: Final = 64
"""From this width on a picture and what belongs to it stand side by side."""
WIDE_FOR_WORDS: Final = 110
NARROWEST_SIDE: Final = 24
GAP: Final = 3


def is_picture(view: View) -> bool:
    """Whether a view grows with its room."""
    return isinstance(view, (GridView, PixelsView))


def draw_stack(view: StackView, room: Room, draw: Draw, height: Height) -> Picture:
    """The parts, the first as large as the others allow."""
    if not is_beside(view.parts, room.width):
        return _column(view.parts, room, draw, height)
    side = _side_width(view.parts[1:], room, draw, height)
    left = room._replace(width=room.width - side - GAP)
    return beside(
        _column(view.parts[:1], left, draw, height),
        _column(view.parts[1:], room._replace(width=side), draw, height),
        GAP,
    )


def stack_height(view: StackView, room: Room, draw: Draw, height: Height) -> int:
    """Lines at which no part has to leave something out."""
    if not is_beside(view.parts, room.width):
        return sum(_needs(view.parts, room, height)) + _extra(view.parts)
    side = _side_width(view.parts[1:], room, draw, height)
    columns = (
        (view.parts[:1], room._replace(width=room.width - side - GAP)),
        (view.parts[1:], room._replace(width=side)),
    )
    return max(sum(_needs(parts, its, height)) + _extra(parts) for parts, its in columns)


def is_beside(parts: Sequence[Part], width: int) -> bool:
    """Whether the first part stands on the left of the others."""
    if len(parts) < 2:
        return False
    return width >= (WIDE if is_picture(parts[0].view) else WIDE_FOR_WORDS)


def _side_width(parts: Sequence[Part], room: Room, draw: Draw, height: Height) -> int:
    """As wide as the parts are, up to two fifths of the room."""
    most = max(NARROWEST_SIDE, room.width * 2 // 5)
    whole = room._replace(width=most, height=max(room.height, 1))
    return max(NARROWEST_SIDE, min(most, _column(parts, whole, draw, height).width))


def _column(parts: Sequence[Part], room: Room, draw: Draw, height: Height) -> Picture:
    """Parts one below the other. Words get the lines they need, pictures what is left."""
    needs = _needs(parts, room, height)
    spare = room.height - _extra(parts) - sum(needs)
    drawn: list[Picture] = []
    left = room.height
    for number, (part, need) in enumerate(zip(parts, needs, strict=True)):
        head = (1 if part.title else 0) + (1 if number else 0)
        later = sum(min(lines, 3) + 2 for lines in needs[number + 1 :])
        least = min(need, max(3, (left - head) // 2))
        share = max(least, min(need, left - head - later))
        if spare > 0 and is_picture(part.view):
            share += spare
        # A line is kept to say that there is more.
        kept = 1 if number + 1 < len(parts) and left - head > 1 else 0
        share = min(share, left - head - kept)
        if share < 1:
            drawn.append(_left_out(parts[number:], room.width if left > 0 else 0))
            break
        body = draw(part.view, room._replace(height=share))
        if spare > 0 and is_picture(part.view):
            spare -= max(0, body.height - need)
        drawn.append(below([Picture(_heading(part.title, number, room.width)), body]))
        left -= drawn[-1].height
    return below(drawn)


def _needs(parts: Sequence[Part], room: Room, height: Height) -> list[int]:
    """Lines for each part; the first one, if it is a picture, is to be seen well."""
    small = room._replace(height=room.height // 3)
    needs = [
        height(part.view, small if number and is_picture(part.view) else room)
        for number, part in enumerate(parts)
    ]
    if parts and isinstance(parts[0].view, PixelsView):
        needs[0] = min(needs[0], max(8, room.height * 3 // 5))
    return [min(n, 10) if isinstance(p.view, PixelsView) and i else n
            for i, (p, n) in enumerate(zip(parts, needs, strict=True))]  # fmt: skip


def _extra(parts: Sequence[Part]) -> int:
    """Lines of titles, and between the parts."""
    return sum(1 for part in parts if part.title) + max(0, len(parts) - 1)


def _heading(title: str, number: int, width: int) -> tuple[Line, ...]:
    space: tuple[Line, ...] = ((),) if number else ()
    words = clipped(one_line(title), width)
    return (*space, (Span(words, Tone.MUTED),)) if title else space


def _left_out(parts: Sequence[Part], width: int) -> Picture:
    if not width:
        return Picture(())
    words = ", ".join(part.title or "…" for part in parts)
    return Picture(((Span(clipped(f"… more: {one_line(words)}", width), Tone.MUTED),),))
