"""Connect four: both players on this side, because the server plays against nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from openenv_tui.game import LastSeen
from openenv_tui.games.generic import TwoPlayers
from openenv_tui.games.served.read import matrix
from openenv_tui.model import Ending
from openenv_tui.views import Cell, GridView, Tone, View

DISC: Final = (".##.", "####", "####", ".##.")
MARKS: Final = {1: ("●", Tone.FIRST), -1: ("○", Tone.SECOND)}
FOUR: Final = 4
DIRECTIONS: Final = ((0, 1), (1, 0), (1, 1), (1, -1))


class Connect4(TwoPlayers):
    """Discs of 1 and -1 in a grid, the top row first; 1 begins."""

    name = "connect4"
    asks: ClassVar[frozenset[str]] = frozenset({"column"})
    shows: ClassVar[frozenset[str]] = frozenset({"board", "legal_actions"})
    title = "Connect Four"
    goal = "Get four of your discs in a row: across, down or slanting."
    outcome_rule = "win: four in a row (return > 0); draw: the board is full; loss: any other"

    def player(self, fields: Mapping[str, Any]) -> int:
        discs = [disc for row in matrix(fields, "board") for disc in row]
        return 0 if discs.count(1) == discs.count(-1) else 1

    def draw(self, fields: Mapping[str, Any], before: Mapping[str, Any] | None) -> View:
        board = matrix(fields, "board")
        line = set(four_of(board))
        landing = {}
        for column in fields.get("legal_actions") or ():
            empty = [row for row in range(len(board)) if not board[row][column]]
            if empty and not line:
                landing[max(empty), column] = column
        rows = tuple(
            tuple(
                self._cell(disc, landing.get((r, c)), marked=(r, c) in line)
                for c, disc in enumerate(row)
            )
            for r, row in enumerate(board)
        )
        names = tuple(str(column + 1) for column in range(len(board[0])))
        return GridView(rows, ruled=True, column_names=names)

    def _cell(self, disc: int, action: int | None, *, marked: bool) -> Cell:
        if disc in MARKS:
            glyph, tone = MARKS[disc]
            return Cell(glyph, tone, DISC, marked=marked)
        return Cell("·" if action is not None else " ", Tone.MUTED, action=action)

    def value_name(self, value: Any) -> str:
        return f"column {value + 1}" if type(value) is int else super().value_name(value)

    def value_key(self, value: Any) -> str | None:
        return str(value + 1) if type(value) is int else None

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        mine = ending.returns[seat]
        if ending.cut or mine is None:
            return super().conclusion(ending, seat, last)
        if mine == 0:
            return "A draw: the board is full."
        return "Four in a row!" if mine > 0 else "Four in a row for the other side."


def four_of(board: list[list[int]]) -> Iterator[tuple[int, int]]:
    """The places of discs that stand four in a row."""
    for row in range(len(board)):
        for column in range(len(board[0])):
            for down, right in DIRECTIONS:
                places = [(row + down * n, column + right * n) for n in range(FOUR)]
                inside = all(
                    0 <= r < len(board) and 0 <= c < len(board[0]) for r, c in (places[-1],)
                )
                discs = {board[r][c] for r, c in places} if inside else set()
                if len(discs) == 1 and discs <= set(MARKS):
                    yield from places
