"""Environments of the official framework: nine with adapters, five that nobody has heard of."""

from __future__ import annotations

import asyncio
import time

import pytest

from openenv_tui import evaluate
from openenv_tui.connection import connect, connect_async
from openenv_tui.connection.audit import Wishes, audit, brief
from openenv_tui.errors import GameError, IllegalActionError, UsageError
from openenv_tui.evaluation.store import Store, unpack_actions
from openenv_tui.games.served import SERVED
from openenv_tui.match import Match, Seat, moves, play
from openenv_tui.model import ForfeitKind, Outcome
from openenv_tui.policy import FunctionPolicy
from openenv_tui.render import plain, render
from openenv_tui.specs import PolicySpec
from openenv_tui.views import GridView
from tests.support.servers import zoo_server

UNHEARD_OF = ("thermostat", "dungeon", "pixels", "quiz", "lights")


@pytest.fixture(scope="module")
def zoo():
    with zoo_server() as address:
        yield address


def scripted(actions):
    return Seat("scripted", PolicySpec("scripted", {"actions": actions, "repeat": False}).build())


def record_of(zoo, name, *scripts, limit=60):
    """One match of scripts, one for each seat, and what it ended as for each of them."""
    with connect(f"{zoo}/{name}", limit=limit) as environment:
        seats = {player: scripted(script) for player, script in enumerate(scripts)}
        record = play(environment, Match(environment.game, seats, 1))
        seen = environment.observe(0)
        return record, environment.game, seen


@pytest.mark.parametrize("name", [*sorted(SERVED), *UNHEARD_OF])
async def test_random_plays_it_and_every_observation_is_drawn(zoo, name):
    async with await connect_async(f"{zoo}/{name}", limit=25) as environment:
        game = environment.game
        seats = {p: Seat("random", PolicySpec("random").build()) for p in environment.seats}
        match = Match(game, seats, 3)
        async for step in moves(environment, match):
            for seen in step.observations or (environment.observe(0),):
                drawn = plain(game.view(seen), 80, 40)
                assert drawn.strip()
                assert not set(drawn) & set("\x1b\x07\x9b\r")
                for action in seen.legal_actions[:5]:
                    assert game.action_name(seen, action)
        assert match.record.forfeit is None
        assert game.info.short_name == name


@pytest.mark.parametrize("name", sorted(SERVED))
def test_an_adapter_is_found_by_the_fields_and_not_by_the_address(zoo, name):
    with connect(f"{zoo}/{name}") as environment:
        assert type(environment.game) is SERVED.load(name)


@pytest.mark.parametrize("name", UNHEARD_OF)
def test_an_environment_nobody_has_heard_of_is_evaluated(zoo, name):
    result = evaluate("", ["random"], env=f"{zoo}/{name}", episodes=4, win="return > 0", seed=1)
    (row,) = result.rows
    assert row.episodes == row.wins + row.losses == 4
    assert not sum(row.forfeits.values())
    assert result.table.audit["findings"]


def test_without_a_rule_no_win_rate_is_made_up(zoo):
    result = evaluate("", ["random"], env=f"{zoo}/thermostat", episodes=2, seed=1)
    assert result.rows[0].win_rate is None
    assert result.rows[0].mean_return < 0
    assert "unknown" in str(result)


def test_the_first_observation_is_there_within_a_second(zoo):
    began = time.perf_counter()
    with connect(f"{zoo}/dungeon") as environment:
        step = environment.reset(1)
        plain(environment.game.view(step.observations[0]))
    # A generous bound on a busy machine; benchmarks/ measures it.
    assert time.perf_counter() - began < 5


def test_four_in_a_row_is_won_by_whoever_laid_them(zoo):
    record, game, seen = record_of(zoo, "connect4", "0 0 0 0", "1 1 1")
    assert record.outcomes == (Outcome.WIN, Outcome.LOSS)
    assert record.returns == (1.0, -1.0)
    view = game.view(seen)
    assert sum(cell.marked for row in view.rows for cell in row) == 4


def test_the_second_player_can_win_too(zoo):
    record, _, _ = record_of(zoo, "connect4", "0 0 0 2", "1 1 1 1")
    assert record.outcomes == (Outcome.LOSS, Outcome.WIN)


def test_the_columns_of_connect_four_can_be_clicked_and_have_keys(zoo):
    with connect(f"{zoo}/connect4") as environment:
        (seen,) = environment.reset(1).observations
        assert environment.game.keys(seen) == {str(n + 1): n for n in range(7)}
        targets = render(environment.game.view(seen), 80, 30).targets
        assert sorted(target.action for target in targets) == list(range(7))


def test_a_chess_game_is_drawn_and_recorded_by_its_moves(zoo):
    record, game, seen = record_of(zoo, "chess", "e2e4 d1h5", limit=2)
    assert record.cut
    assert record.history == ({"move": "e2e4"}, {"move": "d1h5"})
    assert isinstance(game.view(seen), GridView)
    assert len(game.view(seen).rows) == 8


def test_a_maze_is_walked_to_its_exit(zoo):
    way = ["DOWN"] * 4 + ["RIGHT"] * 6 + ["UP"] * 4
    with connect(f"{zoo}/maze") as environment:
        names = iter(way)

        def walk(seen, _):
            wanted = next(names)
            return next(
                a for a in seen.legal_actions if environment.game.action_name(seen, a) == wanted
            )

        record = play(
            environment, Match(environment.game, {0: Seat("me", FunctionPolicy(walk))}, 1)
        )
        assert record.outcomes == (Outcome.WIN,)
        assert "★" in plain(environment.game.view(environment.observe(0)))


