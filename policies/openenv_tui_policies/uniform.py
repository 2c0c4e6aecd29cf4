"""Every legal action with the same probability; forms filled in at random."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from openenv_tui.model import Action, Observation
from openenv_tui.policy import Policy


class UniformPolicy(Policy):
    """Chooses uniformly among the legal actions; fills forms in at random."""

    def act(self, observation: Observation, rng: Random) -> Action:
        legal = observation.legal_actions
        if not legal and observation.action_space is not None:
            return observation.action_space.sample(rng)
        return legal[int(rng.random() * len(legal))]

    def action_probabilities(self, observation: Observation) -> Mapping[int, float] | None:
        legal = observation.legal_actions
        if not legal:
            return None
        return dict.fromkeys(legal, 1 / len(legal))
