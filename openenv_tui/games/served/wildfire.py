"""Wildfire: keep a fire small with firebreaks and water."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from openenv_tui.errors import WireError
from openenv_tui.games.forms import Form, Space, choice_of
from openenv_tui.games.generic import Facts, GenericGame
from openenv_tui.games.served.read import MOST, integer
from openenv_tui.views import Cell, Fact, GridView, Tone, View

CELLS: Final = {
    0: Cell("·", Tone.MUTED),
    1: Cell("♣", Tone.PATH),
    2: Cell("*", Tone.BAD, marked=True),
    3: Cell("▒", Tone.STRONG),
    4: Cell("~", Tone.FIRST),
}
NAMES: Final = {0: "ash", 1: "fuel", 2: "fire", 3: "break", 4: "water"}
FACTS: Final = {
    "Burning": "burning_count",
    "Burnt": "burned_count",
    "Water": "remaining_water",
    "Breaks": "remaining_breaks",
    "Wind": "wind_dir",
}


class Wildfire(GenericGame):
    """The map is a flat list of codes, row by row."""

    name = "wildfire"
    asks: ClassVar[frozenset[str]] = frozenset({"action", "x", "y"})
    shows: ClassVar[frozenset[str]] = frozenset({"grid", "width", "height"})
    goal = "Put the fire out before it takes the forest: break and water need x and y."
    outcome_rule = "no wins: the return counts what is burning; or name a rule with --win"

    def read_form(self, facts: Facts) -> Form:
        return choice_of(facts.form, "action", ("break", "water", "wait"))

    def space(self, fields: Mapping[str, Any]) -> Space:
        sides = {"x": integer(fields, "width") - 1, "y": integer(fields, "height") - 1}
        bounded = tuple(
            replace(field, low=0, high=sides[field.name]) if field.name in sides else field
            for field in self.form.fields
        )
        return Space(replace(self.form, fields=bounded))

    def draw(self, fields: Mapping[str, Any], before: Mapping[str, Any] | None) -> View:
        width, height = integer(fields, "width"), integer(fields, "height")
        codes = fields.get("grid")
        if not isinstance(codes, list) or not 0 < width <= MOST or len(codes) != width * height:
            raise WireError("'grid' has to be a list of width times height numbers")
        rows = tuple(
            tuple(CELLS.get(code, Cell("?")) for code in codes[at : at + width])
            for at in range(0, len(codes), width)
        )
        facts = tuple(
            Fact(label, str(fields[key]), Tone.STRONG)
            for label, key in FACTS.items()
            if type(fields.get(key)) in (int, str)
        )
        legend = tuple((CELLS[code], NAMES[code]) for code in NAMES)
        return GridView(rows, facts=facts, legend=legend)
