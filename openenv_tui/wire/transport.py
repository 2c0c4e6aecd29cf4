"""One text frame out, one text frame back; a transport knows neither requests nor games."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as connect_websocket
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from openenv_tui.errors import NotOpenEnvError, UnreachableError, WireError
from openenv_tui.wire.codec import printable

MAX_FRAME: Final = 64 * 2**20
"""Bytes. Frames of screens are 0.4 MB; the default of 1 MiB would cut a larger one off."""

HINT: Final = "start one with: openenv-tui serve catch --port 8000"

_quiet = logging.getLogger("openenv_tui.wire")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


class TransportClosed(Exception):  # noqa: N818 - the end of a stream, as in EOF
    """The other side is gone, and nothing that it sent is left to be read."""


class Transport(Protocol):
    """A way to a server. After ``TransportClosed`` nothing but ``close`` may be called."""

    async def send(self, text: str) -> None:
        """Send a frame.

        Raises:
            TransportClosed: it cannot arrive any more; frames that came before may be waiting.
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

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise TransportClosed(_reason(error)) from error

    async def receive(self) -> str:
        try:
            frame = await self._connection.recv()
        except ConnectionClosed as error:
            raise TransportClosed(_reason(error)) from error
        if isinstance(frame, str):
            return frame
        raise WireError(f"a text frame was expected, not a binary one of {len(frame)} bytes")

    async def close(self) -> None:
        await self._connection.close()

    def abort(self) -> None:
        # close() waits for the other side's goodbye, and whoever aborts has stopped waiting.
        self._connection.transport.abort()


async def connect(url: str, timeout: float) -> WebSocketTransport:
    """Open a WebSocket.

    Args:
        url: ws:// or wss://.
        timeout: seconds for the whole opening.

    Raises:
        UnreachableError: nothing listens there, or nothing comes back.
        NotOpenEnvError: what listens there offers no WebSocket.
    """
    address = public_address(url)
    made: list[ClientConnection] = []
    try:
        connection = await connect_websocket(
            url,
            open_timeout=timeout,
            max_size=MAX_FRAME,
            compression=None,
            proxy=None,
            close_timeout=2,
            logger=_quiet,
            create_connection=_noting(made),  # type: ignore[arg-type]  # a factory will do
        )
    except InvalidStatus as error:
        raise _refused(address, error.response.status_code) from error
    except TimeoutError as error:
        if made and hasattr(made[-1], "transport"):
            raise NotOpenEnvError(
                f"{address} accepts connections and says nothing within {timeout:g} s; "
                "an OpenEnv server's WebSocket was expected there"
            ) from error
        raise UnreachableError(
            f"{address} does not answer within {timeout:g} s; is the address right? {HINT}"
        ) from error
    except OSError as error:
        raise UnreachableError(f"cannot reach {address}: {_said(error)}; {HINT}") from error
    except (InvalidHandshake, ConnectionClosed, EOFError, ValueError) as error:
        raise NotOpenEnvError(
            f"what listens at {address} is not an OpenEnv server: {_said(error)}; "
            "a WebSocket was expected there"
        ) from error
    return WebSocketTransport(connection)


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


def _noting(made: list[ClientConnection]) -> Callable[..., ClientConnection]:
    """Makes connections and keeps them: a time-out does not say how far the opening got."""

    def make(*args: Any, **options: Any) -> ClientConnection:
        connection = ClientConnection(*args, **options)
        made.append(connection)
        return connection

    return make


def _refused(address: str, status: int) -> UnreachableError | NotOpenEnvError:
    if status >= 500:
        return UnreachableError(
            f"{address} answers with HTTP status {status}: "
            "the server behind it is not up; try again later"
        )
    return NotOpenEnvError(
        f"{address} is an HTTP server without OpenEnv's WebSocket (status {status}); "
        "expected an address such as ws://127.0.0.1:8000"
    )


def _said(error: BaseException) -> str:
    text = str(error)
    with suppress(AttributeError):
        text = getattr(error, "strerror") or text  # noqa: B009 - only OSError has it
    if isinstance(error, OSError) and "Connect call failed" in str(error):
        text = "nothing listens there"
    return printable(text or type(error).__name__)


def _reason(error: ConnectionClosed) -> str:
    close = error.rcvd
    if close is None:
        return "the connection broke off"
    words = printable(close.reason)
    return f"the server closed it with code {close.code}{f' ({words})' if words else ''}"
