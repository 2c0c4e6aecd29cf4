"""Plays episodes on the embedded engine, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from arena_env.arena import Arena
from openenv_tui.environment import Waited
from openenv_tui.errors import AwaitedPolicyError, OpenEnvTuiError
from openenv_tui.evaluation.engines.chunks import Chunk
from openenv_tui.evaluation.plan import Cast, Plan
from openenv_tui.evaluation.store import Entry, entry
from openenv_tui.match import FAULTS, Match, Seat, play, play_async
from openenv_tui.policy import Policy
from openenv_tui.rule import judged
from openenv_tui.seeding import Seeds


class Place(NamedTuple):
    """Who sits where, in one episode.

    Attributes:
        seat: of the row's policy.
        table: player id -> seat, of this side.
        names: of everybody; None where the server seats somebody.
    """

    seat: int
    table: dict[int, Seat]
    names: tuple[str, ...] | None


class Seating:
    """Who sits where, for one row: the policy at each seat in turn, the opponent at the others.

    Args:
        plan: the run.
        cast: makes the policies.
        name: the row's policy.
        players: seats of the game.
        seats: those that the policy takes in turn; all of them on our own engines.
        served: the seats that the environment plays itself.
    """

    def __init__(
        self,
        plan: Plan,
        cast: Cast,
        name: str,
        players: int,
        seats: tuple[int, ...],
        served: Iterable[int] = (),
    ) -> None:
        self.policy = cast.build(name)
        self.learning = plan.learn and self.policy.learns
        self._mine = Seat(name, self.policy, clock=plan.clock, learning=self.learning)
        others = [
            Seat(plan.opponent, cast.build(plan.opponent), clock=plan.clock)
            for _ in range(players - 1 - len(tuple(served)))
        ]
        tables = [self._around(seat, players, others, tuple(served)) for seat in seats]
        self._places = [
            Place(seat, table, None if served else tuple(table[p].name for p in range(players)))
            for seat, table in zip(seats, tables, strict=True)
        ]
        self.awaited = False
        self.policies: list[Policy] = [self.policy, *(other.policy for other in others)]

    def _around(
        self, mine: int, players: int, others: list[Seat], served: tuple[int, ...]
    ) -> dict[int, Seat]:
        free = iter(others)
        return {
            player: self._mine if player == mine else next(free)
            for player in range(players)
            if player not in served
        }

    def at(self, episode: int) -> Place:
        """Who sits where in that episode."""
        return self._places[episode % len(self._places)]

    def close(self) -> list[str]:
        """Let every policy save what it keeps, and tell what went wrong with that."""
        problems = []
        for policy in self.policies:
            try:
                policy.close()
            except OpenEnvTuiError as error:
                problems.append(str(error))
            except FAULTS as error:
                who = f"a policy of the row '{self._mine.name}'"
                fault = f"{type(error).__name__}: {error}"
                problems.append(f"{who} failed when the run was over: {fault}")
        return problems


def deals(plan: Plan, game: str) -> Seeds:
    """The seeds of a plan's deals: the same for every policy of the run."""
    return Seeds(plan.seed, game, "deal")


class InlinePlayer:
    """Plays any row of a plan, a few episodes at a time.

    Args:
        plan: the run.
        cast: makes the policies.
    """

    def __init__(self, plan: Plan, cast: Cast) -> None:
        self._plan = plan
        self._cast = cast
        self._arena = Arena(plan.game)
        self._game = judged(self._arena.game, plan.win)
        self._seeds = deals(plan, self._arena.game.info.name)
        self._seatings: dict[int, Seating] = {}

    def play(self, chunk: Chunk, played: list[Entry]) -> None:
        """Play a piece of the run, and append each episode's line to ``played`` at once."""
        seating = self._seating(chunk.row)
        first = len(played)
        if not seating.awaited:
            try:
                self._play(seating, chunk, played)
                return
            except AwaitedPolicyError:
                seating.awaited = True
        rest = chunk._replace(start=chunk.start + len(played) - first)
        asyncio.run(self._play_awaiting(seating, rest, played))

    def _play(self, seating: Seating, chunk: Chunk, played: list[Entry]) -> None:
        arena, seeds, row = self._arena, self._seeds, chunk.row
        game, players = self._game, len(arena.seats)
        for episode in range(chunk.start, chunk.stop):
            seat, table, names = seating.at(episode)
            match = Match(game, table, seeds[episode // players], episode, None, names)
            record = play(arena, match)
            played.append(entry(row, episode, seat, record))

    async def _play_awaiting(self, seating: Seating, chunk: Chunk, played: list[Entry]) -> None:
        players = len(self._arena.seats)
        for episode in range(chunk.start, chunk.stop):
            seat, table, _ = seating.at(episode)
            match = Match(self._game, table, self._seeds[episode // players], episode)
            record = await play_async(Waited(self._arena), match)
            played.append(entry(chunk.row, episode, seat, record))

    def close(self) -> list[str]:
        """Let every policy save what it keeps, and tell what went wrong with that."""
        return [said for seating in self._seatings.values() for said in seating.close()]

    def _seating(self, row: int) -> Seating:
        if row not in self._seatings:
            seats = self._arena.seats
            name = self._plan.policies[row]
            self._seatings[row] = Seating(self._plan, self._cast, name, len(seats), seats)
        return self._seatings[row]
