"""Our server's doors: tokens, origins, silence, and the end of the server itself."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.client import connect as dial
from websockets.exceptions import ConnectionClosed, InvalidStatus

from arena_env.server.fast import Guard, serve
from openenv_tui.connection import connect_async
from openenv_tui.connection.access import request_headers
from openenv_tui.connection.pages import page
from openenv_tui.errors import IdleError, NotOpenEnvError


async def test_who_shows_the_token_plays():
    async with serve("catch", port=0, guard=Guard("sesame")) as port:
        headers = request_headers(token="sesame")
        environment = await connect_async(f"127.0.0.1:{port}", headers=headers)
        assert (await environment.reset(1)).observations
        await environment.close()


@pytest.mark.parametrize("token", [None, "Sesame", "sesame2"])
async def test_nobody_else_does(token):
    async with serve("catch", port=0, guard=Guard("sesame")) as port:
        with pytest.raises(NotOpenEnvError, match="status 401"):
            await connect_async(f"127.0.0.1:{port}", headers=request_headers(token=token))


async def test_health_is_told_to_everybody_and_schemas_are_not():
    async with serve("catch", port=0, guard=Guard("sesame")) as port:
        url = f"ws://127.0.0.1:{port}/ws"
        assert await page(url, "health", 5) == {"status": "healthy"}
        assert await page(url, "schema", 5) is None
        assert await page(url, "schema", 5, request_headers(token="sesame"))


GOOD = Guard(origins=frozenset({"https://good.example"}))


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_strange_web_pages_are_turned_away(origin):
    async with serve("catch", port=0, guard=GOOD) as port:
        with pytest.raises(InvalidStatus, match="403"):
            await dial(f"ws://127.0.0.1:{port}/ws", origin=origin)


@pytest.mark.parametrize("origin", ["https://good.example", "http://127.0.0.1:{port}", None])
async def test_named_pages_its_own_and_programs_are_let_in(origin):
    async with serve("catch", port=0, guard=GOOD) as port:
        own = origin and origin.format(port=port)
        async with dial(f"ws://127.0.0.1:{port}/ws", origin=own) as socket:
            await socket.send('{"type":"state"}')
            assert json.loads(await socket.recv())["type"] == "state"


async def test_a_silent_session_is_closed_and_told_why():
    async with serve("catch", port=0, idle=0.1) as port:
        environment = await connect_async(f"127.0.0.1:{port}")
        await environment.reset(1)
        await asyncio.sleep(0.4)
        with pytest.raises(IdleError, match="nothing was asked for"):
            await environment.step([1])
        await environment.close()


async def test_a_session_that_goes_on_asking_is_not():
    async with serve("catch", port=0, idle=0.2) as port:
        environment = await connect_async(f"127.0.0.1:{port}")
        await environment.reset(1)
        for _ in range(8):
            await asyncio.sleep(0.08)
            step = await environment.step([1])
        assert step.observations
        await environment.close()


async def test_a_server_that_stops_says_so_to_every_session():
    async with serve("catch", port=0) as port:
        socket = await dial(f"ws://127.0.0.1:{port}/ws")
    with pytest.raises(ConnectionClosed, match="the server stops"):
        await socket.recv()
