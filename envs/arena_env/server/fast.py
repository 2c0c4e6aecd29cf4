"""Our OpenEnv server: the protocol's WebSocket and its three GET routes on one port."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hmac import compare_digest
from http import HTTPStatus
from typing import Any, Final, TypeAlias, cast
from urllib.parse import urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import PayloadTooBig
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from arena_env.models import ArenaAction, ArenaObservation, ArenaState
from arena_env.server.session import (
    MOST_EFFORT,
    ArenaSession,
    SessionError,
    Work,
    refusal,
)
from arena_env.table import Setting, Table
from openenv_tui import __version__
from openenv_tui.errors import UsageError
from openenv_tui.render import printable
from openenv_tui.wire.link import CLOSING_TIME, Link

ENDPOINT: Final = "/ws"
HEALTH: Final = "/health"
MAX_SESSIONS: Final = 64
MAX_REQUEST: Final = 2**20
"""Bytes."""
MAX_WAITING: Final = 100
"""Requests that a client may send ahead while the house thinks."""
MAX_CONNECTIONS: Final = 1_000
"""Beyond the sessions: of clients that are told that there is none, and of pages."""
BACKLOG: Final = 512
IDLE_LOOKS: Final = 4
"""Looks at the clock in the time after which a silent session ends: a question sets a flag alone,
so that sessions which ask pay nothing, and silence lasts at most a quarter longer."""
OPENING_SECONDS: Final = 10.0
"""Until a connection has to have said what it wants."""

_quiet = logging.getLogger("arena_env.server")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


Log: TypeAlias = "Callable[[str], None]"


def _unheard(_: str) -> None:
    """Nobody reads the log."""


@asynccontextmanager
async def serve(
    game: str,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    max_sessions: int = MAX_SESSIONS,
    agent_player: int | None = 0,
    opponent: str = "random",
    guard: Guard | None = None,
    idle: float = 0.0,
    max_request: int = MAX_REQUEST,
    effort: int = MOST_EFFORT,
    listener: socket.socket | None = None,
    seats: Seats | None = None,
    log: Log = _unheard,
) -> AsyncIterator[int]:
    """Serve a game on the running loop until the ``async with`` block ends.

    Args:
        game: with its parameters; a client's reset may ask for another one.
        host: the address to listen at.
        port: 0 takes a free one.
        max_sessions: how many clients at once; the next one is told CAPACITY_REACHED.
        agent_player: the seat of a client that does not ask for another; None for all seats.
        opponent: spec of the policy that plays the other seats, unless a client asks for another.
        guard: who is let in; everybody but strange web pages if None.
        idle: a session that asks nothing for so many seconds is closed, and told why; 0 for never.
        max_request: bytes of a request; who sends more is told so, and closed.
        effort: the most of an opponent that a client asks for.
        listener: listens already, instead of at host and port.
        seats: counts sessions, where several processes share them; its own if None.
        log: told of sessions as they come and go, in a line.

    Yields:
        The port.

    Raises:
        UsageError: no such game, seat or policy; or the port cannot be had.
    """
    setting = Setting(game, agent_player, opponent)
    desk = Desk(
        setting,
        seats or Seats(max_sessions),
        guard or Guard(),
        idle=idle,
        max_request=max_request,
        effort=effort,
        log=log,
    )
    loop = asyncio.get_running_loop()
    if listener is None:
        listener = listening(host, port)
    server = await loop.create_server(lambda: Client(desk), sock=listener)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await desk.close()
        await server.wait_closed()


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: the address to listen at.
        port: 0 takes a free one.

    Raises:
        UsageError: it cannot be had.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise UsageError(_why_not(host, port, error)) from error


@dataclass(frozen=True)
class Guard:
    """Says who is let in.

    Attributes:
        token: to be shown as ``Authorization: Bearer``; None lets everybody in.
        origins: web pages that may connect from a browser, beside the server's own.
    """

    token: str | None = field(default=None, repr=False)
    origins: frozenset[str] = frozenset()

    def objection(self, headers: Headers) -> HTTPStatus | None:
        """Why a request is turned away; None if it is not."""
        origin = headers.get("Origin")
        known = origin is None or origin in self.origins
        # A page of somebody else's could play through its visitor's browser.
        if not known and urlsplit(origin).netloc != headers.get("Host"):
            return HTTPStatus.FORBIDDEN
        if self.token is not None:
            shown = headers.get("Authorization", "").encode()
            if not compare_digest(shown, f"Bearer {self.token}".encode()):
                return HTTPStatus.UNAUTHORIZED
        return None


class Seats:
    """Counts the sessions of one process.

    Args:
        most: at once.

    Attributes:
        taken: now.
        episodes: of sessions that are over.
        steps: of sessions that are over.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = self.episodes = self.steps = 0

    def take(self) -> bool:
        """Take one; False if all are taken."""
        if self.taken >= self.most:
            return False
        self.taken += 1
        return True

    def give_back(self, episodes: int, steps: int) -> None:
        """A session is over, in which so much was played."""
        self.taken -= 1
        self.episodes += episodes
        self.steps += steps


