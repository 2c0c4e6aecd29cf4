"""A session on a scripted transport."""

import asyncio
import json

import pytest

from openenv_tui.errors import CapacityError, ServerError, SessionLostError, WireError
from openenv_tui.wire.session import Session
from openenv_tui.wire.transport import ScriptedTransport, TransportClosed

STATE = '{"type":"state","data":{"n":1}}'
OBSERVATION = '{"type":"observation","data":{"observation":{},"reward":1.0,"done":false}}'


def error(code):
    return json.dumps({"type": "error", "data": {"message": "because", "code": code}})


def session(transport, timeout=None):
    return Session(transport, "ws://there", timeout)


async def test_questions_are_answered_in_order():
    transport = ScriptedTransport([STATE, OBSERVATION])
    asked = session(transport)
    assert await asked.state() == {"n": 1}
    assert (await asked.step({"action_id": 2})).reward == 1.0
    assert transport.sent == ['{"type":"state"}', '{"type":"step","data":{"action_id":2}}']


async def test_a_late_answer_ends_the_session():
    transport = ScriptedTransport(lambda request: [])
    asked = session(transport, timeout=0.02)
    with pytest.raises(SessionLostError, match=r"no answer to step within 0\.02 s"):
        await asked.step({})
    transport.push(OBSERVATION)
    with pytest.raises(SessionLostError, match="no answer to step"):
        await asked.reset({})


async def test_the_time_of_earlier_questions_does_not_count():
    async def slowly(seconds):
        await asyncio.sleep(seconds)
        transport.push(STATE)

    transport = ScriptedTransport(lambda request: [])
    asked = session(transport, timeout=0.1)
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(slowly(0.05))
            assert await asked.state() == {"n": 1}


async def test_a_session_may_rest_for_longer_than_an_answer_may_take():
    asked = session(ScriptedTransport(lambda request: [STATE]), timeout=0.02)
    await asked.state()
    await asyncio.sleep(0.05)
    assert await asked.state() == {"n": 1}


async def test_a_cancelled_question_ends_the_session():
    transport = ScriptedTransport(lambda request: [])
    asked = session(transport)
    task = asyncio.create_task(asked.step({}))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    transport.push(OBSERVATION)
    with pytest.raises(SessionLostError, match="given up"):
        await asked.step({})


async def test_one_question_is_in_flight_at_a_time():
    transport = ScriptedTransport(lambda request: [])
    asked = session(transport)
    first = asyncio.create_task(asked.state())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="one question at a time"):
        await asked.step({})
    transport.push(STATE)
    assert await first == {"n": 1}


async def test_a_full_server_says_so_in_its_first_frame():
    asked = session(ScriptedTransport([error("CAPACITY_REACHED")]))
    with pytest.raises(CapacityError, match="no session left: because"):
        await asked.state()
    with pytest.raises(SessionLostError):
        await asked.state()


async def test_a_frame_that_came_before_the_end_is_read_even_if_sending_fails():
    class Refusing(ScriptedTransport):
        async def send(self, text):
            raise TransportClosed("closed with code 1000")

    with pytest.raises(CapacityError):
        await session(Refusing([error("CAPACITY_REACHED")])).state()


async def test_a_closed_connection_is_a_lost_session_with_its_reason():
    asked = session(ScriptedTransport([], reason="closed with code 1012"))
    with pytest.raises(SessionLostError, match=r"ws://there is lost: closed with code 1012"):
        await asked.reset({})


async def test_an_error_reply_leaves_the_session_open():
    asked = session(ScriptedTransport([error("EXECUTION_ERROR"), STATE]))
    with pytest.raises(ServerError, match="EXECUTION_ERROR: because") as caught:
        await asked.step({})
    assert caught.value.code == "EXECUTION_ERROR"
    assert await asked.state() == {"n": 1}


@pytest.mark.parametrize("code", ["FACTORY_ERROR", "SESSION_ERROR"])
async def test_an_error_after_which_servers_close_ends_the_session(code):
    asked = session(ScriptedTransport([error(code), STATE]))
    with pytest.raises(ServerError):
        await asked.state()
    with pytest.raises(SessionLostError, match=code):
        await asked.state()


async def test_garbage_ends_the_session():
    asked = session(ScriptedTransport(["garbage", STATE]))
    with pytest.raises(WireError, match="garbage"):
        await asked.state()
    with pytest.raises(SessionLostError):
        await asked.state()


async def test_an_answer_to_another_question_ends_the_session():
    asked = session(ScriptedTransport([OBSERVATION, STATE]))
    with pytest.raises(WireError, match="StateReply was expected"):
        await asked.state()
    with pytest.raises(SessionLostError):
        await asked.state()


async def test_closing_says_goodbye_once():
    transport = ScriptedTransport([STATE])
    async with session(transport) as asked:
        await asked.close()
    assert transport.sent == ['{"type":"close"}']
    assert transport.closed
