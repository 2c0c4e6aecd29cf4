"""Snake: eat, and run into neither wall nor yourself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from openenv_tui.game import LastSeen
from openenv_tui.games.forms import Form, choice_of
from openenv_tui.games.generic import Facts, GenericGame
from openenv_tui.games.served.read import matrix
from openenv_tui.model import Ending
from openenv_tui.views import Cell, Fact, GridView, Tone, View

NAMES: Final = {0: "AHEAD", 1: "LEFT", 2: "RIGHT"}
KEYS: Final = {0: "up", 1: "left", 2: "right"}
# The codes of marlenv, on which the environment is built.
CELLS: Final = {
    0: Cell(" "),
    1: Cell("▒", Tone.MUTED),
    2: Cell("◆", Tone.GOOD, (".##.", "####", ".##.")),
    3: Cell("o", Tone.FIRST, ("###", "###")),
    4: Cell("●", Tone.SECOND, (".##.", "####", ".##.")),
    5: Cell("·", Tone.FIRST),
}


class Snake(GenericGame):
    """Turns are the snake's own: ahead, to its left, to its right."""

    name = "snake"
    asks: ClassVar[frozenset[str]] = frozenset({"action"})
    shows: ClassVar[frozenset[str]] = frozenset({"grid", "episode_score", "alive"})
    goal = "Eat; run into no wall, and not into yourself. Turns are the snake's own."
    outcome_rule = "no wins: what was eaten counts, as the return; or name a rule with --win"

    def read_form(self, facts: Facts) -> Form:
        return choice_of(facts.form, "action", tuple(NAMES))

    def draw(self, fields: Mapping[str, Any], before: Mapping[str, Any] | None) -> View:
        rows = matrix(fields, "grid")
        cells = tuple(tuple(CELLS.get(code, Cell(str(code)[:2])) for code in row) for row in rows)
        alive = fields.get("alive") is True
        score = fields.get("episode_score")
        facts = (
            Fact("Score", f"{score:g}" if isinstance(score, (int, float)) else "?", Tone.STRONG),
            Fact("", "alive" if alive else "dead", Tone.GOOD if alive else Tone.BAD),
        )
        return GridView(cells, facts=facts)

    def value_name(self, value: Any) -> str:
        return NAMES.get(value, super().value_name(value))

    def value_key(self, value: Any) -> str | None:
        return KEYS.get(value)

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        seen = last(seat)
        score = seen.fields.get("episode_score") if seen else None
        if ending.cut or not isinstance(score, (int, float)):
            return super().conclusion(ending, seat, last)
        return f"The snake is dead; its score is {score:g}."
