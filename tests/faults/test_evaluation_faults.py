"""An evaluation on a server that errs in the middle of an episode: lost, and played again."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import serve

from openenv_tui.errors import ConnectionFailedError
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan

FAULTS = {
    "an error": '{"type":"error","data":{"message":"boom","code":"EXECUTION_ERROR"}}',
    "garbage": "what?",
    "a state": '{"type":"state","data":{}}',
    "binary": b"\x00\x01",
}


@asynccontextmanager
async def walker(fault, every):
    """A walk of three steps; each ``every``-th reply to a step is a fault instead."""
    told = {"steps": 0}

    async def talk(socket):
        at = 0
        async for frame in socket:
            kind = json.loads(frame)["type"]
            if kind == "state":
                await socket.send('{"type":"state","data":{"episode_id":null,"step_count":0}}')
                continue
            if kind == "close":
                return
            at = 0 if kind == "reset" else at + 1
            told["steps"] += kind == "step"
            if kind == "step" and told["steps"] % every == 0:
                await socket.send(fault)
                continue
            seen = {"observation": {"at": at}, "reward": float(at), "done": at == 3}
            await socket.send(json.dumps({"type": "observation", "data": seen}))

    async with serve(talk, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def plan(address):
    return Plan("", ("random",), episodes=8, env=address, seed=1, sessions=2)


async def in_a_thread(work):
    import asyncio

    return await asyncio.to_thread(work)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_fault_loses_the_episode_and_not_the_policy(fault, tmp_path):
    async with walker(fault, every=11) as address:
        result = await in_a_thread(lambda: run_plan(plan(address), tmp_path / "run"))
    (row,) = result.rows
    assert (row.episodes, row.mean_return) == (8, 6.0)
    assert row.lost_sessions >= 1
    assert not sum(row.forfeits.values())


async def test_a_server_that_always_errs_is_given_up_and_said_so(tmp_path):
    async with walker(FAULTS["an error"], every=1) as address:
        with pytest.raises(ConnectionFailedError, match=r"lost one after the other.*boom"):
            await in_a_thread(lambda: run_plan(plan(address), tmp_path / "run"))
