"""Playing on from the middle of a stored game: a sitting that begins there, and is not stored."""

from __future__ import annotations

from contextlib import suppress

from arena_env.arena import Arena
from openenv_tui.environment import Waited
from openenv_tui.errors import OpenEnvTuiError, UsageError
from openenv_tui.evaluation.replays.stored import Ply, Replayed, Stored, rebuilt
from openenv_tui.game import Game
from openenv_tui.model import Step
from openenv_tui.policy import Policy
from openenv_tui.specs import PolicySpec
from openenv_tui.tui.seat import Chair, Person
from openenv_tui.tui.sitting import Setup, Sitting, stand_in
from openenv_tui.wire.tape import Tape


class Branched(Waited):
    """The engine, of which every episode begins at a moment of a stored game."""

    def __init__(self, name: str, stored: Stored, ply: Ply) -> None:
        self._arena = Arena(name)
        super().__init__(self._arena)
        self._stored, self._ply = stored, ply

    async def reset(self, seed: int) -> Step:
        return rebuilt(self._arena, self._stored, self._ply)


class Branch(Sitting):
    """A sitting at a moment of a stored game; the run it comes from stays as it is.

    Args:
        replayed: the game.
        number: of the moment.
        seat: the person's.

    Raises:
        UsageError: the game is over there.
    """

    environment: Branched
    savable = False

    def __init__(self, replayed: Replayed, number: int, seat: int) -> None:
        stored, ply = replayed.stored, replayed.plies[number]
        if not ply.acting:
            raise UsageError("the game is over here: go back a move, and play on from there")
        game = replayed.game
        person = Person(game)
        chairs = {
            player: Chair(*_seated(game, name), person) for player, name in enumerate(stored.names)
        }
        setup = Setup(game.info.name, seat=seat, seed=stored.seed)
        environment = Branched(game.info.name, stored, ply)
        super().__init__(setup, environment, chairs, person, Tape())
        self.about = f"branched off at move {number} of episode {stored.episode:,}, not stored"
        self.take_seat(seat)

    def next_seed(self) -> None:
        """Every game of this sitting begins at the same moment."""

    async def reopen(self) -> None:
        """The engine is in this process, and is never lost."""


def _seated(game: Game, name: str) -> tuple[str, Policy]:
    """The policy that sat there; where it cannot be made here, one that can, by its own name."""
    with suppress(OpenEnvTuiError):
        policy = PolicySpec.parse(name).build()
        if not policy.unfit(game.info):
            return name, policy
    spec = stand_in(game)
    return spec, PolicySpec.parse(spec).build()
