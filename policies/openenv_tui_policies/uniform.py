"""Every legal action with the same probability."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from openenv_tui.model import Observation
from openenv_tui.policy import Policy


class UniformPolicy(Policy):
    """Chooses uniformly among the legal actions."""

    def act(self, observation: Observation, rng: Random) -> int:
        legal = observation.legal_actions
        return legal[int(rng.random() * len(legal))]

    def action_probabilities(self, observation: Observation) -> Mapping[int, float]:
        legal = observation.legal_actions
        return dict.fromkeys(legal, 1 / len(legal))
