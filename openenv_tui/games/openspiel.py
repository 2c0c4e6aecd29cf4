"""Every OpenSpiel game: what the engine knows of it, and an adapter that fits all of them.

The adapter draws the player's own string and uses the engine's names for actions. A game with a
board of its own subclasses it in a file of its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

import pyspiel

from openenv_tui.errors import GameError, UnknownNameError
from openenv_tui.game import LastSeen
from openenv_tui.games.crossword import SpeltCrossword
from openenv_tui.model import Ending, GameInfo, Observation, Outcome
from openenv_tui.seeding import Rng
from openenv_tui.views import TextView, View

KEYS = "123456789abcdefghijklmnoprstuvwxyz"
"""Given to the legal actions of a game that has no keys of its own; q is for leaving."""


@lru_cache(maxsize=64)
def load_engine(name: str) -> Any:
    """The ``pyspiel.Game`` of that name, such as ``catch(rows=8,columns=7)``.

    Raises:
        UnknownNameError: OpenSpiel has no such game.
        GameError: the parameters do not fit, or the game has no seats to play.
    """
    short = name.partition("(")[0].strip()
    if short not in pyspiel.registered_names():
        raise UnknownNameError("game", short, playable_names(), "`openenv-tui games` lists them")
    try:
        with _quiet_stderr():
            game = pyspiel.load_game(name)
    except (pyspiel.SpielError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[-1] if str(error).strip() else "the engine refused"
        raise GameError(f"cannot load the game '{name}': {reason}") from error
    if game.get_type().dynamics == pyspiel.GameType.Dynamics.MEAN_FIELD:
        raise GameError(f"{short} is a mean-field game: it has no seats to play")
    return SpeltCrossword(game) if short == "crossword" else game


@lru_cache(maxsize=1)
def playable_names() -> tuple[str, ...]:
    """The games that can be played by their bare name, sorted."""
    mean_field = pyspiel.GameType.Dynamics.MEAN_FIELD
    return tuple(
        sorted(
            kind.short_name
            for kind in pyspiel.registered_games()
            # coop_to_1p is registered as if it needed parameters, and loads without any.
            if (kind.default_loadable or kind.short_name == "coop_to_1p")
            and kind.dynamics != mean_field
            and not _in_python(kind.short_name)
        )
    )


def _in_python(name: str) -> bool:
    """A game that is only registered once somebody imports ``open_spiel.python.games``."""
    return name.startswith("python_") or name == "chat_game"


def describe(engine: Any) -> GameInfo:
    """The facts of a ``pyspiel.Game``."""
    kind = engine.get_type()
    perfect = kind.information == pyspiel.GameType.Information.PERFECT_INFORMATION
    name = str(engine)
    return GameInfo(
        name=name.removesuffix("()"),
        short_name=kind.short_name,
        parameters=engine.get_parameters(),
        players=engine.num_players(),
        num_actions=engine.num_distinct_actions(),
        max_length=engine.max_game_length(),
        min_utility=_or(engine.min_utility, float("-inf")),
        max_utility=_or(engine.max_utility, float("inf")),
        tensor_shape=_tensor_shape(engine),
        simultaneous=kind.dynamics == pyspiel.GameType.Dynamics.SIMULTANEOUS,
        perfect_information=perfect,
        chance=kind.chance_mode != pyspiel.GameType.ChanceMode.DETERMINISTIC,
        zero_sum=kind.utility == pyspiel.GameType.Utility.ZERO_SUM,
        terminal_rewards=kind.reward_model == pyspiel.GameType.RewardModel.TERMINAL,
        history_known=perfect,
    )


def long_name(engine: Any) -> str:
    """OpenSpiel's title of a game, such as "Tic Tac Toe"."""
    return str(engine.get_type().long_name)


UNNAMED = "Action(id="
"""So begins what the engine says of an action that only a state has a name for."""
SAMPLES = 500
"""So many moves are made at random to hear the names of such actions."""
SIMULTANEOUS = int(pyspiel.PlayerId.SIMULTANEOUS)


