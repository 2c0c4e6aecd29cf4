"""Near-equilibrium play of small games, by OpenSpiel's counterfactual regret minimisation."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from functools import lru_cache, partial
from random import Random
from time import monotonic
from typing import Any, TypeAlias

import pyspiel

from openenv_tui.cache import engine_key, keep, recall
from openenv_tui.games.openspiel import load_engine
from openenv_tui.model import EpisodeContext, GameInfo, Observation
from openenv_tui.policy import Policy

MOST_HISTORIES = 20_000
PATIENCE = 5.0
"""Seconds of counting, after which a game is taken for too large: some take milliseconds a move."""
FORMAT = 1
KIND = "cfr"

Strategy: TypeAlias = "Mapping[str, Mapping[int, float]]"
"""What a player knows, as ``_key`` writes it -> action -> probability."""


class CFR(Policy):
    """OpenSpiel's CFR: plays small games close to an equilibrium.

    The average strategy of counterfactual regret minimisation (Zinkevich et al. 2007). It is
    solved when it first plays a game and kept in the user's cache folder: a moment for Kuhn poker,
    about a minute for Leduc poker. In games for three or more it converges to nothing in
    particular, and may play well all the same.

    Args:
        iterations: from 1; more come closer to the equilibrium.
        plus: CFR+ (Tammelin 2014), which comes closer in as many.
    """

    blocking = True

    def __init__(self, iterations: int = 1000, plus: bool = False) -> None:
        if iterations < 1:
            raise ValueError(f"iterations is a whole number from 1, not {iterations}")
        self.iterations = iterations
        self.plus = plus

    def unfit(self, game: GameInfo) -> str | None:
        if not game.simulated:
            return "it solves games of OpenSpiel, and this server's is none that it knows"
        if game.simultaneous:
            return "it solves games in which players move in turn"
        if game.players < 2:
            return "it solves games for two or more"
        if game.perfect_information and not game.history_known:
            return "this server does not tell enough to know the position"
        if not _tells_knowledge(game.name, hidden=not game.perfect_information):
            return "it needs to be told all that a player knows, which this game does not tell"
        if known(game.name) is None:
            return f"it solves games of at most {MOST_HISTORIES:,} histories; try mcts"
        return None

    def begin(self, context: EpisodeContext) -> None:
        self._name = context.game.name
        self._hidden = not context.game.perfect_information

    def act(self, observation: Observation, rng: Random) -> int:
        left = rng.random()
        odds = self._odds(observation)
        for action, chance in odds.items():
            left -= chance
            if left < 0:
                return action
        return max(odds, key=lambda action: odds[action])

    def action_probabilities(self, observation: Observation) -> Mapping[int, float]:
        return self._odds(observation)

    def _odds(self, observation: Observation) -> Mapping[int, float]:
        # Solved here, not when the episode begins: screens do not stand still while ``act`` works.
        strategy = solved(self._name, self.iterations, self.plus)
        knowledge = observation.tensor if self._hidden else observation.history or ()
        return strategy[_key(observation.player, knowledge)]


def _key(player: int, knowledge: Any) -> str:
    """What a player knows: the tensor, or where nothing is hidden the history."""
    return f"{player}:" + ",".join([format(number, "g") for number in knowledge])


def _tells_knowledge(name: str, *, hidden: bool) -> bool:
    kind = load_engine(name).get_type()
    tells = kind.provides_information_state_string
    return bool(tells and (kind.provides_information_state_tensor or not hidden))


@lru_cache(maxsize=8)
def known(name: str) -> Mapping[str, str] | None:
    """What players may know in a game -> the engine's own key for it.

    Returns:
        None if the game has too many histories, or if one tensor stands for several things known.
    """
    engine = load_engine(name)
    if not isinstance(engine, pyspiel.Game):
        return None
    states = _decisions(engine)
    if states is None:
        return None
    hidden = engine.get_type().information != pyspiel.GameType.Information.PERFECT_INFORMATION
    found: dict[str, str] = {}
    for state in states:
        player = state.current_player()
        knows = state.information_state_tensor(player) if hidden else state.history()
        engines = state.information_state_string(player)
        if found.setdefault(_key(player, knows), engines) != engines:
            return None
    return found


def _decisions(engine: Any) -> list[Any] | None:
    """Every state in which a player chooses; None if the game has too many histories."""
    found, met, until = [], 1, monotonic() + PATIENCE
    first = engine.new_initial_state()
    # Breadth first, and a state is made when its turn comes: that a game is too large shows in
    # its first moves, and lists of games ask about all of them.
    waiting = deque([lambda: first])
    while waiting:
        state = waiting.popleft()()
        if state.is_terminal():
            continue
        after = state.legal_actions()
        met += len(after)
        if met > MOST_HISTORIES or monotonic() > until:
            return None
        waiting.extend(partial(state.child, action) for action in after)
        if not state.is_chance_node():
            found.append(state)
    return found


@lru_cache(maxsize=8)
def solved(name: str, iterations: int, plus: bool) -> Strategy:
    """The average strategy after so many iterations, from the cache or worked out now."""
    key = engine_key(FORMAT, name, iterations, plus)
    kept = _read(recall(KIND, key))
    if kept is not None:
        return kept
    engine, keys = load_engine(name), known(name) or {}
    solver = pyspiel.CFRPlusSolver(engine) if plus else pyspiel.CFRSolver(engine)
    for _ in range(iterations):
        solver.evaluate_and_update_policy()
    average = solver.average_policy()
    strategy = {knows: dict(average.get_state_policy(engines)) for knows, engines in keys.items()}
    keep(KIND, key, json.dumps(strategy).encode())
    return strategy


def _read(content: bytes | None) -> Strategy | None:
    if content is None:
        return None
    try:
        found = json.loads(content)
        return {
            key: {int(action): float(chance) for action, chance in odds.items()}
            for key, odds in found.items()
        }
    except (ValueError, TypeError, AttributeError):
        return None
