"""Several games next to each other, at one pace: policies compared on the same deals."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from math import ceil, inf, sqrt
from time import monotonic
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.model import Ending, Outcome
from openenv_tui.tui.glyphs import MUTED, ascii_only, outcome_mark, signed
from openenv_tui.tui.keymap import Line, key_lines
from openenv_tui.tui.screens.notice import HelpScreen, Section
from openenv_tui.tui.screens.table import SPEEDS
from openenv_tui.tui.sitting import Sitting, open_sitting
from openenv_tui.tui.widgets.board import Board

FRAMES: Final = 30
"""Pictures a second at most: games that go faster are drawn as they stand then."""
REST: Final = 2.0
"""Steps for which the end of a game stays, before the next deal."""


class Tile(Vertical, can_focus=True):
    """One game of a wall, with who plays it and how it has gone for seat 0.

    Args:
        sitting: owned by the wall.
        stride: added to the seed after each game.
    """

    class Opened(Message):
        """A click asks for this game alone."""

        def __init__(self, tile: Tile) -> None:
            self.tile = tile
            super().__init__()

    def __init__(self, sitting: Sitting, stride: int) -> None:
        super().__init__()
        self.sitting = sitting
        self.stride = stride
        self.changed = False
        self.problem = ""
        self.outcomes: Counter[Outcome | None] = Counter()
        self.total = 0.0

    def compose(self) -> ComposeResult:
        yield Static(classes="caption")
        board = Board()
        board.can_focus = False
        yield board

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Opened(self))

    def note(self) -> None:
        """A step was made; the picture follows at the wall's pace."""
        self.changed = True

    def count(self) -> None:
        """The game is over, and counts."""
        sitting, seat = self.sitting, self.sitting.environment.seats[0]
        ending = sitting.step.ending if sitting.step else None
        outcome = (
            sitting.game.judge(ending, seat, sitting.observe)
            if isinstance(ending, Ending)
            else None
        )
        self.outcomes[outcome] += 1
        self.total += sitting.returns.get(seat, 0.0)

    def paint(self) -> None:
        """Draw what has changed since the last picture."""
        if not self.changed or not self.sitting.moments:
            return
        self.changed = False
        seat = self.sitting.environment.seats[0]
        view = self.sitting.game.view(self.sitting.moments[-1].seen[seat])
        self.query_one(Board).show(view, playable=False)
        self.query_one(Static).update(self._caption(), layout=False)

    def _caption(self) -> Content:
        sitting = self.sitting
        names = " - ".join(chair.name for _, chair in sorted(sitting.chairs.items()))
        if self.problem:
            return Content.assemble((names, "bold"), (f"  {self.problem}", "$text-error"))
        played = sum(self.outcomes.values())
        score = "".join(
            f" {outcome_mark(outcome, ascii_only())}{self.outcomes[outcome]}"
            for outcome in Outcome
            if self.outcomes[outcome]
        )
        mean = f" mean {signed(round(self.total / played, 3))}" if played else ""
        return Content.assemble((names, "bold"), (f"  {sitting.seed}{score}{mean}", MUTED))


