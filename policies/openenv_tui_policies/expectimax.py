"""A strong policy for 2048: a short look ahead over a table of row values."""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import TypeAlias

from openenv_tui.errors import WireError
from openenv_tui.games.twenty_forty_eight import SIDE
from openenv_tui.model import Observation
from openenv_tui.policy import Policy

Row: TypeAlias = tuple[int, ...]
"""Four powers of 2; 0 where there is no tile."""
Board: TypeAlias = tuple[Row, ...]

UP, RIGHT, DOWN, LEFT = range(4)
LOST = -1e6
ROOM = 5


class Expectimax(Policy):
    """2048 by expectimax, two moves ahead, on a table of row values."""

    games = ("2048",)
    blocking = True

    def act(self, observation: Observation, rng: Random) -> int:
        board = _board(observation.tensor)
        values = {action: self._worth(board, action) for action in observation.legal_actions}
        return max(values, key=values.__getitem__)

    def _worth(self, board: Board, action: int) -> float:
        after = slide(board, action)
        empty = [(r, c) for r in range(SIDE) for c in range(SIDE) if not after[r][c]]
        # With room on the board a 4, which comes once in ten times, changes little.
        powers = ((1, 0.9), (2, 0.1)) if len(empty) < ROOM else ((1, 1.0),)
        return sum(
            chance * _best_after(_placed(after, row, column, power))
            for row, column in empty
            for power, chance in powers
        ) / len(empty)


def _board(tensor: tuple[float, ...]) -> Board:
    if len(tensor) != SIDE * SIDE:
        raise WireError(f"2048: 16 tiles were expected, not {len(tensor)}")
    powers = [int(value).bit_length() - 1 if value else 0 for value in tensor]
    return tuple(tuple(powers[start : start + SIDE]) for start in range(0, SIDE * SIDE, SIDE))


def _placed(board: Board, row: int, column: int, power: int) -> Board:
    line = board[row]
    changed = (*line[:column], power, *line[column + 1 :])
    return (*board[:row], changed, *board[row + 1 :])


def _best_after(board: Board) -> float:
    """The best standing that one more move can reach."""
    best = LOST
    turned = tuple(zip(*board, strict=True))
    for lines, push in ((board, _left), (board, _right), (turned, _left), (turned, _right)):
        moved = tuple([push(line) for line in lines])
        if moved != lines:
            best = max(best, _standing(moved))
    return best


def slide(board: Board, action: int) -> Board:
    """The board after a move, before a new tile comes."""
    if action in (LEFT, RIGHT):
        push = _left if action == LEFT else _right
        return tuple([push(line) for line in board])
    push = _left if action == UP else _right
    return tuple(zip(*[push(line) for line in zip(*board, strict=True)], strict=True))


@lru_cache(maxsize=None)
def _left(line: Row) -> Row:
    merged: list[int] = []
    free = False
    for power in line:
        if not power:
            continue
        if free and merged[-1] == power:
            merged[-1] += 1
            free = False
        else:
            merged.append(power)
            free = True
    return (*merged, *[0] * (SIDE - len(merged)))


@lru_cache(maxsize=None)
def _right(line: Row) -> Row:
    return _left(line[::-1])[::-1]


def _standing(board: Board) -> float:
    a, b, c, d = board
    down = _line_value
    total = down(a) + down(b) + down(c) + down(d)
    for column in zip(a, b, c, d, strict=True):
        total += down(column)
    return total


@lru_cache(maxsize=None)
def _line_value(line: Row) -> float:
    """How good a row or a column is.

    Empty fields and neighbours that can merge are good; tiles that do not run in order, and many
    large ones, are bad. The shape and the weights are those of R. Xiao's 2048 solver
    (github.com/nneonneo/2048-ai, MIT), found there by optimisation.
    """
    empty = line.count(0)
    packed = [power for power in line if power]
    merges = sum(1 for one, two in zip(packed, packed[1:], strict=False) if one == two)
    rising = falling = 0.0
    for one, two in zip(line, line[1:], strict=False):
        if one > two:
            falling += one**4 - two**4
        else:
            rising += two**4 - one**4
    heavy = sum(power**3.5 for power in packed)
    return 270 * empty + 700 * merges - 47 * min(rising, falling) - 11 * heavy
