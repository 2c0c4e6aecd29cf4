"""A sitting: one game after another on one environment, and what was seen of them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, cast

from openenv_tui.connection import open_environment
from openenv_tui.connection.access import Access
from openenv_tui.connection.targets import LOCAL
from openenv_tui.environment import AsyncEnvironment
from openenv_tui.errors import UnfitPolicyError, UsageError
from openenv_tui.game import Game
from openenv_tui.games import load_game
from openenv_tui.match import Match, Seat, moves
from openenv_tui.model import MatchRecord, Observation, Step
from openenv_tui.seeding import SEED_BITS
from openenv_tui.specs import PolicySpec, heuristic_for
from openenv_tui.tui.seat import Chair, Person
from openenv_tui.wire.tape import Tape


@dataclass(frozen=True)
class Setup:
    """What a person asks for before a game.

    Attributes:
        game: None for whatever a server serves.
        target: ``local`` or a server's address.
        person: a person plays.
        seat: theirs; None for the first that is free.
        policies: specs for the other seats of this side, in the order of the seats.
        others: spec for the seats that ``policies`` leaves; None: random, where there are any.
        seed: of the first game; the next one takes the next seed.
        access: what a server is sent, and the environment of one that is started.
        tell: told how far a server is that is started.
    """

    game: str | None
    target: str = LOCAL
    person: bool = True
    seat: int | None = None
    policies: tuple[str, ...] = ()
    others: str | None = None
    seed: int = 0
    access: Access = field(default=Access(), repr=False)
    tell: Callable[[str], None] | None = field(default=None, repr=False, compare=False)


class Move(NamedTuple):
    """One line of the move list."""

    number: int
    player: int
    who: str
    name: str
    action: Any


class Moment(NamedTuple):
    """A game as it stood after a step.

    Attributes:
        seen: player id -> what that seat of this side saw.
        turn: the players who had to choose.
        moves: how many of the history had been made.
        rewards: player id -> what the step gave.
        returns: player id -> the sum up to then.
    """

    seen: Mapping[int, Observation]
    turn: tuple[int, ...]
    moves: int
    rewards: Mapping[int, float]
    returns: Mapping[int, float]


class Sitting:
    """An open environment with its chairs.

    Args:
        setup: what was asked for.
        environment: owned from now on.
        chairs: player id -> chair, for the seats of this side.
        person: who may sit down on any one of them.
        tape: of the frames that went to and from a server.

    Attributes:
        seat: where the person sits; None while they watch.
        match: the game under way, or the last one.
        step: its newest step.
        history: the actions chosen on this side, oldest first.
        moments: of this game, one for each step; a later look at them changes nothing.
        undone: (how many moves stood, the moves after them that were taken back), oldest first.
        rewards: player id -> what the last step gave.
        returns: player id -> the sum so far.
        about: which game of several this is; "" where that goes without saying.
        again: what ``recover`` does, in a word or two.
        open_seats: the person may take a seat.
        tells_seed: the person may know what the chance of the game follows from.
        savable: a file can tell the game from its seed on.
    """

    about = ""
    again = "Reconnect"
    open_seats = True
    tells_seed = True
    savable = True

    def __init__(
        self,
        setup: Setup,
        environment: AsyncEnvironment,
        chairs: dict[int, Chair],
        person: Person,
        tape: Tape,
    ) -> None:
        self.setup = setup
        self.environment = environment
        self.game: Game = environment.game
        self.chairs = chairs
        self.person = person
        self.tape = tape
        self.seat: int | None = None
        self.seed = setup.seed
        self.match: Match | None = None
        self.step: Step | None = None
        self.history: list[Move] = []
        self.moments: list[Moment] = []
        self.undone: list[tuple[int, tuple[Move, ...]]] = []
        self._kept: int | None = None
        self.rewards: dict[int, float] = {}
        self.returns: dict[int, float] = {}
        self._episode = 0

    @property
    def record(self) -> MatchRecord | None:
        """Of the game, once it is over."""
        return self.match.record if self.match else None

    @property
    def turn(self) -> tuple[int, ...]:
        """The players who have to choose now."""
        return tuple(seen.player for seen in self.step.observations) if self.step else ()

    @property
    def hidden(self) -> bool:
        """Whether players may not see everything of each other."""
        return not self.game.info.perfect_information

    def name(self, player: int) -> str:
        """Who plays a seat."""
        chair = self.chairs.get(player)
        return chair.occupant if chair else self.environment.opponents.get(player, "server")

    def observe(self, player: int) -> Observation:
        """The newest observation of a seat of this side."""
        return self.environment.observe(player)

    def take_seat(self, player: int) -> None:
        """Let the person play a seat."""
        self.leave_seat()
        self.chairs[player].taken = True
        self.seat = player

    def leave_seat(self) -> None:
        """Give the person's seat back to its policy."""
        if self.seat is not None:
            self.chairs[self.seat].taken = False
            self.seat = None
            self.person.leave_seat()

    def next_seed(self) -> None:
        """The game after this one is another one."""
        self.seed = (self.seed + 1) % (1 << SEED_BITS)

    @property
    def replayable(self) -> bool:
        """Whether the same seed and the same choices lead to the same moment: here they do."""
        return self.setup.target == LOCAL and self.environment.seeded and self.open_seats

    @property
    def rewinding(self) -> bool:
        """Whether moves are still being made once more, after others were taken back."""
        return any(chair.ahead for chair in self.chairs.values())

    @property
    def undoable(self) -> int | None:
        """How many moves would stand after ``undo``; None where nothing can be taken back."""
        if not self.replayable or self.seat is None or self.match is None:
            return None
        earlier = [m for m in self.moments if self.seat in m.turn and m.moves < len(self.history)]
        return earlier[-1].moves if earlier else None

    def undo(self) -> bool:
        """Let the next ``play`` be of this game as it stood at the person's previous decision.

        Chance falls as it fell, and everybody's choices up to then are made once more.
        """
        kept = self.undoable
        if kept is None:
            return False
        self.undone.append((kept, tuple(self.history[kept:])))
        self._kept = kept
        return True

    def _begin_anew(self) -> None:
        """Nothing is kept of the game before; after ``undo``, its first moves."""
        kept, self._kept = self._kept, None
        if kept is None:
            self.undone.clear()
        else:
            self._episode -= 1  # its seats' chance is that of the same episode
        stand = Counter(move.player for move in self.history[: kept or 0])
        for player, chair in self.chairs.items():
            chair.ahead = deque(chair.made[: stand[player]])

    async def play(self) -> AsyncGenerator[Step, None]:
        """Play one game from ``seed``; whoever iterates sets the pace.

        Raises:
            OpenEnvTuiError: the environment failed; ``reopen`` may help.
        """
        self.person.forget()
        self._begin_anew()
        self.history.clear()
        self.moments.clear()
        self.rewards = dict.fromkeys(self.chairs, 0.0)
        self.returns = dict.fromkeys(self.chairs, 0.0)
        self.step = None
        self.match = match = self._next_match()
        for chair in self.chairs.values():
            await chair.settled()
        async with aclosing(_closable(moves(self.environment, match))) as steps:
            async for step in steps:
                self._note(match, step)
                yield step

    def _next_match(self) -> Match:
        seats = {player: Seat(chair.name, chair) for player, chair in self.chairs.items()}
        opponents = self.environment.opponents
        match = Match(self.game, seats, self.seed, self._episode, opponents)
        self._episode += 1
        return match

    async def reopen(self) -> None:
        """Open the environment anew, after it was lost.

        Raises:
            OpenEnvTuiError: it still cannot be had.
        """
        await self.environment.close()
        self.environment = await _open(self.setup, self.tape)

    async def recover(self) -> None:
        """Make a next game possible after one was lost; raises what ``reopen`` does."""
        await self.reopen()

    async def close(self) -> None:
        """Let go of the environment and the policies."""
        self.person.leave_seat()
        for chair in self.chairs.values():
            chair.close()
        await self.environment.close()

    def _note(self, match: Match, step: Step) -> None:
        if self.step is not None:
            newest = match.chosen[len(self.history) :]
            for seen, action in zip(self.step.observations, newest, strict=True):
                name = self.game.action_name(seen, action)
                number = len(self.history) + 1
                self.history.append(Move(number, seen.player, self.name(seen.player), name, action))
        self.step = step
        for player in self.chairs:
            total = self.environment.observe(player).return_so_far
            self.rewards[player] = total - self.returns[player]
            self.returns[player] = total
        self.moments.append(self._moment())

    def _moment(self) -> Moment:
        seen = {player: self.environment.observe(player) for player in self.chairs}
        # Those who act have an observation made for them already.
        seen |= {one.player: one for one in self.step.observations} if self.step else {}
        return Moment(seen, self.turn, len(self.history), dict(self.rewards), dict(self.returns))


