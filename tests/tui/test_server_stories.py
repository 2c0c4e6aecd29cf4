"""A game on a server, and a server that goes away."""

import pytest

from arena_env.server.fast import serve
from tests.support.servers import NO_OPENENV, official_server, openenv_installed, our_server


async def test_a_game_on_our_server_is_played_to_its_end(table):
    with our_server("catch") as (_, address):
        async with table(None, target=address) as user:
            await user.waits_for("Your turn")
            await user.press("right", "right", *["down"] * 7)
            await user.waits_for("Caught!")


async def test_near_and_far_look_the_same_but_for_the_server(table):
    async with table("kuhn_poker", seed=5) as user:
        await user.waits_for("Your turn")
        near = user.sees()
    with our_server("kuhn_poker") as (_, address):
        async with table("kuhn_poker", seed=5, target=address) as user:
            await user.waits_for("Your turn")
            far = user.sees()
    lines = zip(near.splitlines(), far.splitlines(), strict=True)
    assert [one for one, other in lines if one != other] == [
        line for line in near.splitlines() if "server local" in line
    ]


async def test_a_server_that_dies_is_said_in_words_and_can_be_left(table):
    with our_server("catch") as (process, address):
        async with table(None, target=address) as user:
            await user.waits_for("Your turn")
            process.kill()
            process.wait()
            await user.press("left")
            await user.waits_for("This game cannot go on")
            await user.press("r")
            await user.waits_for("nothing listens")
            await user.press("escape")
            await user.pilot.pause()
            assert user.app._exit


async def test_a_server_that_comes_back_is_played_on_again(table):
    async with serve("catch", port=0) as port:
        opened = table(None, target=f"ws://127.0.0.1:{port}")
        user = await opened.__aenter__()
        await user.waits_for("Your turn")
        await user.press("left")
        await user.waits_for("1 LEFT")
    try:
        await user.press("left")
        await user.waits_for("This game cannot go on")
        async with serve("catch", port=port):
            await user.press("r")
            await user.waits_for("Your turn")
            assert "step   0" in user.sees()
            await user.press("right")
            await user.waits_for("1 RIGHT")
    finally:
        await opened.__aexit__(None, None, None)


async def test_a_server_lost_between_games_is_opened_again_by_itself(table, monkeypatch):
    monkeypatch.setattr("openenv_tui.tui.screens.table.GRACE", 0.0)
    async with serve("catch", port=0) as port:
        opened = table(None, target=f"ws://127.0.0.1:{port}")
        user = await opened.__aenter__()
        await user.press(*["left"] * 9)
        await user.waits_for("Missed")
    try:
        async with serve("catch", port=port):
            await user.press("enter")
            await user.waits_for("Your turn")
    finally:
        await opened.__aexit__(None, None, None)


@pytest.mark.skipif(not openenv_installed(), reason=NO_OPENENV)
async def test_an_official_servers_game_has_the_same_board(table):
    with official_server("tic_tac_toe") as address:
        async with table(None, target=address) as user:
            await user.waits_for("You are X")
            assert "seat 1 server:random" in user.sees()
            await user.press("5")
            await user.waits_for("theirs")
