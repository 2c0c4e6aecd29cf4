"""A form for one action: a line for each field, checked before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Select, Static

from openenv_tui.errors import IllegalActionError
from openenv_tui.games.forms import UNSET, Field, Kind, Space, filled, leaves, shown
from openenv_tui.render import printable

WIDEST_NAME: Final = 18
ANYTHING: Final = "action"
"""The one line of a form about which the server says nothing."""


class FormPanel(Widget):
    """What an action is made of, to be filled in; what was filled in stays for the next one.

    The widget is made for one form; another form needs another panel.

    Args:
        space: the form and its fields.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "let_go", "Board", key_display="esc", id="form.leave"),
        Binding("up", "app.focus_previous", "Field above", show=False, id="form.up"),
        Binding("down", "app.focus_next", "Field below", show=False, id="form.down"),
    ]

    class Filled(Message):
        """The form was filled in, and fits."""

        def __init__(self, action: Mapping[str, Any]) -> None:
            self.action = action
            super().__init__()

    class LetGo(Message):
        """The keyboard is to go elsewhere."""

    def __init__(self, space: Space, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.space = space
        self.form = space.form
        self._fields = [(".".join(path), field) for path, field in leaves(self.form.fields)]

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            if not self._fields:
                yield from self._line(0, ANYTHING, Field(ANYTHING, Kind.JSON))
            for number, (name, field) in enumerate(self._fields):
                yield from self._line(number, name, field)
        with Horizontal(classes="send"):
            yield Button("Send (enter)", id="send", variant="primary", compact=True)
            yield Static(id="problem")

    def _line(self, number: int, name: str, field: Field) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Label(_name(name, field), classes="name")
            if field.kind in (Kind.CHOICE, Kind.FLAG):
                yield _select(number, field)
            else:
                given = "" if field.default in (UNSET, None) else _text(field.default)
                yield Input(given, placeholder=field.asked, compact=True, id=f"field-{number}")
            yield Label(Content(field.about), classes="about")

    def take_focus(self) -> None:
        """Let the person fill in the first field, unless they are in one already."""
        if not self.has_focus_within:
            self.query_one("#field-0").focus()

    def say(self, problem: str) -> None:
        """Say what is wrong."""
        self.query_one("#problem", Static).update(Content(printable(problem)))

    @on(Input.Submitted)
    @on(Button.Pressed, "#send")
    def send(self, event: Message) -> None:
        """Send what is filled in, if it fits; say what does not, if not."""
        event.stop()
        try:
            action = self._action()
        except IllegalActionError as error:
            self.say(str(error))
            return
        self.say("")
        self.post_message(self.Filled(action))
        alone = self.form.alone
        if alone is not None and alone.kind is Kind.TEXT:
            # What was said once is not what one says next.
            self.query_one("#field-0", Input).value = ""

    @on(Input.Changed)
    @on(Select.Changed)
    def _changed(self) -> None:
        self.say("")

    def action_let_go(self) -> None:
        """Give the keyboard back to the board."""
        self.post_message(self.LetGo())

    def _action(self) -> Mapping[str, Any]:
        if not self._fields:
            return self.space.payload(self.space.read(self._written(0) or "{}"))
        written = {name: self._written(n) for n, (name, _) in enumerate(self._fields)}
        payload = filled(self.form.fields, written)
        return self.space.payload(self.space.accept(payload))

    def _written(self, number: int) -> str:
        widget = self.query_one(f"#field-{number}")
        if isinstance(widget, Input):
            return widget.value
        assert isinstance(widget, Select)
        return "" if widget.is_blank() else str(widget.value)


def _select(number: int, field: Field) -> Select[str]:
    texts = [shown(value) for value in field.values]
    default = shown(field.default) if field.default is not UNSET else ""
    if default not in texts and field.required:
        default = texts[0]
    return Select(
        [(Content(text), text) for text in texts],
        value=default if default in texts else Select.NULL,
        allow_blank=not field.required,
        compact=True,
        id=f"field-{number}",
        prompt="(left out)",
    )


def _name(name: str, field: Field) -> Content:
    text = printable(name)
    clipped = text if len(text) <= WIDEST_NAME else text[: WIDEST_NAME - 1] + "…"
    return Content.assemble((clipped, "bold" if field.required else ""))


def _text(value: Any) -> str:
    return printable(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