def _closable(steps: AsyncIterator[Step]) -> AsyncGenerator[Step, None]:
    """``moves`` is a generator; closing it at once lets go of the environment at once."""
    return cast("AsyncGenerator[Step, None]", steps)


def dealt(setup: Setup, boards: int) -> tuple[list[Setup], int]:
    """What several boards are to show: every deal once for each policy, next to each other.

    With one seat each policy plays each deal; with more, the policies change places.

    Returns:
        The boards' setups, and how many deals there are at once.
    """
    policies = setup.policies or ("random",)
    alone = load_game(setup.game).info.players == 1 if setup.game else False
    around = len(policies)
    setups = []
    for board in range(boards):
        deal, first = divmod(board, around)
        turned = policies[first:] + policies[:first]
        seed = (setup.seed + deal) % (1 << SEED_BITS)
        setups.append(replace(setup, policies=turned[:1] if alone else turned, seed=seed))
    return setups, -(-boards // around)


async def open_sitting(setup: Setup, tape: Tape | None = None) -> Sitting:
    """Open the environment, seat everybody, and check that they can play.

    Args:
        setup: what was asked for.
        tape: is given the frames; None for a new one.

    Raises:
        UsageError: a game, seat or policy that cannot be.
        ConnectionFailedError: the server cannot be reached.
    """
    # Specs are read first: a wrong name should not have to wait for a server.
    for spec in (*setup.policies, *([setup.others] if setup.others else [])):
        PolicySpec.parse(spec).build()
    tape = tape or Tape()
    environment = await _open(setup, tape)
    try:
        return _seated(setup, environment, tape)
    except BaseException:
        await environment.close()
        raise


async def _open(setup: Setup, tape: Tape) -> AsyncEnvironment:
    return await open_environment(
        setup.target,
        setup.game,
        every_view=True,
        headers=setup.access.headers,
        variables=setup.access.variables,
        tape=tape,
        tell=setup.tell,
    )


def _seated(setup: Setup, environment: AsyncEnvironment, tape: Tape) -> Sitting:
    game = environment.game
    seat = _persons_seat(setup, environment) if setup.person else None
    person = Person(game)
    others = [player for player in environment.seats if player != seat]
    if len(setup.policies) > len(others) or (setup.person and setup.others and not others):
        raise UsageError(_too_many(setup, environment, len(others)))
    specs = dict(zip(others, setup.policies, strict=False))
    if seat is not None:
        specs[seat] = stand_in(game)
    chairs = {}
    for player in environment.seats:
        spec = specs.get(player) or setup.others or "random"
        policy = PolicySpec.parse(spec).build()
        if reason := policy.unfit(game.info):
            raise UnfitPolicyError(spec, game.info.name, reason)
        chairs[player] = Chair(spec, policy, person)
    sitting = Sitting(replace(setup, game=game.info.name), environment, chairs, person, tape)
    if seat is not None:
        sitting.take_seat(seat)
    return sitting


def stand_in(game: Game) -> str:
    """Who plays on when a person hands over their seat: the policy made for the game, or random."""
    spec = heuristic_for(game.info.short_name) or "random"
    return "random" if PolicySpec.parse(spec).build().unfit(game.info) else spec


def _persons_seat(setup: Setup, environment: AsyncEnvironment) -> int:
    if setup.seat is None:
        return environment.seats[0]
    if setup.seat in environment.seats:
        return setup.seat
    seats = ", ".join(map(str, environment.seats))
    raise UsageError(f"seat {setup.seat} cannot be played here; there is {seats}")


def _too_many(setup: Setup, environment: AsyncEnvironment, free: int) -> str:
    name = environment.game.info.name
    if environment.opponents:
        served = ", ".join(sorted(set(environment.opponents.values())))
        return f"the other seats of {name} are played by {served}; leave the opponent out"
    given = len(setup.policies) or 1
    return f"{name} has {free} seat{'s' if free != 1 else ''} for policies, and {given} were named"
