"""Plays episodes on a server, in several sessions at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TypeAlias

from openenv_tui.connect import open_environment
from openenv_tui.connect.access import Headers
from openenv_tui.environment import AsyncEnvironment
from openenv_tui.errors import (
    CapacityError,
    ConnectionFailedError,
    OpenEnvTuiError,
    ServerError,
    SessionLostError,
    WireError,
)
from openenv_tui.evaluation.engines.inline import Seating, deals
from openenv_tui.evaluation.plan import Cast, Plan
from openenv_tui.evaluation.store import Entry, entry
from openenv_tui.match import Match, play_async
from openenv_tui.rule import judged

Lost: TypeAlias = "Callable[[int, int, str], None]"
"""Told the row, the episode and the reason of every lost session."""

PATIENCE = 5
"""So many sessions lost in a row, with no episode finished between, end a run."""


class SessionsPlayer:
    """Plays the episodes of a plan on a server.

    Args:
        plan: the run; ``plan.sessions`` is the most that are opened, and the server may give fewer.
        cast: makes the policies.
        lost: told of every lost session.
        headers: sent to the server.

    Attributes:
        problems: what went wrong when policies were closed.
    """

    def __init__(self, plan: Plan, cast: Cast, lost: Lost, headers: Headers = ()) -> None:
        self._plan = plan
        self._headers = headers
        self._cast = cast
        self._lost = lost
        self._lost_in_a_row = 0
        self.problems: list[str] = []

    async def play(self, todo: Sequence[tuple[int, int]]) -> AsyncGenerator[Entry, None]:
        """Play (row, episode) pairs, and give the line of each as it is done, in any order.

        Raises:
            ConnectionFailedError: the server cannot be reached, or not any more.
        """
        alone = self._plan.learn or bool(self._cast)
        most = 1 if alone else min(self._plan.sessions, len(todo))
        queue: asyncio.Queue[Entry | BaseException | None] = asyncio.Queue()
        pending = list(reversed(todo))
        workers = [asyncio.create_task(self._work(pending, queue, n == 0)) for n in range(most)]
        finished = 0
        try:
            while finished < most:
                item = await queue.get()
                if item is None:
                    finished += 1
                elif isinstance(item, BaseException):
                    raise item
                else:
                    yield item
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(
        self,
        pending: list[tuple[int, int]],
        queue: asyncio.Queue[Entry | BaseException | None],
        first: bool,
    ) -> None:
        seatings: dict[int, Seating] = {}
        environment: AsyncEnvironment | None = None
        try:
            while pending:
                if environment is None:
                    environment = await self._open()
                if not pending:
                    break
                row, episode = pending.pop()
                try:
                    queue.put_nowait(await self._one(environment, seatings, row, episode))
                    self._lost_in_a_row = 0
                except (SessionLostError, WireError, ServerError) as error:
                    # Whatever went wrong between the two sides is no loss of a policy.
                    pending.append((row, episode))
                    await environment.close()
                    environment = None
                    await self._after_loss(row, episode, error)
        except CapacityError as error:
            # The server gives no more sessions: those that are open do the work.
            if first:
                queue.put_nowait(error)
        except Exception as error:
            queue.put_nowait(error)
        finally:
            if environment is not None:
                await environment.close()
            self.problems += [said for seating in seatings.values() for said in seating.close()]
            queue.put_nowait(None)

    async def _open(self) -> AsyncEnvironment:
        return await open_environment(
            self._plan.env,
            self._plan.game or None,
            limit=self._plan.max_steps,
            headers=self._headers,
        )

    async def _after_loss(self, row: int, episode: int, error: OpenEnvTuiError) -> None:
        self._lost(row, episode, str(error))
        self._lost_in_a_row += 1
        if self._lost_in_a_row >= PATIENCE:
            raise ConnectionFailedError(
                f"{self._plan.env}: {PATIENCE} episodes were lost one after the other, the last "
                f"because {error}; what was played is stored"
            ) from error
        await asyncio.sleep(0.2 * 2**self._lost_in_a_row)

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
            name = self._plan.policies[row]
            served = tuple(environment.opponents)
            seatings[row] = Seating(
                self._plan, self._cast, name, players, environment.seats, served
            )
        seat, table, _ = seatings[row].at(episode)
        seed = deals(self._plan, game.info.name)[episode // len(environment.seats)]
        match = Match(game, table, seed, episode, environment.opponents)
        return entry(row, episode, seat, await play_async(environment, match))
