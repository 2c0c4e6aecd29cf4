"""The values that pass between engines, policies, screens and the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeAlias

NO_METADATA: Mapping[str, Any] = MappingProxyType({})

Parameter: TypeAlias = "str | int | float | bool"

Action: TypeAlias = "int | Mapping[str, Any]"
"""One of ``legal_actions``; where actions are forms, the fields of one, as JSON values."""


@dataclass(frozen=True)
class GameInfo:
    """What is known of a game before it is played.

    Attributes:
        name: OpenSpiel's name with the parameters that differ from the defaults, such as
            ``catch(rows=8,columns=7)``.
        short_name: the name without parameters, such as ``catch``.
        parameters: every parameter with its value, defaults included.
        players: number of seats; player ids are 0 .. players - 1.
        num_actions: number of distinct actions; action ids are 0 .. num_actions - 1.
        max_length: the most moves a game can last, chance left out.
        min_utility: the least return that a player can get.
        max_utility: the greatest return that a player can get.
        tensor_shape: shape of ``Observation.tensor`` before it is flattened; () if it has none.
        simultaneous: at some moments several players choose at once.
        perfect_information: every player sees every move.
        chance: whether dice or cards take part.
        zero_sum: the returns of a finished game always add up to zero.
        terminal_rewards: the only reward comes at the end.
        history_known: ``Observation.history`` can be asked for.
        listed: every turn lists its legal actions; else an action is a form to be filled in.
        simulated: the engine of this program knows the rules under ``name``.
    """

    name: str
    short_name: str
    parameters: Mapping[str, Parameter]
    players: int
    num_actions: int
    max_length: int
    min_utility: float
    max_utility: float
    tensor_shape: tuple[int, ...] = ()
    simultaneous: bool = False
    perfect_information: bool = True
    chance: bool = False
    zero_sum: bool = False
    terminal_rewards: bool = True
    history_known: bool = True
    listed: bool = True
    simulated: bool = True


class ActionSpace(Protocol):
    """What may be done now in a game whose actions are forms: objects with fields."""

    def accept(self, answer: Any) -> Action:
        """The action that an answer stands for: an action number, or a form's fields.

        Raises:
            IllegalActionError: it is not possible now; the text says why.
            TypeError: it is no action at all.
        """

    def payload(self, action: Action) -> Mapping[str, Any]:
        """An action's fields, as they are sent."""

    def written(self, action: Action) -> Action:
        """An action as records keep it: as its number only if that means the same at all times."""

    def sample(self, rng: Random) -> Action:
        """Any action: uniformly among the legal ones where they are listed."""


class ObservationSource(Protocol):
    """Where an observation takes its details from, when somebody asks for them.

    Every method gets the observation itself, and answers for the moment at which that
    observation was made, however long ago that is.
    """

    def tensor(self, observation: Observation) -> tuple[float, ...]: ...

    def text(self, observation: Observation) -> str: ...

    def return_so_far(self, observation: Observation) -> float: ...

    def history(self, observation: Observation) -> tuple[int, ...] | None: ...

    def action_names(self, observation: Observation) -> Mapping[int, str]: ...

    def metadata(self, observation: Observation) -> Mapping[str, Any]: ...


class Observation:
    """What one player may know at one moment, and what that player may do.

    The details are worked out when they are first asked for, so a policy that looks only at
    ``legal_actions`` pays for nothing else.

    Attributes:
        player: the player id that this observation is for.
        legal_actions: the action ids allowed now, ascending; empty when it is not this
            player's turn or the game is over.
        ply: how many moves, chance included, came before.
    """

    __slots__ = ("_names", "_source", "_tensor", "legal_actions", "player", "ply")

    def __init__(
        self, player: int, legal_actions: tuple[int, ...], source: ObservationSource, ply: int = 0
    ) -> None:
        self.player = player
        self.legal_actions = legal_actions
        self.ply = ply
        self._source = source

    @classmethod
    def of(
        cls,
        player: int,
        legal_actions: tuple[int, ...],
        *,
        tensor: tuple[float, ...] = (),
        text: str = "",
        return_so_far: float = 0.0,
        history: tuple[int, ...] | None = None,
        action_names: Mapping[int, str] = MappingProxyType({}),
        metadata: Mapping[str, Any] = NO_METADATA,
        ply: int = 0,
    ) -> Observation:
        """An observation whose details are all given: from a frame, or in a test."""
        source = Given(tensor, text, return_so_far, history, action_names, metadata)
        return cls(player, legal_actions, source, ply)

    @property
    def tensor(self) -> tuple[float, ...]:
        """The numbers that describe this moment, flattened row by row; () if the game has none.

        It is what an official OpenSpiel server sends as ``info_state``: the information state
        where the game defines one, else the observation.
        """
        try:
            return self._tensor
        except AttributeError:
            self._tensor: tuple[float, ...] = self._source.tensor(self)
            return self._tensor

    @property
    def text(self) -> str:
        """The game's own picture of what this player may see."""
        return self._source.text(self)

    @property
    def return_so_far(self) -> float:
        """The undiscounted sum of this player's rewards so far."""
        return self._source.return_so_far(self)

    @property
    def history(self) -> tuple[int, ...] | None:
        """Every action so far, chance's included, oldest first; None where it is not public.

        Only games of perfect information have a public history. It may be another sequence
        than the one played, if that one is not known: it leads to the same position.
        """
        return self._source.history(self)

    @property
    def action_names(self) -> Mapping[int, str]:
        """The engine's own name for each legal action; ids without a name are left out."""
        try:
            return self._names
        except AttributeError:
            self._names: Mapping[int, str] = self._source.action_names(self)
            return self._names

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Whatever else the server told this player."""
        return self._source.metadata(self)

    @property
    def action_space(self) -> ActionSpace | None:
        """Says what may be done where actions are forms; None where ``legal_actions`` says all."""
        return None

    @property
    def fields(self) -> Mapping[str, Any]:
        """The observation as the environment sent it; empty in games of numbers alone."""
        return NO_METADATA

    def __repr__(self) -> str:
        return (
            f"Observation(player={self.player}, legal_actions={self.legal_actions}, ply={self.ply})"
        )


class FormObservation(Observation):
    """What a player sees of an environment whose observations and actions are JSON objects.

    Attributes:
        before: the fields of the observation before this one; None at the start.
    """

    __slots__ = ("_fields", "_space", "before")

    def __init__(
        self,
        player: int,
        legal_actions: tuple[int, ...],
        source: ObservationSource,
        ply: int,
        space: ActionSpace,
        fields: Mapping[str, Any],
        before: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(player, legal_actions, source, ply)
        self._space = space
        self._fields = fields
        self.before = before

    @property
    def action_space(self) -> ActionSpace:
        return self._space

    @property
    def fields(self) -> Mapping[str, Any]:
        return self._fields


@dataclass(frozen=True, slots=True)
class Given:
    """An observation's details, known from the start."""

    tensor_value: tuple[float, ...]
    text_value: str
    return_value: float
    history_value: tuple[int, ...] | None
    names: Mapping[int, str]
    extra: Mapping[str, Any]

    def tensor(self, _: Observation) -> tuple[float, ...]:
        return self.tensor_value

    def text(self, _: Observation) -> str:
        return self.text_value

    def return_so_far(self, _: Observation) -> float:
        return self.return_value

    def history(self, _: Observation) -> tuple[int, ...] | None:
        return self.history_value

    def action_names(self, _: Observation) -> Mapping[int, str]:
        return self.names

    def metadata(self, _: Observation) -> Mapping[str, Any]:
        return self.extra


