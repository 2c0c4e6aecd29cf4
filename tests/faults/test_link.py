"""Our ends of a WebSocket against the library's own, and against peers that misbehave."""

import asyncio
import json

import pytest
from websockets.asyncio.client import connect as connect_websocket
from websockets.asyncio.server import serve as serve_websocket
from websockets.exceptions import ConnectionClosed

from arena_env.server.fast import serve
from openenv_tui.connection import connect_async
from openenv_tui.wire import link
from openenv_tui.wire.session import Session
from openenv_tui.wire.transport import connect

STATE = '{"type":"state"}'


@pytest.fixture
async def port():
    async with serve("catch", port=0, max_sessions=8) as port:
        yield port


def peer(port, query=""):
    return connect_websocket(f"ws://127.0.0.1:{port}/ws{query}", proxy=None)


async def test_our_server_reads_a_message_in_fragments(port):
    async with peer(port) as client:
        await client.send([STATE[:5], STATE[5:9], STATE[9:]])
        assert json.loads(await client.recv())["data"]["game_name"] == "catch"


async def test_our_client_reads_a_message_in_fragments():
    async def handler(connection):
        await connection.recv()
        await connection.send(['{"type":"state",', '"data":{"text":"', 'ä"}}'])

    async with serve_websocket(handler, "127.0.0.1", 0) as server:
        number = next(iter(server.sockets)).getsockname()[1]
        transport = await connect(f"ws://127.0.0.1:{number}/ws", 5)
        async with Session(transport, "there") as session:
            assert await session.state() == {"text": "ä"}


async def test_a_large_frame_comes_through():
    async def handler(connection):
        await connection.recv()
        await connection.send(json.dumps({"type": "state", "data": {"text": "x" * 5_000_000}}))

    async with serve_websocket(handler, "127.0.0.1", 0) as server:
        number = next(iter(server.sockets)).getsockname()[1]
        transport = await connect(f"ws://127.0.0.1:{number}/ws", 5)
        async with Session(transport, "there", 5) as session:
            assert len((await session.state())["text"]) == 5_000_000


async def test_text_that_is_no_utf_8_closes_the_connection(port):
    async with peer(port) as client:
        await client.send(b"\xff\xfe", text=True)
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
        assert caught.value.rcvd.code == 1007


async def test_a_request_that_is_too_large_closes_the_connection(port):
    async with peer(port) as client:
        await client.send("x" * 2_000_000)
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
        assert caught.value.rcvd.code == 1009


@pytest.mark.parametrize("request_", ["[]", b"\x00"])
async def test_what_is_no_request_ends_the_session_with_a_word(port, request_):
    async with peer(port) as client:
        await client.send(request_)
        assert json.loads(await client.recv())["data"]["code"] == "SESSION_ERROR"
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
        assert caught.value.rcvd.code == 1000


async def test_a_session_id_is_unknown(port):
    async with peer(port, "?session_id=7") as client:
        assert json.loads(await client.recv())["data"]["code"] == "SESSION_ERROR"


async def test_a_bad_request_leaves_the_socket_open(port):
    async with peer(port) as client:
        for request in ("nonsense", '{"type":"jump"}', '{"type":"step","data":{}}'):
            await client.send(request)
            assert json.loads(await client.recv())["type"] == "error"
        await client.send(STATE)
        assert json.loads(await client.recv())["type"] == "state"


async def test_goodbye_is_answered_with_a_normal_close(port):
    async with peer(port) as client:
        await client.send('{"type":"close"}')
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
        assert caught.value.rcvd.code == 1000


async def test_who_is_silent_is_let_go_and_who_answers_pings_is_not(monkeypatch):
    monkeypatch.setattr(link, "BEAT", 0.02)
    async with serve("catch", port=0) as port, peer(port) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(2):
            assert await reader.read() == b""
        writer.close()
        await asyncio.sleep(5 * 0.02)
        await client.send(STATE)
        assert json.loads(await client.recv())["type"] == "state"


async def test_a_client_that_is_gone_gives_its_session_back():
    async with serve("catch", port=0, max_sessions=1) as port:
        for _ in range(3):
            client = await peer(port)
            await client.send(STATE)
            await client.recv()
            client.transport.abort()
            await client.wait_closed()
            await asyncio.sleep(0.01)


async def test_requests_sent_ahead_are_answered_in_order():
    wishes = {"game": "tic_tac_toe", "agent_player": 1, "opponent": "mcts(simulations=20)"}
    async with serve("catch", port=0) as port, peer(port) as client:
        await client.send(json.dumps({"type": "reset", "data": wishes}))
        await client.send(STATE)
        await client.send("nonsense")
        kinds = [json.loads(await client.recv())["type"] for _ in range(3)]
    assert kinds == ["observation", "state", "error"]


async def test_nobody_waits_for_another_clients_opponent():
    order = []

    async def play(name, game, opponent):
        address = f"127.0.0.1:{port}"
        async with await connect_async(address, game, seat=0, opponent=opponent) as environment:
            ready.release()
            await begin.wait()
            step = await environment.reset(1)
            while step.ending is None:
                step = await environment.step([step.observations[0].legal_actions[0]])
            order.append(name)

    ready, begin = asyncio.Semaphore(0), asyncio.Event()
    async with serve("tic_tac_toe", port=0) as port, asyncio.TaskGroup() as group:
        group.create_task(play("slow", "tic_tac_toe", "mcts(simulations=1000)"))
        group.create_task(play("quick", "tic_tac_toe", "random"))
        await ready.acquire()
        await ready.acquire()
        begin.set()
    assert order == ["quick", "slow"]
