"""Any OpenEnv environment, as its JSON schema and its observations tell.

What an adapter of its own adds is a subclass in ``games/served/``, in a file of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final

from openenv_tui.game import LastSeen
from openenv_tui.games.forms import LEGAL_LISTS, Form, Space, shown, space_of
from openenv_tui.games.sketch import sketch
from openenv_tui.model import Action, Ending, FormObservation, GameInfo, Observation, Outcome
from openenv_tui.render import printable
from openenv_tui.views import TextView, View

LETTER_KEYS: Final = "123456789abcdefghijklmnoprstuvwxyz"
"""For values that suggest no key of their own; q is for leaving."""
ARROWS: Final = {
    "up": "up", "north": "up", "down": "down", "south": "down",
    "left": "left", "west": "left", "right": "right", "east": "right",
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What a server says of its environment, beside the game itself.

    Attributes:
        name: of the environment's class, such as ``MazeEnvironment``.
        about: in its author's words.
        action: JSON schema; {} where the server has none.
        observation: JSON schema, of what a step answers.
        state: JSON schema.
        parameters: what ``state`` said when the session was opened.
    """

    name: str
    about: str = ""
    action: Mapping[str, Any] = field(default_factory=dict)
    observation: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def form(self) -> Form:
        """What an action is made of."""
        return Form.read(self.action)

    @cached_property
    def seen(self) -> frozenset[str]:
        """The names of an observation's fields."""
        return frozenset(each.name for each in Form.read(self.observation).fields)

    @cached_property
    def asked(self) -> frozenset[str]:
        """The names of an action's fields."""
        return frozenset(each.name for each in self.form.fields)


class GenericGame:
    """An environment whose actions and observations are JSON objects.

    Args:
        facts: what the server says of it.

    Attributes:
        name: of the adapter; "" for what the server calls the environment.
        players: seats of a game, all played by this side; player ids are 0 .. players - 1.
        asks: fields that an action has to have for the adapter to fit.
        shows: fields that an observation has to have for the adapter to fit.
        hidden: fields that stand in no picture.
        shared: all players may see every observation; else only the one whose turn it is.
    """

    name: ClassVar[str] = ""
    players: ClassVar[int] = 1
    asks: ClassVar[frozenset[str]] = frozenset()
    shows: ClassVar[frozenset[str]] = frozenset()
    hidden: ClassVar[frozenset[str]] = frozenset({"done", "reward"})
    shared: ClassVar[bool] = True

    title = ""
    goal = "Get the highest return."
    outcome_rule = "no rule says what a win is; name one, as in --win 'return > 0'"

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.form = self.read_form(facts)
        self.title = self.title or _title(self.name or facts.name)
        # The framework's own words say nothing that the name does not.
        if facts.about not in ("", f"{facts.name} environment") and not self.name:
            self.goal = _first_sentence(facts.about)
        values = self.form.alone.values if self.form.alone else ()
        self.info = GameInfo(
            name=self.name or _slug(facts.name),
            short_name=self.name or _slug(facts.name),
            parameters={},
            players=self.count_players(facts),
            num_actions=len(values),
            max_length=0,
            min_utility=float("-inf"),
            max_utility=float("inf"),
            perfect_information=self.shared,
            chance=True,
            terminal_rewards=False,
            history_known=False,
            listed=False,
            simulated=False,
        )

    @classmethod
    def fits(cls, facts: Facts) -> bool:
        """Whether this adapter is made for the environment: by its fields, not by its address."""
        return cls.asks <= facts.asked and cls.shows <= facts.seen

    @classmethod
    def count_players(cls, facts: Facts) -> int:  # noqa: ARG003 - adapters look at it
        """How many seats there are."""
        return cls.players

    def read_form(self, facts: Facts) -> Form:
        """What an action is made of."""
        return facts.form

    # What an adapter may know better.

    def space(self, fields: Mapping[str, Any]) -> Space:
        """What may be done at an observation."""
        return space_of(self.form, fields)

    def player(self, fields: Mapping[str, Any]) -> int:
        """Whose turn it is."""
        return 0

    def shares(
        self, player: int, reward: float, fields: Mapping[str, Any], done: bool
    ) -> Mapping[int, float]:
        """Player id -> what the step of ``player`` gave to each; 0 for those left out."""
        return {player: reward}

    def draw(self, fields: Mapping[str, Any], before: Mapping[str, Any] | None) -> View:
        """The picture of an observation."""
        out = {*self.hidden, *LEGAL_LISTS} & fields.keys()
        return sketch(fields, before=before, schema=self.facts.observation, leave_out=out)

    def value_name(self, value: Any) -> str:
        """What a person calls a value of the field that is chosen."""
        return shown(value)

    def value_key(self, value: Any) -> str | None:
        """The key that a value suggests, in Textual's names; None for any."""
        if type(value) is int and 0 <= value <= 9:
            return str(value)
        return ARROWS.get(self.value_name(value).lower())

    # The contract of games.

    def judge(self, ending: Ending, seat: int, last: LastSeen) -> Outcome | None:
        return None

    def view(self, observation: Observation) -> View:
        before = observation.before if isinstance(observation, FormObservation) else None
        if not observation.fields:
            return TextView("(nothing has been observed yet)")
        return self.draw(observation.fields, before)

    def action_name(self, observation: Observation, action: Action) -> str:
        space = observation.action_space
        if not isinstance(space, Space):
            return shown(action)
        if not isinstance(action, Mapping):
            return self.value_name(space.payload(action)[self._listed(space)])
        if space.listed is not None and action.keys() == {space.listed.name}:
            return self.value_name(action[space.listed.name])
        return space.name(action)

    def keys(self, observation: Observation) -> Mapping[str, int]:
        space = observation.action_space
        if not isinstance(space, Space) or not observation.legal_actions:
            return {}
        name = self._listed(space)
        values = {action: space.payload(action)[name] for action in observation.legal_actions}
        own = {action: self.value_key(value) for action, value in values.items()}
        if None not in own.values() and len(set(own.values())) == len(own):
            return {key: action for action, key in own.items() if key is not None}
        return dict(zip(LETTER_KEYS, values, strict=False))

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        mine = ending.returns[seat]
        told = "" if mine is None else f" Your return is {mine:g}."
        if ending.cut:
            return f"Cut off: the environment would go on.{told}"
        return f"The episode is over.{told}"

    def reconstruct(self, tensor: tuple[float, ...]) -> tuple[int, ...] | None:
        return None

    def _listed(self, space: Space) -> str:
        assert space.listed is not None
        return space.listed.name