class Ending(NamedTuple):
    """How an episode ended.

    Attributes:
        returns: undiscounted reward sums, one for each player; None for a player whose
            rewards this side is not told.
        history: every action, chance's included, oldest first; None if the server does not
            tell. Moves made at once stand in the order of the players.
        cut: this side's limit on steps ended it; the environment would have gone on.
    """

    returns: tuple[float | None, ...]
    history: tuple[int, ...] | None
    cut: bool = False


class Step(NamedTuple):
    """What an environment answers to a reset or to a step.

    Attributes:
        observations: one for each player who must act now, by player id (several in a
            simultaneous move); () after the end, when ``Environment.observe`` gives the last.
        ending: None while the episode goes on.
    """

    observations: tuple[Observation, ...]
    ending: Ending | None = None


class Outcome(StrEnum):
    """How an episode ended for one seat, by the game's outcome rule."""

    WIN = "win"
    DRAW = "draw"
    LOSS = "loss"


class ForfeitKind(StrEnum):
    """Why a policy lost an episode without the game saying so."""

    ILLEGAL = "illegal"
    """It chose an action that was not legal."""
    UNPARSABLE = "unparsable"
    """What it answered is not an action at all."""
    TIMEOUT = "timeout"
    """It took longer than its clock allows."""
    CRASH = "crash"
    """It raised an exception."""


class Forfeit(NamedTuple):
    """A match ended by a seat's own fault."""

    seat: int
    kind: ForfeitKind
    message: str


class MatchRecord(NamedTuple):
    """Everything needed to replay a match or to count it.

    Attributes:
        game: the game's name with its parameters.
        seed: what ``reset`` was given; all chance comes from it where the server honours it.
        seats: policy names; index = player id.
        returns: undiscounted reward sums; index = player id; None where unknown.
        outcomes: by the game's outcome rule; index = player id; None where unknown.
        decisions: how many actions the seats of this side chose.
        history: every action, chance's included, in the order of play when ``complete``; else
            only the actions that this side chose, forms as their fields.
        complete: ``history`` alone replays the match.
        forfeit: the fault that ended the match, if one did.
        cut: this side's limit on steps ended it.
    """

    game: str
    seed: int
    seats: tuple[str, ...]
    returns: tuple[float | None, ...]
    outcomes: tuple[Outcome | None, ...]
    decisions: int
    history: tuple[Action, ...] = ()
    complete: bool = True
    forfeit: Forfeit | None = None
    cut: bool = False


class Transition(NamedTuple):
    """One step of experience of one seat: what a learning policy learns from.

    Attributes:
        reward: the sum of this seat's rewards between the two observations.
        next_observation: at this seat's next turn, or after the end.
        done: the episode is over, so nothing is to be expected after it.
    """

    observation: Observation
    action: Action
    reward: float
    next_observation: Observation
    done: bool


class EpisodeContext(NamedTuple):
    """What a policy is told when an episode begins.

    Attributes:
        episode: its number in the run, from 0: the only clock that a policy may use to change
            over a run, because episodes may be played in any order and in several processes.
        learning: transitions will be given to ``Policy.learn``.
    """

    game: GameInfo
    seat: int
    episode: int = 0
    learning: bool = False
