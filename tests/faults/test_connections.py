"""What can go wrong between a client and a server, each with the real thing."""

import asyncio
import sys
from contextlib import asynccontextmanager
from time import perf_counter

import pytest
from websockets.asyncio.server import serve as serve_websocket

from arena_env.server.fast import serve
from openenv_tui.connection import connect, connect_async
from openenv_tui.errors import (
    CapacityError,
    IllegalActionError,
    NotOpenEnvError,
    SessionLostError,
    UnreachableError,
    UsageError,
    WireError,
)
from tests.support.servers import our_server, running

STATE = (
    '{"type":"state","data":{"episode_id":null,"step_count":0,"game_name":"tic_tac_toe",'
    '"agent_player":0,"opponent_policy":"random","game_params":{},"num_players":2}}'
)
EMPTY_BOARD = ",".join(["1.0"] * 9 + ["0.0"] * 18)
FIRST = (
    f'{{"type":"observation","data":{{"observation":{{"info_state":[{EMPTY_BOARD}],'
    '"legal_actions":[0,1],"game_phase":"initial","current_player_id":0,'
    '"opponent_last_action":null,"metadata":{}},"reward":null,"done":false}}'
)


@asynccontextmanager
async def websocket(handler):
    async with serve_websocket(handler, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


@asynccontextmanager
async def tcp(handler):
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def scripted(*answers):
    """A server that gives these answers, one to each request, and then says nothing more."""

    async def handler(connection):
        for answer in answers:
            await connection.recv()
            await connection.send(answer)
        await connection.wait_closed()

    async with websocket(handler) as address:
        yield address


async def test_an_address_where_nothing_listens():
    async with tcp(lambda *_: None) as address:
        pass
    with pytest.raises(UnreachableError, match=r"nothing listens there.*openenv-tui serve") as it:
        await connect_async(address)
    assert str(it.value).endswith(address.rpartition(":")[2])


async def test_a_host_that_does_not_exist():
    with pytest.raises(
        UnreachableError, match=r"cannot reach ws://no\.such\.host\.invalid:1"
    ) as it:
        await connect_async("no.such.host.invalid:1")
    assert "is the address right" in str(it.value)
    assert "openenv-tui serve" not in str(it.value)


@pytest.mark.parametrize(
    ("version", "says"), [("HTTP/1.0", "is not an OpenEnv server"), ("HTTP/1.1", "status 404")]
)
async def test_a_plain_http_server(version, says):
    program = (
        "import http.server as h\n"
        f"h.SimpleHTTPRequestHandler.protocol_version = '{version}'\n"
        "s = h.ThreadingHTTPServer(('127.0.0.1', 0), h.SimpleHTTPRequestHandler)\n"
        "print(s.server_port, flush=True)\n"
        "s.serve_forever()"
    )
    with (
        running("-c", program) as (_, port),
        pytest.raises(NotOpenEnvError, match=says),
    ):
        await connect_async(f"127.0.0.1:{port}")


async def test_a_server_that_speaks_something_else():
    async def greet(reader, writer):
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with tcp(greet) as address:
        with pytest.raises(NotOpenEnvError, match="is not an OpenEnv server"):
            await connect_async(address)


async def test_a_listener_that_says_nothing():
    silent = asyncio.Event()

    async def wait(reader, writer):
        await silent.wait()
        writer.close()

    async with tcp(wait) as address:
        started = perf_counter()
        with pytest.raises(NotOpenEnvError, match=r"says nothing within 0\.2 s"):
            await connect_async(address, open_timeout=0.2)
        assert perf_counter() - started < 3
        silent.set()


async def test_a_websocket_that_says_nothing():
    async with scripted() as address:
        with pytest.raises(NotOpenEnvError, match=r"does not answer within 0\.2 s"):
            await connect_async(address, open_timeout=0.2)


async def test_a_websocket_that_echoes():
    async def echo(connection):
        async for frame in connection:
            await connection.send(frame)

    async with websocket(echo) as address:
        with pytest.raises(NotOpenEnvError, match="does not answer as an OpenEnv server"):
            await connect_async(address)


async def test_a_websocket_that_closes_at_once():
    async def close(connection):
        await connection.close(1008, "not you")

    async with websocket(close) as address:
        with pytest.raises(NotOpenEnvError, match=r"code 1008 \(not you\)"):
            await connect_async(address)


async def test_a_server_that_tells_nothing_of_its_actions_takes_any_json():
    async with scripted('{"type":"state","data":{"episode_id":null,"step_count":0}}') as address:
        environment = await connect_async(address)
        assert environment.game.form.fields == ()
        assert environment.game.title == "Environment"
        await environment.close()


async def test_a_server_whose_game_is_no_name():
    async with scripted(STATE.replace("tic_tac_toe", "catch(rows=8)\\u001b[2J")) as address:
        with pytest.raises(NotOpenEnvError, match="no name of a game") as caught:
            await connect_async(address)
        assert "\x1b" not in str(caught.value)


async def test_a_full_server():
    async with serve("catch", port=0, max_sessions=1) as port:
        async with await connect_async(f"127.0.0.1:{port}"):
            with pytest.raises(CapacityError, match=r"no session left.*1 of 1 sessions"):
                await connect_async(f"127.0.0.1:{port}")
        async with await connect_async(f"127.0.0.1:{port}") as again:
            assert again.seats == (0,)


async def test_a_port_that_is_taken():
    async with serve("catch", port=0) as port:
        with pytest.raises(UsageError, match=f"port {port} of 127.0.0.1 is taken"):
            async with serve("catch", port=port):
                pass


async def test_a_server_killed_in_the_middle_of_an_episode():
    with our_server("catch") as (process, address):
        async with await connect_async(address) as environment:
            await environment.reset(1)
            process.kill()
            process.wait()
            with pytest.raises(SessionLostError, match="is lost"):
                await environment.step([1])
            with pytest.raises(SessionLostError, match="is lost"):
                await environment.reset(2)


def test_a_server_killed_under_a_blocking_client():
    with our_server("catch") as (process, address), connect(address) as environment:
        environment.reset(1)
        process.kill()
        process.wait()
        with pytest.raises(SessionLostError):
            environment.step([1])


async def test_an_answer_that_comes_too_late_is_nobodys():
    late = asyncio.Event()

    async def handler(connection):
        for answer in (STATE, FIRST, FIRST):
            await connection.recv()
            await connection.send(answer)
        await connection.recv()
        await late.wait()

    async with websocket(handler) as address:
        environment = await connect_async(address, timeout=0.2)
        await environment.reset(1)
        with pytest.raises(SessionLostError, match=r"no answer to step within 0\.2 s"):
            await environment.step([0])
        late.set()
        with pytest.raises(SessionLostError):
            await environment.step([1])
        await environment.close()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("garbage", "garbage"),
        (FIRST.replace("1.0", "NaN", 1), "not a reply"),
        (FIRST.replace("1.0", '"1.0"', 1), "'info_state'"),
        (FIRST.replace('"legal_actions":[0,1]', '"legal_actions":[0.5]'), "'legal_actions'"),
        (FIRST.replace('"legal_actions":[0,1]', '"legal_actions":[]'), "no legal action"),
        (FIRST.replace('"current_player_id":0', '"current_player_id":1'), "waits for player 1"),
        (FIRST.replace('"done":false', '"done":true'), "already the end"),
        (FIRST.replace('"done":false', '"over":false'), "'done'"),
    ],
)
async def test_frames_that_make_no_sense(answer, says):
    async with (
        scripted(STATE, FIRST, answer) as address,
        await connect_async(address) as environment,
    ):
        with pytest.raises(WireError, match=says):
            await environment.reset(1)


