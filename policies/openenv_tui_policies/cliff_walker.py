"""The optimal policy of Cliff Walking."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from openenv_tui.games.cliff_walking import DOWN, RIGHT, UP, CliffWalking
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.policy import Policy


class CliffWalker(Policy):
    """Up, along the edge, down to the goal: the shortest safe path."""

    games = ("cliff_walking",)
    positional = True

    def begin(self, context: EpisodeContext) -> None:
        self._game = CliffWalking(context.game)

    def act(self, observation: Observation, rng: Random) -> int:
        game = self._game
        row, column = game.path(game.walked(observation.tensor))[-1]
        if column == game.width - 1:
            return DOWN
        if row == game.height - 1:
            return UP
        return RIGHT if row == game.height - 2 else DOWN

    def action_probabilities(self, observation: Observation) -> Mapping[int, float]:
        return {self.act(observation, Random(0)): 1.0}
