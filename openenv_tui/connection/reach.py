"""How a server is reached: over the network, or in a recording of an earlier visit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from openenv_tui.connection.access import Headers
from openenv_tui.connection.pages import page
from openenv_tui.wire.tape import Tape, TapedTransport
from openenv_tui.wire.transport import Transport, connect, public_address

if TYPE_CHECKING:
    from openenv_tui.connection.launch import Launched


class Server(Protocol):
    """Something with which sessions can be opened."""

    @property
    def address(self) -> str:
        """What messages call it."""

    async def open(self, timeout: float) -> Transport:
        """A new session's way to it.

        Args:
            timeout: seconds.

        Raises:
            ConnectionFailedError: there is none.
        """

    async def page(self, name: str, timeout: float) -> Mapping[str, Any] | None:
        """A page such as "schema" that it has beside its WebSocket; None if it has no such page.

        Raises:
            UnreachableError: it does not answer.
            WireError: what it answers is not an object of JSON.
        """

    def opened(self) -> None:
        """The session that was opened last is introduced: whatever follows belongs to episodes."""

    def log(self) -> str | None:
        """The last lines of what the server wrote; None where that is not known here."""

    async def close(self) -> None:
        """Nothing more is wanted of it."""


class LiveServer:
    """A server on the network.

    Args:
        url: of its WebSocket, ws:// or wss://.
        headers: it is sent with every request.
        tape: notes what goes over the wire; None to note nothing.
        launched: what runs the server, if it was started for this alone; owned from now on.
    """

    def __init__(
        self,
        url: str,
        headers: Headers = (),
        tape: Tape | None = None,
        launched: Launched | None = None,
    ) -> None:
        self._launched = launched
        self.address = public_address(url)
        self._url = url
        self._headers = headers
        self._tape = tape
        self._session = 0

    async def open(self, timeout: float) -> Transport:
        transport = await connect(self._url, timeout, self._headers)
        if self._tape is None:
            return transport
        self._session = self._tape.begin_session()
        return TapedTransport(transport, self._tape, self._session)

    async def page(self, name: str, timeout: float) -> Mapping[str, Any] | None:
        found = await page(self._url, name, timeout, self._headers)
        if self._tape is not None:
            self._tape.add_page(name, found)
        return found

    def opened(self) -> None:
        if self._tape is not None:
            self._tape.opened(self._session)

    def log(self) -> str | None:
        return None if self._launched is None else self._launched.log()

    async def close(self) -> None:
        if self._launched is not None:
            await asyncio.to_thread(self._launched.close)
