"""The best that one player can get against what the others do.

A best response knows what its player knows and no more: in all states of an information set it
does the same. Sources: Lanctot et al. (2017), "A unified game-theoretic approach to multiagent
reinforcement learning", for NashConv; Johanson et al. (2011), "Accelerating best response
calculation in large extensive games", for weighing states by the others' part of their reach.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from openenv_tui.errors import NoExactValueError
from openenv_tui.evaluation.exact.graph import TERMINAL
from openenv_tui.evaluation.exact.value import reached

if TYPE_CHECKING:
    from openenv_tui.evaluation.exact.graph import Floats, Graph, Ints


def best_response(graph: Graph, others: Floats, player: int) -> float:
    """The greatest return that a player can expect.

    Args:
        graph: in which every legal action is followed.
        others: the probability of each edge that is chance's or another player's, 0 on the
            player's own.
        player: who responds; it remembers all that it knew and did.

    Raises:
        NoExactValueError: the engine does not tell what the player knows.
    """
    import numpy as np

    own = np.flatnonzero(graph.mover == player)
    if (graph.knows[own] < 0).any():
        raise NoExactValueError("the engine does not tell which states a player cannot tell apart")
    worth = np.zeros(graph.states)
    worth[graph.ends] = graph.returns[:, player]
    if np.array_equal(graph.knows[own], own):
        _seeing_all(graph, others, player, worth)
    else:
        _in_information_sets(graph, others, player, worth)
    return float(worth[0])


def _seeing_all(graph: Graph, others: Floats, player: int, worth: Floats) -> None:
    """Backward induction: every state is known when it is met."""
    import numpy as np

    for start, stop in list(pairwise(graph.layers.tolist()))[::-1]:
        open_still = np.flatnonzero(graph.mover[start:stop] != TERMINAL) + start
        if not len(open_still):
            continue
        edges = slice(graph.first[start], graph.first[stop])
        after = worth[graph.child[edges]]
        begins = graph.first[open_still] - graph.first[start]
        best = np.maximum.reduceat(after, begins)
        mean = np.add.reduceat(after * others[edges], begins)
        worth[open_still] = np.where(graph.mover[open_still] == player, best, mean)


def _in_information_sets(graph: Graph, others: Floats, player: int, worth: Floats) -> None:
    """From the player's last choices to its first: what comes after one is known by then."""
    import numpy as np

    own_edges = graph.mover[graph.source] == player
    weights = reached(graph, np.where(own_edges, 1.0, others))
    made = _choices_before(graph, player)
    ply = np.repeat(np.arange(len(graph.layers) - 1), np.diff(graph.layers))
    open_still = graph.mover != TERMINAL
    for number in range(int(made.max()), -1, -1):
        here = open_still & (made == number)
        _choose(graph, np.flatnonzero(here & (graph.mover == player)), weights, worth)
        rest = np.flatnonzero(here & (graph.mover != player))
        for when in np.unique(ply[rest])[::-1]:
            states = rest[ply[rest] == when]
            edges, begins = _edges_of(graph, states)
            after = worth[graph.child[edges]] * others[edges]
            worth[states] = np.add.reduceat(after, begins)


def _choose(graph: Graph, states: Ints, weights: Floats, worth: Floats) -> None:
    """In each information set the action that is best on average, over its states."""
    import numpy as np

    if not len(states):
        return
    edges, begins = _edges_of(graph, states)
    lengths = np.diff(np.append(begins, len(edges)))
    _, group = np.unique(graph.knows[states], return_inverse=True)
    # The states of a set have the same legal actions, so the same place is the same action.
    place = np.arange(len(edges)) - np.repeat(begins, lengths)
    width = int(lengths.max())
    slot = np.repeat(group, lengths) * width + place
    after = worth[graph.child[edges]]
    totals = np.bincount(slot, np.repeat(weights[states], lengths) * after)
    there = np.bincount(slot) > 0
    totals = np.where(there, totals, -np.inf)
    totals = np.append(totals, np.full(-len(totals) % width, -np.inf)).reshape(-1, width)
    chosen = totals.argmax(axis=1)[group]
    worth[states] = after[begins + chosen]


def _edges_of(graph: Graph, states: Ints) -> tuple[Ints, Ints]:
    """The edges of some states one after the other, and where each state's begin among them."""
    import numpy as np

    first, lengths = graph.first[states], graph.first[states + 1] - graph.first[states]
    begins = np.append(0, np.cumsum(lengths)[:-1])
    edges = np.repeat(first - begins, lengths) + np.arange(int(lengths.sum()))
    return edges, begins


def _choices_before(graph: Graph, player: int) -> Ints:
    """How many choices the player has made before each state; shape (states,)."""
    import numpy as np

    made = np.zeros(graph.states, np.int32)
    for start, stop in list(pairwise(graph.layers.tolist()))[1:]:
        source = graph.source[graph.parent[start:stop]]
        made[start:stop] = made[source] + (graph.mover[source] == player)
    return made
