"""The app: what all screens share. A screen's own doings are in its own module."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.errors import NoWidget
from textual.geometry import Size
from textual.screen import ModalScreen, Screen
from textual.theme import Theme
from textual.worker import WorkerFailed

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.settings import Settings, change_setting, effective, read_settings
from openenv_tui.tui.plain import PlainLetters
from openenv_tui.tui.screens.notice import TooSmallScreen
from openenv_tui.tui.themes import FEW_COLOURS, OURS
from openenv_tui.tui.wishes import check, fulfil, wishes

COLUMNS: Final = 60
LINES: Final = 18


class OpenEnvTuiApp(App[None]):
    """The terminal app.

    Args:
        start: makes the screen that it opens with.

    Attributes:
        crash: the error nobody expected, if one ended the app.
    """

    TITLE = "openenv-tui"
    CSS_PATH = "theme.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit"),
        Binding("question_mark,f1", "help", "Help", key_display="f1", id="app.help"),
        Binding(
            "ctrl+p", "command_palette", "palette", show=False, priority=True, id="app.palette"
        ),
        Binding(
            "f12,ctrl+s", "screenshot", "Screenshot", show=False, priority=True, id="app.screenshot"
        ),
        Binding("f10", "settings", "Settings", show=False, id="app.settings"),
        # The last to be asked: where letters are typed or belong to a game, they never come here.
        Binding("h", "like('left')", "Left, as the arrow", show=False, id="app.left"),
        Binding("j", "like('down')", "Down, as the arrow", show=False, id="app.down"),
        Binding("k", "like('up')", "Up, as the arrow", show=False, id="app.up"),
        Binding("l", "like('right')", "Right, as the arrow", show=False, id="app.right"),
    ]

    def __init__(self, start: Callable[[], Screen[Any]]) -> None:
        settings = read_settings()
        check(settings)
        fulfil(settings)
        plain = bool(os.environ.get("NO_COLOR"))
        # Said here, because Textual decides now whether it takes colours away or makes them grey,
        # and the terminal's own would be black on black in grey.
        super().__init__(ansi_color=True if plain else None)
        self._start = start
        self.crash: BaseException | None = None
        self._filters.append(PlainLetters())
        for theme in OURS:
            self.register_theme(theme)
        self.theme = settings.theme
        if plain or (self._few_colours and effective()["theme"].source == "default"):
            # Ours in grey on grey, or with black for every dark colour, cannot be read.
            self.theme = FEW_COLOURS
        self._obey(settings)

    @property
    def _few_colours(self) -> bool:
        return self.console.color_system in (None, "standard", "windows")

    def _obey(self, settings: Settings) -> None:
        """Bring animation and keys to what is set."""
        self.animation_level = "full" if settings.animation else "none"
        self.set_keymap(_keymap(settings))

    def change_setting(self, name: str, value: Any, within: str | None = None) -> None:
        """Change a setting at once, and write it down.

        Args:
            name: of the setting, or of a binding.
            value: as it is written; None for what it is by itself.
            within: the table in which it stands.

        Raises:
            UsageError: there is no such value.
            StoreError: it cannot be written.
        """
        settings = change_setting(name, value, within, check)
        fulfil(settings)
        self._obey(settings)
        if name == "theme" and not self.no_color:
            self.theme = settings.theme
        self.refresh_css(animate=False)
        self.refresh_bindings()
        for screen in self.screen_stack:
            for widget in (screen, *screen.query("*")):
                # What was drawn with other letters is drawn again.
                widget.refresh()

    def _remember_theme(self, theme: Theme) -> None:
        """A theme that was chosen from the palette is a setting, too."""
        if self.no_color or theme.name == wishes().theme:
            return
        try:
            self.change_setting("theme", theme.name)
        except OpenEnvTuiError as error:
            self.notify(str(error), severity="error", markup=False)

    async def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        await self.push_screen(self._start())
        self._mind_the_size(self.size)

    def on_resize(self, event: events.Resize) -> None:
        """Say so while there is too little room."""
        self._mind_the_size(event.size)

    def _mind_the_size(self, size: Size) -> None:
        small = size.width < COLUMNS or size.height < LINES
        warned = isinstance(self.screen, TooSmallScreen)
        if small and not warned:
            self.push_screen(TooSmallScreen(COLUMNS, LINES))
        elif warned and not small:
            self.pop_screen()

    def action_help(self) -> None:
        """Say what the keys of this screen do."""
        show = getattr(self.screen, "action_help", None)
        if show is not None:
            show()

    async def action_quit(self) -> None:
        """Leave the app."""
        await super().action_quit()

    def action_command_palette(self) -> None:
        """All commands of this screen, and the themes."""
        super().action_command_palette()

    def action_settings(self) -> None:
        """Change theme, speed, keys and whatever else can be set."""
        from openenv_tui.tui.screens.settings import SettingsScreen

        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen())

    def action_like(self, key: str) -> None:
        """What the arrow does."""
        self.simulate_key(key)

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Keep this screen as a picture (SVG)."""
        self.deliver_screenshot(filename, path or _pictures_folder())

    @on(events.DeliveryComplete)
    def _delivered(self, event: events.DeliveryComplete) -> None:
        """Say where a picture is, instead of the toolkit."""
        if event.name == "screenshot":
            event.prevent_default()
            where = f"kept as {event.path}; open it in a browser" if event.path else "downloaded"
            self.notify(f"This screen is {where}.", title="Screenshot", markup=False, timeout=8)

    @on(events.DeliveryFailed)
    def _undelivered(self, event: events.DeliveryFailed) -> None:
        if event.name == "screenshot":
            event.prevent_default()
            reason = f"The screenshot could not be written: {event.exception}."
            self.notify(f"{reason} Start where you may write.", severity="error", markup=False)

    def on_click(self, event: events.Click) -> None:
        """A click beside a dialog leaves it, as escape does."""
        if isinstance(self.screen, ModalScreen):
            with suppress(NoWidget):
                under, _ = self.get_widget_at(*event.screen_offset)
                if under is self.screen:
                    self.simulate_key("escape")

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        # Imported here: it knows every screen, and the first paint need not wait for that.
        from openenv_tui.tui.keymap import words_of

        yield from super().get_system_commands(screen)
        yield SystemCommand("Help", "What the keys do here. Key: f1", self.action_help)
        yield SystemCommand("Settings", "Theme, speed, keys. Key: f10", self.action_settings)
        # What our own screens can do; the keys of buttons, lists and fields are not commands.
        bindings = {
            active.binding.action: active.binding
            for active in screen.active_bindings.values()
            if active.node is screen and active.enabled and active.binding.id
        }
        for action, binding in bindings.items():
            if action == "app.quit":
                continue
            said = words_of(screen, binding)
            words = f"{said[:1].upper()}{said[1:]}. Key: {self.get_key_display(binding)}"
            yield SystemCommand(binding.description, words, _runner(screen, action))

    def _handle_exception(self, error: Exception) -> None:
        """Textual prints a traceback with all local variables; this one goes to a file instead.

        Failed workers end up here too.
        """
        self._return_code = 1
        if self.crash is None:
            self.crash = error.error if isinstance(error, WorkerFailed) else error
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()


