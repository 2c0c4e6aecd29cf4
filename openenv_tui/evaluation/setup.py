"""What a run has to know before it can be played: where, what is offered there, and who fits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from openenv_tui.connection.access import Access, Headers
from openenv_tui.errors import CapacityError, ConnectionFailedError, UsageError
from openenv_tui.evaluation.plan import LOCAL, Cast, Plan, Tournament, check_fit
from openenv_tui.evaluation.rounds import drawn, in_whole_deals
from openenv_tui.evaluation.sides import JOINT
from openenv_tui.evaluation.stopping import Bounds, rule_for
from openenv_tui.game import Game
from openenv_tui.rule import judged

if TYPE_CHECKING:
    from openenv_tui.connection.audit import Audit
    from openenv_tui.environment import AsyncEnvironment

T = TypeVar("T")

FULL_SECONDS: Final = 5.0
"""So long a run waits at its beginning for a server that is full."""
FULL_PAUSE: Final = 0.25
"""Seconds between two questions to it."""


@dataclass(frozen=True)
class About:
    """What has to be known of a game on an environment to run and to tabulate it."""

    game: Game
    seats: tuple[int, ...]
    opponents: Mapping[int, str]
    env: str = LOCAL
    seeded: bool = True
    audit: Mapping[str, Any] | None = None

    @property
    def opponent_needed(self) -> bool:
        return self.game.info.players > 1 + len(self.opponents)

    def rows(self, plan: Plan) -> list[tuple[str, str | None]]:
        served = ", ".join(sorted(set(self.opponents.values())))
        if not self.opponent_needed:
            return [(policy, served or None) for policy in plan.policies]
        return [(spec, JOINT.join(plan.others(row))) for row, spec in enumerate(plan.policies)]

    def pairing(self, plan: Plan) -> str:
        """What is shared, in a sentence without its full stop."""
        if not self.seeded and len(self.seats) == self.game.info.players:
            return "The server deals by dice of its own, so episodes are not shared"
        proved = "" if self.audit is None else ", as the audit of the server found"
        if self.game.info.players == 1:
            return f"All policies play the same episodes{proved}"
        if len(self.seats) == self.game.info.players:
            whose = "in every pairing" if plan.tournament else "by all policies"
            return f"Every deal is played from every seat, {whose}{proved}"
        served = ", ".join(str(seat) for seat in self.seats)
        alone = f"Seat {served} alone: the server plays the others, so seats are not balanced"
        return alone if self.seeded else f"{alone}, and deals by dice of its own"

    def _deal(self, plan: Plan) -> int:
        players = self.game.info.players
        first = drawn(plan, None, players).plan
        rows = range(len(first.policies))
        return len(self.seats) * max(first.orders(row, players) for row in rows)

    def meta(self, plan: Plan) -> dict[str, Any]:
        """What the log says of the run."""
        info = self.game.info
        held = {} if plan.tournament is None else {"tournament": _held(plan, plan.tournament)}
        return held | {
            "game": info.name,
            "env": self.env,
            "seed": plan.seed,
            "episodes": plan.episodes,
            "pairing": self.pairing(plan),
            "outcome_rule": self.game.outcome_rule,
            "audit": self.audit,
            "deal": self._deal(plan) if self.seeded else 1,
            "players": info.players,
            "seats": list(self.seats),
            "min_utility": info.min_utility,
            "max_utility": info.max_utility,
            "zero_sum": info.zero_sum,
            "learn": plan.learn,
            "clock": plan.clock,
            "sprt": plan.sprt,
            "precision": plan.precision,
            "forfeits": plan.forfeits,
            "win": plan.win,
            "exact": plan.exact,
        }


def _held(plan: Plan, tournament: Tournament) -> dict[str, Any]:
    entrants = list(plan.policies)
    anchor = tournament.anchor or entrants[0]
    return {**asdict(tournament), "anchor": anchor, "entrants": entrants}


@dataclass(frozen=True)
class Where:
    """Where a run is played.

    Attributes:
        address: ``local``, or of a server that stands.
        target: as tables name it.
        headers: that the server is sent.
        game: that is played there, where the plan names none.
    """

    address: str = LOCAL
    target: str = LOCAL
    headers: Headers = field(default=(), repr=False)
    game: str = ""


@contextmanager
def reached(plan: Plan, access: Access, tell: Callable[[str], None] | None) -> Iterator[Where]:
    """Where the plan is played; a server that has to be started stands until the end."""
    from openenv_tui.connection.launch import silent, standing
    from openenv_tui.connection.profiles import resolved

    profile = resolved(plan.env)
    if profile.target == LOCAL:
        yield Where(game=profile.game or "")
        return
    headers = (*profile.access(), *access.headers)
    with standing(profile.target, access.variables, tell or silent) as address:
        yield Where(address, profile.target, headers, profile.game or "")


def prepared(
    plan: Plan,
    cast: Cast,
    where: Where,
    tell: Callable[[str], None],
    *,
    audited: bool = True,
) -> tuple[Plan, About]:
    """The plan with its game's full name, and what was found out, once all of it can be played."""
    plan = replace(plan, game=plan.game or where.game)
    if where.address == LOCAL:
        from openenv_tui.games import load_game

        game: Game = load_game(plan.game)
        about = About(judged(game, plan.win), tuple(range(game.info.players)), {})
    else:
        about = awaited(_asked(plan, where, audited=audited))
    plan = replace(plan, game=about.game.info.name)
    if plan.tournament is not None:
        plan = _as_tournament(plan, about, tell)
    check_fit(plan, cast, about.game.info, opponent_needed=about.opponent_needed)
    meta = about.meta(plan)
    rule_for(
        plan.sprt,
        plan.precision,
        Bounds(meta["deal"], meta["min_utility"], meta["max_utility"]),
    )
    return plan, about


