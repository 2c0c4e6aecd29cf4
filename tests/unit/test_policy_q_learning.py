"""Q-learning: the rule, what is learnt, and the file that keeps it."""

from __future__ import annotations

import json

import pytest

from arena_env.arena import Arena
from openenv_tui.errors import SpecError, StoreError
from openenv_tui.games import load_game
from openenv_tui.match import Match, Seat, play
from openenv_tui.model import EpisodeContext, Observation, Transition
from openenv_tui.seeding import Rng
from openenv_tui.specs import PolicySpec


def q_learning(**options):
    return PolicySpec("q_learning", options).build()


def learn(policy, name, episodes):
    arena = Arena(name)
    seats = {0: Seat("q", policy, learning=True)}
    for episode in range(episodes):
        play(arena, Match(arena.game, seats, seed=episode, episode=episode))
    return policy


def mean_return(policy, name, episodes=100):
    arena = Arena(name)
    seats = {0: Seat("q", policy)}
    records = [play(arena, Match(arena.game, seats, seed=10_000 + i)) for i in range(episodes)]
    return sum(record.returns[0] for record in records) / episodes


def at(place, legal=(0, 1)):
    return Observation.of(0, legal, tensor=(float(place),))


def begun(policy, *, learning=True):
    policy.begin(EpisodeContext(load_game("catch").info, 0, learning=learning))
    return policy


def test_catch_is_learnt_in_two_thousand_episodes():
    assert mean_return(learn(q_learning(), "catch", 2000), "catch") >= 0.9


def test_the_shortest_walk_along_the_cliff_is_learnt():
    assert mean_return(learn(q_learning(), "cliff_walking", 500), "cliff_walking", 3) == -9.0


def test_an_update_moves_the_value_towards_reward_and_discounted_future():
    policy = begun(q_learning(alpha=0.5, gamma=0.9, epsilon=0.0))
    policy.learn(Transition(at(2), 1, 10.0, at(3, ()), True))
    policy.learn(Transition(at(1), 0, 1.0, at(2), False))
    (second, first) = policy.table.values()
    assert second == {1: 5.0}
    assert first == {0: pytest.approx(0.5 * (1 + 0.9 * 5))}


def test_it_explores_only_while_it_learns():
    policy = begun(q_learning(epsilon=1.0))
    policy.learn(Transition(at(1), 1, 1.0, at(2, ()), True))
    assert policy.action_probabilities(at(1)) == {0: 0.5, 1: 0.5}
    assert begun(policy, learning=False).action_probabilities(at(1)) == {0: 0.0, 1: 1.0}


def test_a_position_never_met_is_played_at_random():
    policy = begun(q_learning(), learning=False)
    rng = Rng(1)
    assert {policy.act(at(7), rng) for _ in range(50)} == {0, 1}


def test_what_was_learnt_is_saved_on_closing_and_read_again(tmp_path):
    file = str(tmp_path / "q.json")
    before = learn(q_learning(file=file), "catch", 200)
    before.close()
    after = q_learning(file=file)
    assert after.table == before.table
    assert after.game == "catch"
    assert mean_return(after, "catch") == mean_return(before, "catch")
    assert [path.name for path in tmp_path.iterdir()] == ["q.json"]


def test_learning_goes_on_from_the_file(tmp_path):
    file = str(tmp_path / "q.json")
    for _ in range(2):
        policy = learn(q_learning(file=file), "catch", 100)
        policy.close()
    assert len(policy.table) >= len(learn(q_learning(), "catch", 100).table)
    assert policy.table != learn(q_learning(), "catch", 100).table


def test_nothing_is_written_if_nothing_was_learnt(tmp_path):
    file = tmp_path / "q.json"
    policy = q_learning(file=str(file))
    mean_return(policy, "catch", 1)
    policy.close()
    assert not file.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1, 2]",
        '{"format": "something else"}',
        '{"format": "openenv-tui q-table 1", "game": "catch", "table": [1]}',
        '{"format": "openenv-tui q-table 1", "game": "catch", "table": {"a": {"left": 1}}}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_no_table_is_named_in_the_error(tmp_path, text):
    file = tmp_path / "q.json"
    file.write_text(text)
    with pytest.raises(SpecError, match=r"q\.json"):
        q_learning(file=str(file))


def test_a_file_that_is_not_text_is_named_in_the_error(tmp_path):
    file = tmp_path / "q.json"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SpecError, match=r"q\.json"):
        q_learning(file=str(file))


def test_a_table_of_one_game_is_of_no_use_in_another(tmp_path):
    file = tmp_path / "q.json"
    table = {"format": "openenv-tui q-table 1", "game": "catch", "table": {}}
    file.write_text(json.dumps(table))
    reason = q_learning(file=str(file)).unfit(load_game("tic_tac_toe").info)
    assert "is of catch" in reason
    assert q_learning(file=str(file)).unfit(load_game("catch").info) is None


def test_a_game_without_numbers_cannot_be_learnt():
    assert "tensor" in q_learning().unfit(load_game("cribbage").info)


def test_a_folder_that_is_not_there_is_an_error_that_names_the_file(tmp_path):
    policy = learn(q_learning(file=str(tmp_path / "nowhere" / "q.json")), "catch", 1)
    with pytest.raises(StoreError, match="nowhere"):
        policy.close()


@pytest.mark.parametrize("options", [{"alpha": 0}, {"alpha": 1.5}, {"gamma": -0.1}, {"epsilon": 2}])
def test_rates_out_of_range_are_refused(options):
    with pytest.raises(SpecError, match=next(iter(options))):
        q_learning(**options)
