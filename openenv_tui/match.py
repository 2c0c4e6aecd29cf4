"""One match: whose turn it is, what is legal, whose clock runs, who forfeits, what is recorded.

``Match`` does no I/O. ``play`` drives it on an ``Environment``, ``play_async`` and ``moves`` on an
``AsyncEnvironment``; screens, harness, replays and the server's opponents all go through it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from inspect import isawaitable
from math import isfinite
from operator import index
from time import perf_counter
from typing import Any

from openenv_tui.environment import AsyncEnvironment, Environment
from openenv_tui.errors import AwaitedPolicyError, IllegalActionError, OpenEnvTuiError
from openenv_tui.game import Game, LastSeen
from openenv_tui.model import (
    Action,
    ActionSpace,
    Ending,
    EpisodeContext,
    Forfeit,
    ForfeitKind,
    MatchRecord,
    Observation,
    Outcome,
    Step,
    Transition,
)
from openenv_tui.policy import Policy
from openenv_tui.seeding import Rng

FAULTS = (Exception, SystemExit)
"""What a policy's own code may raise: the match goes on, and the policy has lost it."""


class Seat:
    """A policy at the table, with a chance of its own.

    One seat serves many episodes, and may sit at another place in each.

    Args:
        name: what tables call the policy.
        policy: who chooses.
        clock: seconds for each decision; None for no limit.
        learning: the policy is given its transitions.
    """

    __slots__ = (
        "act",
        "begins",
        "clock",
        "ends",
        "learning",
        "name",
        "pending",
        "plain",
        "policy",
        "rng",
    )

    def __init__(
        self, name: str, policy: Policy, *, clock: float | None = None, learning: bool = False
    ) -> None:
        self.name = name
        self.policy = policy
        self.act = policy.act
        self.clock = clock
        self.learning = learning
        self.plain = clock is None and not learning
        self.rng = Rng()
        self.pending: tuple[Observation, Action, float] | None = None
        # Most policies keep nothing between moves, and a call that does nothing still costs.
        self.begins = _overrides(policy, "begin")
        self.ends = _overrides(policy, "end")


def _overrides(policy: Policy, method: str) -> bool:
    return (
        getattr(policy, method).__func__ is not getattr(Policy, method)
        if hasattr(getattr(policy, method), "__func__")
        else True
    )


class Foul(Exception):  # noqa: N818 - it is a verdict, which the match records, not an error
    """A seat's own fault ends the match."""

    def __init__(self, seat: int, kind: ForfeitKind, message: str) -> None:
        self.forfeit = Forfeit(seat, kind, message)
        super().__init__(message)


