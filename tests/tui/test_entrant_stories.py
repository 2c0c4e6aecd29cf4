"""A person as an entrant of a run: stories told with keys, judged by screen and log."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest

from openenv_tui.evaluation.persons import PersonsGames
from openenv_tui.evaluation.plan import Cast, Plan
from openenv_tui.evaluation.setup import Where
from openenv_tui.tui.app import OpenEnvTuiApp
from openenv_tui.tui.entrant import open_entrant
from openenv_tui.tui.screens.entrant import EntrantScreen
from tests.tui.conftest import User


@pytest.fixture(autouse=True)
def no_grace(monkeypatch):
    monkeypatch.setattr("openenv_tui.tui.screens.table.GRACE", 0.0)


class Log:
    """A keeper whose log is two lists."""

    def __init__(self):
        self.kept, self.given_up = [], []

    def keep(self, played):
        self.kept.append(played)

    def give_up(self, row, episode, reason):
        self.given_up.append((row, episode, reason))


@asynccontextmanager
async def seated(game, log, episodes=3, played=0, size=(80, 24), **options):
    plan = Plan(game, ("human",), episodes=episodes, seed=1, **options)
    todo = {0: [range(played, episodes)]}
    games = PersonsGames(plan, Cast(), Where(), todo, log, set())
    sitting = await open_entrant(games, "local")
    app = OpenEnvTuiApp(lambda: EntrantScreen(sitting))
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield User(app, pilot)


async def test_a_whole_run_is_played_with_keys(snapshot):
    log = Log()
    async with seated("catch", log) as user:
        assert "game 1 of 3, deal 1" in user.sees()
        for number in (1, 2, 3):
            await user.waits_for(f"game {number} of 3")
            await user.waits_for("Your turn")
            await user.press(*["down"] * 9)
            await user.waits_for("esc: leave" if number < 3 else "enter: the table")
            assert len(log.kept) == number
            if number == 1:
                snapshot(user)
            await user.press("enter")
        assert not user.app.is_running
    assert [line[1] for line in log.kept] == [0, 1, 2]
    assert log.given_up == []


async def test_a_game_is_stored_before_its_end_is_seen():
    log = Log()
    async with seated("catch", log) as user:
        await user.press(*["down"] * 9)
        await user.waits_for("enter: game 2 of 3, deal 2")
        assert [len(line[8]) for line in log.kept] == [1 + 1 + 9]


@pytest.mark.parametrize("key", ["q", "escape", "ctrl+c"])
async def test_leaving_in_the_middle_keeps_what_is_over_and_notes_the_rest(key):
    log = Log()
    async with seated("catch", log) as user:
        await user.press(*["down"] * 9)
        await user.press("enter")
        await user.waits_for("game 2 of 3")
        await user.press("down", "down", key)
        assert not user.app.is_running
    assert [line[1] for line in log.kept] == [0]
    assert log.given_up == [(0, 1, "the person left after 2 moves")]


async def test_leaving_between_two_games_gives_nothing_up():
    log = Log()
    async with seated("catch", log) as user:
        await user.press(*["down"] * 9)
        await user.waits_for("enter: game 2")
        await user.press("q")
    assert log.given_up == []


async def test_no_game_can_be_played_twice_or_handed_over_and_no_seed_is_seen():
    log = Log()
    async with seated("catch", log) as user:
        for key in ("f5", "r", "f6", "s", "f2", "t", "f3"):
            await user.press(key)
        assert "game 1 of 3" in user.sees()
        assert "seed" not in user.sees()
        await user.press(*["down"] * 9)
        await user.press("f6", "f5")
        await user.waits_for("enter: game 2 of 3")
    assert len(log.kept) == 1


async def test_a_person_sits_at_each_seat_in_turn_and_sees_who_plays():
    log = Log()
    async with seated("tic_tac_toe", log, episodes=2, opponent="first") as user:
        assert "game 1 of 2, deal 1, seat 0" in user.sees()
        assert "seat 1 first" in user.sees()
        await user.press("5", "4", "6")
        await user.waits_for("enter: game 2 of 2, deal 1, seat 1")
        await user.press("enter")
        await user.waits_for("seat 0 first")
        await user.waits_for("seat 1 you")
    assert [line[2] for line in log.kept] == [0]


async def test_hidden_cards_stay_hidden_and_the_deal_is_not_named():
    async with seated("kuhn_poker", Log(), episodes=4, opponent="first") as user:
        assert "game 1 of 4, seat 0" in user.sees()
        assert "deal" not in user.sees().splitlines()[0]
        environment = user.app.screen.sitting.environment
        theirs = environment.observe(1).text
        assert theirs.strip()
        assert theirs not in user.sees()


async def test_a_resumed_run_seats_the_person_for_the_rest():
    log = Log()
    async with seated("catch", log, played=2) as user:
        assert "game 3 of 3, deal 3" in user.sees()
        await user.press(*["down"] * 9)
        await user.waits_for("enter: the table")
    assert [line[1] for line in log.kept] == [2]


async def test_an_opponent_that_thinks_leaves_the_screen_alive():
    log = Log()
    options = {"episodes": 2, "opponent": "mcts(simulations=500)", "size": (100, 40)}
    async with seated("tic_tac_toe", log, **options) as user:
        await user.press("5")
        await user.waits_for("Your turn")
        await user.press("question_mark")
        await user.waits_for("the next game, when this one is over")
