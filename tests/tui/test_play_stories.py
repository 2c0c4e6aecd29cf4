"""A person plays: stories told with keys and clicks, judged by what the screen says."""

import asyncio

import pytest

from openenv_tui.tui.screens.table import TableScreen


@pytest.fixture(autouse=True)
def no_grace(monkeypatch):
    monkeypatch.setattr("openenv_tui.tui.screens.table.GRACE", 0.0)


async def test_the_ball_is_caught_with_the_arrows(table):
    async with table("catch") as user:
        assert "Your turn" in user.sees()
        await user.press("right", "right", *["down"] * 7)
        await user.waits_for("Caught!")
        assert "return +1" in user.sees()


async def test_keys_typed_ahead_are_neither_lost_nor_doubled(table):
    async with table("catch") as user:
        for key in ["right", "left", "right", "right", "down", "down", "down", "down", "down"]:
            user.app.screen.sitting.person.press(key)
        await user.waits_for("Caught!")
        names = [move.name for move in user.app.screen.sitting.history]
        assert names == ["RIGHT", "LEFT", "RIGHT", "RIGHT", *["STAY"] * 5]


async def test_vim_keys_move_where_the_game_has_no_use_for_them(table):
    async with table("catch") as user:
        await user.press("l", "l", *["j"] * 7)
        await user.waits_for("Caught!")


async def test_a_missed_ball_is_said_in_the_games_words(table):
    async with table("catch") as user:
        await user.press(*["left"] * 9)
        await user.waits_for("Missed by 4 columns.")


async def test_after_the_end_enter_deals_anew_and_s_the_same_again(table):
    async with table("catch") as user:
        await user.press(*["left"] * 9)
        await user.waits_for("Missed")
        await user.press("s")
        await user.waits_for("Your turn")
        assert "seed   3" in user.sees()
        await user.press(*["left"] * 9)
        await user.waits_for("Missed")
        await user.press("enter")
        await user.waits_for("seed   4")


async def test_a_late_key_of_the_game_does_not_skip_the_end(table, monkeypatch):
    monkeypatch.setattr("openenv_tui.tui.screens.table.GRACE", 60.0)
    async with table("tic_tac_toe", policies=("first",)) as user:
        await user.press("5", "4", "6")
        await user.waits_for("you win!")
        await user.press("enter")
        assert "you win!" in user.sees()


async def test_tic_tac_toe_is_won_with_the_mouse(table):
    async with table("tic_tac_toe", policies=("first",)) as user:
        for field in ("5", "4", "6"):
            await user.click_on(f" {field} ") if field != "5" else await user.click_on(">5<")
        await user.waits_for("Three in a row: you win!")


async def test_a_click_on_an_action_beside_the_board_chooses_it(table):
    async with table("catch") as user:
        await user.click_on("RIGHT")
        await user.waits_for("1 RIGHT")


async def test_the_cursor_walks_over_free_fields_and_enter_chooses(table):
    async with table("tic_tac_toe", policies=("last",)) as user:
        await user.press("up", "enter")
        await user.waits_for("1 0 top")


async def test_a_move_that_is_not_possible_is_refused_in_words(table):
    async with table("tic_tac_toe", policies=("last",)) as user:
        await user.press("5", "5")
        await user.waits_for("5 is not possible now")


async def test_kuhn_poker_never_shows_the_other_card_or_the_others_moves(table):
    async with table("kuhn_poker", policies=("random",), seat=1) as user:
        await user.waits_for("Your turn")
        assert user.sees().count("░░░░░") == 3
        assert not any(move.player == 0 for move in user.app.screen.sitting.history) or (
            "1 0 " not in user.sees()
        )


async def test_kuhn_poker_is_played_with_p_and_b(table):
    async with table("kuhn_poker", policies=("first",)) as user:
        await user.press("b")
        await user.waits_for("You win 1 chip: nobody called the bet.")


async def test_a_letter_of_the_game_wins_over_the_screens_own(table):
    async with table("blackjack") as user:
        await user.press("s")
        await user.waits_for("1 Stand")


