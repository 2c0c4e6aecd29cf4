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
from websockets.protocol import SERVER, Protocol, State

try:
    from websockets.speedups import apply_mask
except ImportError:
    # Where no compiled part of the library is there for this machine.
    from websockets.utils import apply_mask

BEAT: Final = 20.0
"""Seconds between two pings."""
PATIENCE: Final = 3
"""After so many beats without a byte the other side is taken for gone."""
CLOSING_TIME: Final = 2.0
"""Seconds for the other side to say goodbye as well."""


TEXT_FRAME: Final = 0x81
"""The first byte of a text frame that is a whole message, uncompressed (RFC 6455, section 5.2)."""
SHORT: Final = 126
"""Bytes: of so many and more the length stands in two further bytes."""
PLAIN: Final = 1024
"""Bytes: every core takes messages of this size."""


def whole_payload(data: bytes) -> bytes | None:
    """The payload of a small frame, if that is just what the data are; None for all else.

    Most messages arrive so: whole, alone, and in one piece. Reading them here takes a third of the
    time of the core, which still reads everything else.
    """
    if len(data) < 2:
        return None
    size, start = data[1] & 0x7F, 2
    if size == SHORT and len(data) >= 4:
        size, start = int.from_bytes(data[2:4]), 4
    if size > PLAIN:
        return None
    if not data[1] & 0x80:
        # From a server; one that masks, or a client that does not, is left to the core.
        return data[start:] if len(data) == start + size else None
    mask, start = data[start : start + 4], start + 4
    return apply_mask(data[start:], mask) if len(data) == start + size else None


def frame_head(size: int) -> bytes:
    """What stands before the payload of a server's text frame."""
    if size < SHORT:
        return bytes((TEXT_FRAME, size))
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2)
    return b"\x81\x7f" + size.to_bytes(8)


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

    def send(self, payload: bytes) -> None:
        """Send a text in UTF-8; ``is_open`` has to hold."""
        core = self.core
        if core.side is SERVER and not core.writes:
            # A server's frame is its payload behind a few bytes that say how long it is.
            self.transport.write(frame_head(len(payload)) + payload)
            return
        core.send_text(payload)
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
        core = self.core
        if (
            data[0] == TEXT_FRAME
            and core.state is State.OPEN
            and not core.reader.buffer
            and core.current_size is None
            and (payload := whole_payload(data)) is not None
        ):
            try:
                text = payload.decode()
            except UnicodeDecodeError:
                core.fail(CloseCode.INVALID_DATA)
            else:
                self.on_text(text)
            if core.writes:
                self.flush()
            return
        core.receive_data(data)
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