def test_grid_world_takes_its_words(zoo):
    record, game, seen = record_of(zoo, "grid_world", " ".join(["RIGHT", "DOWN"] * 4))
    assert record.outcomes == (Outcome.WIN,)
    assert record.decisions == 8
    assert game.keys(seen) == {}
    assert record.returns[0] == pytest.approx(1 - 0.7)


def test_a_fire_is_fought_with_coordinates(zoo):
    water = '{"action": "water", "x": 4, "y": 2}'
    record, _, seen = record_of(zoo, "wildfire", f'[{water}, {{"action": "wait"}}]')
    assert record.forfeit is None
    assert seen.fields["remaining_water"] < 5
    with pytest.raises(IllegalActionError, match="x: a whole number from 0 to 7"):
        seen.action_space.accept({"action": "water", "x": 8, "y": 0})


def test_a_text_game_is_played_by_both_players_and_paid_to_each(zoo):
    record, game, seen = record_of(zoo, "textarena", "[0] [1] [2]", "[3] [4]")
    assert record.returns == (1.0, -1.0)
    assert record.seats == ("scripted", "scripted")
    assert "[2]" in plain(game.view(seen))


def test_what_is_told_to_the_next_player_is_not_shown_to_the_other(zoo):
    with connect(f"{zoo}/textarena") as environment:
        environment.reset(1)
        environment.step([{"message": "[4]"}])
        assert len(environment.observe(1).fields["messages"]) == 2
        assert len(environment.observe(0).fields["messages"]) == 1


def test_a_right_answer_wins(zoo):
    with connect(f"{zoo}/reasoning_gym") as environment:

        def answer(seen, _):
            words = seen.fields["question"].strip("?").split()
            return str(sum(int(word) for word in words if word.isdigit()))

        record = play(
            environment, Match(environment.game, {0: Seat("me", FunctionPolicy(answer))}, 7)
        )
        assert record.outcomes == (Outcome.WIN,)


def test_echo_is_cut_off_because_it_never_ends(zoo):
    record, _, _ = record_of(zoo, "echo", "hello", limit=3)
    assert (record.cut, record.decisions) == (True, 3)
    assert record.history == ({"message": "hello"},) * 3


def test_an_action_that_the_server_refuses_forfeits_and_the_session_goes_on(zoo):
    record, _, _ = record_of(zoo, "lights", '[{"row": 9, "column": 0}]')
    assert record.forfeit.kind is ForfeitKind.ILLEGAL
    assert "row: a whole number from 0 to 4" in record.forfeit.message


def test_what_is_no_action_at_all_is_told_apart(zoo):
    record, _, _ = record_of(zoo, "lights", "[[1]]")
    assert record.forfeit.kind is ForfeitKind.UNPARSABLE


def test_an_episode_that_is_over_when_it_begins_is_one_of_no_steps(zoo):
    dark = 31  # No lamp is lit at the start of this seed.
    with connect(f"{zoo}/lights") as environment:
        match = Match(environment.game, {0: scripted('[{"row": 0, "column": 0}]')}, dark)
        record = play(environment, match)
    assert (record.decisions, record.returns, record.forfeit) == (0, (0.0,), None)


async def test_it_is_that_where_every_step_is_waited_for_too(zoo):
    async with await connect_async(f"{zoo}/lights") as environment:
        match = Match(environment.game, {0: scripted('[{"row": 0, "column": 0}]')}, 31)
        (only,) = [step async for step in moves(environment, match)]
    assert only.ending is not None
    assert match.record.returns == (0.0,)


def test_forms_are_kept_in_the_log_as_they_were_sent(zoo, tmp_path):
    place = tmp_path / "run"
    evaluate("", ["random"], env=f"{zoo}/thermostat", episodes=1, seed=1, out=place)
    store = Store(place / "run.sqlite", new=False)
    (line,) = store.episodes(0)
    store.close()
    actions = unpack_actions(line[8])
    assert len(actions) == 10
    assert all("power" in action for action in actions)


def test_a_seed_that_is_honoured_is_found_out_and_one_that_is_not(zoo):
    async def found(name):
        return (await brief(f"{zoo}/{name}")).seeded

    assert asyncio.run(found("lights")) is True
    assert asyncio.run(found("reasoning_gym")) is True
    assert asyncio.run(found("snake")) in (True, False)


async def test_the_audit_asks_everything_and_says_what_it_means(zoo):
    wishes = Wishes(illegal=True, idle=0.1, sessions=12, seconds=0.2)
    found = {each.topic: each for each in (await audit(f"{zoo}/lights", wishes)).findings}
    assert "honoured" in found["seed"].said
    assert found["sessions"].facts["opened"] == 8
    assert found["illegal action"].verdict in ("unknown", "good")
    assert found["bad frame"].said.startswith("refused (INVALID_JSON)")
    assert found["idle reaper"].verdict == "good"
    assert found["speed"].facts["steps_per_second"] > 0
    assert found["schema"].verdict == "good"


async def test_a_schema_that_is_not_true_is_found_out(zoo):
    found = {each.topic: each for each in (await brief(f"{zoo}/quiz")).findings}
    assert found["schema"].verdict == "good"


def test_another_game_than_the_one_served_is_refused_in_words(zoo):
    with pytest.raises(GameError, match="serves snake, not maze"):
        connect(f"{zoo}/snake", "maze")


def test_a_seat_cannot_be_asked_for(zoo):
    with pytest.raises(UsageError, match="leave the seat and the opponent out"):
        connect(f"{zoo}/snake", seat=0)


def test_a_policy_made_for_another_kind_of_game_says_so_before_the_run(zoo):
    with pytest.raises(UsageError, match="forms to be filled in"):
        evaluate("", ["first"], env=f"{zoo}/lights", episodes=1)
