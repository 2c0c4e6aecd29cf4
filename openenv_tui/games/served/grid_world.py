"""Grid world: walk five by five fields to the goal in the corner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from openenv_tui.games.generic import Arrival
from openenv_tui.games.served.read import integer
from openenv_tui.render import printable
from openenv_tui.views import Cell, GridView, Tone, View

SIDE: Final = 5
GOAL: Final = (4, 4)
FREE = Cell("·")
HERE = Cell("●", Tone.FIRST, (".##.", "####", "####", ".##."))
THERE = Cell("◎", Tone.GOAL, ("####", "#..#", "#..#", "####"))
ARRIVED = Cell("★", Tone.GOOD, (".##.", "####", "####", ".##."), marked=True)


class GridWorld(Arrival):
    """x counts columns and y rows, both from the top left."""

    name = "grid_world"
    asks: ClassVar[frozenset[str]] = frozenset({"action"})
    shows: ClassVar[frozenset[str]] = frozenset({"x", "y", "message"})
    goal = "Walk to the goal in the bottom right corner."
    outcome_rule = "win: the goal is reached; loss: it is not"

    def draw(self, fields: Mapping[str, Any], before: Mapping[str, Any] | None) -> View:
        here = integer(fields, "x"), integer(fields, "y")
        if not all(0 <= part < SIDE for part in here):
            return super().draw(fields, before)
        rows = [[FREE] * SIDE for _ in range(SIDE)]
        rows[GOAL[1]][GOAL[0]] = THERE
        rows[here[1]][here[0]] = ARRIVED if here == GOAL else HERE
        caption = printable(str(fields.get("message", "")))
        return GridView(tuple(map(tuple, rows)), ruled=True, caption=caption)