def engine_words(engine: Any) -> dict[int, tuple[str, ...]]:
    """Action -> what the engine calls it, for each player who may take it; a few have no name."""
    found: dict[int, dict[str, None]] = {}
    players = engine.num_players()
    with _quiet_stderr():
        for action in range(engine.num_distinct_actions()):
            for player in range(players):
                with suppress(pyspiel.SpielError, RuntimeError):
                    word = str(engine.action_to_string(player, action))
                    if not word.startswith(UNNAMED):
                        found.setdefault(action, {})[word] = None
    if not found:
        for action, word in _heard(engine):
            found.setdefault(action, {})[word] = None
    return {action: tuple(words) for action, words in found.items()}


def _heard(engine: Any) -> Iterator[tuple[int, str]]:
    """(action, name) of what is legal while some games are played at random."""
    rng, everybody = Rng(0), range(engine.num_players())
    state = engine.new_initial_state()
    for _ in range(SAMPLES):
        mover = state.current_player()
        if mover >= 0:
            legal = state.legal_actions()
            yield from ((a, str(state.action_to_string(mover, a))) for a in legal)
            state.apply_action(rng.choice(legal))
        elif state.is_terminal():
            state = engine.new_initial_state()
        elif mover == SIMULTANEOUS:
            choices = [state.legal_actions(player) or [0] for player in everybody]
            for player, legal in enumerate(choices):
                yield from ((a, str(state.action_to_string(player, a))) for a in legal)
            state.apply_actions([rng.choice(legal) for legal in choices])
        else:
            state.apply_action(rng.choice(state.legal_actions()))


class OpenSpielGame:
    """Any OpenSpiel game, in its own words.

    Args:
        info: the game's facts.
        title: what a person calls it; the short name by default.
    """

    goal = "Get the highest return."

    def __init__(self, info: GameInfo, title: str = "") -> None:
        self.info = info
        # Of two who share out nothing, the one above zero has more than the other.
        self._measured_against_zero = info.players == 1 or (info.players == 2 and info.zero_sum)
        self.title = title or info.short_name.replace("_", " ").title()

    @property
    def outcome_rule(self) -> str:
        if self.info.players == 1:
            return "win: return > 0; draw: 0; loss: below 0"
        return "win: the highest return; draw: it is shared; loss: any other"

    def judge(self, ending: Ending, seat: int, last: LastSeen) -> Outcome | None:
        """By the return: above 0 for one player, the highest among several."""
        mine = ending.returns[seat]
        if mine is None:
            return None
        best = 0.0 if self._measured_against_zero else self._best_of_the_others(ending, seat)
        if best is None:
            return None
        if mine == best:
            return Outcome.DRAW
        return Outcome.WIN if mine > best else Outcome.LOSS

    def _best_of_the_others(self, ending: Ending, seat: int) -> float | None:
        others = ending.returns[:seat] + ending.returns[seat + 1 :]
        known = [value for value in others if value is not None]
        return max(known) if len(known) == len(others) else None

    def view(self, observation: Observation) -> View:
        return TextView(observation.text.rstrip() or "(this game tells this player nothing yet)")

    def action_name(self, observation: Observation, action: int) -> str:
        return observation.action_names.get(action) or str(action)

    def keys(self, observation: Observation) -> Mapping[str, int]:
        return dict(zip(KEYS, observation.legal_actions, strict=False))

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        mine = ending.returns[seat]
        if mine is None:
            return "The game is over."
        verdict = {Outcome.WIN: "You win", Outcome.DRAW: "A draw", Outcome.LOSS: "You lose"}
        outcome = self.judge(ending, seat, last)
        return f"{verdict[outcome] if outcome else 'The game is over'}: your return is {mine:g}."

    def reconstruct(self, tensor: tuple[float, ...]) -> tuple[int, ...] | None:
        return None


def _tensor_shape(engine: Any) -> tuple[int, ...]:
    kind = engine.get_type()
    if kind.provides_information_state_tensor:
        return tuple(engine.information_state_tensor_shape())
    if kind.provides_observation_tensor:
        return tuple(engine.observation_tensor_shape())
    return ()


def _or(read: Any, otherwise: float) -> float:
    try:
        return float(read())
    except (pyspiel.SpielError, RuntimeError):
        return otherwise


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """OpenSpiel prints its errors to file descriptor 2 before it raises them."""
    sys.stderr.flush()
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
