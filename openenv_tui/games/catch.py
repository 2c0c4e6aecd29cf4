"""Catch: a ball falls, and a paddle has to be below it when it lands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from openenv_tui.errors import WireError
from openenv_tui.game import LastSeen
from openenv_tui.games.decode import expect_length, ones
from openenv_tui.games.openspiel import OpenSpielGame
from openenv_tui.model import Ending, GameInfo, Observation, Outcome
from openenv_tui.views import Cell, Fact, GridView, Tone

LEFT, STAY, RIGHT = range(3)
NAMES = ("LEFT", "STAY", "RIGHT")

AIR = Cell("·")
BALL = Cell("●", Tone.SECOND, art=(".##.", "####", "####", ".##."))
PADDLE = Cell("▀▀▀", Tone.FIRST, art=("######", "######"))
CAUGHT = Cell("◉", Tone.GOOD, art=("..##..", ".####.", ".####.", "######"), marked=True)
MISSED = Cell("×", Tone.BAD, art=("#..#", ".##.", ".##.", "#..#"), marked=True)


class Position(NamedTuple):
    """Where things are; rows and columns count from the top left."""

    row: int
    ball: int
    paddle: int


class Catch(OpenSpielGame):
    """Catch, on a grid of any size."""

    goal = "Be under the ball when it lands."
    tick = STAY
    """What the passing of time does, where the ball falls by itself."""
    outcome_rule = "win: the ball is caught (return > 0); loss: it is missed"

    def __init__(self, info: GameInfo) -> None:
        super().__init__(info, "Catch")
        self.rows = int(info.parameters["rows"])
        self.columns = int(info.parameters["columns"])

    def position(self, tensor: tuple[float, ...]) -> Position:
        """Read the grid: rows x columns, row by row; the paddle lives in the last row.

        Raises:
            WireError: it shows no game of Catch.
        """
        rows, columns = self.rows, self.columns
        expect_length("catch", tensor, rows * columns)
        floor = ones(tensor, (rows - 1) * columns, rows * columns)
        falling = ones(tensor, 0, (rows - 1) * columns)
        if len(falling) == 1 and len(floor) == 1:
            return Position(falling[0] // columns, falling[0] % columns, floor[0])
        if not falling and len(floor) == 1:
            return Position(rows - 1, floor[0], floor[0])
        raise WireError(
            f"catch: one ball and one paddle were expected; the info_state shows {len(falling)} "
            f"marks above the last row and {len(floor)} in it"
        )

    def landing(self, tensor: tuple[float, ...]) -> tuple[int, ...]:
        """The columns marked in the last row: one when caught, two when missed."""
        expect_length("catch", tensor, self.rows * self.columns)
        return ones(tensor, (self.rows - 1) * self.columns, self.rows * self.columns)

    def view(self, observation: Observation) -> GridView:
        tensor = observation.tensor
        landed = self.landing(tensor)
        rows = [[AIR for _ in range(self.columns)] for _ in range(self.rows)]
        if len(landed) == 2:
            # Nothing in the numbers says which of the two is the paddle, nor does it matter.
            for column in landed:
                rows[-1][column] = MISSED
            return self._drawn(rows, "Missed", f"{abs(landed[0] - landed[1])} away", Tone.BAD)
        now = self.position(tensor)
        if now.row == self.rows - 1:
            rows[-1][now.paddle] = CAUGHT
            return self._drawn(rows, "Caught", "yes", Tone.GOOD)
        rows[now.row][now.ball] = BALL
        rows[-1][now.paddle] = PADDLE
        return self._drawn(rows, "Rows to fall", str(self.rows - 1 - now.row), Tone.STRONG)

    def _drawn(self, rows: list[list[Cell]], label: str, value: str, tone: Tone) -> GridView:
        return GridView(tuple(map(tuple, rows)), facts=(Fact(label, value, tone),))

    def action_name(self, observation: Observation, action: int) -> str:
        return NAMES[action] if 0 <= action < len(NAMES) else str(action)

    def keys(self, observation: Observation) -> Mapping[str, int]:
        chosen = {"left": LEFT, "down": STAY, "right": RIGHT, "space": STAY}
        return {key: a for key, a in chosen.items() if a in observation.legal_actions}

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        if self.judge(ending, seat, last) == Outcome.WIN:
            return "Caught!"
        seen = last(seat)
        landed = self.landing(seen.tensor) if seen else ()
        if len(landed) != 2:
            return "Missed."
        distance = abs(landed[0] - landed[1])
        return f"Missed by {distance} column{'s' if distance > 1 else ''}."

    def reconstruct(self, tensor: tuple[float, ...]) -> tuple[int, ...] | None:
        if len(self.landing(tensor)) == 2:
            return self._missed(*self.landing(tensor))
        now = self.position(tensor)
        return self._to(now.ball, now.row, now.paddle)

    def _to(self, ball: int, row: int, paddle: int) -> tuple[int, ...] | None:
        """The ball's column, then as many moves as rows have passed, ending at the paddle."""
        away = paddle - self.columns // 2
        if abs(away) > row:
            return None
        moves = [RIGHT if away > 0 else LEFT] * abs(away)
        return (ball, *moves, *[STAY] * (row - len(moves)))

    def _missed(self, first: int, second: int) -> tuple[int, ...] | None:
        row = self.rows - 1
        return self._to(first, row, second) or self._to(second, row, first)
