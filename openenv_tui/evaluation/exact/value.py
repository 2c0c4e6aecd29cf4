"""What everybody gets in the end, weighed over every way in which a game can go."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from openenv_tui.evaluation.exact.graph import Floats, Graph, Ints

UNKNOWN = 2
"""Stands where 1, 0 or -1 would tell of a win, a draw or a loss, and nobody can tell."""


class Exact(NamedTuple):
    """What one seat gets, without sampling.

    Attributes:
        win, draw, loss: probabilities by the outcome rule; None where it does not tell.
        mean_return: the expected return.
    """

    win: float | None
    draw: float | None
    loss: float | None
    mean_return: float


def reached(graph: Graph, odds: Floats) -> Floats:
    """The probability with which each state is reached; shape (states,).

    Args:
        odds: of each edge, among those of its state; for the probability that one player's own
            choices are left out of, 1 on that player's edges.
    """
    import numpy as np

    found = np.zeros(graph.states)
    found[0] = 1.0
    layers = graph.layers.tolist()
    for (start, stop), (_, end) in pairwise(pairwise(layers)):
        edges = slice(graph.first[start], graph.first[stop])
        flow = found[graph.source[edges]] * odds[edges]
        found[stop:end] = np.bincount(graph.child[edges] - stop, flow, end - stop)
    return found


def values(graph: Graph, odds: Floats, outcomes: Ints) -> tuple[Exact, ...]:
    """What each player gets.

    Args:
        odds: of each edge, chance and all players together.
        outcomes: at each end for each player: 1, 0, -1 or UNKNOWN; shape (ends, players).
    """
    weights = reached(graph, odds)[graph.ends]
    met = weights > 0
    found = []
    for player in range(graph.players):
        told = outcomes[:, player]
        win, draw, loss = (float(weights[told == code].sum()) for code in (1, 0, -1))
        mean = float(weights @ graph.returns[:, player])
        if (told[met] == UNKNOWN).any():
            found.append(Exact(None, None, None, mean))
        else:
            found.append(Exact(win, draw, loss, mean))
    return tuple(found)


def averaged(seats: Iterable[Exact]) -> Exact:
    """What is had on average, each place taken equally often."""
    listed = list(seats)

    def mean(of: list[float | None]) -> float | None:
        known = [value for value in of if value is not None]
        return sum(known) / len(known) if len(known) == len(of) else None

    return Exact(
        mean([each.win for each in listed]),
        mean([each.draw for each in listed]),
        mean([each.loss for each in listed]),
        sum(each.mean_return for each in listed) / len(listed),
    )