class WallScreen(Screen[None]):
    """Games side by side.

    Args:
        sittings: owned from now on.
        stride: of the seeds: so many deals are on the wall at once.
    """

    DEFAULT_CSS = """
    WallScreen {
        #title, #status { height: 1; padding: 0 1; background: $panel; }
        Grid { grid-gutter: 0 1; height: 1fr; }
        Tile { height: 1fr; }
        Tile .caption { height: 1; text-wrap: nowrap; text-overflow: ellipsis; background: $boost; }
        Tile:focus .caption { background: $primary-muted; text-style: underline; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", key_display="esc", id="wall.leave"),
        Binding("space", "pause", "Pause", id="wall.pause"),
        Binding("n,full_stop", "step", "Step", id="wall.step"),
        Binding("plus,equals_sign", "pace(1)", "Faster", key_display="+", id="wall.faster"),
        Binding("minus", "pace(-1)", "Slower", key_display="-", id="wall.slower"),
        Binding("enter", "open", "Open", id="wall.open"),
        Binding("right,down", "app.focus_next", "Next board", show=False, id="wall.next"),
        Binding("left,up", "app.focus_previous", "Board before", show=False, id="wall.before"),
    ]

    def __init__(self, sittings: list[Sitting], stride: int) -> None:
        super().__init__()
        self.tiles = [Tile(sitting, stride) for sitting in sittings]
        self.paused = False
        self.speed = SPEEDS.index(4.0)
        self._go = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with Grid() as grid:
            grid.styles.grid_size_columns = ceil(sqrt(len(self.tiles)))
            yield from self.tiles
        yield Static(id="status")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        game = self.tiles[0].sitting.game
        words = Content.assemble(
            (game.title, "bold"), (f"  {game.info.name}, {len(self.tiles)} boards", MUTED)
        )
        self.query_one("#title", Static).update(words)
        self.set_interval(1 / FRAMES, self._paint)
        self._say_pace()
        for tile in self.tiles:
            self.run_worker(self._play(tile), group="games")

    async def on_unmount(self) -> None:
        self.workers.cancel_group(self, "games")
        for tile in self.tiles:
            await tile.sitting.close()

    def _paint(self) -> None:
        if self.app.screen is self:
            for tile in self.tiles:
                tile.paint()

    async def _play(self, tile: Tile) -> None:
        """One game after another, until one cannot be played."""
        sitting = tile.sitting
        try:
            while True:
                async with aclosing(sitting.play()) as steps:
                    async for _ in steps:
                        tile.note()
                        await self._wait(1.0)
                tile.count()
                tile.note()
                await self._wait(REST)
                sitting.seed += tile.stride
        except OpenEnvTuiError as error:
            tile.problem = str(error)
            tile.note()

    async def _wait(self, steps: float) -> None:
        """Keep the pace that all games share; a single step lets all of them go once."""
        began = monotonic()
        # Also flat out: the screen is painted and keys are heard between two steps.
        await asyncio.sleep(0)
        while True:
            left = began + steps / SPEEDS[self.speed] - monotonic()
            if left <= 0 and not self.paused:
                return
            go = self._go
            try:
                await asyncio.wait_for(go.wait(), None if self.paused else left)
            except TimeoutError:
                continue
            if self.paused:
                return

    def _wake(self) -> None:
        """Whoever waits looks again; the next to wait do so for another event."""
        self._go.set()
        self._go = asyncio.Event()

    def _say_pace(self) -> None:
        pace = speed_words(SPEEDS[self.speed])
        words = "Paused: n steps all boards, space goes on" if self.paused else pace
        words += "; enter or a click opens a board"
        self.query_one("#status", Static).update(Content.styled(words, "$text-accent"))

    def action_pause(self) -> None:
        """Hold all boards, or let them go on."""
        self.paused = not self.paused
        self._wake()
        self._say_pace()

    def action_step(self) -> None:
        """One step on every board, then hold on."""
        self.paused = True
        self._wake()
        self._say_pace()

    def action_pace(self, by: int) -> None:
        """Change the speed of all boards; the fastest is flat out."""
        self.speed = min(max(self.speed + by, 0), len(SPEEDS) - 1)
        if not self.paused:
            self._wake()
        self._say_pace()

    def action_open(self) -> None:
        """Watch this deal alone, from its beginning; the wall waits."""
        tile = next((tile for tile in self.tiles if tile.has_focus), self.tiles[0])
        self.run_worker(self._open(tile), group="open", exclusive=True)

    def on_tile_opened(self, event: Tile.Opened) -> None:
        self.run_worker(self._open(event.tile), group="open", exclusive=True)

    async def _open(self, tile: Tile) -> None:
        from dataclasses import replace

        from openenv_tui.tui.screens import table_for

        if not self.paused:
            self.action_pause()
        try:
            sitting = await open_sitting(replace(tile.sitting.setup, seed=tile.sitting.seed))
        except OpenEnvTuiError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.app.push_screen(table_for(sitting))

    def action_leave(self) -> None:
        """Back to where one came from."""
        if len(self.app.screen_stack) <= 2:
            self.app.exit()
        else:
            self.dismiss()

    def action_help(self) -> None:
        """What the keys do here."""
        keys = [*key_lines(self), Line("click", "watch that deal alone")]
        self.app.push_screen(HelpScreen("Several games: help", [Section("Keys", keys)]))


def speed_words(steps: float) -> str:
    """How fast that is, for a person."""
    return "Flat out" if steps == inf else f"{steps:g} steps a second"
