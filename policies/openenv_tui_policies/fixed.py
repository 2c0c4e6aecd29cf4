"""Policies that always do the same thing, whatever they see: the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from openenv_tui.model import GameInfo, Observation
from openenv_tui.policy import Policy


class Fixed(Policy):
    """Chooses by ``pick`` alone."""

    def unfit(self, game: GameInfo) -> str | None:
        if not game.listed and not game.num_actions:
            return "it chooses from a list, and the actions there are forms to be filled in"
        return super().unfit(game)

    def pick(self, legal: tuple[int, ...]) -> int:
        """One of the legal actions."""
        raise NotImplementedError

    def act(self, observation: Observation, rng: Random) -> int:
        return self.pick(observation.legal_actions)

    def action_probabilities(self, observation: Observation) -> Mapping[int, float]:
        return {self.pick(observation.legal_actions): 1.0}


class First(Fixed):
    """Always the first legal action."""

    def pick(self, legal: tuple[int, ...]) -> int:
        return legal[0]


class Last(Fixed):
    """Always the last legal action."""

    def pick(self, legal: tuple[int, ...]) -> int:
        return legal[-1]


class Middle(Fixed):
    """Always the legal action in the middle of the list."""

    def pick(self, legal: tuple[int, ...]) -> int:
        return legal[len(legal) // 2]


class Stay(Fixed):
    """Never moves the paddle."""

    games = ("catch",)

    def pick(self, legal: tuple[int, ...]) -> int:
        return 1
