"""A maze: find the exit. The map is told beside the observation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from openenv_tui.errors import WireError
from openenv_tui.games.forms import Form, choice_of
from openenv_tui.games.generic import Arrival, Facts
from openenv_tui.games.served.read import matrix, place
from openenv_tui.views import Cell, GridView, Tone, View

NAMES: Final = ("UP", "DOWN", "LEFT", "RIGHT")
EXITS: Final = ("exit_cell", "exit", "goal")
WALL, FREE = Cell("▒", Tone.MUTED, ("######", "######")), Cell(" ")
HERE = Cell("●", Tone.FIRST, (".##.", "####", ".##."))
EXIT = Cell("◎", Tone.GOAL, ("####", "#..#", "####"))
THERE = Cell("★", Tone.GOOD, (".##.", "####", ".##."), marked=True)


class Maze(Arrival):
    """Positions are [column, row] from the top left."""

    name = "maze"
    asks: ClassVar[frozenset[str]] = frozenset({"action"})
    shows: ClassVar[frozenset[str]] = frozenset({"current_position", "legal_actions"})
    goal = "Find the way out."

    def read_form(self, facts: Facts) -> Form:
        return choice_of(facts.form, "action", tuple(range(len(NAMES))))

    def draw(self, fields: Mapping[str, Any], before: Mapping[str, Any] | None) -> View:
        here = place(fields.get("current_position"))
        told = fields.get("metadata")
        told = told if isinstance(told, Mapping) else {}
        walls = next((walls for key in told if (walls := _map(told, key))), None)
        if walls is None or here is None:
            return super().draw(fields, before)
        rows = [[WALL if mark else FREE for mark in row] for row in walls]
        there = next((found for key in EXITS if (found := place(told.get(key)))), None)
        for spot, cell in ((there, EXIT), (here, THERE if here == there else HERE)):
            if spot is not None and 0 <= spot[1] < len(rows) and 0 <= spot[0] < len(rows[0]):
                rows[spot[1]][spot[0]] = cell
        return GridView(tuple(map(tuple, rows)))

    def value_name(self, value: Any) -> str:
        known = type(value) is int and 0 <= value < len(NAMES)
        return NAMES[value] if known else super().value_name(value)

    def value_key(self, value: Any) -> str | None:
        return self.value_name(value).lower()


def _map(told: Mapping[str, Any], key: str) -> list[list[int]] | None:
    try:
        return matrix(told, key)
    except WireError:
        return None
