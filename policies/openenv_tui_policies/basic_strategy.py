"""Blackjack's basic strategy, worked out for the rules of this game."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from random import Random

from openenv_tui.games.blackjack import HIT, LIMIT, STAND, table, total
from openenv_tui.model import Observation
from openenv_tui.policy import Policy

DEALER_STANDS = 17
CHANCES = (*((value, 1 / 13) for value in range(1, 10)), (10, 4 / 13))
"""A card's value (the ace: 1) and its probability in an endless deck."""


class BasicStrategy(Policy):
    """Blackjack's basic strategy: hit or stand by total and upcard."""

    games = ("blackjack",)

    def act(self, observation: Observation, rng: Random) -> int:
        now = table(observation.tensor)
        count = total(now.mine)
        upcard = min((now.upcard or 0) % 13 + 1, 10)
        # Counted as hard points and whether there is an ace, as the recursion below does.
        hard = count.points - 10 if count.soft else count.points
        ace = any(card % 13 == 0 for card in now.mine)
        return HIT if _hit(hard, ace, upcard) > _stand(hard, ace, upcard) else STAND

    def action_probabilities(self, observation: Observation) -> Mapping[int, float]:
        return {self.act(observation, Random(0)): 1.0}


def _points(hard: int, ace: bool) -> int:
    return hard + 10 if ace and hard + 10 <= LIMIT else hard


@lru_cache(maxsize=None)
def _dealer(hard: int, ace: bool) -> dict[int, float]:
    """Final points of the dealer, who stands on every 17 -> probability; 22 is any bust."""
    points = _points(hard, ace)
    if points >= DEALER_STANDS:
        return {min(points, LIMIT + 1): 1.0}
    ends: dict[int, float] = {}
    for value, chance in CHANCES:
        for end, probability in _dealer(hard + value, ace or value == 1).items():
            ends[end] = ends.get(end, 0.0) + chance * probability
    return ends


@lru_cache(maxsize=None)
def _stand(hard: int, ace: bool, upcard: int) -> float:
    """The expected return of standing."""
    mine = _points(hard, ace)
    return sum(
        probability * (1 if points > LIMIT or points < mine else -1 if points > mine else 0)
        for points, probability in _dealer(upcard, upcard == 1).items()
    )


@lru_cache(maxsize=None)
def _hit(hard: int, ace: bool, upcard: int) -> float:
    """The expected return of hitting, and doing whatever is better after that."""
    expected = 0.0
    for value, chance in CHANCES:
        points, with_ace = hard + value, ace or value == 1
        if points > LIMIT:
            expected -= chance
        else:
            better = max(_stand(points, with_ace, upcard), _hit(points, with_ace, upcard))
            expected += chance * better
    return expected
