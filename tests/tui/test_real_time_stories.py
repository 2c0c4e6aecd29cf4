"""Catch in real time: the ball falls by itself, and no key is lost or doubled."""

import asyncio

from openenv_tui.games.catch import STAY


async def test_the_ball_falls_by_itself_at_the_speed_that_is_set(table):
    async with table("catch") as user:
        await user.press("f9")
        assert "2 steps a second" in user.sees()
        await user.press(*["plus"] * 5)
        assert "12 steps a second" in user.sees()
        await user.waits_for("Missed")
        assert {move.action for move in user.app.screen.sitting.history} == {STAY}


async def test_without_the_key_it_waits_for_the_person(table):
    async with table("catch") as user:
        await user.pilot.pause(0.7)
        assert "step   0" in user.sees()


async def test_the_key_again_stops_the_clock(table):
    async with table("catch") as user:
        await user.press("f9", "f9")
        await user.pilot.pause(0.7)
        assert "step   0" in user.sees()


async def test_a_burst_of_keys_is_taken_whole_and_once(table):
    async with table("catch(rows=60)") as user:
        await user.press("f9", *["plus"] * 5)
        screen = user.app.screen
        before = len(screen.sitting.history)
        typed = [0, 2] * 10
        for action in typed:
            screen.sitting.person.press("left" if action == 0 else "right")
        for _ in range(5):
            await user.pilot.pause(0.1)
        after = [move.action for move in screen.sitting.history[before:]]
        assert [action for action in after if action != STAY] == typed
        assert after[: len(typed)] == typed


async def test_keys_between_ticks_are_neither_lost_nor_doubled(table):
    async with table("catch(rows=80)") as user:
        await user.press("f9", *["plus"] * 5)
        person = user.app.screen.sitting.person
        for number in range(20):
            person.press("left" if number % 2 else "right")
            await asyncio.sleep(0.005 * number)
        await user.pilot.pause(0.2)
        moves = [move.action for move in user.app.screen.sitting.history if move.action != STAY]
        assert moves == [0 if number % 2 else 2 for number in range(20)]


async def test_the_ball_waits_while_help_lies_over_it(table):
    async with table("catch") as user:
        await user.press("f9", "f1")
        history = user.app.screen_stack[-2].sitting.history
        steps = len(history)
        await user.pilot.pause(1.2)
        assert len(history) == steps


async def test_a_game_that_waits_has_no_clock(table):
    async with table("tic_tac_toe", policies=("first",)) as user:
        await user.press("f9")
        assert "steps a second" not in user.sees()
