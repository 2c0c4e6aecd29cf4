"""The legal actions with their keys, one a line; a click chooses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from openenv_tui.tui.glyphs import ascii_only, key_name


class Option(NamedTuple):
    """An action that can be chosen: its number, its key if it has one, and its name."""

    action: int
    key: str
    name: str


class ActionList(Widget):
    """The legal actions; as many as there is room for, and how many more there are."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"actions--key", "actions--name", "actions--hover"}

    class Chosen(Message):
        """A click chose an action."""

        def __init__(self, action: int) -> None:
            self.action = action
            super().__init__()

    class MoreAsked(Message):
        """A click asked for the list of all actions."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.options: tuple[Option, ...] = ()
        self.total = 0
        self._hover = -1

    def show(self, options: tuple[Option, ...], total: int) -> None:
        """Show these actions, the first of ``total``."""
        if (options, total) != (self.options, self.total):
            self.options = options
            self.total = total
            self._hover = -1
            self.refresh()

    @property
    def listed(self) -> int:
        """How many fit; the last line says how many more there are."""
        room = self.size.height
        return self.total if self.total <= room else min(len(self.options), max(0, room - 1))

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        if y < self.listed:
            option = self.options[y]
            key = Style() if not option.key else self.get_component_rich_style("actions--key")
            name = "actions--hover" if y == self._hover else "actions--name"
            cells = [
                Segment(f"{key_name(option.key, ascii_only()):>5}", base + key),
                Segment(" ", base),
                Segment(option.name, base + self.get_component_rich_style(name)),
            ]
        elif y == self.listed < self.total:
            more = f"    / {self.total - self.listed} more"
            cells = [Segment(more, base + self.get_component_rich_style("actions--key"))]
        else:
            cells = []
        return Strip(cells).crop_extend(0, self.size.width, base)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._point_at(event.y if event.y < self.listed else -1)

    def on_leave(self, _: events.Leave) -> None:
        self._point_at(-1)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if event.y < self.listed:
            self.post_message(self.Chosen(self.options[event.y].action))
        elif event.y == self.listed < self.total:
            self.post_message(self.MoreAsked())

    def _point_at(self, line: int) -> None:
        if line != self._hover:
            self._hover = line
            self.refresh()


def options_of(names: Mapping[int, str], keys: Mapping[str, int]) -> tuple[Option, ...]:
    """The actions in order, each with the first of its keys.

    Args:
        names: action -> what it is called.
        keys: key -> action.
    """
    first: dict[int, str] = {}
    for key, action in keys.items():
        first.setdefault(action, key)
    return tuple(Option(action, first.get(action, ""), name) for action, name in names.items())
