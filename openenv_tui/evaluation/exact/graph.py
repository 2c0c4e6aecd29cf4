"""A game as a graph: every state that can be reached, each joined to those that may follow."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from openenv_tui.errors import NoExactValueError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from openenv_tui.evaluation.exact.positions import Key

    Ints: TypeAlias = NDArray[np.integer[Any]]
    Floats: TypeAlias = NDArray[np.float64]

Follow: TypeAlias = "Callable[[Any, int], Sequence[int]]"
"""(state, ply) -> the actions to follow from there."""

CHANCE, SIMULTANEOUS, TERMINAL = -1, -2, -4
"""OpenSpiel's numbers for who moves, where no player does."""
MOST_STATES = 1_000_000
LOOKED_AT = 20_000
"""Edges whose observations are compared where they meet: what tells more does so soon."""


class BeyondLimitsError(NoExactValueError):
    """A walk was given up that might have come to its end."""


class Limits(NamedTuple):
    """When to give up.

    Attributes:
        states: the most that a graph may have.
        seconds: for one walk through a game, and for asking one policy at one seat; None for as
            long as it takes.
    """

    states: int = MOST_STATES
    seconds: float | None = None

    @property
    def deadline(self) -> float:
        """The moment, on the clock of ``monotonic``, until which what begins now may take."""
        return inf if self.seconds is None else monotonic() + self.seconds


@dataclass(frozen=True)
class Graph:
    """The states of a game in order of their ply, the beginning first.

    A state is a history, or where the game allows that exactly, all histories that lead to one
    position after as many moves. Its edges stand together, in the order of the states.

    Attributes:
        layers: the first state of each ply, and at last their number; shape (plies + 1,).
        mover: player id, CHANCE or TERMINAL; shape (states,).
        first: the first edge of each state, and at last their number; shape (states + 1,).
        source, child, action: of each edge; shape (edges,).
        chance: its probability where chance moves, else 0; shape (edges,).
        returns: at the ends, in their order, for each player; shape (ends, players).
        parent: the edge that first led to a state, -1 for the beginning; shape (states,).
        knows: number of what the mover knows there: its information set; -1 where nobody chooses,
            or where the engine cannot tell; shape (states,).
        telling: details of an observation that tell more than the position that they stand for.
    """

    layers: Ints
    mover: Ints
    first: Ints
    source: Ints
    child: Ints
    action: Ints
    chance: Floats
    returns: Floats
    parent: Ints
    knows: Ints
    telling: tuple[str, ...] = ()

    @property
    def states(self) -> int:
        return len(self.mover)

    @property
    def players(self) -> int:
        return int(self.returns.shape[1])

    @property
    def ends(self) -> Ints:
        """The states at which the game is over."""
        import numpy as np

        return np.flatnonzero(self.mover == TERMINAL).astype(np.int32)

    def history(self, state: int) -> list[int]:
        """The actions that lead to a state, chance's included; of several ways the first found."""
        taken: list[int] = []
        edge = int(self.parent[state])
        while edge >= 0:
            taken.append(int(self.action[edge]))
            edge = int(self.parent[self.source[edge]])
        return taken[::-1]


def too_many(limits: Limits) -> BeyondLimitsError:
    """What is raised where there are more states than the limits allow."""
    return BeyondLimitsError(f"there are more than {limits.states:,} states to walk through")


def enumerate_game(
    engine: Any,
    limits: Limits = Limits(),  # noqa: B008 - it is frozen
    key: Key | None = None,
    follow: Follow | None = None,
) -> Graph:
    """Walk a game through, ply by ply.

    Args:
        engine: of a game in which players move in turn.
        limits: when to give up.
        key: states of one ply that it gives the same are one; None keeps histories apart.
        follow: leaves out what the players never choose; None follows every legal action.

    Raises:
        NoExactValueError: there are more states, it takes longer, or it cannot be enumerated.
    """
    walk = _Walk(engine, limits, key, follow)
    layer = [engine.new_initial_state()]
    walk.parent.append(-1)
    while layer:
        layer = walk.expand(layer)
    return walk.graph()


