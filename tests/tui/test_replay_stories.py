"""A person looks at a stored game: steps, scrubs, turns, compares, branches off, exports."""

from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.replays.listing import listing
from openenv_tui.evaluation.replays.stored import Run
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.evaluation.store import FILE_NAME
from openenv_tui.tui.app import OpenEnvTuiApp
from openenv_tui.tui.screens.games import GamesScreen
from openenv_tui.tui.screens.replay import ReplayScreen
from openenv_tui.tui.widgets.slider import Slider
from tests.tui.conftest import _running


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Small runs, made once for each game."""
    found = {}

    def get(game):
        if game not in found:
            place = tmp_path_factory.mktemp("run") / "small"
            run_plan(Plan(game, policies=("random", "first"), episodes=6, seed=5), place)
            found[game] = Run.read(place)
        return found[game]

    return get


@asynccontextmanager
async def replay(run, episode=0, size=(80, 24), **options):
    screen = ReplayScreen(run, 0, episode, **options)
    async with _running(OpenEnvTuiApp(lambda: screen), size) as user:
        await user.waits_for("The start" if not options.get("at") else "Moves")
        yield user


async def test_keys_step_forward_and_back_to_the_start_and_to_the_end(runs):
    async with replay(runs("catch")) as user:
        await user.press("right", "right", "left")
        assert "1/9" in user.sees()
        await user.press("end")
        assert "9/9" in user.sees()
        assert "random " in user.sees()
        await user.press("home")
        assert "0/9" in user.sees()


async def test_it_plays_by_itself_until_the_end(runs):
    async with replay(runs("catch")) as user:
        await user.press(*["plus"] * 4, "space")
        await user.waits_for("9/9")
        assert not user.app.screen.playing


async def test_the_mouse_moves_the_slider(runs):
    async with replay(runs("catch")) as user:
        slider = user.app.screen.query_one(Slider)
        await user.pilot.click(slider, offset=(1 + (slider.size.width - 4) // 2, 0))
        await user.pilot.pause()
        assert user.app.screen.number in (4, 5)


async def test_a_click_on_a_move_goes_there(runs):
    async with replay(runs("catch"), size=(100, 30)) as user:
        await user.click_on("3. random")
        assert "3/9" in user.sees()


async def test_a_number_jumps_to_a_move(runs):
    async with replay(runs("catch")) as user:
        await user.press("colon")
        await user.type("7")
        await user.press("enter")
        assert "7/9" in user.sees()


async def test_the_turning_point_is_found_and_explained(runs):
    run = runs("catch")
    lost = listing(run, 0, "losses").games[0]
    async with replay(run, lost.episode) as user:
        await user.press("t")
        await user.waits_for("Turning point:")
        assert "Best play: 1 before it, -1 after" in user.sees()
        assert user.app.screen.number == user.app.screen.query_one(Slider).marked


async def test_where_there_is_no_turning_point_it_is_said(runs):
    async with replay(runs("2048")) as user:
        await user.press("t")
        await user.waits_for("too large for exact values")


async def test_both_games_of_a_deal_go_in_step(runs):
    async with replay(runs("tic_tac_toe"), size=(120, 36)) as user:
        await user.press("b", "right", "right")
        assert "episode 0  random (seat 0)" in user.sees()
        assert "episode 1  random (seat 1)" in user.sees()
        assert user.sees().count("2. ") >= 2


async def test_hidden_cards_are_seen_from_both_seats(runs):
    async with replay(runs("kuhn_poker")) as user:
        assert "(seat 0)" in user.sees()
        assert "(seat 1)" in user.sees()


async def test_the_person_plays_on_from_a_moment_and_the_run_stays_as_it_is(runs):
    run = runs("tic_tac_toe")
    before = (run.folder / FILE_NAME).read_bytes()
    async with replay(run, size=(100, 30)) as user:
        await user.press("right", "right")
        taken = len(user.app.screen.replayed.plies[2].acting)
        await user.press("f2")
        await user.waits_for("branched off at move 2 of episode 0, not stored")
        await user.waits_for("Your turn")
        seen = user.app.screen.sitting.observe(0)
        assert (taken, len(seen.legal_actions)) == (1, 7)
        await user.press("enter")
        await user.waits_for("  1 0 ")
        await user.press("escape")
        await user.waits_for("2/")
    assert (run.folder / FILE_NAME).read_bytes() == before


async def test_a_move_of_a_branch_is_taken_back_but_no_file_could_hold_it(runs):
    async with replay(runs("tic_tac_toe"), size=(100, 30)) as user:
        await user.press("right", "right", "f2")
        await user.waits_for("Your turn")
        sitting = user.app.screen.sitting
        before = sitting.moments[0].seen[0].legal_actions
        await user.press("enter")
        await user.waits_for("  1 0 ")
        await user.waits_for("Your turn")
        await user.press("f8", "u")
        await user.waits_for("Your turn")
        assert (sitting.moments[-1].seen[0].legal_actions, sitting.history) == (before, [])
        assert not list(Path.cwd().glob("*.game.json"))


async def test_at_the_end_nobody_can_play_on(runs):
    async with replay(runs("catch")) as user:
        await user.press("end", "f2")
        assert "The game is over here" in user.sees()


async def test_a_game_is_written_into_a_file(runs):
    async with replay(runs("catch"), size=(100, 30)) as user:
        await user.press("x", "ctrl+u")
        await user.type("game.cast")
        await user.press("enter")
        await user.waits_for("Written to game.cast")
    assert Path("game.cast").read_text().startswith('{"version": 2')


async def test_the_next_game_is_a_key_away_and_past_the_last_one_it_is_said(runs):
    async with replay(runs("catch"), episode=4) as user:
        await user.press("right_square_bracket")
        await user.waits_for("Episode 5")
        await user.press("right_square_bracket")
        await user.waits_for("there are 0 to 5")


async def test_games_are_listed_filtered_and_opened(runs):
    run = runs("catch")
    screen = GamesScreen(run)
    async with _running(OpenEnvTuiApp(lambda: screen), (80, 24)) as user:
        await user.waits_for("6 games")
        await user.press("s")
        lost = listing(run, 0, "losses")
        assert f"{lost.total} losses" in user.sees()
        await user.press("enter")
        await user.waits_for("The start")
        assert f"Episode {lost.games[0].episode}" in user.sees()
        await user.press("escape", "p")
        await user.waits_for("Games of first")


async def test_a_replay_looks_like_this(runs, snapshot):
    async with replay(runs("tic_tac_toe")) as user:
        await user.press("right", "right", "right")
        snapshot(user, "replay")
