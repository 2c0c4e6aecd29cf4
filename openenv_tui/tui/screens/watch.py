"""Watching: policies play at a pace that one sets, and a seat can be taken over."""

from __future__ import annotations

from math import inf, log
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.specs import PolicySpec
from openenv_tui.tui.glyphs import MUTED, ascii_only
from openenv_tui.tui.screens.table import SPEEDS, TableScreen
from openenv_tui.tui.sitting import Moment
from openenv_tui.tui.wishes import wishes


class WatchScreen(TableScreen):
    """A game between policies."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause", id="watch.pause"),
        Binding("n,right,full_stop", "step", "Step", id="watch.step"),
        Binding("plus,equals_sign", "faster", "Speed", key_display="+-", id="watch.faster"),
        Binding("minus", "slower", "Slower", show=False, id="watch.slower"),
        Binding("left,b,comma", "back(1)", "One step back", show=False, id="watch.back"),
        Binding("pageup", "back(10)", "Ten steps back", show=False, id="watch.ten-back"),
        Binding("pagedown", "back(-10)", "Ten steps on", show=False, id="watch.ten-on"),
        Binding("home", "back(1_000_000)", "To the start", show=False, id="watch.start"),
        Binding("end", "back(-1_000_000)", "To the newest", show=False, id="watch.newest"),
        Binding("v", "view", "View", show=False, id="watch.view"),
        Binding("f2,t", "change_hands", "Take over", key_display="f2", id="table.hands"),
        # The footer has no room for these; the end and the help name them.
        Binding("f3", "inspect", "Inspect", show=False, id="table.inspect"),
        Binding("f5,r", "new_game", "New", show=False, id="table.new"),
        Binding("f6,s", "same_game", "Again", show=False, id="table.same"),
    ]

    _looking_at: int | None = None
    """The number of the moment that is looked back at; None for the newest."""

    def on_mount(self) -> None:
        self.speed = nearest_speed(wishes().speed)

    @property
    def moment(self) -> Moment:
        if self._looking_at is None or self._looking_at >= len(self.sitting.moments):
            return super().moment
        return self.sitting.moments[self._looking_at]

    def _start(self) -> None:
        self._looking_at = None
        super()._start()

    def _status(self) -> Content:
        if self._looking_at is not None:
            return Content("\n").join([self._looking_back(), self.goal_line()])
        if self.over:
            return self._ended()
        return Content("\n").join([self._state(), self.goal_line()])

    def _looking_back(self) -> Content:
        mark = "||" if ascii_only() else "‖"
        newest = len(self.sitting.moments) - 1
        return Content.styled(
            f"{mark} Looking back at {self._looking_at} of {newest}: ← → move, end is the newest",
            "$text-warning bold",
        )

    def _ended(self) -> Content:
        seat = self.viewpoint
        who = f"Seat {seat}, {self.sitting.name(seat)}: "
        hint = "enter or n: next game   s: same seed again   esc: leave"
        first = Content.styled(who, "bold") + self.ending_line()
        return Content("\n").join([first, Content.styled(hint, MUTED)])

    def _state(self) -> Content:
        sitting, seat = self.sitting, self.viewpoint
        if self._remark:
            return Content.styled(self._remark, "$text-warning bold")
        if sitting.seat is not None:
            back = f"You play seat {seat}; f2 gives it back to {sitting.chairs[seat].name}"
            turn = "Your turn. " if sitting.person.asked is not None else ""
            return Content.styled(turn + back, "$text-accent bold")
        whose = ""
        if sitting.game.info.players > 1:
            whose = f", as seat {seat} sees it"
        if self.paused:
            mark = "||" if ascii_only() else "‖"
            return Content.styled(
                f"{mark} Paused{whose}: n steps, space goes on", "$text-warning bold"
            )
        mark = ">" if ascii_only() else "▸"
        return Content.styled(f"{mark} {_pace(SPEEDS[self.speed])}{whose}", "$text-accent")

    def action_pause(self) -> None:
        """Hold on, or go on from the newest step."""
        self._looking_at = None
        self.paused = not self.paused
        self._go.set()
        self.draw()

    def action_step(self) -> None:
        """One step, then hold on; in the past, the step that came then."""
        if self._looking_at is not None:
            self.action_back(-1)
            return
        if self.over:
            self.action_new_game()
            return
        self.paused = True
        self._single_step = True
        self._go.set()

    def action_back(self, steps: int) -> None:
        """Look at an earlier step, which changes nothing; the game is held meanwhile."""
        newest = len(self.sitting.moments) - 1
        if newest < 0:
            return
        now = newest if self._looking_at is None else self._looking_at
        there = max(0, now - steps)
        self._looking_at = there if there < newest else None
        self.paused = True
        self._go.set()
        self.draw()

    def action_faster(self) -> None:
        """Double the speed."""
        self._pace(+1)

    def action_slower(self) -> None:
        """Halve the speed."""
        self._pace(-1)

    def action_view(self) -> None:
        """Look from the next seat."""
        seats = self.sitting.environment.seats
        self._watched = seats[(seats.index(self._watched) + 1) % len(seats)]
        self.draw()

    def adviser(self) -> str:
        """The policy that is to move, unless another was chosen: what does it think?"""
        seat = self.advised_seat()
        if self._adviser is None and seat is not None and _is_spec(self.sitting.chairs[seat].name):
            return self.sitting.chairs[seat].name
        return super().adviser()

    def advised_seat(self) -> int | None:
        """Whoever is to move, unless the one who watches has a seat and may not see the others."""
        mine = [seat for seat in self.moment.turn if seat in self.sitting.chairs]
        if self.sitting.seat is not None or self.viewpoint in mine:
            return super().advised_seat()
        return mine[0] if mine else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "back":
            return self.sitting.seat is None
        if action in ("pause", "faster", "slower"):
            return self.sitting.seat is None and not self.over
        if action == "step":
            return self.sitting.seat is None
        if action == "view":
            return self.sitting.seat is None and len(self.sitting.environment.seats) > 1
        return super().check_action(action, parameters)

    def _pace(self, by: int) -> None:
        self.speed = min(max(self.speed + by, 0), len(SPEEDS) - 1)
        self._go.set()
        self.draw()


def nearest_speed(wished: float) -> int:
    """The place in SPEEDS that is nearest, as one hears it: 3 is nearer to 4 than to 2.

    Flat out is nearest only to what is faster than twice the fastest that is counted.
    """
    counted = SPEEDS[:-1]
    if wished > 2 * counted[-1]:
        return len(counted)
    return min(range(len(counted)), key=lambda place: abs(log(counted[place] / wished)))


def _pace(steps: float) -> str:
    return "Flat out" if steps == inf else f"{steps:g} steps a second"


def _is_spec(name: str) -> bool:
    """Whether a seat is called by what it could be built from; one in a recording is not."""
    try:
        PolicySpec.parse(name).build()
    except OpenEnvTuiError:
        return False
    return True
