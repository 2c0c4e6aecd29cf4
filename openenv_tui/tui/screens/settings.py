"""Settings: each with what it is for, changed at once and written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, Footer, Input, Label, OptionList, Select, Static
from textual.widgets.option_list import Option

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.settings import (
    KEYS,
    SETTINGS,
    Chosen,
    Setting,
    as_written,
    effective,
    settings_file,
)
from openenv_tui.tui.app import OpenEnvTuiApp
from openenv_tui.tui.glyphs import MUTED
from openenv_tui.tui.keymap import every_binding, key_lines, key_named, keys_of, shown_key
from openenv_tui.tui.screens.notice import HelpScreen, Section
from openenv_tui.tui.wishes import wishes

SHOWN: dict[Any, str] = {True: "yes", False: "no"}


class SettingsScreen(Screen[None]):
    """A form with every setting, and the keys below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", key_display="esc", id="settings.leave"),
        Binding("f2", "defaults", "Forget all", id="settings.defaults"),
    ]

    app: OpenEnvTuiApp

    def compose(self) -> ComposeResult:
        place = str(settings_file())
        yield Static(Content.assemble(("Settings", "bold"), (f"  {place}", MUTED)), id="title")
        chosen = effective()
        with VerticalScroll(id="form", can_focus=False):
            for setting in SETTINGS:
                yield self._row(setting, chosen[setting.name])
        keys = OptionList(id="keys", compact=True)
        keys.border_title = "Keys"
        keys.border_subtitle = "enter changes one"
        yield keys
        yield Footer(compact=True)

    def _row(self, setting: Setting, chosen: Chosen) -> Horizontal:
        control = self._control(setting, as_written(chosen.value, setting.name))
        about = setting.about
        if chosen.source.startswith("$"):
            control.disabled = True
            about = f"{chosen.source} says so, and wins over the file."
        words = Static(Content(about), classes="about")
        return Horizontal(Label(setting.name), control, words, classes="row")

    def _control(self, setting: Setting, value: Any) -> Select[Any] | Input:
        offered = [*setting.offered]
        if setting.name == "theme":
            offered += [name for name in sorted(self.app.available_themes) if name not in offered]
        if not offered:
            return Input(str(value), id=f"set-{setting.name}", compact=True)
        if value not in offered:
            offered.append(value)
        return Select(
            [(Content(_shown(each)), each) for each in offered],
            value=value, allow_blank=False, compact=True, id=f"set-{setting.name}",
        )  # fmt: skip

    def on_mount(self) -> None:
        self._list_keys()

    def _list_keys(self) -> None:
        keys = self.query_one("#keys", OptionList)
        at = keys.highlighted
        keymap = wishes().keys
        keys.set_options(
            Option(self._key_line(each, keymap), id=name) for name, each in every_binding().items()
        )
        keys.highlighted = at or 0

    def _key_line(self, binding: Binding, keymap: Mapping[str, str]) -> Content:
        own = binding.id in keymap
        keys = [key_named(key) for key in keys_of(binding, keymap).split(",")]
        shown = "  ".join(shown_key(self, binding.with_key(key)) for key in keys)
        return Content.assemble(
            (f"{'*' if own else ' '} {binding.id:<20}", "bold" if own else ""),
            (f"{shown:<26}", "$text-accent"),
            (binding.description, MUTED),
        )

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        self._change((event.select.id or "").removeprefix("set-"), event.value)

    @on(Input.Submitted)
    @on(Input.Blurred)
    def _written(self, event: Input.Submitted | Input.Blurred) -> None:
        name, text = (event.input.id or "").removeprefix("set-"), event.value.strip()
        self._change(name, int(text) if text.isdigit() and name == "seed" else text)

    def _change(self, name: str, value: Any, within: str | None = None) -> None:
        if within is None and as_written(getattr(wishes(), name), name) == value:
            return
        try:
            self.app.change_setting(name, value, within)
        except OpenEnvTuiError as error:
            self.notify(str(error), severity="error", timeout=12, markup=False)

    @on(OptionList.OptionSelected, "#keys")
    def _key_chosen(self, event: OptionList.OptionSelected) -> None:
        name = event.option_id or ""
        binding = every_binding()[name]

        def given(key: str | None) -> None:
            if key is not None:
                self._change(name, key or None, KEYS)
                self._list_keys()

        keys = keys_of(binding, wishes().keys)
        self.app.push_screen(KeyScreen(name, binding.description, keys, binding.key), given)

    def action_leave(self) -> None:
        """Leave; everything is written down already."""
        self.query("Input").blur()
        self.dismiss()

    def action_defaults(self) -> None:
        """Forget all that the file says."""
        for name in [*wishes().keys]:
            self._change(name, None, KEYS)
        for setting in SETTINGS:
            if effective()[setting.name].source == "file":
                self._change(setting.name, None)
        self.refresh(recompose=True)
        self.call_after_refresh(self._list_keys)

    def action_help(self) -> None:
        """What the keys do here."""
        said = [
            ("", f"They are kept in {settings_file()}, which you may edit, too."),
            ("", "Variables such as $OPENENV_TUI_ASCII win over it, and so do flags."),
            ("", "A letter that is a key of a game belongs to the game while you play."),
        ]
        self.app.push_screen(
            HelpScreen("Settings: help", [Section("Keys", key_lines(self)), Section("File", said)])
        )


class KeyScreen(ModalScreen[str | None]):
    """Takes the next key that is pressed; gives "" for the usual ones, None if it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="key.back")
    ]

    def __init__(self, name: str, words: str, keys: str, usual: str) -> None:
        super().__init__()
        self._name = name
        self._words = words
        self._keys = keys
        self._usual = usual

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(f"{self._words}: press the new key"), classes="title")
            now = self._keys.replace(",", " or ")
            yield Static(Content(f"{self._name} is on {now} now."))
            with Horizontal(classes="buttons"):
                yield Button(f"As usual ({self._usual})", id="usual", compact=True)
                yield Button("Back (esc)", id="back", compact=True)

    def on_mount(self) -> None:
        self.set_focus(None)

    def on_key(self, event: events.Key) -> None:
        """Whatever is pressed is the new key."""
        if event.key != "escape":
            event.stop()
            event.prevent_default()
            self.dismiss(event.key)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss("" if event.button.id == "usual" else None)


def _shown(value: Any) -> str:
    return SHOWN[value] if isinstance(value, bool) else str(value)
