"""Choosing an action from a list by typing a part of its name."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option as Line

from openenv_tui.tui.glyphs import ascii_only, key_name
from openenv_tui.tui.widgets.actions import Option


class PickScreen(ModalScreen[int | None]):
    """All legal actions, filtered by what is typed; gives the action, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="pick.back"),
        Binding("down", "move(1)", "Next", id="pick.next"),
        Binding("up", "move(-1)", "Previous", id="pick.previous"),
    ]

    def __init__(self, options: tuple[Option, ...]) -> None:
        super().__init__()
        self._options = options

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"{len(self._options)} actions: type a part of the name", classes="title")
            yield Input(placeholder="filter", compact=True)
            yield OptionList()

    def on_mount(self) -> None:
        self._list("")

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._list(event.value)

    @on(Input.Submitted)
    def _take(self) -> None:
        lines = self.query_one(OptionList)
        if lines.highlighted is not None:
            lines.action_select()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(int(event.option_id or 0))

    def action_move(self, by: int) -> None:
        """Move the highlight while the filter keeps the keyboard."""
        lines = self.query_one(OptionList)
        if by > 0:
            lines.action_cursor_down()
        else:
            lines.action_cursor_up()

    def _list(self, part: str) -> None:
        wanted = part.lower().strip()
        lines = self.query_one(OptionList)
        lines.set_options(
            Line(_line(option), id=str(option.action))
            for option in self._options
            if wanted in option.name.lower() or wanted == str(option.action)
        )
        lines.highlighted = 0 if lines.option_count else None


def _line(option: Option) -> Content:
    return Content(f"{key_name(option.key, ascii_only()):>5}  {option.name}")
