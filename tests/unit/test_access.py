"""Headers and tokens: sent to the server, and kept nowhere."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest
from websockets.asyncio.server import serve

from openenv_tui.connection import connect_async
from openenv_tui.connection.access import request_headers, without_secrets
from openenv_tui.errors import NotOpenEnvError, UsageError


def guarded(token):
    """A server that lets in whoever shows the token, and answers ``state`` and ``reset``."""

    def check(connection, request):
        if request.headers.get("Authorization") != f"Bearer {token}":
            return connection.respond(401, "who are you?")
        return None

    async def talk(socket):
        async for frame in socket:
            kind = json.loads(frame)["type"]
            if kind == "state":
                await socket.send('{"type":"state","data":{}}')
            else:
                seen = {"observation": {"n": 1}, "reward": 1.0, "done": kind == "step"}
                await socket.send(json.dumps({"type": "observation", "data": seen}))

    return serve(talk, "127.0.0.1", 0, process_request=check)


def address_of(server):
    return f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_token_opens_a_guarded_server():
    async with guarded("sesame") as server:
        headers = request_headers(token="sesame")
        environment = await connect_async(address_of(server), headers=headers)
        assert (await environment.reset(1)).observations
        await environment.close()


@pytest.mark.parametrize("headers", [(), request_headers(token="wrong")])
async def test_without_it_the_way_in_is_named(headers):
    async with guarded("sesame") as server:
        with pytest.raises(NotOpenEnvError, match=r"without leave \(status 401\).*--token"):
            await connect_async(address_of(server), headers=headers)


async def test_a_run_keeps_no_token(tmp_path):
    program = [sys.executable, "-c", "from openenv_tui.cli import main; main()"]
    options = ["eval", "-p", "random", "-n", "2", "--token", "sesame", "--header", "X-A: secret"]
    async with guarded("sesame") as server:
        place = ["--env", address_of(server), "--out", str(tmp_path / "run")]
        process = await asyncio.create_subprocess_exec(
            *program, *options, *place, stdout=asyncio.subprocess.DEVNULL
        )
        assert await asyncio.wait_for(process.wait(), 60) == 0
    for kept in (tmp_path / "run").iterdir():
        text = kept.read_bytes()
        assert b"sesame" not in text
        assert b"secret" not in text


def test_a_command_is_kept_without_its_secrets():
    command = [
        "eval",
        "--token",
        "abc",
        "--header=X:1",
        "-n",
        "5",
        "--header",
        "X:2",
        "-p",
        "random",
    ]
    kept = "eval --token ... --header=... -n 5 --header ... -p random"
    assert " ".join(without_secrets(command)) == kept


@pytest.mark.parametrize(
    ("line", "said"),
    [("X-Team", "'Name: value'"), (": blue", "no name"), ("X Team: blue", "no name"),
     ("X-Team: b\r\nEvil: 1", "cannot be sent"), ("X-Team: blü", "cannot be sent")],
)  # fmt: skip
def test_a_header_that_cannot_be_sent_is_refused(line, said):
    with pytest.raises(UsageError, match=said):
        request_headers([line])


def test_headers_are_read():
    assert request_headers(["X-Team: blue", "A:b:c"], "t") == (
        ("X-Team", "blue"), ("A", "b:c"), ("Authorization", "Bearer t"),
    )  # fmt: skip
