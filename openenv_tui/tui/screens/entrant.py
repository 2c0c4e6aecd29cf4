"""Playing the games of a run: each once, in its order, and every one counts."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from openenv_tui.tui.entrant import Entrant
from openenv_tui.tui.glyphs import MUTED
from openenv_tui.tui.screens.play import PlayScreen


class EntrantScreen(PlayScreen, inherit_bindings=False):
    """A game of a run, in which a person has a seat.

    Args:
        sitting: owned from now on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave; what is played is kept", key_display="esc",
                id="table.leave"),
        Binding("ctrl+c", "leave", "Leave", show=False, priority=True, id="entrant.leave"),
        Binding("enter", "proceed", "Next game", show=False, id="entrant.next"),
        Binding("slash", "pick", "List", id="table.pick"),
    ]  # fmt: skip

    sitting: Entrant

    def _status(self) -> Content:
        if not self.over:
            return super()._status()
        following = self.sitting.games.next()
        onward = "the table" if following is None else following.words
        hint = f"enter: {onward}   esc: leave" if following else f"enter: {onward}"
        return Content("\n").join([self.ending_line(), Content.styled(hint, MUTED)])

    def action_proceed(self) -> None:
        """Go on with the next game; after the last, to the table."""
        if not self.over:
            return
        if self.sitting.games.next() is None:
            self.action_leave()
        else:
            self._start()

    def help_keys(self) -> list[tuple[str, str]]:
        return [
            ("enter", "the next game, when this one is over"),
            ("/", "choose among all legal actions by name"),
            ("esc, q, ctrl+c", "leave: games that are over are kept, `resume` goes on with the"),
            ("", "rest; a game that you leave in the middle is noted, and played again"),
            ("", "A letter that is a key of the game belongs to the game."),
        ]
