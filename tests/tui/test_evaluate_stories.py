"""Evaluations from the screen: the table forms, is kept, and is found again."""

from pathlib import Path

import pytest

from openenv_tui.evaluation.plan import Plan, Tournament
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.tui.screens.evaluate import EvaluateScreen
from tests.support.servers import NO_OPENENV, openenv_installed, zoo_server

needs_openenv = pytest.mark.skipif(not openenv_installed(), reason=NO_OPENENV)


async def test_a_run_fills_the_table_and_is_found_among_the_results(lobby):
    async with lobby(size=(120, 36)) as user:
        await user.press("f4")
        await user.waits_for("episodes")
        user.app.screen.query_one("#episodes").value = "40"
        user.app.screen.query_one("#seed").value = "5"
        await user.press("f2")
        await user.waits_for("kept in results")
        assert "1.000" in user.sees()
        assert "95 % intervals" in user.sees()
        assert len(list(Path("results").iterdir())) == 1
        await user.press("escape", "f5")
        await user.waits_for("wins 100.0% of 40")


async def test_policies_are_chosen_with_space(lobby):
    async with lobby() as user:
        await user.press("f4")
        await user.waits_for("[x] tracker")
        await user.press("space")
        await user.waits_for("[ ] tracker")


async def test_nobody_chosen_is_said_in_words(lobby):
    async with lobby() as user:
        await user.press("f4")
        await user.waits_for("[x] tracker")
        user.app.screen.query_one("#policies").offer(["random"], [])
        await user.press("f2")
        await user.waits_for("no policy to evaluate")


async def test_a_policy_with_options_is_added_once_it_fits(lobby):
    async with lobby(size=(120, 36)) as user:
        await user.press("f4", "f4")
        await user.type("tractor")
        await user.press("enter")
        await user.waits_for("did you mean 'tracker'?")
        await user.press("ctrl+u")
        await user.type("mcts(simulations=5)")
        await user.press("enter")
        await user.waits_for("[x] mcts(simulations=5)")


async def test_stopping_keeps_what_was_played(lobby):
    async with lobby(size=(120, 36)) as user:
        await user.press("f4")
        await user.waits_for("episodes")
        user.app.screen.query_one("#episodes").value = "1000000"
        await user.press("f2")
        await user.waits_for("a second")
        await user.press("f3")
        await user.waits_for("Stopped; what was played is kept", seconds=10)
        assert isinstance(user.app.screen, EvaluateScreen)
        assert "not all episodes were played" in user.sees()


@needs_openenv
async def test_what_only_a_server_can_name_is_evaluated_too(lobby):
    with zoo_server("thermostat") as address:
        async with lobby(size=(120, 36)) as user:
            user.app.screen.query_one("#server").value = f"{address}/thermostat"
            await user.press("up", "up", "f4")
            await user.waits_for("The server says what it serves")
            user.app.screen.query_one("#episodes").value = "20"
            user.app.screen.query_one("#win").value = "return > 0"
            await user.press("f2")
            await user.waits_for("kept in results", seconds=20)
            assert "thermostat" in user.sees()


async def test_a_tournament_is_found_among_the_results(lobby):
    held = Tournament("round-robin", "", None)
    plan = Plan("kuhn_poker", ("random", "first", "last"), episodes=20, tournament=held)
    run_plan(plan, Path("results/meeting"))
    async with lobby(size=(120, 36)) as user:
        await user.press("f5")
        await user.waits_for("first v last")
        assert "random v first" in user.sees()
