"""The same action at every turn, by its name or number."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from random import Random
from typing import NamedTuple

from openenv_tui.game import Game
from openenv_tui.games import load_game
from openenv_tui.games.openspiel import engine_words, load_engine
from openenv_tui.model import EpisodeContext, GameInfo, Observation
from openenv_tui.policy import Policy

MOST_NAMED = 12
"""So many names are listed where another was asked for."""


class Always(Policy):
    """Takes one action whenever it is legal, else the first legal one.

    Args:
        action: its number, or its name in the game or the engine, in capitals or not.
    """

    def __init__(self, action: str | int) -> None:
        self.action = action
        self._wanted: frozenset[int] = frozenset()

    def unfit(self, game: GameInfo) -> str | None:
        if not game.listed and not game.num_actions:
            return "it chooses from a list, and the actions there are forms to be filled in"
        if isinstance(self.action, int):
            if 0 <= self.action < game.num_actions:
                return None
            return f"its action is a number from 0 to {game.num_actions - 1}, not {self.action}"
        if not game.simulated:
            return "it knows the names of actions in OpenSpiel games alone: give it a number"
        known = action_names(game.name)
        if self.action.casefold() in known:
            return None
        names = [each.name for each in known.values()]
        more = ", ..." if len(names) > MOST_NAMED else ""
        return f"it finds no action '{self.action}' among {', '.join(names[:MOST_NAMED])}{more}"

    def begin(self, context: EpisodeContext) -> None:
        if isinstance(self.action, int):
            self._wanted = frozenset({self.action})
        else:
            self._wanted = action_names(context.game.name)[self.action.casefold()].actions

    def act(self, observation: Observation, rng: Random) -> int:
        return self._chosen(observation)

    def action_probabilities(self, observation: Observation) -> dict[int, float]:
        return {self._chosen(observation): 1.0}

    def _chosen(self, observation: Observation) -> int:
        legal = observation.legal_actions
        return next((action for action in legal if action in self._wanted), legal[0])


class Named(NamedTuple):
    """A name, and the actions that it stands for."""

    name: str
    actions: frozenset[int]


@lru_cache(maxsize=8)
def action_names(game: str) -> Mapping[str, Named]:
    """Every name of an action of an OpenSpiel game by the same in lower case.

    The game's own words come first, then the engine's, where those are others.
    """
    adapter = load_game(game)
    engines = engine_words(load_engine(game))
    words = [(_own_word(adapter, action), action) for action in range(adapter.info.num_actions)]
    words += [(word, action) for action in engines for word in engines[action]]
    found: dict[str, Named] = {}
    for word, action in words:
        if word != str(action):
            first, others = found.get(word.casefold(), (word, frozenset()))
            found[word.casefold()] = Named(first, others | {action})
    return found


def _own_word(game: Game, action: int) -> str:
    return game.action_name(Observation.of(0, (action,)), action)
