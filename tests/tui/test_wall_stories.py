"""Several games side by side, and one game watched backwards."""

from contextlib import asynccontextmanager

import pytest

from openenv_tui.tui.app import OpenEnvTuiApp
from openenv_tui.tui.screens.wall import WallScreen
from openenv_tui.tui.sitting import Setup, dealt, open_sitting
from tests.tui.conftest import _running


@asynccontextmanager
async def wall(game, policies, boards, size=(120, 36)):
    setups, stride = dealt(Setup(game, person=False, policies=policies, seed=3), boards)
    sittings = [await open_sitting(each) for each in setups]
    async with _running(OpenEnvTuiApp(lambda: WallScreen(sittings, stride)), size) as user:
        yield user


async def test_two_policies_play_the_same_deal_next_to_each_other():
    async with wall("catch", ("tracker", "random"), 2) as user:
        await user.press("space")
        await user.waits_for("tracker  3")
        await user.waits_for("random  3")
        first, second = (tile.sitting.moments[0] for tile in user.app.screen.tiles)
        assert first.seen[0].tensor == second.seen[0].tensor


async def test_nine_boards_step_together():
    async with wall("catch", ("tracker",), 9) as user:
        await user.press("space", "n")
        await user.pilot.pause(0.2)
        steps = {len(tile.sitting.history) for tile in user.app.screen.tiles}
        assert len(steps) == 1
        await user.press("n")
        await user.pilot.pause(0.2)
        assert {len(tile.sitting.history) for tile in user.app.screen.tiles} == {max(steps) + 1}


async def test_flat_out_many_games_are_counted():
    async with wall("catch", ("tracker",), 4) as user:
        await user.press(*["plus"] * 4)
        assert "Flat out" in user.sees()
        await user.pilot.pause(1.0)
        assert all(sum(tile.outcomes.values()) > 3 for tile in user.app.screen.tiles)


async def test_enter_opens_the_board_that_is_chosen():
    async with wall("catch", ("tracker", "random"), 2) as user:
        await user.press("space", "right", "enter")
        await user.waits_for("seat 0 random")


async def test_a_click_opens_a_board():
    async with wall("catch", ("tracker", "random"), 2) as user:
        await user.press("space")
        await user.click_on("random  3")
        await user.waits_for("seat 0 random")


@pytest.mark.parametrize("boards", [1, 4, 9])
def test_policies_change_places_on_a_deal(boards):
    setups, _ = dealt(Setup("tic_tac_toe", policies=("first", "last"), seed=3), boards)
    assert [s.policies for s in setups[:2]] == [("first", "last"), ("last", "first")][:boards]
    assert [s.seed for s in setups] == [3 + board // 2 for board in range(boards)]


async def test_a_watched_game_is_rewound_and_goes_on(table):
    async with table("catch", person=False, policies=("tracker",)) as user:
        await user.press("space", "n")
        await user.pilot.pause(0.1)
        await user.press("n")
        await user.pilot.pause(0.1)
        newest = len(user.app.screen.sitting.moments) - 1
        await user.press("left")
        assert f"Looking back at {newest - 1} of {newest}" in user.sees()
        await user.press("home")
        assert "step   0" in user.sees()
        await user.press("n")
        assert "step   1" in user.sees()
        await user.press("end")
        assert f"step   {newest}" in user.sees()
