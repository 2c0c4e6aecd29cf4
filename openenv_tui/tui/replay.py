"""Looking at recorded games: a sitting whose server is a file."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from openenv_tui.connection.recording import RecordedServer, Recording
from openenv_tui.connection.replay import Recorded, open_recorded
from openenv_tui.connection.server import ServerEnvironment
from openenv_tui.model import Step
from openenv_tui.tui.seat import Chair, Person
from openenv_tui.tui.sitting import Setup, Sitting
from openenv_tui.wire.tape import Tape


class Replay(Sitting):
    """A sitting at which recorded episodes are played again, one after another.

    Args:
        server: the recording's.
        environment: opened with it.
        tape: is given the frames as they are played back.
    """

    environment: ServerEnvironment
    again = "Next episode"
    open_seats = False

    def __init__(self, server: RecordedServer, environment: ServerEnvironment, tape: Tape) -> None:
        person = Person(environment.game)
        chairs = {
            player: Chair("recorded", Recorded(server, environment), person)
            for player in environment.seats
        }
        game = environment.game.info.name
        setup = Setup(game, server.recording.target, person=False)
        super().__init__(setup, environment, chairs, person, tape)
        self.server = server

    @property
    def about(self) -> str:  # type: ignore[override]
        return (
            f"recorded, episode {self.server.episode + 1} of {len(self.server.recording.episodes)}"
        )

    def next_seed(self) -> None:
        """The game after this one is the next that was recorded, and after the last the first."""
        self.server.episode = (self.server.episode + 1) % len(self.server.recording.episodes)

    async def play(self) -> AsyncGenerator[Step, None]:
        self.seed = self.server.recording.episodes[self.server.episode].seed
        if not self.server.fits_next:
            await self.reopen()
        async with aclosing(super().play()) as steps:
            async for step in steps:
                yield step

    async def recover(self) -> None:
        self.next_seed()
        await self.reopen()

    async def reopen(self) -> None:
        await self.environment.close()
        self.environment = await open_recorded(self.server)
        self.game = self.environment.game
        for chair in self.chairs.values():
            assert isinstance(chair.policy, Recorded)
            chair.policy.environment = self.environment


async def open_replay(recording: Recording) -> Replay:
    """Sit down before a recording; raises what ``open_recorded`` does."""
    tape = Tape()
    server = RecordedServer(recording, tape)
    return Replay(server, await open_recorded(server), tape)
