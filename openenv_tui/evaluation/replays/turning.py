"""The turning point of a game: the move that gave away the most, told by exact best play."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from openenv_tui.errors import NoExactValueError
from openenv_tui.evaluation.exact.graph import CHANCE, TERMINAL, Graph, Limits, enumerate_game
from openenv_tui.evaluation.exact.positions import position_key

if TYPE_CHECKING:
    from openenv_tui.evaluation.exact.graph import Floats
    from openenv_tui.evaluation.replays.stored import Replayed

LIMITS: Final = Limits(states=20_000, seconds=3.0)
LEAST: Final = 1e-9


class Turning(NamedTuple):
    """Where a game turned.

    Attributes:
        number: of the moment before the move; None where there is none.
        words: what happened there; or why there is no such moment.
    """

    number: int | None
    words: str


def turning_point(replayed: Replayed) -> Turning:
    """The first of the moves after which the mover's value under best play fell the most.

    Values are by backward induction over every way the game can go, so they are exact; that is
    done only where it is cheap, and means something only where nothing is hidden.
    """
    info, stored = replayed.game.info, replayed.stored
    if not info.perfect_information:
        return Turning(None, "no turning point: players do not see everything here")
    if info.players > 2 or (info.players == 2 and not info.zero_sum):
        return Turning(None, "no turning point: best play of these players is no one number")
    if not stored.complete:
        return Turning(None, "no turning point: chance's moves of this game are not stored")
    try:
        graph = enumerate_game(_engine(info.name), LIMITS, position_key(info))
    except NoExactValueError:
        return Turning(None, "no turning point: the game is too large for exact values")
    return _worst(replayed, graph, best_values(graph))


def best_values(graph: Graph) -> Floats:
    """What player 0 gets from each state if everybody plays their best, shape (states,)."""
    import numpy as np

    values = np.zeros(graph.states)
    values[graph.ends] = graph.returns[:, 0]
    for state in range(graph.states - 1, -1, -1):
        mover = graph.mover[state]
        if mover == TERMINAL:
            continue
        edges = slice(graph.first[state], graph.first[state + 1])
        after = values[graph.child[edges]]
        if mover == CHANCE:
            values[state] = float(after @ graph.chance[edges])
        else:
            values[state] = after.max() if mover == 0 else after.min()
    return values


def _worst(replayed: Replayed, graph: Graph, values: Floats) -> Turning:
    state, at, loss, found = 0, 0, LEAST, None
    known = {ply.played: ply for ply in replayed.plies}
    for action in replayed.stored.actions:
        edges = range(graph.first[state], graph.first[state + 1])
        after = int(next(graph.child[edge] for edge in edges if graph.action[edge] == action))
        mover = int(graph.mover[state])
        lost = float(values[state] - values[after]) * (-1 if mover == 1 else 1)
        if mover != CHANCE and lost > loss:
            loss, found = lost, (known[at].number, mover, values[state], values[after])
        state, at = after, at + 1
    if found is None:
        return Turning(None, "no turning point: nobody gave anything away")
    number, mover, before, then = found
    sign = -1 if mover == 1 else 1
    move = replayed.plies[number + 1].move
    gave = f"{sign * before + 0.0:g} before it, {sign * then + 0.0:g} after"
    return Turning(number, f"next {move}. Best play: {gave}")


def _engine(name: str) -> object:
    from openenv_tui.games.openspiel import load_engine

    return load_engine(name)
