"""Now and then at random, else as another policy does."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isawaitable
from random import Random
from typing import Any

from openenv_tui.model import EpisodeContext, GameInfo, Observation, Outcome, Transition
from openenv_tui.policy import Policy
from openenv_tui.specs import PolicySpec, heuristic_for


class EpsilonGreedy(Policy):
    """With probability epsilon at random, else as base does.

    Args:
        base: the policy it follows; the game's own heuristic by default.
        epsilon: probability of a random action in episode 0.
        decay: what epsilon is multiplied by from one episode to the next.
    """

    def __init__(
        self, base: Policy | None = None, epsilon: float = 0.1, decay: float = 1.0
    ) -> None:
        for name, value in (("epsilon", epsilon), ("decay", decay)):
            if isinstance(value, str) or not 0 <= value <= 1:
                raise ValueError(f"{name} is a number from 0 to 1, not {value}")
        self.epsilon = epsilon
        self.decay = decay
        self._given = base is not None
        self._base = base
        self._heuristic: str | None = None
        self._now = epsilon
        if base is not None:
            self.blocking, self.learns = base.blocking, base.learns
            self.positional = base.positional

    def unfit(self, game: GameInfo) -> str | None:
        if not self._given and heuristic_for(game.short_name) is None:
            return "it has no heuristic to follow there: give it a base, as in base=mcts"
        return self._followed(game).unfit(game)

    def begin(self, context: EpisodeContext) -> None:
        # By the episode's number, not by counting: episodes may be played in any order.
        self._now = self.epsilon * self.decay**context.episode
        base = self._followed(context.game)
        base.begin(context)
        self.positional = base.positional

    def act(self, observation: Observation, rng: Random) -> Any:
        if rng.random() < self._now or self._base is None:
            legal = observation.legal_actions
            return legal[int(rng.random() * len(legal))]
        return self._base.act(observation, rng)

    def action_probabilities(self, observation: Observation) -> Mapping[int, float] | None:
        legal = observation.legal_actions
        greedy = self._base.action_probabilities(observation) if self._base else None
        if greedy is None or isawaitable(greedy) or self.decay != 1:
            return None
        each = self._now / len(legal)
        return {action: each + (1 - self._now) * greedy.get(action, 0.0) for action in legal}

    def learn(self, transition: Transition) -> None:
        if self._base:
            self._base.learn(transition)

    def end(self, outcome: Outcome | None) -> None:
        if self._base:
            self._base.end(outcome)

    def close(self) -> None:
        if self._base:
            self._base.close()

    def _followed(self, game: GameInfo) -> Policy:
        """The base, or else the heuristic of the game, built when it is first needed."""
        wanted = None if self._given else heuristic_for(game.short_name)
        if self._base is None or wanted != self._heuristic:
            self._base = PolicySpec(wanted or "random").build()
            self._heuristic = wanted
        return self._base
