"""Lines to read, scroll and search; in JSON names, strings and numbers are told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar, Final

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

TOKENS: Final = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>-?\d[\d.eE+-]*)|(?P<word>\b(?:true|false|null)\b)"
)


class Pager(ScrollView, can_focus=True):
    """Shows lines, and where in them something was found."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "pager--plain",
        "pager--name",
        "pager--string",
        "pager--number",
        "pager--word",
        "pager--found",
        "pager--here",
    }

    class Resized(Message):
        """There is another width to lay lines out in."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.lines: list[str] = []
        self._wanted: re.Pattern[str] | None = None
        self._here: tuple[int, int] | None = None

    def show(self, lines: Sequence[str]) -> None:
        """Other lines, from the top."""
        self.lines = list(lines)
        self._here = None
        # The widest of them was fitted to the width there is.
        self.virtual_size = Size(0, len(self.lines))
        self.scroll_to(y=0, animate=False)
        self.refresh()

    def seek(self, text: str, *, on: bool = False) -> bool:
        """Go to the next line that has the text, upper or lower case alike; False if none has.

        Args:
            text: "" marks nothing any more.
            on: go on from where the last one was found, rather than from the top.
        """
        self._wanted = re.compile(re.escape(text), re.IGNORECASE) if text else None
        start = self._here if on and self._here is not None else (-1, -1)
        self._here = self._next(start)
        if self._here is not None:
            self.scroll_to(y=max(0, self._here[0] - self.size.height // 2), animate=False)
        self.refresh()
        return self._here is not None

    def _next(self, after: tuple[int, int]) -> tuple[int, int] | None:
        if self._wanted is None:
            return None
        for row in range(max(0, after[0]), len(self.lines)):
            for found in self._wanted.finditer(self.lines[row]):
                if (row, found.start()) > after:
                    return row, found.start()
        return None

    def render_line(self, y: int) -> Strip:
        row, width = y + self.scroll_offset.y, self.size.width
        base = self.rich_style
        if row >= len(self.lines):
            return Strip.blank(width, base)
        line = self.lines[row]
        marks = self._marks(row, line)
        cuts = sorted({0, len(line), *(place for mark in marks for place in mark[:2])})
        segments = []
        for start, end in pairwise(cuts):
            # The last mark that covers the piece is the strongest.
            kind = next((k for a, b, k in reversed(marks) if a <= start and end <= b), "plain")
            style = base + self.get_component_rich_style(f"pager--{kind}")
            segments.append(Segment(line[start:end], style))
        return Strip(segments).crop_extend(0, width, base)

    def _marks(self, row: int, line: str) -> list[tuple[int, int, str]]:
        """(start, end, what it is): the later, the stronger."""
        marks = [(m.start(), m.end(), str(m.lastgroup)) for m in TOKENS.finditer(line)]
        if self._wanted is not None:
            for found in self._wanted.finditer(line):
                here = (row, found.start()) == self._here
                marks.append((found.start(), found.end(), "here" if here else "found"))
        return marks

    def on_resize(self, _: events.Resize) -> None:
        self.post_message(self.Resized())