class Arrival(GenericGame):
    """An environment whose episodes end by themselves only when what is wanted is done."""

    outcome_rule = "win: the episode ends by itself; loss: it is cut off"

    def judge(self, ending: Ending, seat: int, last: LastSeen) -> Outcome | None:
        return Outcome.LOSS if ending.cut else Outcome.WIN

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        seen, mine = last(seat), ending.returns[seat]
        if ending.cut or seen is None or mine is None:
            return super().conclusion(ending, seat, last)
        return f"There, after {seen.ply} steps. Your return is {mine:g}."


class TwoPlayers(GenericGame):
    """An environment that plays against nobody: this side moves for both, and what one wins the
    other loses.
    """

    players: ClassVar[int] = 2

    def shares(
        self, player: int, reward: float, fields: Mapping[str, Any], done: bool
    ) -> Mapping[int, float]:
        others = [other for other in range(self.info.players) if other != player]
        if not done or not others:
            return {player: reward}
        return {player: reward} | {other: -reward / len(others) for other in others}

    def judge(self, ending: Ending, seat: int, last: LastSeen) -> Outcome | None:
        mine = ending.returns[seat]
        if mine is None or ending.cut:
            return None
        if mine == 0:
            return Outcome.DRAW
        return Outcome.WIN if mine > 0 else Outcome.LOSS


def _slug(name: str) -> str:
    """``GridWorldEnvironment`` as ``grid_world``."""
    bare = re.sub(r"(Environment|Env)$", "", printable(name).strip()) or "environment"
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")[:60] or "environment"


def _title(name: str) -> str:
    return _slug(name).replace("_", " ").title()


def _first_sentence(text: str) -> str:
    line = printable(text).strip().split("\n")[0]
    return line if len(line) <= 100 else line[:99] + "…"
