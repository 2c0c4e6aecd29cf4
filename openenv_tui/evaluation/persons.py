"""The games of a run that wait for a person: which, in which order, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.plan import HUMAN, Cast, Plan
from openenv_tui.evaluation.store import Entry, entry
from openenv_tui.game import Game
from openenv_tui.match import Match, Seat
from openenv_tui.model import GameInfo, MatchRecord
from openenv_tui.policy import Policy
from openenv_tui.rule import judged
from openenv_tui.seeding import Rng

if TYPE_CHECKING:
    from openenv_tui.connection import OpenAsyncEnvironment, OpenEnvironment
    from openenv_tui.environment import AsyncEnvironment, Environment
    from openenv_tui.evaluation.engines.inline import Seating
    from openenv_tui.evaluation.setup import Where


ORDER = 1 << 20
"""A stream of the run's seed that nothing else uses."""


class Keeper(Protocol):
    """Where a person's games go."""

    def keep(self, played: Entry) -> None:
        """Log a game at once."""

    def give_up(self, row: int, episode: int, reason: str) -> None:
        """Log that a game was left in the middle; it is to be played again."""


Host: TypeAlias = "Callable[[PersonsGames], None]"
"""Seats a person, and lets them play until they leave or nothing is left."""


@dataclass(frozen=True)
class PersonsGame:
    """A game that waits for a person.

    Attributes:
        number: from 1, of ``total``.
        seat: the person's.
        table: player id -> seat, of this side.
        names: of everybody; None where the server seats somebody.
        deal: from 1; None where the person is not to know which games share one.
    """

    row: int
    episode: int
    number: int
    total: int
    seat: int
    row_seat: int
    seed: int
    table: Mapping[int, Seat]
    names: tuple[str, ...] | None
    deal: int | None

    @property
    def words(self) -> str:
        """Which one it is, in a few words."""
        deal = "" if self.deal is None else f", deal {self.deal}"
        seat = f", seat {self.seat}" if len(self.table) > 1 else ""
        return f"game {self.number} of {self.total}{deal}{seat}"

    def match(self, game: Game, opponents: Mapping[int, str]) -> Match:
        """To be played: the same that a policy in this row would play."""
        names = self.names
        return Match(game, self.table, self.seed, self.episode, None if names else opponents, names)