def check(setting: Setting) -> None:
    """See whether it can be served.

    Raises:
        UsageError: no such game, seat or policy.
    """
    Table(setting).close()


class Desk:
    """Gives every client a session of its own, as long as there are any left.

    Args:
        setting: what is played by default.
        seats: counts the sessions.
        guard: who is let in.
        idle: seconds of silence that end a session; 0 for never.
        max_request: bytes.
        effort: the most of an opponent that a client asks for.
        log: told of sessions.

    Raises:
        UsageError: no such game, seat or policy.
    """

    def __init__(
        self,
        setting: Setting,
        seats: Seats,
        guard: Guard,
        *,
        idle: float = 0.0,
        max_request: int = MAX_REQUEST,
        effort: int = MOST_EFFORT,
        log: Log = _unheard,
    ) -> None:
        check(setting)
        self.guard = guard
        self.idle = idle
        self.setting = setting
        self.seats = seats
        self.max_request = max_request
        self.effort = effort
        self.log = log
        self.opened = 0
        self.clients: set[Client] = set()
        self.pages = pages(setting.game)

    async def close(self) -> None:
        """Say goodbye to everybody, and wait until they are gone."""
        for client in list(self.clients):
            client.leave(CloseCode.GOING_AWAY, "the server stops")
        async with asyncio.timeout(2 * CLOSING_TIME):
            while self.clients:
                await asyncio.gather(*[client.gone for client in self.clients])


