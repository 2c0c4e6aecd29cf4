"""Finds out what a server really does, by asking it: the ground on which its numbers stand.

Every probe speaks the protocol itself, on sessions of its own, and chooses its actions by the
server's schema alone, so that the same audit fits every environment.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any, Final

from openenv_tui.connection.chance import SEED_PAIRS, Beginning, Pair, judge
from openenv_tui.connection.finding import Finding, Verdict
from openenv_tui.connection.pages import page
from openenv_tui.connection.remote import environment_facts
from openenv_tui.connection.targets import websocket_url
from openenv_tui.errors import (
    CapacityError,
    ConnectionFailedError,
    NotOpenEnvError,
    OpenEnvTuiError,
    ServerError,
    SessionLostError,
    WireError,
)
from openenv_tui.games.forms import Form, Kind, Space
from openenv_tui.games.generic import Facts, GenericGame
from openenv_tui.games.served import adapter_for
from openenv_tui.render import printable
from openenv_tui.seeding import Rng
from openenv_tui.wire import codec
from openenv_tui.wire.codec import ErrorReply, ObservationReply
from openenv_tui.wire.session import Session
from openenv_tui.wire.transport import TransportClosed, connect, public_address

PROBED_STEPS: Final = 40
"""Of an episode that is compared with another one."""
LARGE: Final = 2 * 2**20
"""Bytes of the large frame."""
BRIEF_SECONDS: Final = 5.0
"""When the audit before an evaluation begins no further episodes."""
EPISODE_SECONDS: Final = 0.6
"""The most that one of them may take, so that of a slow server several are compared in part."""


@dataclass(frozen=True)
class Audit:
    """What was found out of a server.

    Attributes:
        address: without credentials.
        name: of the environment or game.
        seeded: a seed decides all chance, as far as was seen; None if that could not be asked.
        findings: in the order in which they were asked.
    """

    address: str
    name: str
    seeded: bool | None
    findings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """The object that ``--json`` prints and that a run keeps."""
        return {
            "address": self.address,
            "name": self.name,
            "seeded": self.seeded,
            "findings": [
                {**asdict(each), "verdict": each.verdict.value, "facts": dict(each.facts)}
                for each in self.findings
            ],
        }


@dataclass(frozen=True)
class Wishes:
    """How far an audit goes.

    Attributes:
        illegal: ask what an illegal action does; it may crash the server.
        idle: seconds to keep a session silent; 0: do not ask.
        sessions: the most sessions that are opened at once.
        seconds: for each measurement of speed.
        open_timeout: until a session has to be open.
        timeout: for each answer.
        headers: sent with every request.
    """

    illegal: bool = False
    idle: float = 0.0
    sessions: int = 16
    seconds: float = 2.0
    open_timeout: float = 10.0
    timeout: float = 60.0
    headers: tuple[tuple[str, str], ...] = ()


Tell = Callable[[str], None]


async def audit(target: str, wishes: Wishes | None = None, tell: Tell | None = None) -> Audit:
    """Ask a server everything.

    Args:
        target: a server's address.
        wishes: how far to go.
        tell: told what is asked next.

    Raises:
        UsageError: the target cannot be read.
        ConnectionFailedError: no session could be opened.
    """
    return await _Auditor(target, wishes or Wishes(), tell).everything()


async def brief(target: str, wishes: Wishes | None = None) -> Audit:
    """Ask what decides the pairing of an evaluation: schema, seeds, determinism.

    Raises:
        UsageError: the target cannot be read.
        ConnectionFailedError: no session could be opened.
    """
    return await _Auditor(target, wishes or Wishes(), None).in_short()


class _Auditor:
    def __init__(self, target: str, wishes: Wishes, tell: Tell | None) -> None:
        self._url = websocket_url(target)
        self._address = public_address(self._url)
        self._wishes = wishes
        self._tell = tell or (lambda _: None)
        self._facts = Facts("environment")
        self._adapter = GenericGame(self._facts)
        self._has_schema = False
        self._name = ""
        self._seeded: bool | None = None
        self._problems: list[str] = []
        self._frames = 0
        self._room = 1

    async def in_short(self) -> Audit:
        await self._introduce()
        findings = [await self._asked(self._seed)]
        findings.insert(0, self._schema())
        return self._audit(findings)

    async def everything(self) -> Audit:
        health = await self._introduce()
        probes = [
            ("seeds and determinism", self._seed),
            ("seats", self._seats),
            ("after the end", self._after_done),
            ("a bad frame", self._bad_frame),
            ("a large frame", self._large_frame),
            ("sessions", self._sessions),
            ("speed", self._speed),
        ]
        if self._wishes.illegal:
            probes.append(("an illegal action", self._illegal))
        if self._wishes.idle:
            probes.append((f"{self._wishes.idle:g} s of silence", self._idle))
        findings = []
        for name, probe in probes:
            self._tell(name)
            findings.append(await self._asked(probe))
        asked = [each.topic for each in findings]
        if "illegal action" not in asked:
            findings.append(
                Finding(
                    "illegal action",
                    Verdict.UNKNOWN,
                    "not asked: it may crash a server",
                    "this program checks legality itself; --probe-illegal asks",
                )
            )
        if "idle reaper" not in asked:
            findings.append(
                Finding(
                    "idle reaper",
                    Verdict.UNKNOWN,
                    "not asked: it takes as long as it waits",
                    "a person who thinks may lose the episode; --idle 60 waits a minute",
                )
            )
        return self._audit([health, self._schema(), *findings])

    def _audit(self, findings: Sequence[Finding]) -> Audit:
        return Audit(self._address, self._name, self._seeded, tuple(findings))

    async def _asked(self, probe: Callable[[], Any]) -> Finding:
        """A probe that fails has found something out too."""
        try:
            found: Finding = await probe()
        except OpenEnvTuiError as error:
            topic = probe.__name__.strip("_").replace("_", " ")
            return Finding(topic, Verdict.BAD, f"could not be asked: {error}", "ask its author")
        return found

    # Sessions.

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        wishes = self._wishes
        transport = await connect(self._url, wishes.open_timeout, wishes.headers)
        async with Session(transport, self._address, wishes.timeout) as session:
            yield session

    def _space(self, reply: ObservationReply) -> Space:
        return self._adapter.space(reply.observation)

    async def _begin(self, session: Session, seed: int) -> ObservationReply:
        reply = await session.reset({"seed": seed})
        self._check(reply)
        return reply

    async def _step(self, session: Session, reply: ObservationReply, rng: Rng) -> ObservationReply:
        space = self._space(reply)
        reply = await session.step(space.payload(space.sample(rng)))
        self._check(reply)
        return reply

    def _check(self, reply: ObservationReply) -> None:
        self._frames += 1
        if self._has_schema and len(self._problems) < 5:
            problem = Form.read(self._facts.observation).problem(
                {k: v for k, v in reply.observation.items() if k not in ("done", "reward")}
            )
            if problem and problem not in self._problems:
                self._problems.append(problem)

    # What is asked.

    async def _introduce(self) -> Finding:
        wishes = self._wishes
        try:
            async with self._session() as session:
                state = await session.state()
        except (WireError, SessionLostError, ServerError) as error:
            raise NotOpenEnvError(
                f"{self._address} does not answer as an OpenEnv server: {error}"
            ) from error
        names = ("health", "schema", "metadata")
        pages = [await page(self._url, name, wishes.open_timeout, wishes.headers) for name in names]
        health, schema, about = pages
        self._facts = environment_facts(schema or {}, about or {}, state)
        self._has_schema = bool(self._facts.observation)
        self._adapter = adapter = adapter_for(self._facts)
        game = state.get("game_name")
        self._name = printable(str(game)) if game else adapter.info.name
        found = [name for name, got in zip(names, pages, strict=True) if got is not None]
        missing = [name for name in names if name not in found]
        if missing:
            return Finding(
                "pages", Verdict.NOTE, f"there is no /{', no /'.join(missing)}",
                "without a schema an action has to be written as JSON",
            )  # fmt: skip
        status = printable(str((health or {}).get("status")))
        return Finding("pages", Verdict.GOOD, f"health, schema, metadata; it says: {status}", "")

    def _schema(self) -> Finding:
        if not self._facts.action:
            return Finding(
                "schema", Verdict.BAD, "there is none",
                "an action is any JSON; random policies cannot play",
            )  # fmt: skip
        facts = {"frames": self._frames, "problems": list(self._problems)}
        if self._problems:
            return Finding(
                "schema", Verdict.BAD, f"untrue of what is sent: {self._problems[0]}",
                "a policy written by the schema may read wrong fields", facts,
            )  # fmt: skip
        return Finding(
            "schema", Verdict.GOOD, f"there, and true of {self._frames} observations", "", facts
        )

    async def _episode(self, session: Session, seed: int, stream: int) -> Beginning:
        rng = Rng()
        rng.restart(stream, 1)
        stop = perf_counter() + EPISODE_SECONDS
        reply = await self._begin(session, seed)
        first = _fingerprint(reply)
        rest = []
        for _ in range(PROBED_STEPS):
            if reply.done or perf_counter() > stop:
                break
            reply = await self._step(session, reply, rng)
            rest.append(_fingerprint(reply))
        return Beginning(first, "\n".join(rest))

    async def _seed(self) -> Finding:
        seen: list[Pair] = []
        stop = perf_counter() + BRIEF_SECONDS
        async with self._session() as session:
            for stream, seeds in enumerate(SEED_PAIRS):
                # In turn, so that a server which only counts its episodes is found out.
                played = [await self._episode(session, seed, stream) for seed in (*seeds, *seeds)]
                seen.append(Pair(tuple(played[::2]), tuple(played[1::2])))
                if perf_counter() > stop:
                    break
        self._seeded, finding = judge(seen)
        return finding

    async def _seats(self) -> Finding:
        state = self._facts.parameters
        players, mine = state.get("num_players"), state.get("agent_player")
        if type(players) is not int or type(mine) is not int:
            count = self._adapter.info.players
            who = "one player" if count == 1 else f"{count}, all played from this side"
            return Finding("seats", Verdict.GOOD, who, "", {"players": count})
        async with self._session() as session:
            reply = await session.reset({"seed": 0, "agent_player": "all", "views": "all"})
        seats = reply.metadata.get("seats")
        facts = {"players": players, "seats": seats if isinstance(seats, list) else [mine]}
        if players == 1:
            return Finding("seats", Verdict.GOOD, "one player", "", facts)
        if isinstance(seats, list) and len(seats) == players:
            return Finding("seats", Verdict.GOOD, f"all {players} can be played from this side",
                           "every deal is played from every seat", facts)  # fmt: skip
        opponent = printable(str(state.get("opponent_policy") or "somebody"))
        return Finding(
            "seats",
            Verdict.NOTE,
            f"only seat {mine} of {players}, against {opponent}",
            "seats are not balanced: who moves first is not averaged out",
            facts,
        )

    async def _after_done(self) -> Finding:
        topic, rng = "after the end", Rng()
        rng.restart(1, 1)
        stop = perf_counter() + BRIEF_SECONDS
        async with self._session() as session:
            reply = await self._begin(session, SEED_PAIRS[0][0])
            before = reply
            while not reply.done and perf_counter() < stop:
                before, reply = reply, await self._step(session, reply, rng)
            if not reply.done:
                return Finding(topic, Verdict.UNKNOWN, "no episode ended while it was asked",
                               "evaluations cut episodes off: see --max-steps")  # fmt: skip
            space = self._space(before)
            try:
                reply = await session.step(space.payload(space.sample(rng)))
            except ServerError as error:
                return Finding(topic, Verdict.GOOD, f"a step is refused ({error.code})", "")
            except (SessionLostError, WireError) as error:
                return Finding(topic, Verdict.NOTE, f"a step ends the session: {error}", _NEVER)
        if reply.done:
            return Finding(topic, Verdict.GOOD, "a step answers that it is over", "")
        return Finding(topic, Verdict.NOTE, "a step silently begins or goes on with an episode",
                       _NEVER)  # fmt: skip

    async def _bad_frame(self) -> Finding:
        return await self._odd_frame("bad frame", "{this is not JSON")

    async def _large_frame(self) -> Finding:
        padded = codec.encode_reset({"seed": 0, "padding": "x" * LARGE})
        return await self._odd_frame("large frame", padded)

    async def _odd_frame(self, topic: str, frame: str) -> Finding:
        """Send a frame that no client should, and then one that every client may."""
        transport = await connect(self._url, self._wishes.open_timeout, self._wishes.headers)
        size = f" ({len(frame) / 2**20:.0f} MiB)" if len(frame) > 2**20 else ""
        try:
            async with asyncio.timeout(self._wishes.open_timeout):
                await transport.send(frame)
                reply = codec.decode(await transport.receive())
                await transport.send(codec.STATE_REQUEST)
                await transport.receive()
        except TimeoutError:
            return Finding(topic, Verdict.NOTE, "no answer", "the session has to be given up")
        except (TransportClosed, WireError) as error:
            return Finding(topic, Verdict.NOTE, f"ends the session{size}: {error}",
                           "one mistake of a client loses the episode")  # fmt: skip
        finally:
            transport.abort()
        if isinstance(reply, ErrorReply):
            return Finding(
                topic, Verdict.GOOD, f"refused{size} ({reply.code}); the session goes on"
            )
        return Finding(topic, Verdict.GOOD, f"taken{size}; the session goes on")

    async def _sessions(self) -> Finding:
        wanted, opened = self._wishes.sessions, []
        refused = ""
        try:
            for _ in range(wanted):
                transport = await connect(
                    self._url, self._wishes.open_timeout, self._wishes.headers
                )
                session = Session(transport, self._address, self._wishes.timeout)
                opened.append(session)
                await session.state()
        except CapacityError as error:
            await opened.pop().close()
            refused = str(error)
        except (ConnectionFailedError, SessionLostError, WireError, ServerError) as error:
            await opened.pop().close()
            refused = str(error)
        finally:
            for session in opened:
                await session.close()
        self._room = max(1, len(opened))
        facts = {"opened": len(opened), "asked": wanted, "refused": refused}
        if not refused:
            return Finding("sessions", Verdict.GOOD, f"{wanted} at once, and perhaps more",
                           "evaluations play on several at once", facts)  # fmt: skip
        several = len(opened) > 1
        return Finding(
            "sessions",
            Verdict.NOTE if several else Verdict.BAD,
            f"{len(opened)} at once, then it refuses",
            "evaluations take as many as they are given"
            if several
            else "one at a time: evaluations are slow",
            facts,
        )

    async def _speed(self) -> Finding:
        alone = await self._timed()
        many = min(8, self._room)
        began = perf_counter()
        counts = await asyncio.gather(*[self._timed() for _ in range(many)])
        rate = sum(map(len, counts)) / max(1e-9, perf_counter() - began)
        if not alone:
            return Finding("speed", Verdict.UNKNOWN, "no step was answered in time", "")
        alone.sort()
        p50, p95, p99 = (alone[min(len(alone) - 1, int(len(alone) * q))] for q in (0.5, 0.95, 0.99))
        single = len(alone) / sum(alone)
        facts = {"p50_ms": 1e3 * p50, "p95_ms": 1e3 * p95, "p99_ms": 1e3 * p99,
                 "steps_per_second": single, "sessions": many,
                 "steps_per_second_together": rate}  # fmt: skip
        return Finding(
            "speed",
            Verdict.GOOD if p50 < 0.1 else Verdict.NOTE,
            f"a step takes {_ms(p50)} (p95 {_ms(p95)}, p99 {_ms(p99)}); {single:,.0f} steps a "
            f"second on 1 session, {rate:,.0f} on {many}",
            f"an episode of 100 steps takes about {_seconds(100 * p50)}",
            facts,
        )

    async def _timed(self) -> list[float]:
        """Seconds of every step on one session, as many as fit into the time."""
        rng = Rng()
        rng.restart(5, 1)
        taken: list[float] = []
        stop = perf_counter() + self._wishes.seconds
        with suppress(SessionLostError, WireError, ServerError, CapacityError):
            async with self._session() as session:
                reply = await session.reset({"seed": 0})
                while perf_counter() < stop:
                    if reply.done:
                        reply = await session.reset({"seed": len(taken)})
                        continue
                    space = self._space(reply)
                    payload = space.payload(space.sample(rng))
                    began = perf_counter()
                    reply = await session.step(payload)
                    taken.append(perf_counter() - began)
        return taken

    async def _illegal(self) -> Finding:
        topic = "illegal action"
        async with self._session() as session:
            reply = await self._begin(session, SEED_PAIRS[0][0])
            payload = _illegal_payload(self._space(reply))
            if payload is None:
                return Finding(topic, Verdict.UNKNOWN, "the schema lets everything pass", "")
            try:
                answer = await session.step(payload)
            except ServerError as error:
                return Finding(topic, Verdict.GOOD, f"rejected ({error.code})",
                               "a wrong policy is told so")  # fmt: skip
            except (SessionLostError, WireError) as error:
                return Finding(topic, Verdict.BAD, f"fatal: {error}", _CHECKED)
        if answer.done:
            return Finding(topic, Verdict.NOTE, f"ends the episode, reward {answer.reward}",
                           "a wrong policy loses by the server's rule")  # fmt: skip
        return Finding(topic, Verdict.BAD, f"accepted silently, reward {answer.reward}", _CHECKED)

    async def _idle(self) -> Finding:
        topic, seconds, rng = "idle reaper", self._wishes.idle, Rng()
        rng.restart(1, 1)
        async with self._session() as session:
            reply = await self._begin(session, SEED_PAIRS[0][0])
            await asyncio.sleep(seconds)
            try:
                await self._step(session, reply, rng)
            except (SessionLostError, WireError) as error:
                return Finding(topic, Verdict.NOTE, f"on: {seconds:g} s end the session: {error}",
                               "a person who thinks so long loses the episode")  # fmt: skip
            except ServerError as error:
                return Finding(topic, Verdict.BAD, f"on: {seconds:g} s close the environment while "
                               f"the session stays open ({error.code})",
                               "a person who thinks so long loses the episode")  # fmt: skip
        return Finding(topic, Verdict.GOOD, f"{seconds:g} s of silence end nothing", "")


_NEVER: Final = "this program never steps after the end; other clients may count wrong episodes"
_CHECKED: Final = "this program checks legality before it sends; other clients may not"


def _fingerprint(reply: ObservationReply) -> str:
    """What has to be equal in two episodes that are the same; ids and times are not."""
    seen = {key: value for key, value in reply.observation.items() if key != "metadata"}
    return json.dumps([seen, reply.reward, reply.done], sort_keys=True, default=str)


def _illegal_payload(space: Space) -> Mapping[str, Any] | None:
    """An action of the right form that is not legal now; None if there is none."""
    chosen = space.listed or space.form.chosen
    if chosen is None:
        return None
    if chosen.kind is Kind.INTEGER or all(type(value) is int for value in space.values):
        numbers = [value for value in space.values if type(value) is int]
        return {chosen.name: max([int(chosen.high or 0), *numbers]) + 1}
    if space.values:
        return {chosen.name: "no such action"}
    return None


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _seconds(seconds: float) -> str:
    return _ms(seconds)
