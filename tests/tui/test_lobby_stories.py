"""The lobby: find a game, seat people, and go."""

from openenv_tui.connection.profiles import Profile, write_profiles
from openenv_tui.tui.screens.evaluate import EvaluateScreen
from openenv_tui.tui.screens.lobby import OTHER, YOU
from openenv_tui.tui.screens.play import PlayScreen
from openenv_tui.tui.screens.results import ResultsScreen
from openenv_tui.tui.screens.watch import WatchScreen
from tests.support.servers import our_server


async def test_catch_is_one_key_away(lobby):
    async with lobby() as user:
        await user.press("enter")
        await user.waits_for("Your turn")
        assert "Catch" in user.sees()


async def test_typing_finds_a_game_and_enter_plays_it(lobby):
    async with lobby() as user:
        await user.type("connect four")
        await user.waits_for("1 game")
        await user.press("enter")
        await user.waits_for("Your turn")
        assert "connect_four" in user.sees()


async def test_all_games_are_listed_and_nonsense_finds_none(lobby):
    async with lobby() as user:
        assert "110 games" in user.sees()
        await user.type("zzz")
        await user.waits_for("No game is called like 'zzz'.")
        await user.press("enter")
        await user.waits_for("Choose a game first.")


async def test_the_list_is_walked_with_arrows_while_one_types(lobby):
    async with lobby() as user:
        await user.press("down", "down")
        await user.waits_for("Come closer to 21")


async def test_leaving_a_game_comes_back_to_the_lobby(lobby):
    async with lobby() as user:
        await user.press("enter")
        await user.waits_for("Your turn")
        await user.press("escape")
        await user.waits_for("110 games")


async def test_watching_seats_the_policy_made_for_the_game(lobby):
    async with lobby() as user:
        await user.press("f3")
        await user.waits_for("tracker")
        assert isinstance(user.app.screen, WatchScreen)


async def test_a_game_is_opened_by_the_mouse_alone(lobby):
    async with lobby() as user:
        await user.click_on("Tic-Tac-Toe")
        await user.waits_for("Put three of your marks")
        await user.waits_for("seat 1")
        await user.click_on("  Play  ")
        await user.waits_for("Your turn")
        assert isinstance(user.app.screen, PlayScreen)


async def test_a_server_that_is_not_there_is_said_in_words(lobby):
    async with lobby() as user:
        user.app.screen.query_one("#server").value = "ws://127.0.0.1:9"
        await user.press("f2")
        await user.waits_for("127.0.0.1:9")
        assert user.app.screen is user.app.screen_stack[1]


async def test_f4_and_f5_open_evaluation_and_results(lobby):
    async with lobby() as user:
        await user.press("f4")
        await user.pilot.pause()
        assert isinstance(user.app.screen, EvaluateScreen)
        await user.press("escape", "f5")
        await user.pilot.pause()
        assert isinstance(user.app.screen, ResultsScreen)
        await user.waits_for("There are no runs")


async def test_a_policy_with_options_takes_a_seat(lobby):
    async with lobby() as user:
        await user.type("tic-tac-toe")
        await user.waits_for("seat 1")
        user.app.screen.query_one("#seat-1").value = OTHER
        await user.waits_for("A policy for Tic-Tac-Toe")
        await user.type("mcts(simulations=3)")
        await user.press("enter")
        await user.waits_for("mcts(simulations=3)")
        await user.press("f2")
        await user.waits_for("seat 1 mcts")


async def test_one_person_has_one_seat(lobby):
    async with lobby() as user:
        await user.type("tic-tac-toe")
        await user.waits_for("seat 1")
        user.app.screen.query_one("#seat-1").value = YOU
        await user.pilot.pause()
        assert user.app.screen.query_one("#seat-0").value == "random"
        await user.press("f2")
        await user.waits_for("seat 1 you")


async def test_a_server_is_asked_what_it_serves(lobby):
    with our_server("kuhn_poker") as (_, address):
        async with lobby() as user:
            user.app.screen.query_one("#server").value = address
            await user.waits_for("(what the server serves)")
            await user.press("f2")
            await user.waits_for("kuhn_poker")


async def test_the_lobby_looks_like_this(lobby, snapshot):
    async with lobby() as user:
        await user.waits_for("seat 0")
        snapshot(user, "lobby-80x24")


async def test_a_large_lobby_looks_like_this(lobby, snapshot):
    async with lobby(size=(120, 36)) as user:
        await user.type("tic")
        await user.waits_for("seat 1")
        snapshot(user, "lobby-120x36")


async def test_servers_that_have_names_are_offered(lobby, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with our_server("catch") as (_, address):
        write_profiles({"home": Profile(address, game="tic_tac_toe")})
        async with lobby(size=(100, 30)) as user:
            await user.type("@home")
            await user.waits_for("one of your servers")
            await user.waits_for("Plays tic_tac_toe")
            await user.press("enter")
            await user.waits_for("Your turn")
            assert "Tic-Tac-Toe" in user.sees()


async def test_a_file_of_servers_that_cannot_be_read_is_said(lobby, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "openenv-tui").mkdir()
    (tmp_path / "openenv-tui" / "servers.toml").write_text("[home\n")
    async with lobby(size=(100, 30)) as user:
        await user.waits_for("cannot read")
        await user.waits_for("Catch")
