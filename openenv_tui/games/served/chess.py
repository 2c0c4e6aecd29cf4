"""Chess against the server's opponent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from openenv_tui.game import LastSeen
from openenv_tui.games.generic import GenericGame
from openenv_tui.games.sketch import chess_board, read_fen
from openenv_tui.model import Ending, Outcome
from openenv_tui.views import View


class Chess(GenericGame):
    """Moves in UCI's notation, such as e2e4 or e7e8q; which colour is ours changes by episode."""

    name = "chess"
    asks: ClassVar[frozenset[str]] = frozenset({"move"})
    shows: ClassVar[frozenset[str]] = frozenset({"fen", "legal_moves"})
    goal = "Checkmate the other king."
    outcome_rule = "win: checkmate (return > 0); draw: return 0; loss: return < 0"

    def draw(self, fields: Mapping[str, Any], before: Mapping[str, Any] | None) -> View:
        position = read_fen(fields.get("fen"))
        if position is None:
            return super().draw(fields, before)
        earlier = read_fen(before.get("fen")) if before else None
        return chess_board(position, earlier, in_check=fields.get("is_check") is True)

    def judge(self, ending: Ending, seat: int, last: LastSeen) -> Outcome | None:
        mine = ending.returns[seat]
        if mine is None or ending.cut:
            return None
        if mine == 0:
            return Outcome.DRAW
        return Outcome.WIN if mine > 0 else Outcome.LOSS

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        seen = last(seat)
        result = seen.fields.get("result") if seen else None
        said = {
            Outcome.WIN: "Checkmate: you win",
            Outcome.DRAW: "A draw",
            Outcome.LOSS: "Checkmate: you lose",
        }
        outcome = self.judge(ending, seat, last)
        if outcome is None or result not in ("1-0", "0-1", "1/2-1/2"):
            return super().conclusion(ending, seat, last)
        return f"{said[outcome]} ({result})."
