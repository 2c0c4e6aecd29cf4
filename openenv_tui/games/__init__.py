"""The games: one adapter each. A game without one is served by ``openspiel.py``."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from openenv_tui.registry import Registry

if TYPE_CHECKING:
    from openenv_tui.games.openspiel import OpenSpielGame

GAMES: Registry[type[OpenSpielGame]] = Registry(
    "game",
    {
        "2048": "openenv_tui.games.twenty_forty_eight:TwentyFortyEight",
        "blackjack": "openenv_tui.games.blackjack:Blackjack",
        "catch": "openenv_tui.games.catch:Catch",
        "cliff_walking": "openenv_tui.games.cliff_walking:CliffWalking",
        "kuhn_poker": "openenv_tui.games.kuhn_poker:KuhnPoker",
        "tic_tac_toe": "openenv_tui.games.tic_tac_toe:TicTacToe",
    },
    group="openenv_tui.games",
)


@lru_cache(maxsize=64)
def load_game(name: str) -> OpenSpielGame:
    """The adapter of a game, such as ``catch`` or ``catch(rows=8,columns=7)``.

    Raises:
        UnknownNameError: there is no such game; the nearest name is suggested.
        GameError: the parameters do not fit, or the game has no seats to play.
    """
    # Imported here: pyspiel loads NumPy, and naming the games needs neither.
    from openenv_tui.games.openspiel import OpenSpielGame, describe, load_engine, long_name

    engine = load_engine(name)
    info = describe(engine)
    if info.short_name in GAMES:
        return GAMES.load(info.short_name)(info)
    return OpenSpielGame(info, long_name(engine))
