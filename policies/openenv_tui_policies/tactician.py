"""The policy of Tic-Tac-Toe that never loses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from random import Random

from openenv_tui.games.tic_tac_toe import CROSS, EMPTY, NOUGHT, board, winning_line
from openenv_tui.model import Observation
from openenv_tui.policy import Policy


class Tactician(Policy):
    """Never loses Tic-Tac-Toe, and sets traps for careless opponents."""

    games = ("tic_tac_toe",)

    def act(self, observation: Observation, rng: Random) -> int:
        good = _best_moves(board(observation.tensor))
        return good[int(rng.random() * len(good))]

    def action_probabilities(self, observation: Observation) -> Mapping[int, float]:
        good = _best_moves(board(observation.tensor))
        return dict.fromkeys(good, 1 / len(good))


def _to_move(fields: tuple[int, ...]) -> int:
    return CROSS if fields.count(CROSS) == fields.count(NOUGHT) else NOUGHT


@cache
def _value(fields: tuple[int, ...]) -> tuple[int, float]:
    """For the side to move: the value under best play, then that against a random opponent.

    The second breaks ties among moves of equal value: it sets the most traps.
    """
    if winning_line(fields):
        return -1, -1.0
    if EMPTY not in fields:
        return 0, 0.0
    return max(_after(fields, place) for place, mark in enumerate(fields) if mark == EMPTY)


def _after(fields: tuple[int, ...], place: int) -> tuple[int, float]:
    """The value of a move, for the side that makes it."""
    after = (*fields[:place], _to_move(fields), *fields[place + 1 :])
    worst = -_value(after)[0]
    replies = [p for p, mark in enumerate(after) if mark == EMPTY]
    if winning_line(after) or not replies:
        return worst, float(worst)
    return worst, sum(_reply(after, reply) for reply in replies) / len(replies)


def _reply(fields: tuple[int, ...], place: int) -> float:
    """What the other side gets when it is answered at ``place``."""
    after = (*fields[:place], _to_move(fields), *fields[place + 1 :])
    return _value(after)[1]


@cache
def _best_moves(fields: tuple[int, ...]) -> tuple[int, ...]:
    values = {place: _after(fields, place) for place, mark in enumerate(fields) if mark == EMPTY}
    best = max(values.values())
    return tuple(place for place, value in values.items() if value == best)
