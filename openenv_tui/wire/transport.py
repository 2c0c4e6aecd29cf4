"""One text frame out, one text frame back; a transport knows neither requests nor games."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol, cast
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus, PayloadTooBig
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.uri import parse_uri

from openenv_tui.errors import (
    BinaryFrameError,
    DroppedError,
    FrameTooLargeError,
    GarbageError,
    GoingAwayError,
    IdleError,
    NotOpenEnvError,
    RefusedError,
    SessionLostError,
    UnreachableError,
    WireError,
)
from openenv_tui.render import printable
from openenv_tui.wire.link import Link

MAX_FRAME: Final = 64 * 2**20
"""Bytes. Frames of screens are 0.4 MB; the default of 1 MiB would cut a larger one off."""

HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_quiet = logging.getLogger("openenv_tui.wire")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


LEAVING: Final = frozenset(
    {CloseCode.GOING_AWAY, CloseCode.SERVICE_RESTART, CloseCode.TRY_AGAIN_LATER}
)
IDLE: Final = re.compile(r"\b(idle|idling|inactiv\w*)\b|session (timed out|expired)", re.IGNORECASE)
"""How servers say that a session was closed because nobody used it."""


class TransportClosed(Exception):  # noqa: N818 - the end of a stream, as in EOF
    """The other side is gone, and nothing that it sent is left to be read.

    Args:
        reason: why, in words.
        error: what that is for the session.
    """

    def __init__(
        self, reason: str, error: type[SessionLostError | WireError] = SessionLostError
    ) -> None:
        self.error = error
        super().__init__(reason)


class Unasked(Exception):  # noqa: N818 - what it is worth, the session decides
    """Frames wait that came before the question; they have to be received first."""


class Transport(Protocol):
    """A way to a server. After ``TransportClosed`` nothing but ``close`` may be called."""

    async def send(self, text: str) -> None:
        """Send a frame.

        Raises:
            TransportClosed: it cannot arrive any more; frames that came before may be waiting.
            Unasked: a frame came before this one was sent, and nothing was sent.
        """

    async def receive(self) -> str:
        """The next frame, also one that arrived before the other side went.

        Raises:
            TransportClosed: there is none, and there will be none.
            WireError: it is not text.
        """

    async def close(self) -> None:
        """Say goodbye and go; twice does no harm."""

    def abort(self) -> None:
        """Go at once; whatever is on its way is lost."""


class WebSocketTransport:
    """A transport over a WebSocket that is open already."""

    def __init__(self, link: ClientLink) -> None:
        self._link = link

    async def send(self, text: str) -> None:
        if not self._link.is_open:
            await self._link.ended
            raise _end(self._link)
        if self._link.has_unread:
            raise Unasked
        self._link.send(text.encode())

    async def receive(self) -> str:
        return await self._link.receive()

    async def close(self) -> None:
        self._link.say_goodbye()
        await asyncio.shield(self._link.ended)

    def abort(self) -> None:
        self._link.transport.abort()


class ClientLink(Link):
    """A client's end: messages wait here until they are asked for."""

    def __init__(self, core: ClientProtocol, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(core)
        self._headers = headers
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.reached = False
        self._arrived: deque[str | WireError] = deque()
        self._waiter: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.reached = True
        core = cast(ClientProtocol, self.core)
        request = core.connect()
        for name, value in self._headers:
            request.headers[name] = value
        core.send_request(request)
        self.flush()

    def on_handshake(self, event: Request | Response) -> None:
        if self.core.handshake_exc is None and not self.opened.done():
            self.opened.set_result(None)

    @property
    def has_unread(self) -> bool:
        """Messages wait here."""
        return bool(self._arrived)

    def on_text(self, text: str) -> None:
        self._arrive(text)

    def on_binary(self, size: int) -> None:
        problem = f"a text frame was expected, not a binary one of {size} bytes"
        self._arrive(BinaryFrameError(problem))

    def pause_writing(self) -> None:
        # A client reads on while it writes: a server that refuses a large request says so early.
        pass

    def resume_writing(self) -> None:
        pass

    def on_end(self) -> None:
        if not self.opened.done():
            self.opened.set_result(None)
        self.ended.set_result(None)
        self._wake()

    async def receive(self) -> str:
        """The next message.

        Raises:
            TransportClosed: there is none, and there will be none.
            WireError: it is not text.
        """
        while not self._arrived:
            if self.ended.done():
                raise _end(self)
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        message = self._arrived.popleft()
        if isinstance(message, WireError):
            raise message
        return message

    def _arrive(self, message: str | WireError) -> None:
        self._arrived.append(message)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def connect(
    url: str, timeout: float, headers: Sequence[tuple[str, str]] = ()
) -> WebSocketTransport:
    """Open a WebSocket.

    Args:
        url: ws:// or wss://.
        timeout: seconds for the whole opening.
        headers: sent along.

    Raises:
        UnreachableError: nothing listens there, or nothing comes back.
        NotOpenEnvError: what listens there offers no WebSocket.
    """
    address = public_address(url)
    uri = parse_uri(url)
    links: list[ClientLink] = []

    def begin() -> ClientLink:
        core = ClientProtocol(uri, max_size=MAX_FRAME, logger=_quiet)
        links.append(ClientLink(core, headers))
        return links[-1]

    try:
        async with asyncio.timeout(timeout):
            await asyncio.get_running_loop().create_connection(
                begin, uri.host, uri.port, ssl=True if uri.secure else None
            )
            await links[-1].opened
    except TimeoutError as error:
        raise _silent(address, timeout, links) from error
    except (OSError, UnicodeError) as error:
        kind = RefusedError if _is_refusal(error) else UnreachableError
        raise kind(f"cannot reach {address}: {_said(error)}; {_advice(url)}") from error
    finally:
        if links and not links[-1].is_open and links[-1].reached:
            links[-1].transport.abort()
    link = links[-1]
    problem = link.core.handshake_exc
    if isinstance(problem, InvalidStatus):
        raise _refused(address, problem.response.status_code) from problem
    if problem is not None or link.ended.done():
        said = printable(str(problem)) if problem else "it closes the connection"
        raise NotOpenEnvError(
            f"what listens at {address} is not an OpenEnv server: {said}; "
            "a WebSocket was expected there"
        ) from problem
    return WebSocketTransport(link)


def public_address(url: str) -> str:
    """A URL as it may be shown and stored: without user, password and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


class ScriptedTransport:
    """A transport without a network, for tests: answers come from a function or from a list.

    Args:
        answers: frames in the order in which they are to come, or a function that gives the
            frames that follow a request. After the last of a list the other side is gone.
        reason: why it is gone.
    """

    def __init__(
        self,
        answers: Iterable[str] | Callable[[str], Iterable[str]],
        reason: str = "closed with code 1000",
    ) -> None:
        self.sent: list[str] = []
        self.closed = False
        self._answer = answers if callable(answers) else None
        self._arrived: asyncio.Queue[str | None] = asyncio.Queue()
        self._reason = reason
        if not callable(answers):
            for frame in answers:
                self._arrived.put_nowait(frame)

    async def send(self, text: str) -> None:
        if self.closed:
            raise TransportClosed(self._reason)
        self.sent.append(text)
        if self._answer:
            for frame in self._answer(text):
                self.push(frame)

    def push(self, text: str) -> None:
        """Let a frame arrive now."""
        self._arrived.put_nowait(text)

    async def receive(self) -> str:
        if self._arrived.empty() and (self.closed or self._answer is None):
            raise TransportClosed(self._reason)
        frame = await self._arrived.get()
        if frame is None:
            raise TransportClosed(self._reason)
        return frame

    async def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        self.closed = True
        self._arrived.put_nowait(None)


def _advice(url: str) -> str:
    parts = urlsplit(url)
    if parts.hostname in HERE and parts.port is not None:
        return f"is it started? One of ours is: openenv-tui serve catch --port {parts.port}"
    return "is the address right, and is there a way to it from here?"


def _silent(
    address: str, timeout: float, links: Sequence[ClientLink]
) -> UnreachableError | NotOpenEnvError:
    if any(link.reached for link in links):
        return NotOpenEnvError(
            f"{address} accepts connections and says nothing within {timeout:g} s; "
            "an OpenEnv server's WebSocket was expected there"
        )
    return UnreachableError(f"{address} does not answer within {timeout:g} s; {_advice(address)}")


def _refused(address: str, status: int) -> UnreachableError | NotOpenEnvError:
    if status >= 500:
        return UnreachableError(
            f"{address} answers with HTTP status {status}: "
            "the server behind it is not up; try again later"
        )
    if status in (401, 403):
        return NotOpenEnvError(
            f"{address} lets nobody in without leave (status {status}): is a token missing "
            "(--token, --header), or the path wrong? An OpenEnv server's path ends in /ws"
        )
    return NotOpenEnvError(
        f"{address} is an HTTP server without OpenEnv's WebSocket (status {status}); "
        "expected an address such as ws://127.0.0.1:8000"
    )


def _is_refusal(error: OSError | UnicodeError) -> bool:
    return isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(error)


def _said(error: OSError | UnicodeError) -> str:
    if _is_refusal(error):
        return "nothing listens there"
    return printable(getattr(error, "strerror", None) or str(error))


def _end(link: ClientLink) -> TransportClosed:
    """Why a connection is over, and which error that is."""
    fault = link.core.parser_exc
    if isinstance(fault, PayloadTooBig):
        most = MAX_FRAME // 2**20
        words = f"the server sent a frame of more than the {most} MiB that this program takes"
        return TransportClosed(words, FrameTooLargeError)
    if fault is not None and not isinstance(fault, EOFError):
        return TransportClosed(f"what the server sent is no frame: {fault}", GarbageError)
    close, ours = link.core.close_rcvd, link.core.close_sent
    if (
        ours is not None
        and ours.code == CloseCode.INVALID_DATA
        and not link.core.close_rcvd_then_sent
    ):
        return TransportClosed("the server sent text that is not UTF-8", GarbageError)
    if close is None:
        return TransportClosed("the connection broke off", DroppedError)
    words = printable(close.reason)
    said = f"the server closed it with code {close.code}{f' ({words})' if words else ''}"
    if IDLE.search(close.reason):
        return TransportClosed(said, IdleError)
    if close.code == CloseCode.MESSAGE_TOO_BIG:
        return TransportClosed(f"{said}: the request was too large for it", FrameTooLargeError)
    return TransportClosed(said, GoingAwayError if close.code in LEAVING else SessionLostError)
