"""A stored game: scrub through it, step, see both games of a deal, play on from any moment."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Label, OptionList, Static

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.evaluation.replays.files import SUFFIXES, export
from openenv_tui.evaluation.replays.scenes import Shown, boards
from openenv_tui.evaluation.replays.stored import Replayed, Run
from openenv_tui.evaluation.replays.turning import Turning, turning_point
from openenv_tui.render import printable
from openenv_tui.tui.branch import Branch
from openenv_tui.tui.glyphs import MUTED, ascii_only
from openenv_tui.tui.keymap import Line, key_lines
from openenv_tui.tui.screens import table_for
from openenv_tui.tui.screens.ask import AskScreen
from openenv_tui.tui.screens.notice import HelpScreen, Section
from openenv_tui.tui.screens.table import SPEEDS
from openenv_tui.tui.widgets.board import Board
from openenv_tui.tui.widgets.slider import Slider

PACES: Final = SPEEDS[:-1]
"""Of flat out nothing could be seen; a key goes to the end."""
PAGE: Final = 10
ROOMY: Final = 110
"""From so many columns on there is room for the moves beside two boards."""
FILE_HELP: Final = (
    f"Its name says the format: {', '.join(SUFFIXES)}. A .svg is this moment, .anim.svg moves, "
    "and asciinema plays a .cast."
)


class ReplayScreen(Screen[None]):
    """A game of a run, moment by moment.

    Args:
        run: the game's.
        row: of the run.
        episode: the game.
        paired: beside it the same deal from the other seat.
        at: the moment to begin with.
    """

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", key_display="esc", id="replay.leave"),
        Binding("space", "play", "Play", id="replay.play"),
        Binding("right,l,n", "forward(1)", "Step", key_display="← →", id="replay.forward"),
        Binding("left,h,p", "back(1)", "Back", show=False, id="replay.back"),
        Binding("pagedown", f"forward({PAGE})", "Ten on", show=False, id="replay.page-forward"),
        Binding("pageup", f"back({PAGE})", "Ten back", show=False, id="replay.page-back"),
        Binding("home,g,0", "start", "Start", show=False, id="replay.start"),
        Binding("end,G,dollar_sign", "end", "End", show=False, id="replay.end"),
        Binding("plus,equals_sign", "faster", "Faster", show=False, id="replay.faster"),
        Binding("minus", "slower", "Slower", show=False, id="replay.slower"),
        Binding("colon", "jump", "Jump", show=False, id="replay.jump"),
        Binding("t", "turn", "Turn", id="replay.turn"),
        Binding("b", "pair", "Both", id="replay.pair"),
        Binding("v", "view", "View", show=False, id="replay.view"),
        Binding("left_square_bracket", "game(-1)", "Game before", show=False, id="replay.before"),
        Binding("right_square_bracket", "game(1)", "Next game", show=False, id="replay.next"),
        Binding("f2", "branch", "Play on", id="replay.branch"),
        Binding("x", "export", "Export", id="replay.export"),
    ]

    def __init__(
        self, run: Run, row: int, episode: int, *, paired: bool = False, at: int = 0
    ) -> None:
        super().__init__()
        self.run_read = run
        self.row = row
        self.episode = episode
        self.paired = paired
        self.number = at
        self.playing = False
        self.speed = PACES.index(2.0)
        self.replayed: Replayed | None = None
        self.pair: Replayed | None = None
        self._other_view = False
        self._turning: Turning | None = None
        self._remark = ""
        self._timer: Timer | None = None

    # What is on the screen.

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with Horizontal(id="replay"):
            with Horizontal(id="boards"):
                for place in range(2):
                    with Vertical(classes="shown", id=f"shown-{place}"):
                        yield Static(classes="who", id=f"who-{place}")
                        yield Board(id=f"board-{place}")
            with Vertical(id="side"):
                yield Static(id="facts")
                yield Label("Moves", classes="heading")
                yield OptionList(id="moves", markup=False)
        yield Slider(id="slider")
        yield Static(id="status")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one("#moves").can_focus = False
        for board in self.query(Board):
            board.can_focus = False
        self._read()

    @property
    def shown(self) -> tuple[Shown, ...]:
        """What stands side by side."""
        if self.replayed is None:
            return ()
        found = boards(self.replayed, self.pair if self.paired else None)
        if self._other_view and len(found) == 1 and len(self.replayed.stored.names) > 1:
            seats = len(self.replayed.stored.names)
            return (found[0]._replace(viewer=(found[0].viewer + 1) % seats),)
        return found[::-1] if self._other_view else found

    @property
    def last(self) -> int:
        """Number of the last moment of what is shown."""
        games = [self.replayed, self.pair if self.paired else None]
        return max((game.last for game in games if game is not None), default=0)

    def draw(self) -> None:
        """Show what is so now."""
        if self.replayed is None or not self.is_mounted:
            return
        shown = self.shown
        for place in range(2):
            self.query_one(f"#shown-{place}").display = place < len(shown)
        for place, each in enumerate(shown):
            at = min(self.number, each.replayed.last)
            self.query_one(f"#board-{place}", Board).show(
                each.replayed.view(at, each.viewer), playable=False
            )
            self.query_one(f"#who-{place}", Static).update(self._who(each, at))
        marked = self._turning.number if self._turning else None
        self.query_one(Slider).show(self.number, self.last, marked)
        moves = self.query_one("#moves", OptionList)
        moves.highlighted = min(self.number, self.replayed.last)
        self.query_one("#status", Static).update(self._status())
        self._make_room()

    def _make_room(self) -> None:
        self.set_class(len(self.shown) > 1 and self.size.width < ROOMY, "-crowded")

    def on_resize(self, _: events.Resize) -> None:
        """The moves go where there is not room for them beside two boards."""
        self._make_room()

    def _who(self, shown: Shown, at: int) -> Content:
        stored = shown.replayed.stored
        over = f"  {stored.end}" if at == shown.replayed.last else ""
        which = f"episode {stored.episode:,}  " if self.paired else ""
        if self.paired or len(self.shown) > 1:
            move = over or f"  {shown.replayed.plies[at].move}"
            return Content.assemble((which + shown.heading, "bold"), (printable(move), MUTED))
        return Content.styled(f"as {shown.heading} sees it", MUTED)

    def _title(self) -> Content:
        assert self.replayed is not None
        stored = self.replayed.stored
        where = f"  {self.run_read.folder.name}  {printable(stored.title)}"
        return Content.assemble((self.replayed.game.title, "bold"), (where, MUTED))

    def _facts(self) -> Content:
        assert self.replayed is not None
        stored = self.replayed.stored
        lines = [
            Content.assemble((f"seat {seat}  ", MUTED), (printable(name), "bold"))
            for seat, name in enumerate(stored.names)
        ]
        total = "?" if stored.total is None else f"{stored.total:g}"
        facts = [("game", f"{self.row}:{stored.episode}"), ("return", total),
                 ("steps", str(stored.steps)), ("seed", str(stored.seed))]  # fmt: skip
        lines += [Content.assemble((f"{name:<8}", MUTED), value) for name, value in facts]
        return Content("\n").join(lines)

    def _status(self) -> Content:
        assert self.replayed is not None
        at = min(self.number, self.replayed.last)
        move = printable(self.replayed.plies[at].move)
        if at == self.replayed.last:
            move = f"{move}. {printable(self.replayed.stored.end)}"
        mark = (">" if ascii_only() else "▸") if self.playing else "||" if ascii_only() else "‖"
        pace = f"{PACES[self.speed]:g} steps a second"
        first = Content.assemble((f"{mark} ", "$text-accent bold"), (move, "bold"))
        second = self._remark or (
            f"{pace}; space holds on" if self.playing else
            f"space plays at {pace}   : jumps   t: turning point   f1: all keys"
        )  # fmt: skip
        style = "$text-warning" if self._remark else MUTED
        return Content("\n").join([first, Content.styled(second, style)])

    # Reading, and going from moment to moment.

    def _read(self) -> None:
        self.query_one("#status", Static).update(Content("Reading the game..."))
        self.run_worker(self._load(), group="game", exclusive=True)

    async def _load(self) -> None:
        run, row, episode = self.run_read, self.row, self.episode
        try:
            self.replayed = await asyncio.to_thread(run.replayed, row, episode)
        except OpenEnvTuiError as error:
            self._remark = ""
            self.query_one("#status", Static).update(Content.styled(str(error), "$text-error"))
            return
        self.pair = await asyncio.to_thread(run.pair, row, episode)
        self.paired = self.paired and self.pair is not None
        self.number = min(self.number, self.last)
        moves = self.query_one("#moves", OptionList)
        moves.clear_options()
        moves.add_options([printable(ply.move) for ply in self.replayed.plies])
        self.query_one("#title", Static).update(self._title())
        self.query_one("#facts", Static).update(self._facts())
        self.refresh_bindings()
        self.draw()

    def go_to(self, number: int) -> None:
        """Show a moment, or the nearest that there is."""
        self._remark = ""
        self.number = min(max(number, 0), self.last)
        self.draw()

    @on(Slider.Moved)
    def _slid(self, event: Slider.Moved) -> None:
        self._hold()
        self.go_to(event.number)

    @on(OptionList.OptionSelected, "#moves")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self._hold()
        self.go_to(event.option_index)

    def _hold(self) -> None:
        self.playing = False
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _run_on(self) -> None:
        self._hold()
        self.playing = True
        self._timer = self.set_interval(1 / PACES[self.speed], self._tick)

    def _tick(self) -> None:
        if self.number >= self.last:
            self._hold()
        self.go_to(self.number + 1)

    # Keys.

    def action_play(self) -> None:
        """Play the game at a pace, or hold on; at the end, from the start again."""
        if self.playing:
            self._hold()
        else:
            self.number = 0 if self.number >= self.last else self.number
            self._run_on()
        self.go_to(self.number)

    def action_forward(self, by: int) -> None:
        """Go some moves on."""
        self._hold()
        self.go_to(self.number + by)

    def action_back(self, by: int) -> None:
        """Go some moves back."""
        self._hold()
        self.go_to(self.number - by)

    def action_start(self) -> None:
        """Go to the start."""
        self.action_back(self.number)

    def action_end(self) -> None:
        """Go to the end."""
        self.action_forward(self.last)

    def action_faster(self) -> None:
        """Double the speed."""
        self._pace(+1)

    def action_slower(self) -> None:
        """Halve the speed."""
        self._pace(-1)

    def _pace(self, by: int) -> None:
        self.speed = min(max(self.speed + by, 0), len(PACES) - 1)
        if self.playing:
            self._run_on()
        self.draw()

    def action_jump(self) -> None:
        """Go to a move by its number."""

        def answered(text: str | None) -> None:
            if text is None:
                return
            if text.isdecimal():
                self.action_forward(int(text) - self.number)
            else:
                self._say(f"'{text}' is no number of a move: expected 0 to {self.last}")

        about = f"The number of a move, from 0 (the start) to {self.last} (the end)."
        self.app.push_screen(AskScreen("Jump", about), answered)

    def action_turn(self) -> None:
        """Go to the move that gave away the most, where best play can be told exactly."""
        if self.replayed is not None:
            self._say("Looking for the turning point...")
            self.run_worker(self._find_turn(self.replayed), group="turn", exclusive=True)

    async def _find_turn(self, replayed: Replayed) -> None:
        found = await asyncio.to_thread(turning_point, replayed)
        if replayed is not self.replayed:
            return
        self._turning = found
        if found.number is not None:
            self._hold()
            self.number = found.number
        words = found.words if found.number is None else f"turning point: {found.words}"
        self._say(printable(words[:1].upper() + words[1:]))

    def action_pair(self) -> None:
        """Show the same deal from the other seat beside this game, in step; or no longer."""
        self.paired = not self.paired
        self.go_to(self.number)

    def action_view(self) -> None:
        """See the game from another seat."""
        self._other_view = not self._other_view
        self.draw()

    def action_game(self, by: int) -> None:
        """Open the game before this one, or after it."""
        if self.episode + by >= 0:
            self._hold()
            self.episode += by
            self.number, self._turning, self._remark = 0, None, ""
            self._read()

    def action_branch(self) -> None:
        """Play on yourself from here; the stored game stays as it is."""
        if self.replayed is None:
            return
        self._hold()
        at = min(self.number, self.replayed.last)
        acting, seat = self.replayed.plies[at].acting, self.replayed.stored.seat
        try:
            branch = Branch(self.replayed, at, seat if seat in acting or not acting else acting[0])
        except OpenEnvTuiError as error:
            self._say(f"{str(error)[:1].upper()}{str(error)[1:]}")
            return
        self.app.push_screen(table_for(branch))

    def action_export(self) -> None:
        """Write the game into a file: text, a picture, a moving picture, or an asciicast."""
        given = f"{self.run_read.folder.name}-{self.row}-{self.episode}.svg"
        self.app.push_screen(AskScreen("Export the game", FILE_HELP, given), self._export)

    def _export(self, name: str | None) -> None:
        if not name or self.replayed is None:
            return
        at = min(self.number, self.last)
        try:
            export(Path(name), self.replayed, self.pair if self.paired else None, at=at)
        except OpenEnvTuiError as error:
            self._say(str(error))
        else:
            self._say(f"Written to {name}")

    def action_leave(self) -> None:
        """Back to where one came from."""
        if len(self.app.screen_stack) <= 2:
            self.app.exit()
        else:
            self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "pair":
            return self.pair is not None
        if action == "view":
            return self.replayed is not None and len(self.replayed.stored.names) > 1
        return True

    def _say(self, words: str) -> None:
        self._remark = words
        self.draw()

    def action_help(self) -> None:
        """What the keys do here."""
        keys = [*key_lines(self), Line("mouse", "drag the slider, click a move")]
        self.app.push_screen(HelpScreen("Replay: help", [Section("Keys", keys)]))