def _pictures_folder() -> str:
    """The user's downloads, or where there are none, this folder."""
    from platformdirs import user_downloads_path

    downloads = user_downloads_path()
    return str(downloads if downloads.is_dir() else Path.cwd())


def _keymap(settings: Settings) -> dict[str, str]:
    if not settings.keys:
        return {}
    # Imported here: it imports every screen.
    from openenv_tui.tui.keymap import toolkits_keymap

    return toolkits_keymap(settings.keys)


def _runner(screen: Screen[Any], action: str) -> Callable[[], Any]:
    async def run() -> None:
        await screen.run_action(action)

    return run


async def run_app(start: Callable[[], Screen[Any]]) -> int:
    """Run the app on this terminal until it is left.

    Returns:
        The exit code.

    Raises:
        OpenEnvTuiError: something unexpected ended it; the text says where the traceback is.
    """
    app = OpenEnvTuiApp(start)
    await app.run_async()
    if app.crash is not None:
        place = write_crash(app.crash)
        raise OpenEnvTuiError(
            f"the app ended unexpectedly: {type(app.crash).__name__}: {app.crash}; "
            f"the traceback is in {place}"
        ) from app.crash
    return app.return_code or 0


def write_crash(error: BaseException) -> Path:
    """Write a traceback, without local variables, to a file of the user's own logs."""
    from platformdirs import user_log_path

    folder = user_log_path("openenv-tui")
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"crash-{datetime.now():%Y%m%d-%H%M%S}.log"
    place.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return place
