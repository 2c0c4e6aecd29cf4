"""A dialog with one line to fill in."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static


class AskScreen(ModalScreen[str | None]):
    """Asks for a line of text; gives None where one leaves.

    Args:
        title: what is asked.
        about: what may be answered.
        given: stands in the line at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave", id="ask.leave")
    ]

    def __init__(self, title: str, about: str, given: str = "") -> None:
        super().__init__()
        self._title = title
        self._about = about
        self._given = given

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            dialog.border_subtitle = "esc leaves"
            yield Static(Content(self._about))
            yield Input(self._given, id="answer", compact=True, select_on_focus=False)
            with Horizontal(classes="buttons"):
                yield Button("OK (enter)", id="ok", variant="primary", compact=True)
                yield Button("Leave (esc)", id="leave", compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _answered(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        answer = self.query_one(Input).value.strip()
        self.dismiss(answer if event.button.id == "ok" else None)
