"""The inspector: what goes over the wire, and a way to send something oneself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Input, Label, Static

from openenv_tui.connection.recording import RecordedServer
from openenv_tui.connection.server import ServerEnvironment
from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.render import printable
from openenv_tui.render.pretty import pretty, pretty_value
from openenv_tui.tui.glyphs import MUTED, ascii_only
from openenv_tui.tui.keymap import key_lines
from openenv_tui.tui.screens.notice import HelpScreen, Section
from openenv_tui.tui.sitting import Sitting
from openenv_tui.tui.widgets.frames import FrameList, clock, size
from openenv_tui.tui.widgets.pager import Pager
from openenv_tui.wire.codec import STATE_REQUEST
from openenv_tui.wire.tape import Frame, Way

BARS: Final = "▁▂▃▄▅▆▇█"
ASCII_BARS: Final = "_.-=+*%#"
BEAT: Final = 0.25
"""Seconds between two looks at the tape."""
PAGE_TIMEOUT: Final = 10.0
NO_SERVER: Final = (
    "There is no server here: the engine is a part of this program, and nothing goes over a wire. "
    "To see frames, start a server with `openenv-tui serve catch` and play with "
    "`openenv-tui play --env ws://127.0.0.1:8000`."
)


class InspectScreen(Screen[bool]):
    """The frames of a sitting; gives True if one was sent by hand that may have changed the game.

    Args:
        sitting: whose frames these are; it goes on underneath.
    """

    AUTO_FOCUS = "#frames"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f3", "leave", "Back", key_display="esc", id="inspect.leave"),
        Binding("s", "send", "Send", id="inspect.send"),
        Binding("t", "state", "State", id="inspect.state"),
        Binding("m", "schema", "Schema", id="inspect.schema"),
        Binding("l", "log", "Log", id="inspect.log"),
        Binding("slash", "find", "Find", key_display="/", id="inspect.find"),
        Binding("n", "find_next", "Next", id="inspect.next"),
        Binding("c,y", "copy", "Copy", key_display="c", id="inspect.copy"),
        Binding("tab", "app.focus_next", "Pane", show=False, id="inspect.pane"),
    ]

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self._sitting = sitting
        self._tape = sitting.tape
        self._shown: Frame | str = ""
        self._content: Any = None
        self._wanted = ""
        self._asked = "find"
        self._draft = STATE_REQUEST
        self._touched = False

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        yield Static(id="times")
        with Horizontal(id="inspect"):
            with Vertical(id="left"):
                yield Label(f"{'#':>5} {'seconds':>8} {'bytes':>6}   frame", classes="heading")
                yield FrameList(self._tape, id="frames")
            with Vertical(id="right"):
                yield Label(id="what", classes="heading")
                yield Pager(id="content")
        with Horizontal(id="ask"):
            yield Label(id="question")
            yield Input(id="answer", compact=True)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one("#ask").display = False
        self.set_interval(BEAT, self._look)
        if self._server is None:
            self._show_text("No server", NO_SERVER)
        self.call_after_refresh(self._look)

    @property
    def _server(self) -> ServerEnvironment | None:
        environment = self._sitting.environment
        return environment if isinstance(environment, ServerEnvironment) else None

    # What is on the screen.

    def _look(self) -> None:
        self.query_one(FrameList).follow()
        tape, setup = self._tape, self._sitting.setup
        many = "s" if tape.total != 1 else ""
        self.query_one("#title", Static).update(
            Content.assemble(
                ("Inspector", "bold"),
                (f"  {printable(setup.target)}  {tape.total:,} frame{many}", MUTED),
            )
        )
        self.query_one("#times", Static).update(self._times())

    def _times(self) -> Content:
        trips = self._tape.round_trips
        if not trips:
            return Content.styled("no round trip yet", MUTED)
        ordered = sorted(trips)
        told = [(f"p{q}", _quantile(ordered, q)) for q in (50, 95, 99)] + [("max", ordered[-1])]
        listed = "  ".join(f"{name} {1e3 * value:.3g}" for name, value in told)
        words = f"round trip {_ms(trips[-1])};  {listed}  "
        room = max(0, self.size.width - len(words) - 2)
        newest = list(islice(trips, max(0, len(trips) - room), None))
        return Content.assemble((words, ""), (bars(newest, plain=ascii_only()), "$text-accent"))

    @on(FrameList.Chosen)
    def _chosen(self, event: FrameList.Chosen) -> None:
        self._show_frame(event.frame)

    @on(Pager.Resized)
    def _lay_out(self) -> None:
        width = self._width
        if isinstance(self._shown, Frame):
            self.query_one(Pager).show(pretty(self._shown.text, width))
        elif isinstance(self._content, str):
            self.query_one(Pager).show(pretty(self._content, width))
        else:
            self.query_one(Pager).show(pretty_value(self._content, width))
        if self._wanted:
            self.query_one(Pager).seek(self._wanted)

    @property
    def _width(self) -> int:
        return max(20, self.query_one(Pager).size.width - 1)

    def _show_frame(self, frame: Frame) -> None:
        self._shown = frame
        waited = "" if frame.waited is None else f", after {_ms(frame.waited)}"
        hand = " by hand" if frame.by_hand else ""
        self._head(
            f"frame {frame.number}: {frame.kind}, {frame.way.value}{hand} at {clock(frame.at)} s"
            f"{waited}, {size(frame.size)}"
        )
        self._lay_out()

    def _show_text(self, what: str, content: Any) -> None:
        self._shown, self._content = what, content
        self._head(what)
        self._lay_out()

    def _head(self, words: str) -> None:
        self.query_one("#what", Label).update(Content(words))

    # Asking the server.

    def action_state(self) -> None:
        """Ask for the session's state."""
        self._send(STATE_REQUEST)

    def action_schema(self) -> None:
        """Show the schema that the server tells over HTTP."""
        self.run_worker(self._fetch_schema(), group="page", exclusive=True)

    async def _fetch_schema(self) -> None:
        server = self._server
        if server is None or server.server is None:
            self._show_text("No server", NO_SERVER)
            return
        try:
            found = await server.server.page("schema", PAGE_TIMEOUT)
        except OpenEnvTuiError as error:
            self._show_text("schema", f"No schema: {error}.")
            return
        self._show_text(
            "schema, as the server tells it",
            found if found is not None else "This server has no page /schema.",
        )

    def action_log(self) -> None:
        """Show what a server wrote that was started here."""
        server = self._server.server if self._server is not None else None
        if server is not None and (written := server.log()) is not None:
            self._show_text("the server's log, its end", written or "(nothing yet)")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "log":
            server = self._server.server if self._server is not None else None
            return server is not None and server.log() is not None
        return True

    def action_send(self) -> None:
        """Write a frame; the one that is shown is what it starts from, if we sent it."""
        if self._server is None or isinstance(self._server.server, RecordedServer):
            self.notify("Nobody is there to be sent anything.", severity="warning")
            return
        if isinstance(self._shown, Frame) and self._shown.way is Way.SENT:
            self._draft = self._shown.text
        self._ask("send", "Send to the game's own session: ", self._draft)

    def _send(self, text: str) -> None:
        if self._server is None:
            self._show_text("No server", NO_SERVER)
            return
        # Of the app: to leave this screen must not cut off an answer, and the session with it.
        self.app.run_worker(self._sent(self._server, text), group="by hand")

    async def _sent(self, server: ServerEnvironment, text: str) -> None:
        # A string of its own: the tape knows it again by its identity.
        frame = "".join(text)
        self._tape.announce(frame)
        try:
            await server.session.pass_on(frame)
        except OpenEnvTuiError as error:
            self.app.notify(f"{error}.", severity="error", timeout=10, markup=False)
        if _kind(text) != "state":
            self._touched = True
        if self.is_mounted and self.is_attached:
            self.query_one(FrameList).action_move(len(self._tape.frames))
            self._look()

    # Finding and copying.

    def action_find(self) -> None:
        """Search what is shown, and then the other frames."""
        self._ask("find", "Find: ", self._wanted)

    def action_find_next(self) -> None:
        """Go on with the search."""
        if not self._wanted:
            self.action_find()
            return
        if not self.query_one(Pager).seek(self._wanted, on=True):
            self._find_elsewhere()

    def _find_elsewhere(self) -> None:
        for frame in self._others():
            if self._wanted.lower() in frame.text.lower():
                self.query_one(FrameList).go_to(frame.number)
                self._show_frame(frame)
                return
        # Once round: what is shown may have it above.
        if not self.query_one(Pager).seek(self._wanted):
            self.notify(f"'{self._wanted}' is in none of the frames.", markup=False)

    def _others(self) -> Iterator[Frame]:
        """The frames after the one that is shown, then those before it."""
        frames = list(self._tape.frames)
        here = self._shown.number if isinstance(self._shown, Frame) else 0
        yield from (frame for frame in frames if frame.number > here)
        yield from (frame for frame in frames if frame.number < here)

    def action_copy(self) -> None:
        """Copy the frame, or whatever is shown, as one piece."""
        text = self._shown.text if isinstance(self._shown, Frame) else self._content
        if not isinstance(text, str):
            text = json.dumps(text, ensure_ascii=False)
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {len(text):,} letters, if this terminal lets programs do that.")

    # The line at the bottom.

    def _ask(self, what: str, question: str, answer: str) -> None:
        self._asked = what
        self.query_one("#question", Label).update(Content(question))
        self.query_one("#ask").display = True
        field = self.query_one("#answer", Input)
        field.value = answer
        field.focus()

    @on(Input.Submitted)
    def _answered(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        self._put_away()
        if self._asked == "send" and text:
            self._draft = text
            self._send(text)
        elif self._asked == "find":
            self._wanted = text
            if not self.query_one(Pager).seek(text) and text:
                self._find_elsewhere()

    def _put_away(self) -> None:
        self.query_one("#ask").display = False
        self.query_one(FrameList).focus()

    def action_leave(self) -> None:
        """Back to the game; out of the line at the bottom first."""
        if self.query_one("#ask").display:
            self._put_away()
            return
        self.dismiss(self._touched)

    def action_help(self) -> None:
        """What the keys do here."""
        keys = [
            ("up, down", "another frame; the end follows what comes"),
            ("tab", "between the list and what is shown, to scroll"),
            *key_lines(self),
        ]
        words = [
            ("", "A * marks what you sent by hand, and its answer. Such a step or reset changes"),
            ("", "the game on the server; the board knows of it after the next move only."),
        ]
        self.app.push_screen(
            HelpScreen("The inspector: help", [Section("Keys", keys), Section("Frames", words)])
        )


def bars(values: list[float], *, plain: bool = False) -> str:
    """Values as a line of bars, the largest as high as a line."""
    letters = ASCII_BARS if plain else BARS
    top = max(values, default=0.0) or 1.0
    return "".join(letters[min(len(letters) - 1, int(v / top * len(letters)))] for v in values)


def _quantile(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.2f} s"


def _kind(text: str) -> str:
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return str(frame.get("type", "")) if isinstance(frame, Mapping) else ""
