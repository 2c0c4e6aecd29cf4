"""A person as an entrant of a run: a sitting at which the run's own games are played, once each."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from openenv_tui.environment import AsyncEnvironment
from openenv_tui.evaluation.persons import PersonsGames
from openenv_tui.evaluation.plan import HUMAN
from openenv_tui.match import Match
from openenv_tui.model import Step
from openenv_tui.policy import Policy
from openenv_tui.tui.seat import Chair, Person
from openenv_tui.tui.sitting import Setup, Sitting
from openenv_tui.wire.tape import Tape


class Entrant(Sitting):
    """One game of a run after another, with the person where the run seats them.

    They cannot choose a deal, play one twice, or hand it to a policy.

    Args:
        games: that wait for the person.
        environment: opened for them; owned from now on.
        target: what the server is called.
    """

    open_seats = False
    tells_seed = False

    def __init__(self, games: PersonsGames, environment: AsyncEnvironment, target: str) -> None:
        person = Person(environment.game)
        super().__init__(Setup(None, target), environment, {}, person, Tape())
        self.games = games
        self._own = Chair(HUMAN, Policy(), person)
        self._own.taken = True
        games.seat(self._own, environment)
        self.game = games.game
        self._take_places()

    @property
    def about(self) -> str:  # type: ignore[override]
        now = self.games.next() if self.record is None else None
        if now is not None:
            self._about = now.words
        return self._about

    _about = ""

    def next_seed(self) -> None:
        """The next game is the run's next; nobody chooses it."""

    def _take_places(self) -> None:
        game = self.games.next()
        if game is None:
            return
        self.chairs = {
            player: self._own if player == game.seat else Chair(seat.name, seat.policy, self.person)
            for player, seat in game.table.items()
        }
        self.seat = game.seat

    def _next_match(self) -> Match:
        game = self.games.next()
        assert game is not None, "the screen does not ask for a game after the last"
        return game.match(self.game, self.environment.opponents)

    async def play(self) -> AsyncGenerator[Step, None]:
        self._take_places()
        async with aclosing(super().play()) as steps:
            async for step in steps:
                self._keep()
                yield step
        self._keep()

    def _keep(self) -> None:
        """Before the person sees how it ended, it is stored."""
        if self.record is not None:
            self.games.finished(self.record)

    async def reopen(self) -> None:
        await self.environment.close()
        self.environment = await self.games.open()

    async def close(self) -> None:
        self.games.left(self.match)
        self.person.leave_seat()
        await self.environment.close()


async def open_entrant(games: PersonsGames, target: str) -> Entrant:
    """Sit down to a run's games; raises what ``open_environment`` does."""
    environment = await games.open()
    try:
        return Entrant(games, environment, target)
    except BaseException:
        await environment.close()
        raise
