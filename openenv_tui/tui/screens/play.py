"""Playing: the person's own view, their keys, and what happened."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer

from openenv_tui.model import Observation
from openenv_tui.tui.glyphs import MUTED, ascii_only
from openenv_tui.tui.screens.table import TableScreen

RATES: Final = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
"""Steps a second that time takes by itself, where a game lets it."""


class PlayScreen(TableScreen):
    """A game in which a person has a seat.

    Attributes:
        real_time: time takes a step of its own wherever the person lets it pass.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u,backspace", "undo", "Undo", show=False, id="play.undo"),
        Binding("f9", "real_time", "Real time", show=False, id="play.real-time"),
        Binding("plus,equals_sign", "rate(1)", "Faster", show=False, id="play.faster"),
        Binding("minus", "rate(-1)", "Slower", show=False, id="play.slower"),
    ]

    real_time = False
    _rate = RATES.index(2.0)
    _clock: Timer | None = None

    def _status(self) -> Content:
        sitting = self.sitting
        if self.over:
            letters = sitting.person.known_keys
            again = "f6" if "s" in letters else "s"
            back = "   u: undo" if sitting.undoable is not None else ""
            hint = f"enter: new game   {again}: same seed again{back}   esc: leave"
            return Content("\n").join([self.ending_line(), Content.styled(hint, MUTED)])
        if sitting.seat is None:
            note = f"{sitting.name(self.viewpoint)} plays for you; f2 takes the seat back"
            return Content.styled(note, "$text-warning")
        return Content("\n").join([self._whose_turn(), self.goal_line()])

    def _whose_turn(self) -> Content:
        sitting = self.sitting
        if self._remark:
            return Content.styled(self._remark, "$text-warning bold")
        if sitting.person.asked is not None:
            mark = ">" if ascii_only() else "▸"
            return Content.styled(f"{mark} Your turn{self._pace_words()}", "$text-accent bold")
        others = [sitting.name(player) for player in sitting.turn if player != sitting.seat]
        verb = "are" if len(others) > 1 else "is"
        return Content.styled(f"{' and '.join(others) or 'The server'} {verb} thinking...", MUTED)

    # Taking back.

    def action_undo(self) -> None:
        """Go back to your previous decision; it is noted in the record."""
        if self.sitting.undo():
            self._start()

    # Time that passes by itself.

    @property
    def _tick(self) -> int | None:
        """The action that time takes; None in games that wait."""
        return getattr(self.sitting.game, "tick", None)

    def _pace_words(self) -> str:
        if not self.real_time:
            return ""
        return f", {RATES[self._rate]:g} steps a second: + - change it, f9 stops the clock"

    def action_real_time(self) -> None:
        """Let time pass by itself, or only with your moves."""
        self.real_time = not self.real_time
        self._wind_up()
        self.draw()

    def action_rate(self, by: int) -> None:
        """Let time pass faster, or more slowly."""
        self._rate = min(max(self._rate + by, 0), len(RATES) - 1)
        self._wind_up()
        self.draw()

    def _asked(self) -> None:
        super()._asked()
        self._wind_up()

    def _wind_up(self) -> None:
        """Start the clock for the decision that the person has to make now."""
        if self._clock is not None:
            self._clock.stop()
        asked = self.sitting.person.asked
        if self.real_time and asked is not None:
            self._clock = self.set_timer(1 / RATES[self._rate], lambda: self._time_is_up(asked))

    def _time_is_up(self, asked: Observation) -> None:
        if self.app.screen is not self:
            # Help, a list or the palette lies over the board: nobody can see the ball.
            self._wind_up()
        elif self.real_time and self._tick in asked.legal_actions and self._tick is not None:
            self.sitting.person.pass_time(asked, self._tick)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "undo":
            sitting = self.sitting
            return sitting.undoable is not None and (self.over or sitting.person.asked is not None)
        if action == "real_time":
            return self._tick is not None and not self.over
        if action == "rate":
            return self.real_time and not self.over
        return super().check_action(action, parameters)