class Match:
    """One episode between seats.

    Args:
        game: judges the outcome.
        seats: player id -> who sits there, for every seat of this side.
        seed: of the episode: chance, and every seat's own randomness, come from it.
        episode: its number in the run.
        opponents: player id -> name of who plays the other seats.
        names: everybody's, by player id, where they are known already.
    """

    __slots__ = (
        "_known_names",
        "_opponents",
        "chosen",
        "episode",
        "game",
        "record",
        "seats",
        "seed",
    )

    def __init__(
        self,
        game: Game,
        seats: Mapping[int, Seat],
        seed: int,
        episode: int = 0,
        opponents: Mapping[int, str] | None = None,
        names: tuple[str, ...] | None = None,
    ) -> None:
        self.game = game
        self.seats = seats
        self.seed = seed
        self.episode = episode
        self.chosen: list[Action] = []
        self.record: MatchRecord | None = None
        self._opponents = opponents
        self._known_names = names

    def again(self, seed: int) -> Match:
        """The same episode once more, from another seed."""
        return Match(self.game, self.seats, seed, self.episode, self._opponents, self._known_names)

    def begin(self) -> None:
        """Tell every seat that the episode begins.

        Raises:
            Foul: a policy failed.
        """
        # The games of one deal share its chance, not the seats' own: otherwise two equal policies
        # would play the same game again with their seats swapped, and count it twice.
        players = self.game.info.players
        stream = 1 + players * (self.episode % players)
        for player, seat in self.seats.items():
            seat.rng.restart(self.seed, stream + player)
            seat.pending = None
            if seat.begins:
                context = EpisodeContext(self.game.info, player, self.episode, seat.learning)
                try:
                    seat.policy.begin(context)
                except FAULTS as error:
                    raise _crash(player, error) from error

    def choose(self, observation: Observation) -> Action:
        """The legal action that the seat whose turn it is chooses at once.

        Raises:
            Foul: the policy failed, took too long, or chose no legal action.
            AwaitedPolicyError: the policy has to be awaited.
        """
        return self.settle(observation, self.ask(observation))

    def settle(self, observation: Observation, answer: Any) -> Action:
        """The legal action that an answer stands for, if it is there already.

        Raises:
            Foul: it stands for none.
            AwaitedPolicyError: it has to be awaited.
        """
        if isawaitable(answer):
            if hasattr(answer, "close"):
                answer.close()
            raise AwaitedPolicyError(self.seats[observation.player].name)
        return self.accept(observation, answer)

    def ask(self, observation: Observation) -> Any:
        """What the seat whose turn it is answers: an action, or something to await for one.

        Raises:
            Foul: the policy failed, or took too long.
        """
        seat = self.seats[observation.player]
        if seat.learning:
            self._teach(seat, observation, done=False)
        if seat.clock is not None:
            return self._ask_by_the_clock(seat, seat.clock, observation)
        try:
            return seat.act(observation, seat.rng)
        except FAULTS as error:
            raise _crash(observation.player, error) from error

    def accept(self, observation: Observation, answer: Any) -> Action:
        """The legal action that an answer stands for.

        Raises:
            Foul: it stands for none.
        """
        space = observation.action_space
        action: Action
        if space is not None:
            action = _as_form(observation.player, space, answer)
            self.chosen.append(space.written(action))
        else:
            action = answer if type(answer) is int else _as_action(observation.player, answer)
            if action not in observation.legal_actions:
                legal = ", ".join(map(str, observation.legal_actions))
                message = f"chose {action}; legal were {legal}"
                raise Foul(observation.player, ForfeitKind.ILLEGAL, message)
            self.chosen.append(action)
        seat = self.seats[observation.player]
        if seat.learning:
            seat.pending = observation, action, observation.return_so_far
        return action

    def refused(self, acting: Sequence[Observation], error: IllegalActionError) -> None:
        """The environment refused what was accepted: it is taken back, to be chosen once more.

        Raises:
            Foul: the seat does not choose again.
        """
        del self.chosen[len(self.chosen) - len(acting) :]
        for observation in acting:
            seat = self.seats[observation.player]
            seat.pending = None
            if not seat.policy.refused(observation, str(error)):
                raise Foul(observation.player, ForfeitKind.ILLEGAL, str(error)) from error

    def finish(self, ending: Ending, last: LastSeen) -> MatchRecord:
        """The episode ended by itself.

        Args:
            ending: what the environment said.
            last: gives the newest observation of a player of this side.
        """
        judge = self.game.judge
        returns, history, cut = ending
        outcomes = tuple([judge(ending, player, last) for player in range(len(returns))])
        for player, seat in self.seats.items():
            if seat.learning:
                final = last(player)
                if final is not None:
                    self._teach(seat, final, done=True)
            if seat.ends:
                try:
                    seat.policy.end(outcomes[player])
                except FAULTS as error:
                    raise _crash(player, error) from error
        chosen = self.chosen
        self.record = record = MatchRecord(
            self.game.info.name,
            self.seed,
            self._known_names or self._names(),
            returns,
            outcomes,
            len(chosen),
            tuple(chosen) if history is None else history,
            history is not None,
            None,
            cut,
        )
        return record

    def forfeited(self, forfeit: Forfeit) -> MatchRecord:
        """The episode ended by a seat's fault: it gets the least return, and the loss."""
        info = self.game.info
        returns: list[float | None] = [None] * info.players
        outcomes: list[Outcome | None] = [None] * info.players
        # Where returns have no bound there is no least one, so none is told.
        returns[forfeit.seat] = info.min_utility if isfinite(info.min_utility) else None
        outcomes[forfeit.seat] = Outcome.LOSS
        if info.players == 2:
            outcomes[1 - forfeit.seat] = Outcome.WIN
            if info.zero_sum and isfinite(info.min_utility):
                returns[1 - forfeit.seat] = -info.min_utility
        for player, seat in self.seats.items():
            if seat.ends:
                try:
                    seat.policy.end(outcomes[player])
                except FAULTS:
                    continue
        self.record = record = MatchRecord(
            info.name,
            self.seed,
            self._known_names or self._names(),
            tuple(returns),
            tuple(outcomes),
            len(self.chosen),
            tuple(self.chosen),
            False,
            forfeit,
        )
        return record

    def _names(self) -> tuple[str, ...]:
        seats = self.seats
        if not self._opponents:
            return tuple([seats[player].name for player in range(len(seats))])
        return tuple(
            seats[player].name if player in seats else self._opponents.get(player, "server")
            for player in range(self.game.info.players)
        )

    def _teach(self, seat: Seat, now: Observation, *, done: bool) -> None:
        if seat.pending is None:
            return
        before, action, earlier = seat.pending
        seat.pending = None
        reward = now.return_so_far - earlier
        try:
            seat.policy.learn(Transition(before, action, reward, now, done))
        except FAULTS as error:
            raise _crash(now.player, error) from error

    def _ask_by_the_clock(self, seat: Seat, clock: float, observation: Observation) -> Any:
        started = perf_counter()
        try:
            answer = seat.act(observation, seat.rng)
        except FAULTS as error:
            raise _crash(observation.player, error) from error
        if perf_counter() - started > clock:
            raise _late(observation.player, clock)
        return answer


