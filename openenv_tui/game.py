"""The contract between a game's adapter and whoever plays, draws or counts the game."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from openenv_tui.model import Ending, GameInfo, Observation, Outcome
from openenv_tui.views import View

LastSeen: TypeAlias = "Callable[[int], Observation | None]"
"""Player id -> that player's newest observation; None for a player of another side."""


class Game(Protocol):
    """Knows what the numbers of one game mean. It holds no episode and does no I/O."""

    @property
    def info(self) -> GameInfo:
        """The game's facts."""

    @property
    def title(self) -> str:
        """What a person calls the game."""

    @property
    def goal(self) -> str:
        """What a player is to do, in one sentence."""

    @property
    def outcome_rule(self) -> str:
        """What counts as a win, a draw and a loss, in one line for a table's caption."""

    def judge(self, ending: Ending, seat: int, last: LastSeen) -> Outcome | None:
        """How an episode went for ``seat``; None if what is known does not tell."""

    def view(self, observation: Observation) -> View:
        """The picture of what ``observation.player`` sees, made from its tensor or text alone."""

    def action_name(self, observation: Observation, action: Any) -> str:
        """What a person calls that action, such as LEFT; a number, or a form's fields."""

    def keys(self, observation: Observation) -> Mapping[str, int]:
        """Key -> action for each legal action, in Textual's names for keys."""

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        """What happened at the end, in the game's own words, as told to ``seat``."""

    def reconstruct(self, tensor: tuple[float, ...]) -> tuple[int, ...] | None:
        """Some history that leads to the position of ``tensor``; None if that cannot be told."""
