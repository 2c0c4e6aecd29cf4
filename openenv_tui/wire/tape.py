"""What goes over the wire, frame by frame, for whoever wants to look."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from time import perf_counter
from typing import Any, Final

from openenv_tui.errors import WireError
from openenv_tui.render import printable
from openenv_tui.wire.transport import Transport

MOST_FRAMES: Final = 20_000
MOST_LETTERS: Final = 64 * 2**20
"""Of all frames that are kept; a screen's frame has 0.4 MB."""
MOST_ROUND_TRIPS: Final = 2_000

TYPE: Final = re.compile(r'"type"\s*:\s*"([^"\\]{1,40})"')


class Way(StrEnum):
    """Which way a frame went."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Frame:
    """A text frame.

    Attributes:
        number: from 1, over all sessions of a tape.
        session: from 0.
        at: seconds since the tape began.
        way: sent by us, or received.
        text: as it was, control characters and all.
        by_hand: a person wrote it, or it answers one that a person wrote.
        waited: seconds since the question that it answers; None for a question.
    """

    number: int
    session: int
    at: float
    way: Way
    text: str
    by_hand: bool = False
    waited: float | None = None

    @property
    def kind(self) -> str:
        """What it says it is, such as ``step`` or ``observation``; "?" if it does not say."""
        found = TYPE.search(self.text, 0, 400) or TYPE.search(self.text[-400:])
        return printable(found[1]) if found else "?"

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.text.encode(errors="surrogatepass"))


class Tape:
    """The frames of all sessions with a server, in order; of very many the newest.

    Args:
        clock: in seconds.

    Attributes:
        frames: oldest first.
        total: how many there were, those that are not kept any more among them.
        round_trips: seconds, of the newest questions, oldest first.
        pages: name -> what a server told over HTTP, such as its "schema".
        listeners: told of every frame, page and opened session as it comes.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self.frames: deque[Frame] = deque()
        self.total = 0
        self.round_trips: deque[float] = deque(maxlen=MOST_ROUND_TRIPS)
        self.pages: dict[str, Mapping[str, Any] | None] = {}
        self.listeners: list[Listener] = []
        self._clock = clock
        self._began = clock()
        self._letters = 0
        self._sessions = 0
        self._asked: dict[int, tuple[float, bool]] = {}
        self._by_hand: str | None = None

    def begin_session(self) -> int:
        """The number of a session that begins."""
        self._sessions += 1
        return self._sessions - 1

    def opened(self, session: int) -> None:
        """The frames so far were the introduction; from now on episodes are played."""
        for listener in self.listeners:
            listener.opened(session)

    def announce(self, text: str) -> None:
        """This very text is a person's, when it is sent."""
        self._by_hand = text

    def now(self) -> float:
        """Seconds since the tape began."""
        return self._clock() - self._began

    def note(self, session: int, way: Way, text: str, now: float) -> None:
        """A frame goes by."""
        by_hand, waited = False, None
        if way is Way.SENT:
            by_hand = text is self._by_hand
            self._asked[session] = now, by_hand
        elif asked := self._asked.pop(session, None):
            waited, by_hand = now - asked[0], asked[1]
        self.add(Frame(self.total + 1, session, now, way, text, by_hand, waited))

    def add(self, frame: Frame) -> None:
        """A frame with a time of its own; it gets the next number."""
        self.total += 1
        if frame.number != self.total:
            frame = replace(frame, number=self.total)
        self.frames.append(frame)
        self._letters += len(frame.text)
        if frame.waited is not None:
            self.round_trips.append(frame.waited)
        while len(self.frames) > MOST_FRAMES or (
            self._letters > MOST_LETTERS and len(self.frames) > 1
        ):
            self._letters -= len(self.frames.popleft().text)
        for listener in self.listeners:
            listener.frame(frame)

    def add_page(self, name: str, content: Mapping[str, Any] | None) -> None:
        """What a server told over HTTP; None if it has no such page."""
        self.pages[name] = content
        for listener in self.listeners:
            listener.page(name, content)


class Listener:
    """Told of what goes onto a tape."""

    def frame(self, frame: Frame) -> None:
        """A frame went by."""

    def page(self, name: str, content: Mapping[str, Any] | None) -> None:
        """A page was read."""

    def opened(self, session: int) -> None:
        """A session's introduction is over."""


class TapedTransport:
    """A transport whose frames are noted.

    Args:
        transport: owned from now on.
        tape: shared with other sessions.
        session: its number on the tape.
    """

    def __init__(self, transport: Transport, tape: Tape, session: int) -> None:
        self._transport = transport
        self._tape = tape
        self._session = session

    async def send(self, text: str) -> None:
        now = self._tape.now()
        await self._transport.send(text)
        self._tape.note(self._session, Way.SENT, text, now)

    async def receive(self) -> str:
        try:
            text = await self._transport.receive()
        except WireError as error:
            self._tape.note(self._session, Way.RECEIVED, f"({error.happened})", self._tape.now())
            raise
        self._tape.note(self._session, Way.RECEIVED, text, self._tape.now())
        return text

    async def close(self) -> None:
        await self._transport.close()

    def abort(self) -> None:
        self._transport.abort()
