"""Playing: the person's own view, their keys, and what happened."""

from __future__ import annotations

from textual.content import Content

from openenv_tui.tui.glyphs import MUTED, ascii_only
from openenv_tui.tui.screens.table import TableScreen


class PlayScreen(TableScreen):
    """A game in which a person has a seat."""

    def _status(self) -> Content:
        sitting = self.sitting
        if self.over:
            letters = sitting.person.known_keys
            again = "f6" if "s" in letters else "s"
            hint = f"enter: new game   {again}: same seed again   esc: leave"
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
            return Content.styled(f"{mark} Your turn", "$text-accent bold")
        others = [sitting.name(player) for player in sitting.turn if player != sitting.seat]
        verb = "are" if len(others) > 1 else "is"
        return Content.styled(f"{' and '.join(others) or 'The server'} {verb} thinking...", MUTED)
