"""The embedded engine: an OpenSpiel game in this process, with every seat playable.

Three promises make it fit for measuring policies: all chance comes from the seed given to
``reset``, an illegal action never reaches the engine (some games end the process on one), and a
player's observation holds nothing that the game hides from that player.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import pyspiel

from openenv_tui.errors import IllegalActionError
from openenv_tui.games import load_game
from openenv_tui.games.openspiel import OpenSpielGame, load_engine
from openenv_tui.model import NO_METADATA, Ending, Observation, Step
from openenv_tui.seeding import Rng, derive

CHANCE = int(pyspiel.PlayerId.CHANCE)
SIMULTANEOUS = int(pyspiel.PlayerId.SIMULTANEOUS)
TERMINAL = int(pyspiel.PlayerId.TERMINAL)
_new_tuple: Any = tuple.__new__  # half the price of calling the NamedTuple itself
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
NOBODY: Mapping[int, str] = MappingProxyType({})


class Provided(NamedTuple):
    """What an engine can tell of a state."""

    information_state_tensor: bool
    observation_tensor: bool
    observation_string: bool


def provided(engine: Any) -> Provided:
    """What an engine provides; it makes an object of many fields each time it is asked."""
    kind = engine.get_type()
    return Provided(
        bool(kind.provides_information_state_tensor),
        bool(kind.provides_observation_tensor),
        bool(kind.provides_observation_string),
    )


class Told(NamedTuple):
    """What an observation can tell: see ``Observation``.

    Attributes:
        names: of the legal actions, in their order.
        history: () where it is not public.
    """

    tensor: Sequence[float]
    text: str
    names: Sequence[str]
    total: float
    history: Sequence[int]


class Moment(NamedTuple):
    """A moment of a finished game.

    Attributes:
        acting: the observations of those who must act; () after the end.
        actions: what each of them does; () after the last action that is known.
    """

    acting: tuple[Observation, ...]
    actions: tuple[int, ...]


class Arena:
    """An ``Environment`` around ``pyspiel``, with all seats on this side.

    Args:
        name: an OpenSpiel name, parameters included, such as ``catch(rows=8,columns=7)``.

    Raises:
        UnknownNameError: there is no such game.
        GameError: its parameters do not fit, or it has no seats to play.
    """

    def __init__(self, name: str) -> None:
        self.game: OpenSpielGame = load_game(name)
        self.seats = tuple(range(self.game.info.players))
        self.opponents = NOBODY
        self.seeded = True
        self._engine = load_engine(name)
        self._provides = provided(self._engine)
        self._own_dice = "rng_seed" in self.game.info.parameters
        self._history_known = self.game.info.history_known
        # Making one anew for every episode would take longer than some games do.
        self._rng = Rng()
        self._episode: _Episode | None = None

    def reset(self, seed: int) -> Step:
        self._rng.restart(seed)
        episode = self._begun(seed)
        return episode.next_step(episode.state)

    def step(self, actions: Sequence[int]) -> Step:
        episode = self._episode
        if episode is None:
            raise IllegalActionError("no episode has begun: call reset first")
        turn = episode.turn
        if turn is not None and len(actions) == 1 and actions[0] in turn.legal_actions:
            # By far the most frequent case, and the loop that evaluations spend their time in.
            state = episode.state
            state.apply_action(actions[0])
            episode.ply = ply = episode.ply + 1
            player = state.current_player()
            if player < 0:
                return episode.next_step(state)
            turn = Observation(player, tuple(state.legal_actions()), episode, ply)
            episode.turn = turn
            step: Step = _new_tuple(Step, ((turn,), None))
            return step
        return episode.play(actions)

    def observe(self, player: int) -> Observation:
        if self._episode is None:
            raise IllegalActionError("no episode has begun: call reset first")
        return self._episode.observe(player)

    def replayed(self, history: Sequence[int], seed: int) -> Ending | None:
        """Play a complete history again, chance's moves included.

        Args:
            history: as of a finished game's ``Ending``.
            seed: of the episode; games that roll dice of their own need it.

        Returns:
            How the game ended; None if it would go on.

        Raises:
            IllegalActionError: an action is not legal, or comes after the end.
        """
        episode = self._begun(seed)
        while episode.ply < len(history):
            episode.follow(history)
        if not episode.state.is_terminal():
            return None
        return Ending(tuple(episode.state.returns()), tuple(history))

    def walked(self, history: Sequence[int], seed: int) -> Iterator[Moment]:
        """Play a complete history again move by move, to look at what ``replayed`` hurries past.

        Yields:
            Every moment before a move of players, for which ``observe`` answers meanwhile, and the
            one after the last action.

        Raises:
            IllegalActionError: an action is not legal, or comes after the end.
        """
        episode = self._begun(seed)
        while True:
            if episode.state.current_player() != CHANCE:
                yield episode.moment(history)
            if episode.ply >= len(history):
                return
            episode.follow(history)

    def resumed(self, history: Sequence[int], seed: int) -> Step:
        """Take up an episode in its middle: ``reset``, and then the first of its moves.

        Args:
            history: chance's moves included, as of an ``Ending``.
            seed: of the episode. Where it decided chance so far, it decides the rest alike.

        Raises:
            IllegalActionError: an action is not legal, or comes after the end.
        """
        self._rng.restart(seed)
        episode = self._begun(seed)
        while episode.ply < len(history):
            if episode.state.current_player() == CHANCE:
                # Whatever comes after it is drawn as if this had been.
                self._rng.random()
            episode.follow(history)
        return episode.next_step(episode.state)

    def told(self, observation: Observation) -> Told:
        """All that an observation of the episode can tell, worked out in one go for a server."""
        assert self._episode is not None
        return self._episode.told(observation)

    def numbers(self, observation: Observation) -> tuple[Sequence[float], float]:
        """The newest observation's tensor, and its player's return so far."""
        assert self._episode is not None
        state, player = self._episode.state, observation.player
        return self._episode.numbers(player), state.returns()[player]

    def close(self) -> None:
        self._episode = None

    def _begun(self, seed: int) -> _Episode:
        engine = self._with_dice(seed) if self._own_dice else self._engine
        self._episode = episode = _Episode(
            engine, self._history_known, seed, self._provides, self._rng
        )
        if self._own_dice:
            episode.again = self._with_dice
        return episode

    def _with_dice(self, seed: int) -> Any:
        """The game loaded anew, for games that roll their own dice, in the order of play."""
        dice = derive(seed, "rng_seed") % (1 << 31)
        short, _, rest = self.game.info.name.partition("(")
        given = [
            p for p in rest.removesuffix(")").split(",") if p and not p.startswith("rng_seed=")
        ]
        return pyspiel.load_game(f"{short}({','.join([*given, f'rng_seed={dice}'])})")


class _Episode:
    """One episode; also what its observations take their details from, however late."""

    __slots__ = (
        "again",
        "earlier",
        "engine",
        "history_known",
        "ply",
        "provides",
        "rng",
        "seed",
        "state",
        "together",
        "turn",
    )

    def __init__(
        self, engine: Any, history_known: bool, seed: int, provides: Provided, rng: Rng
    ) -> None:
        self.engine = engine
        self.provides = provides
        self.history_known = history_known
        self.seed = seed
        self.state = engine.new_initial_state()
        self.ply = 0
        self.together: tuple[Observation, ...] = ()
        self.turn: Observation | None = None
        self.rng = rng
        self.earlier: tuple[int, Any] | None = None
        self.again: Callable[[int], Any] | None = None

    @property
    def acting(self) -> tuple[Observation, ...]:
        """The observations of those who must act now."""
        return self.together if self.turn is None else (self.turn,)

    def next_step(self, state: Any) -> Step:
        """Let chance move until a player must, or the end."""
        player = state.current_player()
        while player == CHANCE:
            state.apply_action(self._roll(state))
            self.ply += 1
            player = state.current_player()
        if player >= 0:
            self.turn = turn = Observation(player, tuple(state.legal_actions()), self, self.ply)
            return Step((turn,))
        self.turn = None
        if player == TERMINAL:
            self.together = ()
            return Step((), Ending(tuple(state.returns()), tuple(state.history())))
        return Step(self._everybody(state))

    def moment(self, history: Sequence[int]) -> Moment:
        """Who must act, where it is not chance's turn, and what the history says they do."""
        player, at = self.state.current_player(), self.ply
        self.turn, self.together = None, ()
        if player >= 0:
            self.turn = Observation(player, tuple(self.state.legal_actions()), self, at)
            return Moment((self.turn,), tuple(history[at : at + 1]))
        if player == TERMINAL or at >= len(history):
            return Moment(() if player == TERMINAL else self._everybody(self.state), ())
        acting = self._everybody(self.state)
        return Moment(acting, tuple(history[at + seen.player] for seen in acting))

    def follow(self, history: Sequence[int]) -> None:
        """Take the next move of a history, chance's or the players'."""
        state, at, players = self.state, self.ply, self.engine.num_players()
        if state.is_terminal():
            raise IllegalActionError(f"the game is over after {at} of {len(history)} actions")
        if state.current_player() == SIMULTANEOUS:
            joint = list(history[at : at + players])
            legal = len(joint) == players and all(
                action in (state.legal_actions(player) or [0])
                for player, action in enumerate(joint)
            )
            if legal:
                state.apply_actions(joint)
            self.ply += players
        else:
            legal = history[at] in state.legal_actions()
            if legal:
                state.apply_action(history[at])
            self.ply += 1
        if not legal:
            raise IllegalActionError(f"action {at} of the history is not legal")

    def play(self, actions: Sequence[int]) -> Step:
        """Check the actions, take them all, and go on."""
        acting = self.acting
        if len(actions) != len(acting):
            raise IllegalActionError(self._miscounted(len(actions)))
        for observation, action in zip(acting, actions, strict=True):
            if action not in observation.legal_actions:
                raise IllegalActionError(
                    f"action {action!r} is not legal for player {observation.player}; "
                    f"legal now: {', '.join(map(str, observation.legal_actions))}"
                )
        state = self.state
        if self.turn is None:
            joint = [0] * self.engine.num_players()
            for observation, action in zip(acting, actions, strict=True):
                joint[observation.player] = action
            state.apply_actions(joint)
            self.ply += len(joint)
        else:
            state.apply_action(actions[0])
            self.ply += 1
        return self.next_step(state)

    def observe(self, player: int) -> Observation:
        for observation in self.acting:
            if observation.player == player:
                return observation
        return Observation(player, (), self, self.ply)

    def _everybody(self, state: Any) -> tuple[Observation, ...]:
        """The players who choose at once: those who have anything to choose."""
        chosen = ((i, tuple(state.legal_actions(i))) for i in range(self.engine.num_players()))
        self.together = tuple(
            Observation(player, legal, self, self.ply) for player, legal in chosen if legal
        )
        return self.together

    def _roll(self, state: Any) -> int:
        left = self.rng.random()
        action = 0
        for outcome, probability in state.chance_outcomes():
            action = outcome
            left -= probability
            if left < 0:
                break
        return int(action)

    def _miscounted(self, given: int) -> str:
        if not self.acting:
            return "the episode is over: call reset"
        return f"{len(self.acting)} players must choose now, and {given} actions were given"

    def _state_of(self, observation: Observation) -> Any:
        """The state at which an observation was made, played again if it has gone by."""
        if observation.ply == self.ply:
            return self.state
        if self.earlier is None or self.earlier[0] != observation.ply:
            history = self.state.history()[: observation.ply]
            engine = self.again(self.seed) if self.again else self.engine
            self.earlier = observation.ply, state_after(engine, history)
        return self.earlier[1]

    def told(self, observation: Observation) -> Told:
        """What the methods below tell one by one."""
        if observation.ply != self.ply:
            return Told(
                observation.tensor,
                observation.text,
                [observation.action_names.get(a, "") for a in observation.legal_actions],
                observation.return_so_far,
                observation.history or (),
            )
        state, player = self.state, observation.player
        text = (
            state.observation_string(player)
            if self.provides.observation_string
            else state.information_state_string(player)
        )
        name = state.action_to_string
        told: Told = _new_tuple(
            Told,
            (
                self.numbers(player),
                COLOUR.sub("", text) if "\x1b" in text else text,
                [name(player, action) for action in observation.legal_actions],
                state.returns()[player],
                state.history() if self.history_known else (),
            ),
        )
        return told

    def numbers(self, player: int) -> Sequence[float]:
        """The tensor of what a player sees now."""
        has_state, has_numbers, _ = self.provides
        if has_state:
            found: Sequence[float] = self.state.information_state_tensor(player)
            return found
        return self.state.observation_tensor(player) if has_numbers else ()

    # What Observation asks for.

    def tensor(self, observation: Observation) -> tuple[float, ...]:
        state = self._state_of(observation)
        provides = self.provides
        if provides.information_state_tensor:
            return tuple(state.information_state_tensor(observation.player))
        if provides.observation_tensor:
            return tuple(state.observation_tensor(observation.player))
        return ()

    def text(self, observation: Observation) -> str:
        state = self._state_of(observation)
        if self.provides.observation_string:
            text = str(state.observation_string(observation.player))
        else:
            text = str(state.information_state_string(observation.player))
        # Twixt colours its board, which only a terminal could read.
        return COLOUR.sub("", text) if "\x1b" in text else text

    def return_so_far(self, observation: Observation) -> float:
        return float(self._state_of(observation).returns()[observation.player])

    def history(self, observation: Observation) -> tuple[int, ...] | None:
        if not self.history_known:
            return None
        return tuple(self.state.history()[: observation.ply])

    def action_names(self, observation: Observation) -> Mapping[int, str]:
        state = self._state_of(observation)
        player = observation.player
        return {a: state.action_to_string(player, a) for a in observation.legal_actions}

    def metadata(self, _: Observation) -> Mapping[str, Any]:
        return NO_METADATA


class Spectacle:
    """What players see in states of one's own, which belong to no episode.

    Args:
        engine: the ``pyspiel.Game`` of the states.
        history_known: as in ``GameInfo``.
    """

    def __init__(self, engine: Any, history_known: bool) -> None:
        self._engine = engine
        self._history_known = history_known
        self._provides = provided(engine)
        self._rng = Rng()

    def seen(self, state: Any, player: int, ply: int) -> Observation:
        """What a player sees in a state, and may do there if it is that player's turn."""
        source = _Episode(self._engine, self._history_known, 0, self._provides, self._rng)
        source.state, source.ply = state, ply
        legal = tuple(state.legal_actions()) if state.current_player() == player else ()
        return Observation(player, legal, source, ply)


def state_after(engine: Any, history: Sequence[int]) -> Any:
    """The state that a history leads to; moves made at once stand in the order of the players."""
    state = engine.new_initial_state()
    players = engine.num_players()
    at = 0
    while at < len(history):
        if state.current_player() == SIMULTANEOUS:
            state.apply_actions(list(history[at : at + players]))
            at += players
        else:
            state.apply_action(history[at])
            at += 1
    return state
