"""Perfect play in small games of perfect information."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from random import Random
from time import monotonic
from typing import Any, TypeAlias

from openenv_tui.games.openspiel import load_engine
from openenv_tui.model import EpisodeContext, GameInfo, Observation
from openenv_tui.policy import Policy, Weight
from openenv_tui_policies.mcts import needs_a_simulator, position

MOST_POSITIONS = 50_000
LONGEST = 200
PATIENCE = 5.0
"""Seconds of solving, after which a game is taken for too large: some take milliseconds a move."""

Solution: TypeAlias = "dict[tuple[str, int], float]"


class Minimax(Policy):
    """Perfect play: minimax, with expectation at chance, in small games."""

    positional = True

    def unfit(self, game: GameInfo) -> str | None:
        reason = needs_a_simulator(game)
        if reason:
            return reason
        if game.players > 2 or (game.players == 2 and not game.zero_sum):
            return "it plays games of one player, or of two whose returns add up to zero"
        if game.max_length > LONGEST or solution(game.name) is None:
            return (
                f"it solves games of at most {MOST_POSITIONS:,} positions within "
                f"{PATIENCE:g} seconds; try mcts"
            )
        return None

    def begin(self, context: EpisodeContext) -> None:
        self._name = context.game.name

    def act(self, observation: Observation, rng: Random) -> int:
        best = self._best(observation)
        return best[int(rng.random() * len(best))]

    def action_probabilities(self, observation: Observation) -> Mapping[int, float]:
        best = self._best(observation)
        return dict.fromkeys(best, 1 / len(best))

    def explain(self, observation: Observation, rng: Random) -> Mapping[int, Weight]:
        """The value of what is still to come after each action, and its probabilities."""
        chances = self.action_probabilities(observation)
        values = self._values(observation)
        return {a: Weight(chances.get(a, 0.0), value) for a, value in values.items()}

    def _best(self, observation: Observation) -> tuple[int, ...]:
        values = self._values(observation)
        best = max(values.values())
        return tuple(action for action, value in values.items() if value > best - 1e-9)

    def _values(self, observation: Observation) -> dict[int, float]:
        solved = solution(self._name) or {}
        state = position(load_engine(self._name), observation)
        sign = 1 if observation.player == 0 else -1
        return {a: sign * _action_value(state, a, solved) for a in observation.legal_actions}


@lru_cache(maxsize=8)
def solution(name: str) -> Solution | None:
    """The value to player 0 of what is still to come in every position of a game.

    Returns:
        (the engine's picture, moves made) -> value; None if there are too many positions, or
        solving them takes too long.
    """
    solved: Solution = {}
    try:
        _solve(load_engine(name).new_initial_state(), solved, monotonic() + PATIENCE)
    except _TooLargeError:
        return None
    return solved


class _TooLargeError(Exception):
    pass


def _key(state: Any) -> tuple[str, int]:
    # The same picture after another number of moves is another position where there is a horizon.
    return str(state), state.move_number()


def _action_value(state: Any, action: int, solved: Solution) -> float:
    child = state.child(action)
    return float(child.returns()[0] - state.returns()[0]) + solved.get(_key(child), 0.0)


def _solve(state: Any, solved: Solution, until: float) -> float:
    key = _key(state)
    if key in solved:
        return solved[key]
    if state.is_terminal():
        solved[key] = 0.0
        return 0.0
    if len(solved) >= MOST_POSITIONS or monotonic() > until:
        raise _TooLargeError
    already = state.returns()[0]

    def worth(action: int) -> float:
        child = state.child(action)
        return float(child.returns()[0] - already) + _solve(child, solved, until)

    if state.is_chance_node():
        value: float = sum(chance * worth(action) for action, chance in state.chance_outcomes())
    else:
        choose = max if state.current_player() == 0 else min
        value = choose(worth(action) for action in state.legal_actions())
    solved[key] = value
    return value