async def test_a_binary_frame():
    async with scripted(b"\x00\x01") as address:
        with pytest.raises(NotOpenEnvError, match="binary"):
            await connect_async(address)


async def test_illegal_actions_are_never_sent():
    async with scripted(STATE, FIRST, FIRST) as address:
        environment = await connect_async(address)
        await environment.reset(1)
        for actions in ([7], [0, 1], []):
            with pytest.raises(IllegalActionError):
                await environment.step(actions)
        assert environment.observe(0).legal_actions == (0, 1)
        await environment.close()


def test_a_blocking_environment_that_was_closed():
    with our_server("catch") as (_, address):
        with connect(address) as environment:
            environment.reset(1)
        environment.close()
        with pytest.raises(SessionLostError, match="was closed"):
            environment.step([1])


async def test_a_blocking_client_inside_a_running_loop():
    with our_server("catch") as (_, address), connect(address) as environment:
        step = environment.reset(1)
        while step.ending is None:
            step = environment.step([1])
    assert step.ending.returns in ((1.0,), (-1.0,))


def test_serve_says_its_address_and_stops_when_it_is_told():
    import signal
    import subprocess

    process = subprocess.Popen(
        [sys.executable, "-m", "openenv_tui", "serve", "catch", "--port", "0"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stderr.readline()
        address = line.split()[3].rstrip(",")
        with connect(address) as environment:
            assert environment.game.info.name == "catch"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out) == (0, "")
    assert err.splitlines()[-1] == "Stopped after 1 episodes and 0 steps."
