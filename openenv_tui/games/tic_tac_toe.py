"""Tic-Tac-Toe: three in a row."""

from __future__ import annotations

from collections.abc import Mapping

from openenv_tui.errors import WireError
from openenv_tui.game import LastSeen
from openenv_tui.games.decode import expect_length
from openenv_tui.games.openspiel import OpenSpielGame
from openenv_tui.model import Ending, GameInfo, Observation, Outcome
from openenv_tui.views import Cell, Fact, GridView, Tone

CELLS = 9
EMPTY, NOUGHT, CROSS = range(3)
"""The planes of the tensor, in its order."""

LINES = (
    (0, 1, 2),
    (3, 4, 5),
    (6, 7, 8),
    (0, 3, 6),
    (1, 4, 7),
    (2, 5, 8),
    (0, 4, 8),
    (2, 4, 6),
)
NAMES = (
    "top left",
    "top",
    "top right",
    "left",
    "centre",
    "right",
    "bottom left",
    "bottom",
    "bottom right",
)
ART = {
    CROSS: ("#...#", ".#.#.", "..#..", ".#.#.", "#...#"),
    NOUGHT: (".###.", "#...#", "#...#", "#...#", ".###."),
}
MARKS = {CROSS: "X", NOUGHT: "O"}
TONES = {CROSS: Tone.FIRST, NOUGHT: Tone.SECOND}


def board(tensor: tuple[float, ...]) -> tuple[int, ...]:
    """The nine fields row by row, each EMPTY, NOUGHT or CROSS.

    Raises:
        WireError: a field has no mark, or two.
    """
    expect_length("tic_tac_toe", tensor, 3 * CELLS)
    fields: list[int] = []
    for place in range(CELLS):
        marks = [plane for plane in range(3) if tensor[plane * CELLS + place] >= 0.5]
        if len(marks) != 1:
            raise WireError(f"tic_tac_toe: field {place + 1} has {len(marks)} marks, not one")
        fields.append(marks[0])
    return tuple(fields)


def winning_line(fields: tuple[int, ...]) -> tuple[int, ...]:
    """The fields of a row of three; () if there is none."""
    for line in LINES:
        first = fields[line[0]]
        if first != EMPTY and all(fields[place] == first for place in line):
            return line
    return ()


class TicTacToe(OpenSpielGame):
    """Tic-Tac-Toe; player 0 has the crosses and begins."""

    goal = "Put three of your marks in a row."
    outcome_rule = "win: three in a row; draw: a full board; loss: the other has three"

    def __init__(self, info: GameInfo) -> None:
        super().__init__(info, "Tic-Tac-Toe")

    def view(self, observation: Observation) -> GridView:
        fields = board(observation.tensor)
        line = winning_line(fields)
        cells = [self._cell(observation, place, mark, line) for place, mark in enumerate(fields)]
        rows = tuple(tuple(cells[start : start + 3]) for start in range(0, CELLS, 3))
        mine = CROSS if observation.player == 0 else NOUGHT
        facts = (Fact("You are", MARKS[mine], TONES[mine]),)
        return GridView(rows, ruled=True, facts=facts)

    def _cell(self, seen: Observation, place: int, mark: int, line: tuple[int, ...]) -> Cell:
        if mark == EMPTY:
            action = place if place in seen.legal_actions else None
            return Cell(str(place + 1), Tone.MUTED, action=action)
        return Cell(MARKS[mark], TONES[mark], art=ART[mark], marked=place in line)

    def action_name(self, observation: Observation, action: int) -> str:
        return NAMES[action] if 0 <= action < CELLS else str(action)

    def keys(self, observation: Observation) -> Mapping[str, int]:
        return {str(action + 1): action for action in observation.legal_actions}

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        outcome = self.judge(ending, seat, last)
        if outcome == Outcome.DRAW:
            return "The board is full: a draw."
        if outcome == Outcome.WIN:
            return "Three in a row: you win!"
        return "The other side has three in a row." if outcome else "The game is over."

    def reconstruct(self, tensor: tuple[float, ...]) -> tuple[int, ...] | None:
        """Crosses and noughts in turn, a winning line's last mark last."""
        fields = board(tensor)
        crosses = [place for place, mark in enumerate(fields) if mark == CROSS]
        noughts = [place for place, mark in enumerate(fields) if mark == NOUGHT]
        if not 0 <= len(crosses) - len(noughts) <= 1:
            return None
        last = crosses if len(crosses) > len(noughts) else noughts
        for place in sorted(last, reverse=True):
            # The last mark has to be one without which nobody had three in a row.
            before = tuple(EMPTY if p == place else mark for p, mark in enumerate(fields))
            if not winning_line(before):
                last.remove(place)
                last.append(place)
                break
        moves = [0] * (len(crosses) + len(noughts))
        moves[0::2], moves[1::2] = crosses, noughts
        return tuple(moves)
