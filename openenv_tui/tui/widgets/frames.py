"""The frames on a tape, one a line: the newest is followed until another one is chosen."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from openenv_tui.tui.glyphs import ascii_only
from openenv_tui.wire.tape import Frame, Tape, Way


class FrameList(ScrollView, can_focus=True):
    """Draws only the lines that are seen, however many frames there are.

    Args:
        tape: it is looked at again whenever ``follow`` is called.

    Attributes:
        chosen: the frame under the cursor; None while there is none.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Previous", show=False, id="frames.previous"),
        Binding("down,j", "move(1)", "Next", show=False, id="frames.next"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="frames.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="frames.page_down"),
        Binding("home,g", "move(-1000000)", "First", show=False, id="frames.first"),
        Binding("end,G", "move(1000000)", "Last", show=False, id="frames.last"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "frames--plain",
        "frames--muted",
        "frames--sent",
        "frames--received",
        "frames--error",
        "frames--cursor",
    }

    class Chosen(Message):
        """The cursor is at another frame."""

        def __init__(self, frame: Frame) -> None:
            self.frame = frame
            super().__init__()

    def __init__(self, tape: Tape, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.chosen: Frame | None = None
        self._tape = tape
        self._known = 0
        self._newest = True

    def follow(self) -> None:
        """Show what has come since."""
        tape = self._tape
        if tape.total == self._known:
            return
        self._known = tape.total
        self.virtual_size = Size(0, len(tape.frames))
        if self._newest or (self.chosen and self.chosen.number < tape.frames[0].number):
            self._choose(len(tape.frames) - 1)
        self.refresh()

    def go_to(self, number: int) -> None:
        """Put the cursor at a frame, by its number."""
        if self._tape.frames:
            self._choose(number - self._tape.frames[0].number)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._choose(self._place + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by a screen."""
        self._choose(self._place + by * max(1, self.size.height - 1))

    @property
    def _place(self) -> int:
        """Of the cursor, in the tape."""
        return self.chosen.number - self._tape.frames[0].number if self.chosen else -1

    def _choose(self, place: int) -> None:
        frames = self._tape.frames
        if not frames:
            return
        place = min(max(place, 0), len(frames) - 1)
        self._newest = place == len(frames) - 1
        before, self.chosen = self.chosen, frames[place]
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if not top <= place < top + height:
            # An end that is followed stays at the bottom, whatever was there before.
            self.scroll_to(y=place - height + 1 if place > top else place, animate=False)
        if before is not self.chosen:
            self.post_message(self.Chosen(self.chosen))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        place, width = y + self.scroll_offset.y, self.size.width
        base = self.rich_style
        if place >= len(self._tape.frames):
            return Strip.blank(width, base)
        frame = self._tape.frames[place]
        here = self.chosen is not None and frame.number == self.chosen.number
        if here:
            base += self.get_component_rich_style("frames--cursor")
        cells = [
            Segment(text, base + self.get_component_rich_style(f"frames--{kind}"))
            for text, kind in _cells(frame)
        ]
        return Strip(cells).crop_extend(0, width, base)

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.scroll_offset.y
        if place < len(self._tape.frames):
            self._choose(place)

    def on_resize(self, _: events.Resize) -> None:
        self.call_after_refresh(self._keep_in_sight)

    def _keep_in_sight(self) -> None:
        if self.chosen is not None:
            self._choose(self._place)


def _cells(frame: Frame) -> list[tuple[str, str]]:
    arrows = (
        {Way.SENT: ">", Way.RECEIVED: "<"} if ascii_only() else {Way.SENT: "→", Way.RECEIVED: "←"}
    )
    kind = "error" if frame.kind in ("error", "?") else frame.way.value
    hand = "*" if frame.by_hand else " "
    return [
        (f"{frame.number:>5} ", "muted"),
        (f"{clock(frame.at):>8} ", "plain"),
        (f"{size(frame.size):>6} ", "plain"),
        (f"{arrows[frame.way]}{hand}{frame.kind}", kind),
    ]


def clock(seconds: float) -> str:
    """Seconds since the tape began, such as ``3.204`` or ``12:03.4``."""
    if seconds < 600:
        return f"{seconds:.3f}"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:.0f}:{rest:04.1f}"


def size(count: int) -> str:
    """Bytes, such as ``812 B`` or ``16.8 M``."""
    if count < 1000:
        return f"{count} B"
    power = min(3, (len(str(count)) - 1) // 3)
    return f"{count / 1000**power:.3g} {' kMG'[power]}"
