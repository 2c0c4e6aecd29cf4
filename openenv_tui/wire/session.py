"""A session with one server: one owner, one question in flight, lost once it is out of step."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Self, TypeVar

from openenv_tui.errors import (
    CapacityError,
    GarbageError,
    IdleError,
    LateAnswerError,
    ServerError,
    SessionLostError,
    StalledError,
    StepFailedError,
    WireError,
)
from openenv_tui.wire import codec
from openenv_tui.wire.codec import ErrorReply, ObservationReply, Reply, StateReply
from openenv_tui.wire.transport import IDLE, Transport, TransportClosed, Unasked

R = TypeVar("R", ObservationReply, StateReply)

CAPACITY: Final = "CAPACITY_REACHED"
FATAL: Final = frozenset({CAPACITY, "FACTORY_ERROR", "SESSION_ERROR"})
"""After these the server closes the connection."""
BY_HAND: Final = "a frame by hand"
IDLE_PAUSE: Final = 20.0
"""Seconds. An environment that fails after such a pause was closed by its server's idle reaper."""


class Session:
    """Asks, waits for the answer, and never takes one question's answer for another's.

    Replies carry no number, so only their order tells which request they belong to. Whoever
    stops waiting, by a time-out or by being cancelled, has therefore ended the session.

    Args:
        transport: owned by the session from now on.
        address: what messages call the server.
        timeout: seconds for each answer; None for no limit.
    """

    def __init__(self, transport: Transport, address: str, timeout: float | None = None) -> None:
        self.address = address
        self._transport = transport
        self._timeout = timeout
        self._asking: str | None = None
        self._freed: asyncio.Future[None] | None = None
        self._lost: str | None = None
        self._fault: type[SessionLostError] = SessionLostError
        self._overdue: str | None = None
        self._deadline = 0.0
        self._pause = 0.0
        self._alarm: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def reset(self, parameters: Mapping[str, Any]) -> ObservationReply:
        """Begin an episode.

        Raises:
            SessionLostError: the session is over.
            ServerError: the server refused; the session goes on. After ``step`` it is a
                ``StepFailedError``.
            CapacityError: the server has no session left.
            WireError: the answer is not of the protocol; the session is over.
        """
        return self._expect(
            ObservationReply, await self._ask(codec.encode_reset(parameters), "reset")
        )

    async def step(self, action: Mapping[str, Any]) -> ObservationReply:
        """Take an action; raises what ``reset`` does."""
        return self._expect(ObservationReply, await self._ask(codec.encode_step(action), "step"))

    async def state(self) -> Mapping[str, Any]:
        """The session's facts; raises what ``reset`` does."""
        return self._expect(StateReply, await self._ask(codec.STATE_REQUEST, "state")).data

    async def pass_on(self, frame: str) -> str:
        """Send a frame as it is, and give what comes back as it is.

        It waits until no question is out, and questions wait for it. What it makes of the episode
        is the caller's business. Raises what ``reset`` does, except for errors that it was sent.
        """
        while self._asking is not None:
            self._freed = self._freed or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._freed)
        self._refuse_if_lost()
        return await self._answer(frame, BY_HAND)

    async def close(self) -> None:
        """Give the session back to the server; twice does no harm."""
        if self._lost is None:
            self._lost = "it was closed"
            with suppress(TransportClosed):
                await self._transport.send(codec.CLOSE_REQUEST)
        self._stop_alarm()
        await self._transport.close()

    async def _ask(self, request: str, what: str) -> Reply:
        while self._asking == BY_HAND:
            self._freed = self._freed or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._freed)
        self._refuse_if_lost()
        if self._asking is not None:
            raise RuntimeError(f"a session answers one question at a time; {what} came too early")
        frame = await self._answer(request, what)
        try:
            reply = codec.decode(frame)
        except WireError as error:
            self._lose(error.happened)
            raise
        if type(reply) is ErrorReply:
            raise self._refusal(reply, what)
        return reply

    def _refuse_if_lost(self) -> None:
        if self._lost is not None:
            if self._fault is StalledError:
                self._fault = LateAnswerError
            raise self._over()

    async def _answer(self, request: str, what: str) -> str:
        """Ask, and wait for the frame that answers."""
        self._asking = what
        self._set_alarm()
        try:
            return await self._exchange(request, what)
        except TransportClosed as error:
            raise self._ended(error) from error
        except (WireError, SessionLostError) as error:
            if self._lost is None:
                self._lose(error.happened)
            raise
        except BaseException:
            # Cancelled: the answer may still come, and would be taken for the next one's.
            self._lose(f"{what} was given up before its answer came", LateAnswerError)
            raise
        finally:
            self._asking = None
            if self._freed is not None:
                self._freed.set_result(None)
                self._freed = None

    async def _exchange(self, request: str, what: str) -> str:
        try:
            await self._transport.send(request)
        except TransportClosed:
            # A server that refuses a session says why and closes: the frame is still there.
            return await self._transport.receive()
        except Unasked:
            return await self._unasked(what)
        return await self._transport.receive()

    async def _unasked(self, what: str) -> str:
        """A frame that came before the question: only an error can be meant."""
        frame = await self._transport.receive()
        if type(codec.decode(frame)) is not ErrorReply:
            raise self._lose(f"an answer came before {what} was asked", LateAnswerError)
        return frame

    def _set_alarm(self) -> None:
        """See to it that the answer is not waited for in vain.

        One alarm serves many questions: setting one for each would cost more than reading the
        answer does.
        """
        if self._timeout is None:
            return
        loop = asyncio.get_running_loop()
        before, self._deadline = self._deadline, loop.time() + self._timeout
        self._pause = self._deadline - before if before else 0.0
        if self._alarm is None:
            self._alarm = loop.call_at(self._deadline, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._alarm = None
        if self._asking is None:
            return
        if loop.time() < self._deadline:
            self._alarm = loop.call_at(self._deadline, self._ring, loop)
            return
        self._overdue = f"no answer to {self._asking} within {self._timeout:g} s"
        self._transport.abort()

    def _stop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _expect(self, kind: type[R], reply: Reply) -> R:
        if isinstance(reply, kind):
            return reply
        found = type(reply).__name__
        error = GarbageError(
            f"{self.address} answered with {found} where {kind.__name__} was expected"
        )
        self._lose(error.happened)
        raise error

    def _refusal(
        self, reply: ErrorReply, what: str
    ) -> CapacityError | ServerError | SessionLostError:
        if reply.code in FATAL:
            self._lose(f"the server said {reply.code}")
        if reply.code == CAPACITY:
            return CapacityError(
                f"{self.address} has no session left: {reply.message}; "
                "close one, or raise the server's limit (MAX_CONCURRENT_ENVS, --max-sessions)"
            )
        fatal = reply.code in FATAL and IDLE.search(reply.message)
        if fatal or (reply.code == "EXECUTION_ERROR" and self._pause >= IDLE_PAUSE):
            said = f"the server answered {reply.code} after a pause of {self._pause:.0f} s"
            return self._lose(f"{said}: {reply.message}", IdleError)
        if what == "step" and reply.code not in FATAL:
            return StepFailedError(reply.code, reply.message)
        return ServerError(reply.code, reply.message)

    def _ended(self, closed: TransportClosed) -> SessionLostError | WireError:
        if self._overdue is not None:
            return self._lose(self._overdue, StalledError)
        if issubclass(closed.error, WireError):
            self._lose(str(closed))
            return closed.error(f"{self.address}: {closed}")
        return self._lose(str(closed), closed.error)

    def _lose(
        self, reason: str, fault: type[SessionLostError] = SessionLostError
    ) -> SessionLostError:
        self._lost, self._fault = reason, fault
        self._stop_alarm()
        self._transport.abort()
        return self._over()

    def _over(self) -> SessionLostError:
        return self._fault(f"the session with {self.address} is lost: {self._lost}")
