"""The app: what all screens share. A screen's own doings are in its own module."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen
from textual.worker import WorkerFailed

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.tui.screens.notice import TooSmallScreen

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
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("question_mark,f1", "help", "Help", key_display="f1"),
    ]

    def __init__(self, start: Callable[[], Screen[Any]]) -> None:
        plain = bool(os.environ.get("NO_COLOR"))
        # Said here, because Textual decides now whether it takes colours away or makes them grey,
        # and the terminal's own would be black on black in grey.
        super().__init__(ansi_color=True if plain else None)
        self._start = start
        self.crash: BaseException | None = None
        if plain:
            # The default theme in grey on grey cannot be read.
            self.theme = "ansi-dark"

    async def on_mount(self) -> None:
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

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        yield from super().get_system_commands(screen)
        # What our own screens can do; the keys of buttons, lists and fields are not commands.
        bindings = {
            active.binding.action: active.binding
            for active in screen.active_bindings.values()
            if active.node is screen and active.enabled and active.binding.description
        }
        for action, binding in bindings.items():
            if "." in action:
                continue
            about = getattr(screen, f"action_{action.partition('(')[0]}", None)
            said = (getattr(about, "__doc__", None) or "").partition("\n")[0]
            key = self.get_key_display(binding)
            yield SystemCommand(binding.description, f"{said} Key: {key}", _runner(screen, action))

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
