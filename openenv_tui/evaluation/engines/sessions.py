"""Plays episodes on a server, in several sessions at once, whatever becomes of them.

An episode whose session is lost is played again, and counts for nobody. A server that is full is
asked again later; one that is away is waited for, until it has been away for too long.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from enum import Enum, auto
from typing import Final, TypeAlias

from openenv_tui.connection import open_environment
from openenv_tui.connection.access import Headers
from openenv_tui.environment import AsyncEnvironment
from openenv_tui.errors import (
    CapacityError,
    ConnectionFailedError,
    EpisodeFailsError,
    GaveUpError,
    OpenEnvTuiError,
    ServerError,
    SessionLostError,
    UnreachableError,
    UsageError,
    WireError,
)
from openenv_tui.evaluation.engines.attempts import Attempts
from openenv_tui.evaluation.engines.inline import Seating, deals, whole_entries
from openenv_tui.evaluation.plan import Cast, Plan
from openenv_tui.evaluation.store import Entry, entry
from openenv_tui.match import Match, moves
from openenv_tui.model import MatchRecord
from openenv_tui.rule import judged

Lost: TypeAlias = "Callable[[int, int, OpenEnvTuiError], None]"
"""Told the row, the episode and the reason of every lost session."""

LOSSES: Final = (SessionLostError, WireError, ServerError, ConnectionFailedError)
"""Whatever a server may do in the middle of an episode: never the fault of a policy."""

PATIENCE: Final = 5
"""So many losses of one episode in a row end a run: it would be lost every time."""
FIRST_PAUSE: Final = 0.2
"""Seconds before the first attempt to have a session again; then twice as long every time."""
LONGEST_PAUSE: Final = 5.0
LONGEST_QUEUE: Final = 15.0
"""Seconds after which a full server is asked again for one more session."""
LAST_ATTEMPT: Final = 1.0
"""Seconds that the last attempt to open a session may take at least."""
TICK: Final = 0.25
FAREWELL: Final = 1.0
"""Seconds for sessions to end when nothing more is wanted of them."""


class Signal(Enum):
    """What a queue of results holds beside results."""

    TICK = auto()
    LEFT = auto()


class SessionsPlayer:
    """Plays the episodes of a plan on a server.

    Args:
        plan: the run; ``plan.sessions`` is the most that are opened, and the server may give fewer.
        cast: makes the policies.
        lost: told of every lost session.
        headers: sent to the server.

    Attributes:
        problems: what went wrong when policies were closed.
        ended: rows of which no more is to be played.
    """

    def __init__(self, plan: Plan, cast: Cast, lost: Lost, headers: Headers = ()) -> None:
        self._plan = plan
        self._headers = headers
        self._cast = cast
        self._lost = lost
        self._results: asyncio.Queue[Entry | BaseException | Signal] = asyncio.Queue()
        self._pending: list[tuple[int, int]] = []
        self._finished = asyncio.Event()
        self._losses: Counter[tuple[int, int]] = Counter()
        self._door = asyncio.Lock()
        self._offer = ""
        self._wanted = 0
        self._open = 0
        self._trouble: tuple[float, str] | None = None
        self._full = False
        self.problems: list[str] = []
        self.ended: set[int] = set()

    @property
    def note(self) -> str:
        """What is in the way of the run; "" if nothing is."""
        if self._trouble is not None and self._open == 0:
            since, why = self._trouble
            waited = asyncio.get_running_loop().time() - since
            return f"{why}; trying again, {waited:.0f} s of {self._plan.give_up:g} s"
        if self._full and 0 < self._open < self._wanted:
            return f"the server gives {self._open} of {self._wanted} sessions"
        return ""

    async def play(self, todo: Sequence[tuple[int, int]]) -> AsyncGenerator[Entry | None, None]:
        """Play (row, episode) pairs, and give the line of each as it is done, in any order.

        Now and then it gives None, so that whoever iterates can look around while nothing is done.

        Raises:
            GaveUpError: nothing came back from the server for ``plan.give_up`` seconds, or one
                episode is lost every time.
        """
        alone = self._plan.learn or bool(self._cast)
        self._wanted = 1 if alone else min(self._plan.sessions, len(todo))
        self._pending = list(reversed(todo))
        tasks = [asyncio.create_task(self._work()) for _ in range(self._wanted)]
        clock = asyncio.create_task(self._tick())
        left = len(todo)
        try:
            while left:
                item = await self._results.get()
                if isinstance(item, BaseException):
                    raise item
                if item is Signal.TICK:
                    yield None
                elif not isinstance(item, Signal):
                    left -= 1
                    yield item
        finally:
            # Sessions that are free are given back in peace; an episode may end.
            self._pending.clear()
            self._finished.set()
            if tasks:
                await asyncio.wait(tasks, timeout=FAREWELL)
            for task in (clock, *tasks):
                task.cancel()
            await asyncio.gather(clock, *tasks, return_exceptions=True)

    def rest(self) -> list[Entry]:
        """The lines of episodes that were done when ``play`` was closed."""
        found = []
        while not self._results.empty():
            item = self._results.get_nowait()
            if not isinstance(item, (Signal, BaseException)):
                found.append(item)
        return found

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self._results.put_nowait(Signal.TICK)

    async def _work(self) -> None:
        seatings: dict[int, Seating] = {}
        try:
            while self._pending:
                environment = await self._enter()
                if environment is not None:
                    await self._stay(environment, seatings)
        except Exception as error:
            self._results.put_nowait(error)
        finally:
            self.problems += [said for seating in seatings.values() for said in seating.close()]

    async def _stay(self, environment: AsyncEnvironment, seatings: dict[int, Seating]) -> None:
        """Play in one session until it is lost, or nothing is left to play."""
        self._open += 1
        try:
            while self._pending:
                row, episode = self._pending.pop()
                if row in self.ended:
                    continue
                try:
                    line = await self._one(environment, seatings, row, episode)
                except LOSSES as error:
                    self._pending.append((row, episode))
                    self._note_loss(row, episode, error)
                    return
                self._losses.pop((row, episode), None)
                self._results.put_nowait(line)
        finally:
            self._open -= 1
            await environment.close()

    async def _enter(self) -> AsyncEnvironment | None:
        """Open a session, however often that has to be tried; None once nothing is left to play.

        Raises:
            GaveUpError: it has been tried for too long.
        """
        pause = FIRST_PAUSE * 2 ** max(self._losses.values()) / 2 if self._losses else 0.0
        try:
            return await self._insist(pause, queue=False)
        except CapacityError:
            # One after the other: a full server is not asked by everybody at once.
            async with self._door:
                return await self._insist(FIRST_PAUSE, queue=True)

    async def _insist(self, pause: float, *, queue: bool) -> AsyncEnvironment | None:
        while True:
            await self._rest_for(pause)
            if not self._pending:
                return None
            longest = LONGEST_PAUSE
            try:
                return await self._opened()
            except GaveUpError:
                raise
            except UsageError as error:
                if not isinstance(error.__cause__, ServerError):
                    # Another game, or another seat: it will not change by waiting.
                    raise GaveUpError(f"{error.happened}; what was played is stored") from error
                self._note_trouble(error)
            except CapacityError as error:
                self._full = True
                if not queue:
                    raise
                if self._open == 0:
                    self._note_trouble(error)
                else:
                    # Those that are open do the work, and one may be given back some day.
                    longest = LONGEST_QUEUE
            except OpenEnvTuiError as error:
                self._note_trouble(error)
            pause = min(max(FIRST_PAUSE, 2 * pause), longest)

    async def _opened(self) -> AsyncEnvironment:
        plan = self._plan
        try:
            async with asyncio.timeout(self._patience_left()):
                environment = await open_environment(
                    plan.env,
                    plan.game or None,
                    limit=plan.max_steps,
                    headers=self._headers,
                    timeout=plan.timeout,
                )
        except TimeoutError as error:
            raise UnreachableError(f"{plan.env} opens no session") from error
        info = environment.game.info
        offer = f"{info.name}, seats {list(environment.seats)}, {dict(environment.opponents)}"
        if offer != (self._offer or offer):
            await environment.close()
            raise GaveUpError(
                f"{plan.env} came back as another: it offered {self._offer}, and now {offer}; "
                "what was played is stored"
            )
        self._offer = offer
        return environment

    def _patience_left(self) -> float | None:
        """Seconds until giving up, a last attempt allowed for; None while all is well."""
        if self._trouble is None:
            return None
        waited = asyncio.get_running_loop().time() - self._trouble[0]
        return max(self._plan.give_up - waited, LAST_ATTEMPT)

    async def _rest_for(self, seconds: float) -> None:
        left = self._patience_left()
        if seconds > 0 and not self._finished.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds if left is None else min(seconds, left)):
                    await self._finished.wait()

    def _note_loss(self, row: int, episode: int, error: OpenEnvTuiError) -> None:
        self._lost(row, episode, error)
        self._losses[row, episode] += 1
        if self._losses[row, episode] >= PATIENCE:
            raise EpisodeFailsError(
                f"{self._plan.env}: episode {episode} of {self._plan.policies[row]} was lost "
                f"{PATIENCE} times in a row, the last time because {error.happened}; "
                "what was played is stored"
            ) from error
        self._note_trouble(error)

    def _note_trouble(self, error: OpenEnvTuiError) -> None:
        """Give up if nothing has come back for too long."""
        now = asyncio.get_running_loop().time()
        since = now if self._trouble is None else self._trouble[0]
        self._trouble = since, error.happened
        if now - since >= self._plan.give_up:
            raise GaveUpError(
                f"gave up after {self._plan.give_up:g} s in which nothing could be played: "
                f"{error.happened}; what was played is stored"
            ) from error

    async def _one(
        self,
        environment: AsyncEnvironment,
        seatings: dict[int, Seating],
        row: int,
        episode: int,
    ) -> Entry:
        game = judged(environment.game, self._plan.win)
        players = game.info.players
        if row not in seatings:
            served = tuple(environment.opponents)
            seatings[row] = Seating(self._plan, self._cast, row, players, environment.seats, served)
        seat, table, _ = seatings[row].at(episode)
        seed = deals(self._plan, game.info.name)[seatings[row].deal(episode)]
        match = Match(game, table, seed, episode, environment.opponents)
        whole = whole_entries(self._plan, game.info)
        line = entry(row, episode, seat, await self._played(environment, match), whole=whole)
        attempts = Attempts(self._plan, match, line, whole=whole)
        while (again := attempts.next) is not None:
            attempts.add(await self._played(environment, again))
        return attempts.line

    async def _played(self, environment: AsyncEnvironment, match: Match) -> MatchRecord:
        async for _ in moves(environment, match):
            # Whoever answers is alive.
            self._trouble = None
        if match.record is None:
            raise OpenEnvTuiError("the match ended without a record")
        return match.record
