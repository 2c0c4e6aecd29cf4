"""What a deal can bring, and how likely: the whole distribution, by walking the game's tree.

For games small enough; the simulations beside this file draw their deals from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyspiel

from openenv_tui.games import load_game
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.policy import Policy
from openenv_tui.specs import PolicySpec


class Alike(NamedTuple):
    """What may be taken together, so that larger games can be walked.

    Attributes:
        states: of which this is the same go on alike.
        chance: so do chance's choices of which this is the same.
    """

    states: Callable[[Any], object] = str
    chance: Callable[[int], object] = int


EACH = Alike()


class Deal(NamedTuple):
    """The returns of the first player's policy, game by game of one deal.

    Attributes:
        values: every combination; shape (combinations, games of a deal).
        chances: of each, summing to 1.
        bounds: the least and the greatest return of the game.
    """

    values: np.ndarray
    chances: np.ndarray
    bounds: tuple[float, float]

    @property
    def mean_return(self) -> float:
        return float(self.chances @ self.values.mean(axis=1))

    @property
    def win_rate(self) -> float:
        return float(self.chances @ (self.values > 0).mean(axis=1))

    def draw(self, rng: np.random.Generator, deals: int) -> np.ndarray:
        """Independent deals; shape (deals, games of a deal)."""
        return self.values[rng.choice(len(self.chances), size=deals, p=self.chances)]


def exact_deal(game: str, policy: str, opponent: str = "", alike: Alike = EACH) -> Deal:
    """What a deal of a game brings a policy, which takes every seat of it in turn.

    Args:
        game: for two players chance has to come first, and then never again.
        policy: its spec, as ``opponent`` is; both have to tell their probabilities.
        alike: what need not be told apart.
    """
    engine = pyspiel.load_game(game)
    info = load_game(game).info
    ours, theirs = (_policy(spec, info) for spec in (policy, opponent or policy))
    found: dict[tuple[float, ...], float] = defaultdict(float)
    if engine.num_players() == 1:
        found = _outcomes(engine.new_initial_state(), (ours,), alike, {})
    else:
        for chance, start in _dealt(engine.new_initial_state()):
            first = _outcomes(start, (ours, theirs), alike, {})
            second = _outcomes(start, (theirs, ours), alike, {})
            for one, p in first.items():
                for other, q in second.items():
                    # One deal's games share its chance, and nothing else.
                    found[one[0], other[1]] += chance * p * q
    values = np.array(list(found))
    chances = np.array(list(found.values()))
    return Deal(values, chances / chances.sum(), (engine.min_utility(), engine.max_utility()))


def cards_by_worth(state: Any) -> object:
    """Of blackjack: suits do not matter, nor the order in which a hand was dealt."""
    phase, _, *hands = str(state).splitlines()
    return (phase, *(tuple(sorted(_worth(card) for card in hand.split()[2:])) for hand in hands))


def _worth(card: str) -> str:
    return "T" if card[1:] in ("10", "T", "J", "Q", "K") else card[1:]


CARDS = Alike(cards_by_worth, lambda card: min(card % 13, 9))
"""Of blackjack, where tens and pictures count the same, and thirteen cards are a suit."""


def _policy(spec: str, info: Any) -> Policy:
    policy = PolicySpec.parse(spec).build()
    policy.begin(EpisodeContext(info, 0))
    return policy


def _dealt(state: Any, chance: float = 1.0) -> Iterator[tuple[float, Any]]:
    if not state.is_chance_node():
        yield chance, state
        return
    for action, p in state.chance_outcomes():
        yield from _dealt(state.child(action), chance * p)


def _outcomes(
    state: Any, policies: tuple[Policy, ...], alike: Alike, known: dict[object, Any]
) -> dict[tuple[float, ...], float]:
    """Returns by player -> how likely, from a state on."""
    if state.is_terminal():
        return {tuple(state.returns()): 1.0}
    key = alike.states(state)
    if key not in known:
        found: dict[tuple[float, ...], float] = defaultdict(float)
        for action, chance in _choices(state, policies, alike):
            if chance > 0:
                after = _outcomes(state.child(action), policies, alike, known)
                for returns, p in after.items():
                    found[returns] += chance * p
        known[key] = found
    return known[key]


def _choices(state: Any, policies: tuple[Policy, ...], alike: Alike) -> Iterable[tuple[int, float]]:
    """An action -> how likely; one of chance's stands for all that are like it."""
    if state.is_chance_node():
        kinds: dict[object, tuple[int, float]] = {}
        for action, chance in state.chance_outcomes():
            kind = alike.chance(action)
            kinds[kind] = (action, chance + kinds.get(kind, (action, 0.0))[1])
        return kinds.values()
    player = state.current_player()
    informed = state.get_game().get_type().provides_information_state_tensor
    tensor = state.information_state_tensor if informed else state.observation_tensor
    seen = Observation.of(player, tuple(state.legal_actions()), tensor=tuple(tensor(player)))
    chances = policies[player].action_probabilities(seen)
    assert chances is not None
    return chances.items()
