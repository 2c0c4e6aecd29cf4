"""The board: a picture of the game, drawn line by line and as large as the room allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from textwrap import wrap
from typing import ClassVar, Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from openenv_tui.render import Picture, Span, full_height, render
from openenv_tui.tui.glyphs import ascii_only
from openenv_tui.views import (
    CardsView,
    ChatView,
    GridView,
    StackView,
    TextView,
    Tone,
    View,
)

DIRECTIONS: Final = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
FEW_LINES: Final = 4
MOST_STYLES: Final = 50_000
"""Images have thousands of pairs of colours; more than these are not kept."""


class Board(ScrollView, can_focus=True):
    """Draws a view; fields that stand for actions can be clicked, or chosen with a cursor."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"board--{tone.value}" for tone in Tone}

    class Chosen(Message):
        """A click chose an action."""

        def __init__(self, action: int) -> None:
            self.action = action
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.view: View | None = None
        self.playable = False
        self._place: tuple[int, int] | None = None
        self._picture = Picture(())
        self._left = self._top = 0
        self._base = Style()
        self._styles: dict[Span, Style] = {}

    def show(self, view: View, *, playable: bool) -> None:
        """Draw another view; only the lines that differ are sent to the terminal.

        Args:
            view: the picture.
            playable: there is a cursor, and clicks choose.
        """
        self.view = view
        self.playable = playable
        fields = self._fields()
        if fields and self._place not in fields:
            self._place = self._nearest(fields)
        self._redraw()
        if isinstance(view, ChatView):
            self.scroll_end(animate=False)

    @property
    def cursor_action(self) -> int | None:
        """The action of the field under the cursor; None where there is no cursor."""
        return self._fields().get(self._place) if self._place else None

    def move_cursor(self, key: str) -> bool:
        """Move the cursor to the next field that can be chosen; False where there is none."""
        fields = self._fields()
        if not fields or self._place is None:
            return False
        down, across = DIRECTIONS[key]
        row, column = self._place
        ahead = [
            place for place in fields if (place[0] - row) * down + (place[1] - column) * across > 0
        ]
        if ahead:
            # Straight ahead first; a field to the side only where nothing else is left.
            self._place = min(ahead, key=lambda place: _distance(place, self._place, across))
            self._redraw()
        return True

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style
        line = y - self._top + self.scroll_offset.y
        if not 0 <= line < self._picture.height:
            return Strip.blank(width, base)
        spans = self._picture.lines[line]
        if base != self._base:
            self._styles.clear()
            self._base = base
        segments = [Segment(span.text, self._style(span)) for span in spans]
        strip = Strip([Segment(" " * self._left, base), *segments])
        return strip.crop_extend(self.scroll_offset.x, self.scroll_offset.x + width, base)

    def on_resize(self, _: events.Resize) -> None:
        self._redraw()

    def on_click(self, event: events.Click) -> None:
        x = event.x + self.scroll_offset.x - self._left
        y = event.y + self.scroll_offset.y - self._top
        action = self._picture.action_at(x, y)
        if action is not None and self.playable:
            self.post_message(self.Chosen(action))

    def notify_style_update(self) -> None:
        """Textual calls this when the theme changes."""
        super().notify_style_update()
        self._styles.clear()

    def _redraw(self) -> None:
        if self.view is None or not self.size:
            return
        before, placed = self._picture, (self._left, self._top)
        self._picture = self._draw(self.view)
        if (self._left, self._top) != placed or self._picture.height != before.height:
            self.refresh()
            return
        width, scrolled = self.size.width, self.scroll_offset.y
        for number, (old, new) in enumerate(zip(before.lines, self._picture.lines, strict=True)):
            if old != new:
                self.refresh(Region(0, number + self._top - scrolled, width, 1))

    def _draw(self, view: View) -> Picture:
        room = self.scrollable_content_region.size
        if isinstance(view, TextView) and not view.wrapped:
            view = replace(view, text=folded(view.text, room.width))
            lines = view.text.splitlines()
            longest = max((len(line) for line in lines), default=0)
            # The whole text, to be scrolled; tabs may make it wider.
            picture = render(view, longest * 4 + 80, len(lines) + 8, ascii_only=ascii_only())
        else:
            room = self._room(view)
            picture = render(
                view,
                room.width,
                room.height,
                ascii_only=ascii_only(),
                cursor=self.cursor_action,
                colour=not self.app.no_color,
            )
        self.virtual_size = Size(picture.width, picture.height)
        self._left = max(0, (room.width - picture.width) // 2)
        self._top = max(0, (self.content_size.height - picture.height) // 2)
        return picture

    def _room(self, view: View) -> Size:
        """What is seen at once; or as many lines as the view takes, to be scrolled."""
        seen = self.content_size
        if isinstance(view, CardsView) or self._lines(view, seen) <= seen.height:
            return seen
        narrower = Size(max(1, seen.width - self.scrollbar_size_vertical), seen.height)
        return Size(narrower.width, max(seen.height, self._lines(view, narrower)))

    def _lines(self, view: View, room: Size) -> int:
        plain = ascii_only()
        colour = not self.app.no_color
        return full_height(view, room.width, room.height, ascii_only=plain, colour=colour)

    def _fields(self) -> dict[tuple[int, int], int]:
        """(row, column) -> action, for the fields that can be chosen."""
        grid = _playable_grid(self.view) if self.playable else None
        if grid is None:
            return {}
        return {
            (r, c): cell.action
            for r, row in enumerate(grid.rows)
            for c, cell in enumerate(row)
            if cell.action is not None
        }

    def _nearest(self, fields: Iterable[tuple[int, int]]) -> tuple[int, int]:
        """The field nearest to where the cursor was; at first, to the middle."""
        grid = _playable_grid(self.view)
        assert grid is not None
        row, column = self._place or (len(grid.rows) // 2, len(grid.rows[0]) // 2)
        return min(fields, key=lambda place: abs(place[0] - row) + abs(place[1] - column))

    def _style(self, span: Span) -> Style:
        key = span._replace(text="")
        style = self._styles.get(key)
        if style is None:
            if len(self._styles) >= MOST_STYLES:
                self._styles.clear()
            style = self._styles[key] = self._styled(span)
        return style

    def _styled(self, span: Span) -> Style:
        if span.ink is not None or span.ground is not None:
            return Style.from_color(
                _colour(span.ink) or self._base.color, _colour(span.ground) or self._base.bgcolor
            )
        style = self.get_component_rich_style(f"board--{span.tone.value}")
        if span.below is not None:
            below = self.get_component_rich_style(f"board--{span.below.value}")
            return Style.from_color(style.bgcolor or self._base.bgcolor, below.bgcolor)
        return self._base + Style(
            color=style.color,
            bgcolor=style.bgcolor if span.filled else None,
            bold=span.strong or style.bold,
            dim=style.dim,
            reverse=style.reverse if span.filled else None,
        )


def _colour(rgb: int | None) -> Color | None:
    return None if rgb is None else Color.from_rgb(rgb >> 16, rgb >> 8 & 255, rgb & 255)


def _playable_grid(view: View | None) -> GridView | None:
    """The board with actions, which may be one part of several."""
    if isinstance(view, StackView):
        return next(filter(None, (_playable_grid(part.view) for part in view.parts)), None)
    if isinstance(view, GridView) and any(c.action is not None for row in view.rows for c in row):
        return view
    return None


def folded(text: str, width: int) -> str:
    """Text of few lines with long ones folded; of many, which may be a board, as it is."""
    lines = text.splitlines()
    if len(lines) > FEW_LINES or width <= 0:
        return text
    return "\n".join("\n".join(wrap(line, width)) if len(line) > width else line for line in lines)


def _distance(
    place: tuple[int, int], origin: tuple[int, int] | None, across: int
) -> tuple[int, int]:
    row, column = origin or (0, 0)
    rows, columns = abs(place[0] - row), abs(place[1] - column)
    return (rows, columns) if across else (columns, rows)
