"""What the library says of each fault that a real socket can have, and what it never does."""

import asyncio

import pytest

from openenv_tui.connection import connect, connect_async
from openenv_tui.errors import (
    BinaryFrameError,
    CapacityError,
    DroppedError,
    FrameTooLargeError,
    GarbageError,
    GoingAwayError,
    IdleError,
    LateAnswerError,
    RefusedError,
    SessionLostError,
    StalledError,
    StepFailedError,
)
from openenv_tui.wire import session
from openenv_tui.wire.transport import connect as open_transport
from tests.faults.proxy import EPISODE_KINDS, HARMLESS, LARGE, faulty
from tests.support.servers import NO_OPENENV, official_server, openenv_installed, our_server

needs_openenv = pytest.mark.skipif(not openenv_installed(), reason=NO_OPENENV)

SAID = {
    "drop": (DroppedError, "the connection broke off"),
    "half": (DroppedError, "the connection broke off"),
    "refuse": (DroppedError, "the connection broke off"),
    "going away": (GoingAwayError, r"closed it with code 1001; the episode ended with it"),
    "restart": (GoingAwayError, r"code 1012 \(service restart\).*once the server is back"),
    "too large for it": (FrameTooLargeError, "code 1009: the request was too large for it"),
    "huge": (FrameTooLargeError, "more than the 64 MiB that this program takes"),
    "idle": (IdleError, r"\(session idle for 300 s\).*longer idle time-out"),
    "odd close": (SessionLostError, r"code 4000 \(because\)"),
    "stall": (StalledError, r"no answer to step within 0\.3 s.*taken for the next one"),
    "late": (StalledError, r"no answer to step within 0\.3 s.*taken for the next one"),
    "binary": (BinaryFrameError, "a text frame was expected, not a binary one"),
    "garbage": (GarbageError, "not a reply of OpenEnv's protocol.*502 Bad Gateway"),
    "large garbage": (GarbageError, r"got: x{200}\.\.\."),
    "not utf-8": (GarbageError, "text that is not UTF-8"),
    "no frame": (GarbageError, "what the server sent is no frame"),
    "error": (StepFailedError, "EXECUTION_ERROR: the engine fell over; the session is open"),
}


@pytest.fixture(scope="module")
def server():
    with our_server("catch") as (_, address):
        yield address


@pytest.fixture
def proxy(server):
    with faulty(server) as proxy:
        proxy.delay = 0.5
        yield proxy


@pytest.mark.parametrize("fault", SAID)
async def test_each_fault_has_a_class_and_words_of_its_own(proxy, fault):
    error, words = SAID[fault]
    async with await connect_async(proxy.address, timeout=0.3) as environment:
        await environment.reset(1)
        proxy.next(fault)
        with pytest.raises(error, match=words) as caught:
            await environment.step([1])
    assert caught.value.kind == EPISODE_KINDS[fault]
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("fault", sorted(set(SAID) - {"error"}))
async def test_after_a_fault_the_session_answers_nothing_more(proxy, fault):
    async with await connect_async(proxy.address, timeout=0.3) as environment:
        await environment.reset(1)
        proxy.next(fault)
        with pytest.raises(SAID[fault][0]):
            await environment.step([1])
        with pytest.raises(SessionLostError):
            await environment.reset(2)


@pytest.mark.parametrize("fault", HARMLESS)
async def test_what_only_takes_longer_harms_nothing(proxy, fault):
    async with await connect_async(proxy.address) as environment:
        await environment.reset(1)
        proxy.next(fault)
        assert (await environment.step([1])).ending is None


async def test_a_drip_that_takes_too_long_is_a_stall(proxy):
    async with await connect_async(proxy.address, timeout=0.02) as environment:
        await environment.reset(1)
        proxy.next("drip")
        with pytest.raises(StalledError):
            await environment.step([1])


async def test_a_late_answer_is_never_taken_for_the_next_one(proxy):
    async with await connect_async(proxy.address, timeout=0.1) as environment:
        await environment.reset(1)
        proxy.next("late")
        with pytest.raises(StalledError):
            await environment.step([1])
        await asyncio.sleep(proxy.delay + 0.1)
        with pytest.raises(LateAnswerError, match="no answer to step within"):
            await environment.reset(2)


async def test_an_answer_that_comes_twice_is_never_taken_for_the_next_one(proxy):
    async with await connect_async(proxy.address) as environment:
        await environment.reset(1)
        proxy.next("twice")
        await environment.step([1])
        await asyncio.sleep(0.05)
        with pytest.raises(LateAnswerError, match="an answer came before step was asked"):
            await environment.step([1])


async def test_a_server_that_is_not_there(proxy):
    proxy.refuse()
    with pytest.raises(RefusedError, match="nothing listens there"):
        await connect_async(proxy.address)


async def test_a_server_that_is_full(proxy):
    proxy.full = 1
    with pytest.raises(CapacityError, match="no session left: Server at capacity"):
        await connect_async(proxy.address)
    await (await connect_async(proxy.address)).close()


async def test_an_error_in_the_middle_leaves_the_environment_where_it_was(proxy):
    async with await connect_async(proxy.address) as environment:
        before = await environment.reset(1)
        proxy.next("error")
        with pytest.raises(StepFailedError):
            await environment.step([0])
        after = await environment.step([1])
        assert after.observations[0].ply == before.observations[0].ply + 1
        assert (await environment.reset(2)).ending is None


async def test_an_error_after_a_long_pause_is_the_idle_reaper(proxy, monkeypatch):
    monkeypatch.setattr(session, "IDLE_PAUSE", 0.1)
    async with await connect_async(proxy.address) as environment:
        await environment.reset(1)
        await asyncio.sleep(0.15)
        proxy.next("error")
        with pytest.raises(IdleError, match="EXECUTION_ERROR after a pause of"):
            await environment.step([1])
        with pytest.raises(SessionLostError):
            await environment.reset(2)


def test_a_blocking_client_hears_the_same(proxy):
    with connect(proxy.address) as environment:
        environment.reset(1)
        proxy.next("restart")
        with pytest.raises(GoingAwayError):
            environment.step([1])


async def ask_for_too_much(address):
    transport = await open_transport(address + "/ws", 5)
    async with session.Session(transport, address, 5) as asked:
        await asked.state()
        with pytest.raises(FrameTooLargeError, match="the request was too large for it"):
            await asked.step({"action_id": 1, "metadata": {"pad": "x" * LARGE}})


async def test_our_server_refuses_a_frame_of_17_mb_in_words(server):
    await ask_for_too_much(server)


@needs_openenv
async def test_an_official_server_refuses_a_frame_of_17_mb_in_words():
    with official_server("catch") as address:
        await ask_for_too_much(address)


@needs_openenv
async def test_an_official_server_that_is_stopped_says_so():
    with official_server("catch") as address, faulty(address) as proxy:
        async with await connect_async(proxy.address) as environment:
            await environment.reset(1)
            proxy.next("restart")
            with pytest.raises(GoingAwayError):
                await environment.step([1])
