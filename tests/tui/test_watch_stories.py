"""A person watches policies: pace, single steps, taking over, handing back."""

from math import inf

import pytest

from openenv_tui.tui.screens.table import SPEEDS
from openenv_tui.tui.screens.watch import nearest_speed


async def test_a_game_plays_to_its_conclusion_by_itself(table):
    async with table("catch", person=False, policies=("tracker",)) as user:
        await user.press(*["plus"] * 5)
        await user.waits_for("Caught!")
        assert "Seat 0, tracker" in user.sees()


async def test_paused_it_steps_one_at_a_time(table):
    async with table("catch", person=False, policies=("tracker",)) as user:
        await user.press("space")
        steps = len(user.app.screen.sitting.history)
        await user.press("n")
        await user.waits_for(f"step   {steps + 1}")
        await user.pilot.pause(0.7)
        assert f"step   {steps + 1}" in user.sees()
        assert "Paused" in user.sees()


async def test_speed_goes_up_and_down_within_bounds(table):
    async with table("catch", person=False, policies=("tracker",)) as user:
        await user.press("space", "minus", "minus", "minus", "minus", "space")
        assert "0.5 steps a second" in user.sees()
        await user.press("plus")
        assert "1 steps a second" in user.sees()


async def test_a_seat_is_taken_over_and_given_back(table):
    async with table("catch", person=False, policies=("tracker",)) as user:
        await user.press("space", "t")
        await user.waits_for("You play seat 0")
        await user.press("left")
        await user.waits_for("LEFT")
        await user.press("f2")
        await user.waits_for("Paused")
        assert "seat 0 tracker" in user.sees()


async def test_the_view_goes_from_seat_to_seat(table):
    async with table("tic_tac_toe", person=False, policies=("first", "last")) as user:
        await user.press("space")
        assert "You are X" in user.sees()
        await user.press("v")
        await user.waits_for("You are O")


async def test_the_next_game_starts_at_a_key(table):
    async with table("catch", person=False, policies=("tracker",)) as user:
        await user.press(*["plus"] * 5)
        await user.waits_for("Caught!")
        await user.press("enter")
        await user.waits_for("seed   4")


async def test_watching_looks_like_this(table, snapshot):
    async with table("tic_tac_toe", person=False, policies=("first", "last")) as user:
        await user.press("space", "n")
        await user.waits_for("1 0 top left")
        await user.waits_for("Paused")
        snapshot(user, "watch")


@pytest.mark.parametrize(
    ("wished", "pace"), [(3, 4.0), (2, 2.0), (0.001, 0.5), (64, 32.0), (65, inf), (1000, inf)]
)
def test_watching_begins_at_the_pace_that_is_nearest_to_the_wish(wished, pace):
    assert SPEEDS[nearest_speed(wished)] == pace
