"""A slider on one line: where one is between a start and an end, and the mouse moves it."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from openenv_tui.tui.glyphs import ascii_only


class Slider(Widget):
    """Shows a number from 0 to ``last``; clicks and drags tell which one is wanted."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"slider--done", "slider--left", "slider--mark"}
    DEFAULT_CSS = """
    Slider {
        height: 1;
        padding: 0 1;
        background: $panel;
        & > .slider--done { color: $text-accent; text-style: bold; }
        & > .slider--left { color: $foreground 40%; }
        & > .slider--mark { color: $text-warning; text-style: bold; }
    }
    """

    class Moved(Message):
        """The mouse asks for another number."""

        def __init__(self, number: int) -> None:
            self.number = number
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.number = 0
        self.last = 0
        self.marked: int | None = None
        self._held = False

    def show(self, number: int, last: int, marked: int | None = None) -> None:
        """Stand somewhere else.

        Args:
            number: from 0 to ``last``.
            last: the end.
            marked: a number that is pointed out.
        """
        if (number, last, marked) != (self.number, self.last, self.marked):
            self.number, self.last, self.marked = number, last, marked
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        count = f" {self.number}/{self.last}"
        track = max(1, width - len(count))
        rail, here, mark = "-O!" if ascii_only() else "─●▲"
        at = self._column(self.number, track)
        place = {"done": rail * at, "left": rail * (track - at - 1)}
        parts = [(place["done"], "slider--done"), (here, "slider--done"),
                 (place["left"], "slider--left")]  # fmt: skip
        segments = [Segment(text, self.get_component_rich_style(name)) for text, name in parts]
        strip = Strip(segments)
        if self.marked is not None and (found := self._column(self.marked, track)) != at:
            pointed = Strip([Segment(mark, self.get_component_rich_style("slider--mark"))])
            strip = Strip.join([strip.crop(0, found), pointed, strip.crop(found + 1, track)])
        counted = Strip([Segment(count, self.rich_style)])
        return Strip.join([strip, counted]).crop_extend(0, width, self.rich_style)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._held = True
        self.capture_mouse()
        self._ask(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._held:
            self._ask(event)

    def on_mouse_up(self, _: events.MouseUp) -> None:
        self._held = False
        self.release_mouse()

    def _ask(self, event: events.MouseEvent) -> None:
        track = max(1, self.size.width - len(f" {self.number}/{self.last}"))
        along = event.x - self.styles.padding.left
        part = min(max(along / max(1, track - 1), 0.0), 1.0)
        self.post_message(self.Moved(round(part * self.last)))

    def _column(self, number: int, track: int) -> int:
        return round(number / self.last * (track - 1)) if self.last else 0