class PersonsGames:
    """What a run has left for a person.

    Args:
        plan: the run.
        cast: makes the other policies.
        where: the run is played.
        todo: row -> the episodes that are left, of the rows in which a person plays.
        keeper: where the games go.
        ended: rows of which no more is needed.

    Attributes:
        game: with the run's own rule of outcomes, if it has one; there once all are seated.
    """

    def __init__(
        self,
        plan: Plan,
        cast: Cast,
        where: Where,
        todo: Mapping[int, Sequence[range]],
        keeper: Keeper,
        ended: Container[int],
    ) -> None:
        self._plan = plan
        self._cast = cast
        self._where = where
        self._keeper = keeper
        self._ended = ended
        self._todo = todo
        self._left: list[tuple[int, int]] = []
        self._seatings: dict[int, Seating] = {}
        self._total = 0
        self._now: PersonsGame | None = None

    @property
    def target(self) -> str:
        """What the place is called where the games are played."""
        return self._where.target

    def connect(self) -> OpenEnvironment:
        """The environment of the games, for drivers that do not await; to be closed."""
        from openenv_tui.connection import connect

        where = self._where
        return connect(
            where.address,
            self._plan.game,
            every_view=True,
            limit=self._plan.max_steps,
            headers=where.headers,
            timeout=self._plan.timeout,
        )

    async def open(self) -> OpenAsyncEnvironment:
        """The environment of the games; to be closed."""
        from openenv_tui.connection import open_environment

        where = self._where
        return await open_environment(
            where.address,
            self._plan.game,
            every_view=True,
            limit=self._plan.max_steps,
            headers=where.headers,
            timeout=self._plan.timeout,
        )

    def seat(self, person: Policy, environment: Environment | AsyncEnvironment) -> None:
        """Let everybody sit down.

        Args:
            person: who answers where the plan says ``human``.
            environment: opened with ``open`` or ``connect``.
        """
        # Imported here: the engine takes longer to load than a table to compute.
        from openenv_tui.evaluation.engines.inline import Seating, deals, whole_entries

        plan, info = self._plan, environment.game.info
        cast = self._cast.seating(person)
        for row in self._todo:
            self._seatings[row] = Seating(
                plan, cast, row, info.players, environment.seats, environment.opponents
            )
        self.game, self._info = judged(environment.game, plan.win), info
        self._seeds, self._whole = deals(plan, info.name), whole_entries(plan, info)
        for row, seating in self._seatings.items():
            left = {episode for span in self._todo[row] for episode in span}
            order = in_order(plan, seating.arrangements, info, row)
            self._left += [(row, episode) for episode in order if episode in left]
        self._total = sum(map(plan.length, self._seatings))

    def next(self) -> PersonsGame | None:
        """The game to play now, until it is ``finished``; None when nothing is left."""
        while self._now is None and self._left:
            row, episode = self._left[0]
            if row in self._ended:
                self._left.pop(0)
            else:
                self._now = self._made(row, episode)
        return self._now

    @property
    def more(self) -> int:
        """How many are left after the one that is played now."""
        return len(self._left) - (self._now is not None)

    def _made(self, row: int, episode: int) -> PersonsGame:
        seating = self._seatings[row]
        place, deal = seating.at(episode), seating.deal(episode)
        return PersonsGame(
            row,
            episode,
            self._total - len(self._left) + 1,
            self._total,
            next(player for player, seat in place.table.items() if seat.name == HUMAN),
            place.seat,
            self._seeds[deal],
            place.table,
            place.names,
            deal + 1 if tells_nothing(seating.arrangements, self._info) else None,
        )

    def finished(self, record: MatchRecord) -> None:
        """The game that was to be played now is over: it is stored before anything else happens."""
        game = self._now
        if game is None:
            return
        self._now = None
        self._left.pop(0)
        line = entry(game.row, game.episode, game.row_seat, record, whole=self._whole)
        self._keeper.keep(line)

    def left(self, match: Match | None) -> None:
        """The person has gone; a game that they had begun is noted, and played again some day."""
        game = self._now
        if game is not None and match is not None and match.record is None and match.chosen:
            reason = f"the person left after {len(match.chosen)} moves"
            self._keeper.give_up(game.row, game.episode, reason)

    def close(self) -> list[str]:
        """Let every policy save what it keeps, and tell what went wrong with that."""
        return [said for seating in self._seatings.values() for said in seating.close()]


def tells_nothing(arrangements: int, info: GameInfo) -> bool:
    """Whether who remembers a deal gains nothing by it in another of its games."""
    return arrangements == 1 or (info.perfect_information and not info.chance)


def in_order(plan: Plan, arrangements: int, info: GameInfo, row: int = 0) -> Iterable[int]:
    """The episodes of a row, as a person plays them.

    Where cards or dice could be remembered, the games of one deal lie far apart, in an order that
    nobody can foresee, and still every seat has its turn.
    """
    episodes = plan.length(row)
    if tells_nothing(arrangements, info):
        return range(episodes)
    number = -(-episodes // arrangements)
    shuffled = list(range(number))
    Rng(plan.seed, ORDER).shuffle(shuffled)
    order = (
        shuffled[(turn + number * seat // arrangements) % number] * arrangements + seat
        for turn in range(number)
        for seat in range(arrangements)
    )
    return [episode for episode in order if episode < episodes]


def persons_rows(plan: Plan, others: int) -> list[int]:
    """The rows in which a person plays.

    Args:
        others: seats of this side besides the one of a row's own policy.

    Raises:
        UsageError: there are two persons at one table.
    """
    rows = []
    for row, policy in enumerate(plan.policies):
        persons = [policy, *plan.lineup(row, others)].count(HUMAN)
        if persons > 1:
            raise UsageError("two persons cannot share one keyboard: name 'human' once a table")
        rows += [row] if persons else []
    return rows


def expect_host(rows: Sequence[int], host: Host | None) -> None:
    """Before anything is played: somebody has to seat the person.

    Raises:
        UsageError: nobody does.
    """
    if rows and host is None:
        raise UsageError(
            "'human' needs somebody at a terminal: run this in one, or add --plain to play in "
            "lines of text"
        )