class _Walk:
    """A walk through a game, and the lists that become a ``Graph``."""

    def __init__(self, engine: Any, limits: Limits, key: Key | None, follow: Follow | None) -> None:
        self.engine, self.limits, self.key, self.follow = engine, limits, key, follow
        self._deadline = limits.deadline
        self.layers: list[int] = []
        self.mover: list[int] = []
        self.first: list[int] = [0]
        self.source: list[int] = []
        self.child: list[int] = []
        self.action: list[int] = []
        self.chance: list[float] = []
        self.returns: list[list[float]] = []
        self.parent: list[int] = []
        self.knows: list[int] = []
        self.telling: set[str] = set()
        kind = engine.get_type()
        self._hidden = kind.information != kind.Information.PERFECT_INFORMATION
        self._told = bool(kind.provides_information_state_string)
        self._known: dict[tuple[int, str], int] = {}
        self._details = details_of(kind)

    def expand(self, layer: list[Any]) -> list[Any]:
        """Write down the states of a layer, and give those of the next."""
        ply, start = len(self.layers), len(self.mover)
        self.layers.append(start)
        after: list[Any] = []
        seen: dict[Hashable, tuple[int, list[Any]]] = {}
        base = start + len(layer)
        for node, state in enumerate(layer, start):
            mover = state.current_player()
            self.mover.append(mover)
            self.knows.append(self._knowledge(state, mover, node))
            for action, chance in self._options(state, mover, ply):
                child = state.child(action)
                number = base + len(after)
                if self.key is not None:
                    number = self._merged(child, number, seen)
                if number == base + len(after):
                    after.append(child)
                    self.parent.append(len(self.source))
                self.source.append(node)
                self.child.append(number)
                self.action.append(action)
                self.chance.append(chance)
            self.first.append(len(self.source))
            if base + len(after) > self.limits.states:
                raise too_many(self.limits)
            if monotonic() > self._deadline:
                raise BeyondLimitsError(
                    f"it takes longer than {self.limits.seconds:g} s to walk the game through"
                )
        return after

    def graph(self) -> Graph:
        """What was walked."""
        import numpy as np

        def whole(values: list[int]) -> Ints:
            return np.array(values, np.int32)

        return Graph(
            whole([*self.layers, len(self.mover)]),
            whole(self.mover),
            whole(self.first),
            whole(self.source),
            whole(self.child),
            whole(self.action),
            np.array(self.chance, np.float64),
            np.array(self.returns, np.float64),
            whole(self.parent),
            whole(self.knows),
            tuple(sorted(self.telling)),
        )

    def _options(self, state: Any, mover: int, ply: int) -> list[tuple[int, float]]:
        if mover >= 0:
            follow = self.follow
            legal = state.legal_actions() if follow is None else follow(state, ply)
            return [(action, 0.0) for action in legal]
        if mover == CHANCE:
            return list(state.chance_outcomes())
        if mover == SIMULTANEOUS:
            raise NoExactValueError("its players choose at once, and only games in turn are walked")
        self.returns.append(state.returns())
        return []

    def _knowledge(self, state: Any, mover: int, node: int) -> int:
        if mover < 0 or (self._hidden and not self._told):
            return -1
        if not self._hidden:
            return node
        known = mover, state.information_state_string(mover)
        return self._known.setdefault(known, len(self._known))

    def _merged(self, state: Any, number: int, seen: dict[Hashable, tuple[int, list[Any]]]) -> int:
        """The number of a state's position: the given one, if it is met for the first time."""
        assert self.key is not None
        mover = state.current_player()
        details: list[Any] = []
        if mover >= 0 and len(self.source) < LOOKED_AT:
            details = [look(state, mover) for _, look in self._details]
        found, known = seen.setdefault(self.key(state), (number, details))
        if known and details and known != details:
            self.telling |= {
                name
                for (name, _), one, other in zip(self._details, known, details, strict=True)
                if one != other
            }
        return found


def walked(graph: Graph, engine: Any, mover: int) -> Iterator[tuple[int, Any, int]]:
    """(ply, engine's state, its number) of every state in which ``mover`` moves, in their order.

    Args:
        graph: of the engine's game.
        engine: makes the states, by the ways in which they were first found.
        mover: a player, CHANCE or TERMINAL.
    """
    layers, movers, parents = graph.layers.tolist(), graph.mover.tolist(), graph.parent.tolist()
    sources, actions = graph.source.tolist(), graph.action.tolist()
    states, before = [engine.new_initial_state()], 0
    for ply, (start, stop) in enumerate(pairwise(layers)):
        if ply:
            edges = parents[start:stop]
            states = [states[sources[edge] - before].child(actions[edge]) for edge in edges]
        for number, state in enumerate(states, start):
            if movers[number] == mover:
                yield ply, state, number
        before = start


Look: TypeAlias = "Callable[[Any, int], Any]"


def details_of(kind: Any) -> list[tuple[str, Look]]:
    """The details of an observation that may tell how a position came about."""
    looks: list[tuple[str, Look]] = []
    if kind.provides_information_state_tensor:
        looks.append(("tensor", lambda state, player: state.information_state_tensor(player)))
    elif kind.provides_observation_tensor:
        looks.append(("tensor", lambda state, player: state.observation_tensor(player)))
    if kind.provides_observation_string:
        looks.append(("text", lambda state, player: state.observation_string(player)))
    elif kind.provides_information_state_string:
        looks.append(("text", lambda state, player: state.information_state_string(player)))
    return looks
