"""Games in lines of text: for pipes, logs and screen readers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from inspect import isawaitable
from random import Random

import click

from openenv_tui.cli.common import telling
from openenv_tui.connection import OpenAsyncEnvironment, connect, open_environment
from openenv_tui.connection.access import Access
from openenv_tui.connection.recording import RecordedServer, Recording
from openenv_tui.connection.replay import Recorded, open_recorded
from openenv_tui.environment import AsyncEnvironment, Environment
from openenv_tui.errors import (
    IllegalActionError,
    RecordingEndsError,
    UnfitPolicyError,
    UsageError,
)
from openenv_tui.game import Game
from openenv_tui.games.forms import Space
from openenv_tui.match import Match, Seat, moves, play
from openenv_tui.model import (
    Action,
    Ending,
    EpisodeContext,
    GameInfo,
    MatchRecord,
    Observation,
    Outcome,
)
from openenv_tui.policy import Policy
from openenv_tui.render import in_ascii, plain, printable
from openenv_tui.specs import PolicySpec
from openenv_tui.wire.tape import Tape

NO_ACCESS = Access()


class Reader(Policy):
    """A person who reads the board as text and writes an action's name, key or number.

    Args:
        game: what is played.
        err: the board goes to stderr, because stdout is for something else.
    """

    def __init__(self, game: Game, *, err: bool = False) -> None:
        self.game = game
        self.err = err

    def act(self, observation: Observation, rng: Random) -> Action:
        self._say(picture(self.game, observation))
        self._say(choices(self.game, observation))
        while True:
            line = self._read()
            if line.lower() in ("quit", "exit"):
                raise Gone
            action = understood(self.game, observation, line)
            if action is not None:
                return action
            if line and isinstance(observation.action_space, Space):
                try:
                    return observation.action_space.read(line)
                except IllegalActionError as error:
                    self._say(_written(str(error)))
            elif line:
                self._say(f"'{printable(line)}' is not possible now")
                self._say(choices(self.game, observation))

    def refused(self, observation: Observation, reason: str) -> bool:
        self._say(_written(printable(reason)))
        return True

    def _read(self) -> str:
        if not self.err:
            try:
                return input("> ").strip()
            except EOFError as error:
                raise Gone from error
        # ``input`` would write its prompt to stdout.
        click.echo("> ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            raise Gone
        return line.strip()

    def _say(self, words: str) -> None:
        click.echo(words, err=self.err)


class Gone(BaseException):
    """Passes through the match, which takes any ordinary exception of a policy for a crash."""


class Overheard(Policy):
    """Says what another policy does, where everybody may see it."""

    def __init__(self, policy: Policy, say: Callable[[Observation, Action], None]) -> None:
        self.policy = policy
        self.say = say

    def begin(self, context: EpisodeContext) -> None:
        self.policy.begin(context)

    def act(self, observation: Observation, rng: Random) -> Action:
        answer = self.policy.act(observation, rng)
        if isawaitable(answer):
            raise UsageError("a policy that has to be awaited plays in the app only")
        if type(answer) is int and answer in observation.legal_actions:
            self.say(observation, answer)
        elif observation.action_space is not None:
            with suppress(IllegalActionError, TypeError):
                self.say(observation, observation.action_space.accept(answer))
        return answer

    def unfit(self, game: GameInfo) -> str | None:
        return self.policy.unfit(game)

    def end(self, outcome: Outcome | None) -> None:
        self.policy.end(outcome)


def play_in_lines(
    game: str | None,
    env: str,
    seat: int | None,
    opponent: str | None,
    seed: int,
    access: Access = NO_ACCESS,
    tape: Tape | None = None,
) -> int:
    """Play one game on stdin and stdout; the end of the input leaves politely.

    Returns:
        The exit code.
    """
    others = PolicySpec.parse(opponent or "random")
    others.build()
    with connect(
        env,
        game,
        every_view=True,
        headers=access.headers,
        variables=access.variables,
        tape=tape,
        tell=telling,
    ) as environment:
        return _play(environment, seat, others, seed, asked=opponent is not None)


def _play(
    environment: Environment, seat: int | None, others: PolicySpec, seed: int, *, asked: bool
) -> int:
    played, mine = environment.game, environment.seats[0] if seat is None else seat
    if mine not in environment.seats:
        listed = ", ".join(map(str, environment.seats))
        raise UsageError(f"seat {mine} cannot be played here; there is {listed}")
    if asked and len(environment.seats) == 1:
        raise UsageError(f"{played.info.name} has no other seat for a policy here")
    seats = {
        player: Seat("you", Reader(played))
        if player == mine
        else Seat(str(others), _opponent(played, others))
        for player in environment.seats
    }
    click.echo(f"{played.title}, seed {seed}. {played.goal}")
    if played.info.players > 1:
        click.echo(f"You have seat {mine} of 0 to {played.info.players - 1}.")
    click.echo("Write an action's name, key or number; quit, or the end of the input, leaves.\n")
    match = Match(played, seats, seed, opponents=environment.opponents)
    try:
        record = play(environment, match)
    except Gone:
        click.echo("\nYou left the game.")
        return 0
    click.echo(picture(played, environment.observe(mine)))
    click.echo(conclusion(played, environment, record, mine))
    return 0


def _opponent(game: Game, spec: PolicySpec) -> Policy:
    policy = spec.build()
    if reason := policy.unfit(game.info):
        raise UnfitPolicyError(str(spec), game.info.name, reason)
    if not game.info.perfect_information:
        return policy

    def say(observation: Observation, action: Action) -> None:
        name = printable(game.action_name(observation, action))
        click.echo(f"Seat {observation.player}, {spec}: {name}\n")

    return Overheard(policy, say)


def watch_in_lines(
    game: str | None,
    env: str,
    policies: tuple[str, ...],
    seed: int,
    access: Access = NO_ACCESS,
    tape: Tape | None = None,
) -> int:
    """Print every step of one game.

    Returns:
        The exit code.
    """
    specs = [PolicySpec.parse(text) for text in policies]
    for spec in specs:
        spec.build()
    opened = open_environment(
        env,
        game,
        every_view=True,
        headers=access.headers,
        variables=access.variables,
        tape=tape,
        tell=telling,
    )
    return asyncio.run(_watch(opened, specs, seed))


async def _watch(
    opened: Awaitable[OpenAsyncEnvironment], specs: list[PolicySpec], seed: int
) -> int:
    async with await opened as environment:
        played = environment.game
        seats = environment.seats
        if len(specs) > len(seats):
            raise UsageError(
                f"{played.info.name} has {len(seats)} seat{'s' if len(seats) > 1 else ''} for "
                f"policies here, and {len(specs)} were named"
            )
        named = [*specs, *[PolicySpec("random")] * (len(seats) - len(specs))]
        table = {}
        for player, spec in zip(seats, named, strict=True):
            policy = spec.build()
            if reason := policy.unfit(played.info):
                raise UnfitPolicyError(str(spec), played.info.name, reason)
            table[player] = Seat(str(spec), policy)
        await print_game(environment, table, seed)
    return 0


def replay_in_lines(recording: Recording) -> int:
    """Print every step of every game that was recorded.

    Returns:
        The exit code.
    """
    return asyncio.run(_replay(RecordedServer(recording, Tape())))


async def _replay(server: RecordedServer) -> int:
    episodes = server.recording.episodes
    for number, episode in enumerate(episodes):
        server.episode = number
        click.echo(f"Episode {number + 1} of {len(episodes)}")
        async with await open_recorded(server) as environment:
            recorded = Seat("recorded", Recorded(server, environment))
            try:
                await print_game(
                    environment, dict.fromkeys(environment.seats, recorded), episode.seed
                )
            except RecordingEndsError as error:
                click.echo(_written(f"The recording ends here: {error.meaning}."))
        click.echo()
    return 0


async def print_game(environment: AsyncEnvironment, table: dict[int, Seat], seed: int) -> None:
    """Play one game and print every step and how it ended; raises what ``moves`` does."""
    game = environment.game
    match = Match(game, table, seed, opponents=environment.opponents)
    who = ", ".join(f"seat {player} {seat.name}" for player, seat in table.items())
    click.echo(f"{game.title}, seed {seed}: {who}\n")
    await _print_steps(environment, match)
    assert match.record is not None
    for player in table:
        name = f"Seat {player}, {table[player].name}: " if len(table) > 1 else ""
        click.echo(name + conclusion(game, environment, match.record, player))


async def _print_steps(environment: AsyncEnvironment, match: Match) -> None:
    game, told = environment.game, 0
    before: tuple[Observation, ...] = ()
    async for step in moves(environment, match):
        for seen, action in zip(before, match.chosen[told:], strict=True):
            name = printable(game.action_name(seen, action))
            click.echo(f"{told + 1}. seat {seen.player}, {match.seats[seen.player].name}: {name}")
            told += 1
        before = step.observations
        looking = step.observations or (environment.observe(environment.seats[0]),)
        for seen in looking:
            if len(looking) > 1 or not game.info.perfect_information:
                click.echo(f"as seat {seen.player} sees it:")
            click.echo(picture(game, seen) + "\n")


def picture(game: Game, observation: Observation) -> str:
    """The board as text, in letters that stdout can write."""
    return _written(plain(game.view(observation), height=200))


def choices(game: Game, observation: Observation) -> str:
    """The legal actions, each with its key; or the fields of a form."""
    space = observation.action_space
    if not observation.legal_actions and isinstance(space, Space):
        return _written("write " + space.expected)
    keys: dict[int, str] = {}
    for key, action in game.keys(observation).items():
        keys.setdefault(action, key)
    listed = [
        f"{keys[action]}={name}" if keys.get(action, name) != name else name
        for action, name in (
            (a, printable(game.action_name(observation, a))) for a in observation.legal_actions
        )
    ]
    if len(listed) > 40:
        listed = [*listed[:40], f"... and {len(listed) - 40} more"]
    return _written("choose: " + ", ".join(listed))


def understood(game: Game, observation: Observation, line: str) -> int | None:
    """The legal action that a line means: by key, name, a name's only beginning, or number."""
    said = line.strip().lower()
    keys = {key.lower(): action for key, action in game.keys(observation).items()}
    names = {game.action_name(observation, a).lower(): a for a in observation.legal_actions}
    for table in (keys, names):
        if said in table:
            return table[said]
    digits_are_keys = any(key.isdecimal() for key in keys)
    if said.isdecimal() and not digits_are_keys and int(said) in observation.legal_actions:
        return int(said)
    begun = [action for name, action in names.items() if said and name.startswith(said)]
    return begun[0] if len(begun) == 1 else None


def conclusion(
    game: Game, environment: Environment | AsyncEnvironment, record: MatchRecord, seat: int
) -> str:
    """How the game ended for a seat, with its return."""
    if record.forfeit is not None:
        fault = record.forfeit
        return f"{record.seats[fault.seat]} (seat {fault.seat}) forfeits: {fault.message}."

    def last(player: int) -> Observation | None:
        return environment.observe(player) if player in environment.seats else None

    said = game.conclusion(Ending(record.returns, None), seat, last)
    total = record.returns[seat]
    return _written(said if total is None else f"{said} (return {total:g})")


def _written(text: str) -> str:
    encoding = sys.stdout.encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return in_ascii(text)
    return text