class Client(Link):
    """The server's end of one connection.

    Args:
        desk: shared by all.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(ServerProtocol(max_size=desk.max_request, logger=_quiet))
        self.gone = asyncio.get_running_loop().create_future()
        self._desk = desk
        self._session: ArenaSession | None = None
        self._thinking: asyncio.Task[None] | None = None
        self._waiting: deque[str] = deque()
        self._asked = False
        self._clock: asyncio.TimerHandle | None = None
        self._looks = 0
        self._began = 0.0
        self._number = 0
        self._end = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        desk = self._desk
        desk.clients.add(self)
        if len(desk.clients) > desk.seats.most + MAX_CONNECTIONS:
            self.transport.abort()
            return
        loop = asyncio.get_running_loop()
        self._clock = loop.call_later(OPENING_SECONDS, self._open_or_go)

    def _open_or_go(self) -> None:
        if self._session is None:
            self.transport.abort()

    def on_end(self) -> None:
        self._desk.clients.discard(self)
        if self._clock is not None:
            self._clock.cancel()
        if (session := self._session) is not None:
            self._desk.seats.give_back(session.episodes, session.steps)
            self._desk.log(self._account(session))
            if self._thinking is None:
                session.close()
        self.gone.set_result(None)

    def on_handshake(self, event: Request | Response) -> None:
        request = cast(Request, event)
        core = cast(ServerProtocol, self.core)
        path, _, query = request.path.partition("?")
        objection = self._desk.guard.objection(request.headers)
        if objection is not None and path != HEALTH:
            core.send_response(_answer(core, objection, {"detail": objection.phrase}))
            return
        upgrades = "upgrade" in request.headers.get("Connection", "").lower()
        if path != ENDPOINT or not upgrades:
            core.send_response(self._page(core, path))
            return
        core.send_response(core.accept(request))
        if self.is_open:
            self._welcome(query)

    def leave(self, code: int, reason: str) -> None:
        """The server's own end."""
        self._end = reason
        self.say_goodbye(code, reason)

    def on_text(self, text: str) -> None:
        session = self._session
        if session is None:
            return
        self._asked = True
        if self._thinking is not None:
            self._waiting.append(text)
            if len(self._waiting) > MAX_WAITING:
                self._refuse("SESSION_ERROR", "too many requests were sent ahead")
            return
        try:
            reply = session.answer(text)
        except SessionError as error:
            self._refuse("SESSION_ERROR", str(error))
            return
        if isinstance(reply, bytes):
            self._reply(reply)
        elif reply is None:
            self.say_goodbye()
        else:
            self._thinking = asyncio.create_task(self._think(session, reply))

    def on_binary(self, size: int) -> None:
        self._refuse("SESSION_ERROR", "a request is a text frame, not a binary one")

    def _welcome(self, query: str) -> None:
        desk = self._desk
        if "session_id=" in query:
            self._refuse("SESSION_ERROR", "Unknown session_id: a session ends with its socket")
        elif not desk.seats.take():
            taken, most = desk.seats.taken, desk.seats.most
            desk.log(f"{self._peer} is turned away: {taken} of {most} sessions are taken")
            self._refuse(
                "CAPACITY_REACHED",
                f"Server at capacity: {taken} of {most} sessions are taken",
                active_sessions=taken,
                max_sessions=most,
            )
        else:
            desk.opened += 1
            self._number = desk.opened
            self._began = asyncio.get_running_loop().time()
            self._session = ArenaSession(desk.setting, desk.effort)
            desk.log(f"session {self._number} of {self._peer} is open")
            if self._clock is not None:
                self._clock.cancel()
                self._clock = None
            self._mind_the_clock()

    @property
    def _peer(self) -> str:
        peer = self.transport.get_extra_info("peername")
        return f"{peer[0]}:{peer[1]}" if isinstance(peer, tuple) else "a client"

    def _account(self, session: ArenaSession) -> str:
        """What a session came to, in a line."""
        seconds = asyncio.get_running_loop().time() - self._began
        setting = session.setting
        seat = "all seats" if setting.agent_player is None else f"seat {setting.agent_player}"
        against = f" against {setting.opponent}" if setting.agent_player is not None else ""
        return printable(
            f"session {self._number} of {self._peer} is over after {seconds:.1f} s: "
            f"{setting.game}, {seat}{against}, {session.episodes} episodes, {session.steps} steps; "
            f"{self._end or _parting(self)}"
        ).replace("\n", " ")

    def _mind_the_clock(self) -> None:
        """End a session in which nothing was asked while the clock was looked at so many times."""
        idle = self._desk.idle
        if not idle or not self.is_open:
            return
        busy = self._clock is None or self._asked or self._thinking is not None
        self._looks = 0 if busy else self._looks + 1
        if self._looks == IDLE_LOOKS:
            self._end = f"idle: nothing was asked for {idle:g} s"
            self.say_goodbye(CloseCode.GOING_AWAY, self._end)
            return
        self._asked = False
        self._clock = asyncio.get_running_loop().call_later(idle / IDLE_LOOKS, self._mind_the_clock)

    def _reply(self, reply: bytes) -> None:
        if self.is_open:
            self.send(reply)

    async def _think(self, session: ArenaSession, work: Work) -> None:
        """Let the house think in a thread, and then go on with what the client sent ahead."""
        try:
            self._reply(await asyncio.to_thread(work))
        finally:
            self._thinking = None
            if self.gone.done():
                session.close()
        waiting, self._waiting = self._waiting, deque()
        for text in waiting:
            self.on_text(text)
        self.flush()

    def _refuse(self, code: str, message: str, **more: Any) -> None:
        if self.is_open:
            self._end = message
            self._reply(refusal(code, message, **more))
            self.core.send_close(CloseCode.NORMAL_CLOSURE)

    def _page(self, core: ServerProtocol, path: str) -> Response:
        body: Mapping[str, Any]
        if path == ENDPOINT:
            status, body = HTTPStatus.UPGRADE_REQUIRED, {"detail": "WebSocket only"}
        elif path in self._desk.pages:
            status, body = HTTPStatus.OK, self._desk.pages[path]
        else:
            status, body = HTTPStatus.NOT_FOUND, {"detail": "Not Found"}
        return _answer(core, status, body)


def _parting(client: Client) -> str:
    """How a connection ended, where the server did not end it."""
    core = client.core
    if isinstance(core.parser_exc, PayloadTooBig):
        return "a request was too large"
    if core.close_rcvd is None:
        return "the connection broke off"
    return "the client left"


def _answer(core: ServerProtocol, status: HTTPStatus, body: Mapping[str, Any]) -> Response:
    response = core.reject(status, json.dumps(body))
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "application/json"
    return response


def pages(game: str) -> Mapping[str, Mapping[str, Any]]:
    """Path -> what OpenEnv's GET routes answer."""
    return {
        "/health": {"status": "healthy"},
        "/schema": {
            "action": ArenaAction.model_json_schema(),
            "observation": ArenaObservation.model_json_schema(),
            "state": ArenaState.model_json_schema(),
        },
        "/metadata": {
            "name": "ArenaEnvironment",
            "description": f"OpenSpiel games with every seat playable; {game} unless a reset asks "
            "for another",
            "readme_content": None,
            "version": __version__,
            "author": None,
            "documentation_url": None,
        },
    }


def _why_not(host: str, port: int, error: OSError | OverflowError) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is taken; choose another one with --port, or 0 for a free one"
        )
    return f"cannot listen at {host}, port {port}: {getattr(error, 'strerror', None) or error}"