async def test_the_seat_is_handed_over_and_taken_back(table):
    async with table("catch") as user:
        await user.press("f2")
        await user.waits_for("tracker plays for you")
        await user.waits_for("1 RIGHT")
        await user.press("f2")
        await user.waits_for("Your turn")


async def test_many_actions_are_found_by_a_part_of_their_name(table):
    async with table("chess", policies=("first",)) as user:
        assert "more" in user.sees()
        await user.press("slash")
        await user.type("nf6")
        await user.press("enter")
        await user.waits_for("0 Nf6")


async def test_who_moves_at_once_is_asked_on_their_own_view(table):
    async with table("goofspiel", policies=("first",)) as user:
        await user.waits_for("Your turn")
        await user.press("1")
        await user.waits_for("step   2")


async def test_help_says_the_keys_of_the_game(table):
    async with table("catch") as user:
        await user.press("question_mark")
        assert "Be under the ball" in user.sees()
        assert "LEFT" in user.sees()
        await user.press("escape")
        assert "Your turn" in user.sees()


async def test_leaving_closes_the_app_that_opened_at_the_game(table):
    async with table("catch") as user:
        await user.press("escape")
        await asyncio.sleep(0)
        assert not user.app.is_running or user.app._exit


async def test_an_opponent_that_crashes_forfeits_in_words(table, tmp_path):
    (tmp_path / "broken.py").write_text(
        "class Broken:\n    def act(self, observation, rng):\n        raise ValueError('no idea')\n"
    )
    async with table("tic_tac_toe", policies=("./broken.py:Broken",)) as user:
        await user.press("5")
        await user.waits_for("forfeits: ValueError: no idea")


async def test_a_thinking_opponent_leaves_the_screen_alive(table, tmp_path):
    (tmp_path / "slow.py").write_text(
        "import time\n\nclass Slow:\n    blocking = True\n\n"
        "    def act(self, observation, rng):\n        time.sleep(0.3)\n"
        "        return observation.legal_actions[0]\n"
    )
    async with table("tic_tac_toe", policies=("./slow.py:Slow",)) as user:
        await user.press("5", "9")
        assert "is thinking" in user.sees()
        await user.waits_for("3 0 bottom right")


async def test_a_new_game_starts_while_the_opponent_still_thinks(table, tmp_path):
    (tmp_path / "slow2.py").write_text(
        "import time\n\nclass Slow:\n    blocking = True\n    busy = False\n\n"
        "    def act(self, observation, rng):\n        assert not self.busy\n"
        "        self.busy = True\n        time.sleep(0.3)\n        self.busy = False\n"
        "        return observation.legal_actions[0]\n"
    )
    async with table("tic_tac_toe", policies=("./slow2.py:Slow",)) as user:
        await user.press("5")
        await user.waits_for("is thinking")
        await user.press("f5")
        await user.waits_for("seed   4")
        await user.waits_for("Your turn")
        await user.press("5")
        await user.waits_for("2 1 top left")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_catch_looks_like_this(table, snapshot, size):
    async with table("catch", size=size) as user:
        await user.press("right", "down")
        await user.waits_for("2 STAY")
        snapshot(user, f"catch-{size[0]}x{size[1]}")


@pytest.mark.parametrize(
    "game", ["2048", "blackjack", "cliff_walking", "kuhn_poker", "tic_tac_toe"]
)
async def test_a_game_looks_like_this(table, snapshot, game):
    async with table(game) as user:
        await user.waits_for("Your turn")
        snapshot(user, game)


async def test_the_end_looks_like_this(table, snapshot):
    async with table("catch", size=(120, 36)) as user:
        await user.press("right", "right", *["down"] * 7)
        await user.waits_for("Caught!")
        snapshot(user, "catch-end")


async def test_too_small_a_terminal_says_what_it_needs(table):
    async with table("catch", size=(50, 15)) as user:
        assert "60 columns and 18 lines" in user.sees()
        await user.pilot.resize_terminal(80, 24)
        await user.waits_for("Your turn")
        assert isinstance(user.app.screen, TableScreen)
