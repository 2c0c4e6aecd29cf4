"""A person asks what a policy would do: bars beside the board, from what the person sees alone."""

from openenv_tui.tui.widgets.advice import AdvicePanel

SLOW = (
    "import time\n\nclass Slow:\n    def act(self, observation, rng):\n"
    "        time.sleep({seconds})\n        return observation.legal_actions[0]\n"
)


async def test_one_key_shows_what_the_games_own_policy_would_do(table):
    async with table("catch") as user:
        await user.press("f4")
        await user.waits_for("tracker: probability")
        assert "▸RIGHT ████" in user.sees()
        assert "100%" in user.sees()


async def test_advice_follows_the_game_from_move_to_move(table):
    async with table("catch") as user:
        await user.press("f4")
        await user.waits_for("▸RIGHT")
        await user.press("right", "right")
        await user.waits_for("▸STAY")


async def test_the_key_again_hides_it(table):
    async with table("catch") as user:
        await user.press("a")
        await user.waits_for("tracker: probability")
        await user.press("a")
        assert "tracker" not in user.sees()


async def test_another_policy_is_chosen_from_those_that_fit(table):
    async with table("tic_tac_toe", policies=("first",)) as user:
        await user.press("f7")
        await user.waits_for("Who advises on Tic-Tac-Toe?")
        await user.click_on("mcts")
        await user.waits_for("mcts: visits, value")


async def test_minimax_shows_the_values_of_all_moves(table):
    async with table("tic_tac_toe", policies=("first",), size=(120, 40)) as user:
        user.app.screen._adviser = "minimax"
        await user.press("f4")
        await user.waits_for("minimax: value", 20)
        assert user.sees().count("+0.00") == 9


async def test_a_policy_is_written_by_its_spec(table, tmp_path):
    (tmp_path / "quick.py").write_text(SLOW.format(seconds=0))
    async with table("catch") as user:
        await user.press("f7", "end", "enter")
        await user.waits_for("A policy for Catch")
        await user.type("./quick.py:Slow")
        await user.press("enter")
        await user.waits_for("./quick.py:Slow: its choice")
        assert "▸LEFT" in user.sees()


async def test_a_policy_that_thinks_is_waited_for_with_a_wheel_and_given_up(table, tmp_path):
    (tmp_path / "slow3.py").write_text(SLOW.format(seconds=1.5))
    async with table("catch") as user:
        user.app.screen._adviser = "./slow3.py:Slow"
        await user.press("f4")
        await user.waits_for("thinks")
        await user.press("right")
        await user.waits_for("1 RIGHT")
        await user.press("f4")
        assert not user.app.screen.query_one(AdvicePanel).thinking


async def test_a_policy_that_fails_says_so(table, tmp_path):
    (tmp_path / "bad.py").write_text(
        "def bad(observation, rng):\n    raise ValueError('no idea')\n"
    )
    async with table("catch") as user:
        user.app.screen._adviser = "./bad.py:bad"
        await user.press("f4")
        await user.waits_for("ValueError: no idea")


async def test_a_click_on_a_bar_plays_it(table):
    async with table("catch") as user:
        await user.press("f4")
        await user.click_on("▸RIGHT")
        await user.waits_for("1 RIGHT")


async def test_watching_shows_what_the_policy_on_turn_thinks(table):
    async with table("tic_tac_toe", person=False, policies=("mcts", "random")) as user:
        await user.press("space", "f4")
        await user.waits_for("mcts: visits, value")
        await user.press("n")
        await user.waits_for("random: probability")
