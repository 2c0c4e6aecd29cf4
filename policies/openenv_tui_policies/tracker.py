"""The optimal policy of Catch."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from openenv_tui.games.catch import LEFT, RIGHT, STAY, Catch
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.policy import Policy


class Tracker(Policy):
    """Moves the paddle under the ball: optimal, catches all it can reach."""

    games = ("catch",)

    def begin(self, context: EpisodeContext) -> None:
        self._game = Catch(context.game)

    def act(self, observation: Observation, rng: Random) -> int:
        now = self._game.position(observation.tensor)
        if now.ball == now.paddle:
            return STAY
        return RIGHT if now.ball > now.paddle else LEFT

    def action_probabilities(self, observation: Observation) -> Mapping[int, float]:
        return {self.act(observation, Random(0)): 1.0}
