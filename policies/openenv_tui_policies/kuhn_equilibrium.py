"""Nash equilibria of two-player Kuhn poker."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from openenv_tui.games.kuhn_poker import BET, PASS, KuhnPoker
from openenv_tui.model import EpisodeContext, GameInfo, Observation
from openenv_tui.policy import Policy

JACK, QUEEN, KING = range(3)


class KuhnEquilibrium(Policy):
    """A Nash equilibrium of Kuhn poker; alpha in [0, 1/3] chooses which.

    The family is Kuhn's (1950), as parametrised by Hoehn et al. (2005): alpha is how often the
    first player bets a jack. Whatever alpha, the first player's value is -1/18.
    """

    games = ("kuhn_poker",)

    def __init__(self, alpha: float = 1 / 3) -> None:
        if not 0 <= alpha <= 1 / 3:
            raise ValueError(f"alpha is a probability of at most 1/3, not {alpha:g}")
        self.alpha = alpha

    def unfit(self, game: GameInfo) -> str | None:
        if game.short_name == "kuhn_poker" and game.players != 2:
            return "it knows the equilibria of two players alone"
        return super().unfit(game)

    def begin(self, context: EpisodeContext) -> None:
        self._game = KuhnPoker(context.game)

    def act(self, observation: Observation, rng: Random) -> int:
        return BET if rng.random() < self._bet(observation) else PASS

    def action_probabilities(self, observation: Observation) -> Mapping[int, float]:
        bet = self._bet(observation)
        return {PASS: 1 - bet, BET: bet}

    def _bet(self, observation: Observation) -> float:
        now = self._game.deal(observation.tensor)
        card = JACK if now.card is None else now.card
        alpha = self.alpha
        by_card = {
            (): (alpha, 0.0, 3 * alpha),
            (PASS,): (1 / 3, 0.0, 1.0),
            (BET,): (0.0, 1 / 3, 1.0),
            (PASS, BET): (0.0, alpha + 1 / 3, 1.0),
        }[now.actions]
        return by_card[card]