def _crash(player: int, error: BaseException) -> Foul:
    return Foul(player, ForfeitKind.CRASH, f"{type(error).__name__}: {error}")


def _late(player: int, clock: float) -> Foul:
    return Foul(player, ForfeitKind.TIMEOUT, f"took longer than {clock:g} s")


def _as_action(player: int, answer: Any) -> int:
    """NumPy's integers are welcome; whatever is no integer is not an action."""
    try:
        return index(answer)
    except TypeError:
        message = f"answered {answer!r:.80}, which is not an action"
        raise Foul(player, ForfeitKind.UNPARSABLE, message) from None


def _as_form(player: int, space: ActionSpace, answer: Any) -> Action:
    try:
        return space.accept(answer)
    except IllegalActionError as error:
        raise Foul(player, ForfeitKind.ILLEGAL, str(error)) from error
    except TypeError:
        message = f"answered {answer!r:.80}, which is not an action"
        raise Foul(player, ForfeitKind.UNPARSABLE, message) from None


def play(environment: Environment, match: Match) -> MatchRecord:
    """Play a match to its end.

    Raises:
        OpenEnvTuiError: the environment failed.
        AwaitedPolicyError: a policy has to be awaited; ``play_async`` can.
    """
    seats, chosen, take = match.seats, match.chosen, environment.step
    listed = environment.game.info.listed
    step = environment.reset(match.seed)
    try:
        match.begin()
        seen, ending = step
        while ending is None:
            observation = seen[0]
            seat = seats[observation.player]
            if len(seen) > 1 or not (listed and seat.plain):
                seen, ending = _take(environment, match, seen)
                continue
            # Evaluations spend their time here; ``choose`` does the same for the other cases.
            try:
                action = seat.act(observation, seat.rng)
            except FAULTS as error:
                raise _crash(observation.player, error) from error
            if type(action) is int and action in observation.legal_actions:
                chosen.append(action)
            else:
                action = match.settle(observation, action)
            seen, ending = take((action,))
        return match.finish(ending, environment.observe)
    except Foul as foul:
        return match.forfeited(foul.forfeit)


def _take(environment: Environment, match: Match, seen: Sequence[Observation]) -> Step:
    while True:
        try:
            return environment.step([match.choose(one) for one in seen])
        except IllegalActionError as error:
            match.refused(seen, error)


async def play_async(environment: AsyncEnvironment, match: Match) -> MatchRecord:
    """Play a match to its end, awaiting the environment and the policies.

    Raises:
        SessionLostError: the episode is lost.
    """
    async for _ in moves(environment, match):
        pass
    if match.record is None:
        raise OpenEnvTuiError("the match ended without a record")
    return match.record


async def moves(environment: AsyncEnvironment, match: Match) -> AsyncGenerator[Step, None]:
    """Play a match, and hand out every step as soon as it is there, the last one too.

    The match goes on when the next step is asked for, so whoever iterates sets the pace. After
    the last step ``match.record`` is there.
    """
    step = await environment.reset(match.seed)
    try:
        match.begin()
        while step.ending is None:
            yield step
            step = await _stepped(environment, match, step.observations)
        match.finish(step.ending, _seen_by(environment))
        yield step
    except Foul as foul:
        match.forfeited(foul.forfeit)


async def _stepped(
    environment: AsyncEnvironment, match: Match, seen: Sequence[Observation]
) -> Step:
    while True:
        actions = [await _decide(match, one) for one in seen]
        try:
            return await environment.step(actions)
        except IllegalActionError as error:
            match.refused(seen, error)


def _seen_by(environment: AsyncEnvironment) -> LastSeen:
    mine = environment.seats
    return lambda player: environment.observe(player) if player in mine else None


async def _decide(match: Match, observation: Observation) -> Action:
    seat = match.seats[observation.player]
    if seat.clock is None:
        # A time-out costs more than most policies take to choose.
        return match.accept(observation, await _answer(match, seat, observation))
    try:
        async with asyncio.timeout(seat.clock):
            answer = await _answer(match, seat, observation)
    except TimeoutError as error:
        raise _late(observation.player, seat.clock) from error
    return match.accept(observation, answer)


async def _answer(match: Match, seat: Seat, observation: Observation) -> Any:
    if seat.policy.blocking:
        answer = await asyncio.to_thread(match.ask, observation)
    else:
        answer = match.ask(observation)
    if type(answer) is not int and isawaitable(answer):
        answer = await _guarded(observation.player, answer)
    return answer


async def _guarded(player: int, answer: Awaitable[Any]) -> Any:
    try:
        return await answer
    except (Foul, OpenEnvTuiError):
        raise
    except TimeoutError as error:
        raise _crash(player, error) from error
    except FAULTS as error:
        raise _crash(player, error) from error


def at_the_table(seats: Sequence[Seat]) -> dict[int, Seat]:
    """Seats by player id, the first as player 0."""
    return dict(enumerate(seats))
