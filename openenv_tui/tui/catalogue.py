"""What can be chosen: the games, and the policies that can play one."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.game import Game
from openenv_tui.games import GAMES, load_game
from openenv_tui.games.generic import Facts, GenericGame
from openenv_tui.model import GameInfo
from openenv_tui.specs import POLICIES, PolicySpec, heuristic_for

SERVED: Final = "(what the server serves)"
"""Stands for a game that only a server can name."""


class Entry(NamedTuple):
    """A game that can be chosen: its name, a person's name for it, and whether it has a board."""

    name: str
    title: str
    board: bool


@lru_cache(maxsize=1)
def catalogue() -> tuple[Entry, ...]:
    """Every game, those with boards of their own first, Catch before all."""
    # Imported here: it loads the engine, and the lobby's first paint need not wait for it.
    import pyspiel

    from openenv_tui.games.openspiel import playable_names

    titles = {kind.short_name: kind.long_name for kind in pyspiel.registered_games()}
    entries = [
        Entry(
            name, load_game(name).title if name in GAMES else titles.get(name, name), name in GAMES
        )
        for name in playable_names()
    ]
    return tuple(sorted(entries, key=lambda e: (not e.board, e.name != "catch", e.title.lower())))


def matching(part: str) -> list[Entry]:
    """The games whose name or title contains all words of ``part``."""
    words = part.lower().split()
    return [e for e in catalogue() if all(word in f"{e.name} {e.title}".lower() for word in words)]


def game_of(name: str) -> Game:
    """The game, or where only a server can name it, one of which nothing is known."""
    return load_game(name) if name != SERVED else GenericGame(Facts("environment"))


@lru_cache(maxsize=256)
def fitting_policies(name: str) -> tuple[str, ...]:
    """The policies in the table that can play a game, the one made for it first, then random."""
    info = game_of(name).info
    best = heuristic_for(info.short_name)
    names = [each for each in POLICIES if _fits(each, info)]
    return tuple(sorted(names, key=lambda each: (each != best, each != "random", each)))


def _fits(name: str, info: GameInfo) -> bool:
    try:
        return PolicySpec(name).build().unfit(info) is None
    except OpenEnvTuiError:
        # One that cannot be built without options, or an entry point that does not load.
        return False


def traits(info: GameInfo) -> str:
    """What kind of game it is, in a line."""
    words = ["1 player" if info.players == 1 else f"{info.players} players"]
    words += ["all move at once"] if info.simultaneous else []
    words += ["chance"] if info.chance else []
    words += [] if info.perfect_information else ["hidden information"]
    return ", ".join(words)
