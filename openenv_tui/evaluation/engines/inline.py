"""Plays episodes on the embedded engine, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import cycle
from typing import NamedTuple

from arena_env.arena import Arena
from openenv_tui.environment import Waited
from openenv_tui.errors import AwaitedPolicyError, OpenEnvTuiError
from openenv_tui.evaluation.engines.attempts import Attempts
from openenv_tui.evaluation.engines.chunks import Chunk
from openenv_tui.evaluation.plan import Cast, Plan
from openenv_tui.evaluation.store import Entry, entry
from openenv_tui.match import FAULTS, Match, Seat, play, play_async
from openenv_tui.model import GameInfo
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
    """Who sits where, for one row: its lineup, in one arrangement after another.

    The arrangements are the rotations of the lineup, and where the others are several, also those
    of its reverse: every policy has every seat equally often, and every neighbour on both sides.

    Args:
        plan: the run.
        cast: makes the policies.
        row: of the plan.
        players: seats of the game.
        seats: those that the policy takes in turn; all of them on our own engines.
        served: the seats that the environment plays itself.

    Attributes:
        arrangements: so many consecutive episodes share a deal.
    """

    def __init__(
        self,
        plan: Plan,
        cast: Cast,
        row: int,
        players: int,
        seats: tuple[int, ...],
        served: Iterable[int] = (),
    ) -> None:
        name, served = plan.policies[row], tuple(served)
        self.policy = cast.build(name)
        self.learning = plan.learn and self.policy.learns
        self._mine = Seat(name, self.policy, clock=plan.clock, learning=self.learning)
        names = plan.lineup(row, players - 1 - len(served))
        others = [Seat(other, cast.build(other), clock=plan.clock) for other in names]
        both = others, others[::-1]
        tables = [
            self._around(seat, players, around, served)
            for around in both[: plan.orders(row, players)]
            for seat in seats
        ]
        self._places = [
            Place(seat, table, None if served else tuple(table[p].name for p in range(players)))
            for seat, table in zip(cycle(seats), tables, strict=False)
        ]
        self.arrangements = len(self._places)
        self.awaited = False
        self.policies: list[Policy] = [self.policy, *(other.policy for other in others)]

    def _around(
        self, mine: int, players: int, others: list[Seat], served: tuple[int, ...]
    ) -> dict[int, Seat]:
        """The others follow the policy around the table."""
        around = [(mine + by) % players for by in range(1, players)]
        free = iter(others)
        taken = {player: next(free) for player in around if player not in served}
        table = {mine: self._mine} | taken
        return {player: table[player] for player in sorted(table)}

    def at(self, episode: int) -> Place:
        """Who sits where in that episode."""
        return self._places[episode % self.arrangements]

    def deal(self, episode: int) -> int:
        """The number of the deal that is played in that episode."""
        return episode // self.arrangements

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


def whole_entries(plan: Plan, info: GameInfo) -> bool:
    """Everybody's return has to be stored: it is asked for, and cannot be worked out."""
    return bool(plan.against) and not info.zero_sum


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
        self._whole = whole_entries(plan, self._game.info)

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
        arena, seeds, row, game = self._arena, self._seeds, chunk.row, self._game
        again = self._plan.attempts > 1
        for episode in range(chunk.start, chunk.stop):
            seat, table, names = seating.at(episode)
            match = Match(game, table, seeds[seating.deal(episode)], episode, None, names)
            record = play(arena, match)
            line = entry(row, episode, seat, record, whole=self._whole)
            if record.forfeit is not None and again:
                line = self._again(match, line)
            played.append(line)

    def _again(self, first: Match, line: Entry) -> Entry:
        """The line of an episode of which the first attempt was forfeited."""
        attempts = Attempts(self._plan, first, line, whole=self._whole)
        while (match := attempts.next) is not None:
            attempts.add(play(self._arena, match))
        return attempts.line

    async def _play_awaiting(self, seating: Seating, chunk: Chunk, played: list[Entry]) -> None:
        for episode in range(chunk.start, chunk.stop):
            seat, table, _ = seating.at(episode)
            match = Match(self._game, table, self._seeds[seating.deal(episode)], episode)
            record = await play_async(Waited(self._arena), match)
            line = entry(chunk.row, episode, seat, record, whole=self._whole)
            attempts = Attempts(self._plan, match, line, whole=self._whole)
            while (again := attempts.next) is not None:
                attempts.add(await play_async(Waited(self._arena), again))
            played.append(attempts.line)

    def close(self) -> list[str]:
        """Let every policy save what it keeps, and tell what went wrong with that."""
        return [said for seating in self._seatings.values() for said in seating.close()]

    def _seating(self, row: int) -> Seating:
        if row not in self._seatings:
            seats = self._arena.seats
            self._seatings[row] = Seating(self._plan, self._cast, row, len(seats), seats)
        return self._seatings[row]
