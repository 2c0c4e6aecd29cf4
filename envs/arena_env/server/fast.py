"""Our OpenEnv server: the protocol's WebSocket and its three GET routes on one port."""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

from websockets.asyncio.server import Server, ServerConnection
from websockets.asyncio.server import serve as serve_websocket
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from arena_env.models import ArenaAction, ArenaObservation, ArenaState
from arena_env.server.session import ArenaSession, SessionError, refusal
from arena_env.table import Setting, Table
from openenv_tui import __version__
from openenv_tui.errors import UsageError

ENDPOINT: Final = "/ws"
MAX_SESSIONS: Final = 64

_quiet = logging.getLogger("arena_env.server")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


@asynccontextmanager
async def serve(
    game: str,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    max_sessions: int = MAX_SESSIONS,
    agent_player: int | None = 0,
    opponent: str = "random",
) -> AsyncIterator[int]:
    """Serve a game on the running loop until the ``async with`` block ends.

    Args:
        game: with its parameters; a client's reset may ask for another one.
        host: the address to listen at.
        port: 0 takes a free one.
        max_sessions: how many clients at once; the next one is told CAPACITY_REACHED.
        agent_player: the seat of a client that does not ask for another; None for all seats.
        opponent: spec of the policy that plays the other seats, unless a client asks for another.

    Yields:
        The port.

    Raises:
        UsageError: no such game, seat or policy; or the port cannot be had.
    """
    setting = Setting(game, agent_player, opponent)
    host_of_games = Host(setting, max_sessions)
    try:
        server = await serve_websocket(
            host_of_games.serve,
            host,
            port,
            process_request=host_of_games.route,
            compression=None,
            close_timeout=2,
            logger=_quiet,
        )
    except (OSError, OverflowError) as error:
        raise UsageError(_why_not(host, port, error)) from error
    async with server:
        yield _port(server)


class Host:
    """Gives every connection a session of its own, as long as there are any left.

    Args:
        setting: what is played by default.
        max_sessions: how many at once.

    Raises:
        UsageError: no such game, seat or policy.
    """

    def __init__(self, setting: Setting, max_sessions: int) -> None:
        Table(setting).close()
        self._setting = setting
        self._max_sessions = max_sessions
        self._sessions = 0
        self._pages = pages(setting.game)

    def route(self, connection: ServerConnection, request: Request) -> Response | None:
        """What a GET request gets; None lets a WebSocket be opened."""
        path = request.path.partition("?")[0]
        upgrades = "upgrade" in request.headers.get("Connection", "").lower()
        if path == ENDPOINT and upgrades:
            return None
        if path == ENDPOINT:
            return _json(connection, HTTPStatus.UPGRADE_REQUIRED, {"detail": "WebSocket only"})
        if path in self._pages:
            return _json(connection, HTTPStatus.OK, self._pages[path])
        return _json(connection, HTTPStatus.NOT_FOUND, {"detail": "Not Found"})

    async def serve(self, connection: ServerConnection) -> None:
        """Answer one client until it goes."""
        if self._sessions >= self._max_sessions:
            await _say(
                connection,
                "CAPACITY_REACHED",
                f"Server at capacity: {self._sessions} of {self._max_sessions} sessions are taken",
                active_sessions=self._sessions,
                max_sessions=self._max_sessions,
            )
            return
        if connection.request is not None and "session_id=" in connection.request.path:
            await _say(
                connection, "SESSION_ERROR", "Unknown session_id: sessions end with their socket"
            )
            return
        self._sessions += 1
        session = ArenaSession(self._setting)
        try:
            await _converse(connection, session)
        except ConnectionClosed:
            return
        except SessionError as error:
            await _say(connection, "SESSION_ERROR", str(error))
        finally:
            self._sessions -= 1
            session.close()


async def _converse(connection: ServerConnection, session: ArenaSession) -> None:
    receive, send, answer = connection.recv, connection.send, session.answer
    while True:
        frame = await receive()
        if not isinstance(frame, str):
            raise SessionError("a request is a text frame, not a binary one")
        reply = await answer(frame)
        if reply is None:
            return
        await send(reply)


async def _say(connection: ServerConnection, code: str, message: str, **more: Any) -> None:
    try:
        await connection.send(refusal(code, message, **more))
    except ConnectionClosed:
        return


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


def _json(connection: ServerConnection, status: HTTPStatus, body: Mapping[str, Any]) -> Response:
    response = connection.respond(status, json.dumps(body))
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "application/json"
    return response


def _port(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


def _why_not(host: str, port: int, error: OSError | OverflowError) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is taken; choose another one with --port, or 0 for a free one"
        )
    return f"cannot listen at {host}, port {port}: {getattr(error, 'strerror', None) or error}"
