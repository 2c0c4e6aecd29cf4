"""How likely a policy takes each edge of a game's graph."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from time import monotonic
from typing import TYPE_CHECKING, Any

from openenv_tui.errors import NoExactValueError
from openenv_tui.evaluation.exact.graph import BeyondLimitsError, Graph, Limits, walked
from openenv_tui.match import FAULTS
from openenv_tui.model import EpisodeContext, GameInfo, Observation, ObservationSource
from openenv_tui.policy import Policy

if TYPE_CHECKING:
    from arena_env.arena import Spectacle
    from openenv_tui.evaluation.exact.graph import Floats

CLOSE = 1e-6
"""Probabilities add up to 1 within this."""


class Watched:
    """An observation's source that notes what was looked at."""

    def __init__(self, source: ObservationSource) -> None:
        self._source = source
        self.looked: set[str] = set()

    def tensor(self, observation: Observation) -> tuple[float, ...]:
        self.looked.add("tensor")
        return self._source.tensor(observation)

    def text(self, observation: Observation) -> str:
        self.looked.add("text")
        return self._source.text(observation)

    def return_so_far(self, observation: Observation) -> float:
        return self._source.return_so_far(observation)

    def history(self, observation: Observation) -> tuple[int, ...] | None:
        self.looked.add("history")
        return self._source.history(observation)

    def action_names(self, observation: Observation) -> Mapping[int, str]:
        return self._source.action_names(observation)

    def metadata(self, observation: Observation) -> Mapping[str, Any]:
        return self._source.metadata(observation)


class Asked:
    """A policy at a seat, asked for its probabilities in any state.

    Args:
        name: what errors call the policy.
        policy: is begun anew for this seat.
        info: the game's facts.
        seat: its player id.
        show: gives its observations.

    Raises:
        NoExactValueError: it gives no probabilities.

    Attributes:
        looked: the details of observations that it has looked at so far.
    """

    def __init__(
        self, name: str, policy: Policy, info: GameInfo, seat: int, show: Spectacle
    ) -> None:
        self.name, self.policy, self.seat = name, policy, seat
        self.looked: set[str] = set()
        self._show = show
        if _silent(policy):
            raise NoExactValueError(f"{name} gives no probabilities")
        try:
            policy.begin(EpisodeContext(info, seat))
        except FAULTS as error:
            raise self._failed(error) from error

    def in_state(self, state: Any, ply: int) -> Mapping[int, float]:
        """The probability of each action in a state in which it is this seat's turn.

        Raises:
            NoExactValueError: it gives none, or none that can be.
        """
        seen = self._show.seen(state, self.seat, ply)
        source = Watched(seen._source)
        seen._source = source
        try:
            given = self.policy.action_probabilities(seen)
        except FAULTS as error:
            raise self._failed(error) from error
        self.looked |= source.looked
        if given is None:
            raise NoExactValueError(f"{self.name} gives no probabilities")
        if not _sound(given, seen.legal_actions):
            raise NoExactValueError(
                f"{self.name} gives probabilities that cannot be: {given!r:.80}, "
                f"where legal are {', '.join(map(str, seen.legal_actions))}"
            )
        return given

    def depends_on_more(self, graph: Graph) -> bool:
        """It may do different things in histories that are one state of the graph."""
        if self.policy.positional:
            return False
        return bool(self.looked & {"history", *graph.telling})

    def _failed(self, error: BaseException) -> NoExactValueError:
        return NoExactValueError(
            f"{self.name} failed when it was asked: {type(error).__name__}: {error}"
        )


def _silent(policy: Policy) -> bool:
    """Nobody has written probabilities for it."""
    method = policy.action_probabilities
    return getattr(method, "__func__", None) is Policy.action_probabilities


def _sound(given: Any, legal: tuple[int, ...]) -> bool:
    if not isinstance(given, Mapping) or not set(given) <= set(legal):
        return False
    chances = list(given.values())
    return all(isfinite(c) and c >= -CLOSE for c in chances) and abs(sum(chances) - 1) < CLOSE


def edge_odds(graph: Graph, engine: Any, asked: Asked, limits: Limits) -> Floats:
    """The probability of each edge where it is the seat's turn, and 0 elsewhere.

    Raises:
        NoExactValueError: the policy gives no probabilities, or thinks for too long.
    """
    import numpy as np

    odds = np.zeros(len(graph.child))
    actions, first = graph.action.tolist(), graph.first.tolist()
    deadline = limits.deadline
    known: dict[tuple[int, int], Mapping[int, float]] = {}
    for ply, state, at in walked(graph, engine, asked.seat):
        # All that it sees follows from what it knows and from how many moves were made.
        same = int(graph.knows[at]), ply
        given = known.get(same) if same[0] >= 0 else None
        if given is None:
            given = known[same] = asked.in_state(state, ply)
            if monotonic() > deadline:
                raise BeyondLimitsError(
                    f"{asked.name} thinks for longer than {limits.seconds:g} s in all states"
                )
        for edge in range(first[at], first[at + 1]):
            odds[edge] = given.get(actions[edge], 0.0)
    return odds
