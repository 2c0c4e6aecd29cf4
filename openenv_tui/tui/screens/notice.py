"""Dialogs that say something and ask what next: help, a lost game, too small a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar, Final, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

KEY_COLUMNS: Final = 12
WORD_COLUMNS: Final = 52


class Section(NamedTuple):
    """A heading and lines of (key, what it does); a line without a key is a sentence."""

    heading: str
    lines: Sequence[tuple[str, str]]


class HelpScreen(ModalScreen[None]):
    """What the keys of a screen do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q,enter", "dismiss", "Back", id="help.back")
    ]

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        super().__init__()
        self._title = title
        self._sections = sections

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide") as dialog:
            dialog.border_title = self._title
            dialog.border_subtitle = "esc closes"
            with VerticalScroll():
                for section in self._sections:
                    yield Label(section.heading, classes="heading")
                    yield Static(_written(section), classes="lines")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()


def _written(section: Section) -> Content:
    lines = [
        Content.assemble((f"{key:>{KEY_COLUMNS}}  ", "$text-accent bold"), _hanging(what))
        if key
        else Content(what)
        for key, what in section.lines
    ]
    return Content("\n").join(lines)


def _hanging(what: str) -> str:
    """Words beside a key, folded beside it too."""
    return ("\n" + " " * (KEY_COLUMNS + 2)).join(wrap(what, WORD_COLUMNS))


class LostScreen(ModalScreen[bool]):
    """The game cannot go on: says why, and gives True for what helps, False for leaving.

    Args:
        reason: without a full stop.
        again: what helps, in a word or two.
        heading: of the dialog.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,enter", "dismiss(True)", "Go on", id="lost.again"),
        Binding("escape,q", "dismiss(False)", "Leave", id="lost.leave"),
    ]

    def __init__(
        self, reason: str, again: str = "Reconnect", heading: str = "This game cannot go on"
    ) -> None:
        super().__init__()
        self._reason = reason
        self._again = again
        self._heading = heading

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._heading, classes="title")
            yield Static(Content(f"{self._reason}."), id="reason")
            with Horizontal(classes="buttons"):
                yield Button(f"{self._again} (r)", id="again", variant="primary", compact=True)
                yield Button("Leave (esc)", id="leave", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "again")


class TooSmallScreen(ModalScreen[None]):
    """There is no room to draw; goes away by itself when there is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "app.quit", "Quit", id="small.quit")
    ]

    def __init__(self, columns: int, lines: int) -> None:
        super().__init__()
        self._needed = columns, lines

    def compose(self) -> ComposeResult:
        with Center(id="small"):
            yield Static(self._words(), id="small-words")

    def on_resize(self, _: events.Resize) -> None:
        self.query_one("#small-words", Static).update(self._words())

    def _words(self) -> str:
        columns, lines = self._needed
        here = self.app.size
        return (
            f"A little more room, please:\n{columns} columns and {lines} lines.\n"
            f"Here are {here.width} and {here.height}.\nq quits"
        )
