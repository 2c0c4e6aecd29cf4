"""The contract between whoever serves a game and whoever plays it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from openenv_tui.game import Game
from openenv_tui.model import Observation, Step


class Environment(Protocol):
    """One game, open for episodes, of which this side plays some or all of the seats."""

    @property
    def game(self) -> Game:
        """What is played here."""

    @property
    def seats(self) -> tuple[int, ...]:
        """The player ids that this side plays, ascending."""

    @property
    def opponents(self) -> Mapping[int, str]:
        """Player id -> who plays the seats that this side does not, such as ``server:random``."""

    @property
    def seeded(self) -> bool:
        """Whether the seed given to ``reset`` decides all chance of the episode."""

    def reset(self, seed: int) -> Step:
        """Begin an episode. Where seeds are honoured, all of its chance comes from ``seed``."""

    def step(self, actions: Sequence[Any]) -> Step:
        """Take one action for each of the last step's observations, in their order.

        Raises:
            IllegalActionError: an action is not legal; the episode is where it was.
        """

    def observe(self, player: int) -> Observation:
        """The newest observation of a player whom this side plays, also after the end."""

    def close(self) -> None:
        """Let go of what is held; twice does no harm."""


class AsyncEnvironment(Protocol):
    """An ``Environment`` whose answers have to be waited for.

    ``reset`` and ``step`` may also raise a ``SessionLostError``: the episode is lost, and nothing
    but ``close`` may be called any more.
    """

    @property
    def game(self) -> Game: ...

    @property
    def seats(self) -> tuple[int, ...]: ...

    @property
    def opponents(self) -> Mapping[int, str]: ...

    @property
    def seeded(self) -> bool: ...

    async def reset(self, seed: int) -> Step: ...

    async def step(self, actions: Sequence[Any]) -> Step: ...

    def observe(self, player: int) -> Observation: ...

    async def close(self) -> None: ...


class Waited:
    """A synchronous environment for a driver that awaits."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.game = environment.game
        self.seats = environment.seats
        self.opponents = environment.opponents
        self.seeded = environment.seeded
        self.observe = environment.observe

    async def reset(self, seed: int) -> Step:
        return self._environment.reset(seed)

    async def step(self, actions: Sequence[Any]) -> Step:
        return self._environment.step(actions)

    async def close(self) -> None:
        self._environment.close()
