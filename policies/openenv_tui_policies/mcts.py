"""OpenSpiel's Monte Carlo tree search."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pyspiel

from openenv_tui.games.openspiel import load_engine
from openenv_tui.model import EpisodeContext, GameInfo, Observation
from openenv_tui.policy import Policy, Weight

MEMORY_MB = 512


def needs_a_simulator(game: GameInfo) -> str | None:
    """Why a policy that plays positions on in an engine of its own cannot play a game."""
    if game.simultaneous:
        return "it searches games in which players move in turn"
    if not game.perfect_information:
        return "it searches games of perfect information, and here something is hidden"
    if not game.history_known:
        return "this server does not tell enough to play the position on"
    return None


class MCTS(Policy):
    """OpenSpiel's Monte Carlo tree search with random rollouts.

    Args:
        simulations: for each decision.
        uct_c: how much it explores; the constant of UCT (Kocsis and Szepesvari 2006).
        rollouts: random games from each leaf.
    """

    blocking = True

    def __init__(self, simulations: int = 200, uct_c: float = 2.0, rollouts: int = 1) -> None:
        for name, value in (("simulations", simulations), ("rollouts", rollouts)):
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} is a whole number from 1, not {value}")
        if isinstance(uct_c, str) or uct_c < 0:
            raise ValueError(f"uct_c is a number from 0, not {uct_c}")
        self.simulations = simulations
        self.uct_c = float(uct_c)
        self.rollouts = rollouts

    def unfit(self, game: GameInfo) -> str | None:
        if not game.terminal_rewards:
            return "its search needs games whose only reward comes at the end"
        return needs_a_simulator(game)

    def begin(self, context: EpisodeContext) -> None:
        self._engine = load_engine(context.game.name)

    def act(self, observation: Observation, rng: Random) -> int:
        return int(self._bot(rng).step(position(self._engine, observation)))

    def explain(self, observation: Observation, rng: Random) -> Mapping[int, Weight]:
        """Visits, and the mean of the rollouts' returns; proven ends have their own value."""
        root = self._bot(rng).mcts_search(position(self._engine, observation))
        return {
            child.action: Weight(value=_worth(child), visits=child.explore_count)
            for child in root.children
        }

    def _bot(self, rng: Random) -> Any:
        # One for each decision: what it answers then depends on the position and rng alone.
        evaluator = pyspiel.RandomRolloutEvaluator(self.rollouts, rng.getrandbits(31))
        return pyspiel.MCTSBot(
            self._engine,
            evaluator,
            self.uct_c,
            self.simulations,
            MEMORY_MB,
            True,  # proves what it can, and stops there
            rng.getrandbits(31),
            False,
        )


def _worth(child: Any) -> float | None:
    """To the player who moves to it; None where it was not tried."""
    if child.outcome:
        return float(child.outcome[child.player])
    return float(child.total_reward / child.explore_count) if child.explore_count else None


def position(engine: Any, observation: Observation) -> Any:
    """The ``pyspiel.State`` that an observation of a game of perfect information was made in."""
    state = engine.new_initial_state()
    for action in observation.history or ():
        state.apply_action(action)
    return state
