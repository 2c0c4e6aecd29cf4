"""One end of a WebSocket: whole text messages in and out, on the I/O-free core of ``websockets``.

A step of a game is over in microseconds, so the ways of a general connection, with its queues,
locks and tasks, would take more time than the game. Here a message is handled in the very call in
which its bytes arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, cast

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import Protocol, State

BEAT: Final = 20.0
"""Seconds between two pings."""
PATIENCE: Final = 3
"""After so many beats without a byte the other side is taken for gone."""
CLOSING_TIME: Final = 2.0
"""Seconds for the other side to say goodbye as well."""


class Link(asyncio.Protocol):
    """Moves bytes between a socket and the core; a subclass says what messages mean.

    Args:
        core: of a client or of a server.
    """

    transport: asyncio.Transport

    def __init__(self, core: Protocol) -> None:
        self.core = core
        self._parts: list[bytes] = []
        self._silence = 0
        self._beat: asyncio.TimerHandle | None = None
        self._last_moment: asyncio.TimerHandle | None = None

    def on_handshake(self, event: Request | Response) -> None:
        """The other side's part of the opening has arrived."""

    def on_text(self, text: str) -> None:
        """A message has arrived."""

    def on_binary(self, size: int) -> None:
        """A message that is not text has arrived."""

    def on_end(self) -> None:
        """The connection is gone."""

    def send(self, text: str) -> None:
        """Send a message; ``is_open`` has to hold."""
        self.core.send_text(text.encode())
        self.flush()

    @property
    def is_open(self) -> bool:
        """Messages can be sent."""
        return self.core.state is State.OPEN

    def say_goodbye(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Begin to close; the connection is gone ``CLOSING_TIME`` later at the latest."""
        if self.core.state is State.OPEN:
            self.core.send_close(code, reason)
            self.flush()
        elif self.core.state is State.CONNECTING:
            self.transport.abort()

    def flush(self) -> None:
        """Write what the core has to say."""
        for data in self.core.data_to_send():
            if data:
                self.transport.write(data)
            else:
                self.transport.close()
        if self.core.state is State.CLOSING and self._last_moment is None:
            loop = asyncio.get_running_loop()
            self._last_moment = loop.call_later(CLOSING_TIME, self.transport.abort)
            if self.core.parser_exc is not None:
                # Whatever else it sends could not be read: there is nothing to wait for.
                self.transport.close()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._beat = asyncio.get_running_loop().call_later(BEAT, self._listen)

    def data_received(self, data: bytes) -> None:
        self._silence = 0
        self.core.receive_data(data)
        for event in self.core.events_received():
            if isinstance(event, Frame):
                self._take(event)
            elif isinstance(event, (Request, Response)):
                self.on_handshake(event)
        self.flush()

    def eof_received(self) -> None:
        self.core.receive_eof()
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self.core.receive_eof()
        for timer in (self._beat, self._last_moment):
            if timer is not None:
                timer.cancel()
        self.on_end()

    def pause_writing(self) -> None:
        # Who does not read its answers is not heard either, until it does.
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        self.transport.resume_reading()

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT and frame.fin:
            self._read([frame.data])
        elif frame.opcode is Opcode.BINARY:
            self.on_binary(len(frame.data))
        elif frame.opcode in (Opcode.TEXT, Opcode.CONT):
            self._parts.append(bytes(frame.data))
            if frame.fin:
                parts, self._parts = self._parts, []
                self._read(parts)

    def _read(self, parts: Sequence[bytes | bytearray | memoryview]) -> None:
        try:
            text = str(parts[0] if len(parts) == 1 else b"".join(parts), "utf-8")
        except UnicodeDecodeError:
            self.core.fail(CloseCode.INVALID_DATA)
            return
        self.on_text(text)

    def _listen(self) -> None:
        """Ping, and give up on a side that has been silent for too long."""
        if self._silence >= PATIENCE or self.core.state is State.CONNECTING:
            self.transport.abort()
            return
        self._silence += 1
        if self.core.state is State.OPEN:
            self.core.send_ping(b"")
            self.flush()
        self._beat = asyncio.get_running_loop().call_later(BEAT, self._listen)
