"""MCTS and minimax: what they can search, and what they find."""

from __future__ import annotations

import pytest

from arena_env.arena import Arena
from openenv_tui.errors import SpecError
from openenv_tui.games import load_game
from openenv_tui.match import Match, Seat, play
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.seeding import Rng
from openenv_tui.specs import PolicySpec


def returned(spec, name, seed=1):
    arena = Arena(name)
    seats = {player: Seat(spec, PolicySpec.parse(spec).build()) for player in arena.seats}
    record = play(arena, Match(arena.game, seats, seed))
    assert record.forfeit is None
    return record.returns


def unfit(spec, name):
    return PolicySpec.parse(spec).build().unfit(load_game(name).info)


@pytest.mark.parametrize("seed", range(5))
def test_minimax_catches_every_ball(seed):
    assert returned("minimax", "catch", seed) == (1.0,)


@pytest.mark.parametrize("horizon", [100, 200])
def test_minimax_takes_the_shortest_safe_walk(horizon):
    assert returned("minimax", f"cliff_walking(horizon={horizon})") == (-9.0,)


def test_minimax_draws_against_itself():
    assert returned("minimax", "tic_tac_toe") == (0.0, 0.0)


@pytest.mark.parametrize("name", ["chess", "connect_four", "2048", "go", "backgammon"])
def test_minimax_declines_a_game_that_is_too_large(name):
    assert "positions" in unfit("minimax", name)


@pytest.mark.parametrize("name", ["kuhn_poker", "goofspiel", "chinese_checkers(players=3)"])
def test_minimax_declines_games_that_it_does_not_understand(name):
    assert unfit("minimax", name).startswith("it ")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("kuhn_poker", "perfect information"),
        ("goofspiel", "in turn"),
        ("2048", "reward"),
        ("cliff_walking", "reward"),
    ],
)
def test_mcts_says_which_games_it_does_not_search(name, reason):
    assert reason in unfit("mcts", name)


@pytest.mark.parametrize("name", ["connect_four", "catch", "pig", "breakthrough"])
def test_mcts_plays_other_games_too_with_and_without_dice(name):
    assert unfit("mcts", name) is None
    assert len(returned("mcts(simulations=5)", name)) == load_game(name).info.players


def test_mcts_takes_a_win_that_is_there():
    policy = PolicySpec.parse("mcts(simulations=200)").build()
    policy.begin(EpisodeContext(load_game("tic_tac_toe").info, 0))
    two_in_a_row = Observation.of(0, (2, 5, 6, 7, 8), history=(0, 3, 1, 4))
    assert {policy.act(two_in_a_row, Rng(seed)) for seed in range(10)} == {2}


def test_what_mcts_answers_depends_on_the_generator_alone():
    policy = PolicySpec.parse("mcts(simulations=20)").build()
    policy.begin(EpisodeContext(load_game("connect_four").info, 0))
    empty = Observation.of(0, tuple(range(7)), history=())
    answers = [policy.act(empty, Rng(seed)) for seed in range(20)]
    assert [policy.act(empty, Rng(seed)) for seed in range(20)] == answers
    assert len(set(answers)) > 1


@pytest.mark.parametrize("options", ["simulations=0", "rollouts=0", "uct_c=-1", "simulations=1.5"])
def test_mcts_refuses_numbers_out_of_range(options):
    with pytest.raises(SpecError, match=options.partition("=")[0]):
        PolicySpec.parse(f"mcts({options})").build()