def expect_playable(plan: Plan, access: Access, tell: Callable[[str], None]) -> Plan:
    """The plan with its game's full name, after all that can be known of it beforehand.

    Raises:
        UsageError: it cannot be played.
        ConnectionFailedError: its server cannot be reached.
    """
    with reached(plan, access, tell) as where:
        return prepared(plan, Cast(), where, lambda _: None, audited=False)[0]


def _as_tournament(plan: Plan, about: About, tell: Callable[[str], None]) -> Plan:
    """The plan as this game lets a tournament be held."""
    info = about.game.info
    if info.players == 1:
        tell(f"{info.name} is a game for one: there are no pairings, all play the same episodes")
        return replace(plan, tournament=None)
    if len(about.seats) < info.players:
        raise UsageError(
            f"a tournament seats everybody from here, and {about.env} takes seats of {info.name} "
            "itself; evaluate the policies against it with: openenv-tui eval"
        )
    if len(plan.policies) < 2:
        raise UsageError(f"a tournament of {info.name} needs at least two policies: -p A -p B")
    whole = in_whole_deals(plan, info.players)
    if whole.episodes != plan.episodes:
        tell(
            f"{whole.episodes:,} episodes a pairing instead of {plan.episodes:,}, so that every "
            "deal is played from every seat"
        )
    return whole


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives, on an event loop of its own."""
    from openenv_tui.connection.blocking import new_event_loop

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


async def _asked(plan: Plan, where: Where, *, audited: bool) -> About:
    environment = await _admitted(plan, where)
    try:
        about = About(
            judged(environment.game, plan.win),
            environment.seats,
            dict(environment.opponents),
            where.target,
            environment.seeded,
        )
    finally:
        await environment.close()
    found = await _audited(plan, where) if audited else None
    if about.seeded or found is None:
        # Ours gives the seed back with every reset: it need not be guessed from what is seen.
        return replace(about, audit=found.to_dict() if found else None)
    return replace(about, seeded=bool(found.seeded), audit=found.to_dict())


async def _audited(plan: Plan, where: Where) -> Audit | None:
    """A short audit; None where the server gives no session for it."""
    from openenv_tui.connection.audit import Wishes, brief

    try:
        return await brief(where.address, Wishes(headers=where.headers, timeout=plan.timeout))
    except ConnectionFailedError:
        return None


async def _admitted(plan: Plan, where: Where) -> AsyncEnvironment:
    """A first session. A server may need a moment until it knows that others are over."""
    from openenv_tui.connection import open_environment

    loop = asyncio.get_running_loop()
    until = loop.time() + min(plan.give_up, FULL_SECONDS)
    while True:
        try:
            return await open_environment(
                where.address,
                plan.game or None,
                limit=plan.max_steps,
                headers=where.headers,
                timeout=plan.timeout,
            )
        except CapacityError:
            if loop.time() >= until:
                raise
            await asyncio.sleep(FULL_PAUSE)
