"""The embedded engine's own rules."""

from __future__ import annotations

import pytest

from arena_env.arena import Arena
from openenv_tui.errors import GameError, IllegalActionError, UnknownNameError


def test_an_illegal_action_is_refused_and_the_episode_stays_where_it_was():
    arena = Arena("tic_tac_toe")
    arena.reset(1)
    step = arena.step((4,))
    with pytest.raises(IllegalActionError, match="action 4 is not legal for player 1"):
        arena.step((4,))
    assert arena.observe(1) is step.observations[0]
    assert arena.step((0,)).observations[0].legal_actions == (1, 2, 3, 5, 6, 7, 8)


def test_a_step_after_the_end_is_refused():
    arena = Arena("kuhn_poker")
    arena.reset(3)
    arena.step((0,))
    assert arena.step((0,)).ending is not None
    with pytest.raises(IllegalActionError, match="the episode is over: call reset"):
        arena.step((0,))


def test_a_step_before_reset_is_refused():
    with pytest.raises(IllegalActionError, match="call reset first"):
        Arena("catch").step((0,))


def test_players_who_move_at_once_choose_on_their_own_observations():
    arena = Arena("matrix_pd")
    step = arena.reset(1)
    assert [seen.player for seen in step.observations] == [0, 1]
    with pytest.raises(IllegalActionError, match="2 players must choose now, and 1 actions"):
        arena.step((0,))
    assert arena.step((0, 1)).ending.returns == (0.0, 10.0)


def test_parameters_in_the_name_shape_the_game():
    arena = Arena("catch(rows=8,columns=7)")
    step = arena.reset(1)
    assert len(step.observations[0].tensor) == 56
    assert arena.game.info.name == "catch(columns=7,rows=8)"


def test_seeds_give_different_deals():
    arena = Arena("kuhn_poker")
    cards = {arena.reset(seed).observations[0].tensor for seed in range(20)}
    assert len(cards) == 3


def test_a_player_sees_only_its_own_card():
    arena = Arena("kuhn_poker")
    for seed in range(10):
        step = arena.reset(seed)
        card = step.observations[0].tensor[2:5].index(1.0)
        history = arena.step((0,)).observations[0]
        assert history.player == 1
        assert history.tensor[2:5].index(1.0) != card


def test_an_unknown_game_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'catch'"):
        Arena("cach")


def test_a_wrong_parameter_names_those_that_exist():
    with pytest.raises(GameError, match="Available parameters are: columns, rows"):
        Arena("catch(colums=3)")


def test_a_mean_field_game_is_refused():
    with pytest.raises(GameError, match="no seats to play"):
        Arena("mfg_garnet")


def test_a_crossword_is_spelt_letter_by_letter_and_crossing_letters_are_given():
    arena = Arena("crossword")
    arena.reset(1)

    def guess(clue: str, word: str) -> None:
        names = arena.observe(0).action_names
        arena.step((next(action for action, name in names.items() if name == clue),))
        for letter in word:
            arena.step((ord(letter) - ord("A"),))

    guess("A1", "GO")
    guess("D1", "GAME")
    assert arena.observe(0).return_so_far == 2
    guess("A4", "ACHE")
    assert arena.observe(0).return_so_far == 1
    arena.step((27,))
    assert arena.observe(0).legal_actions == (0,)
    assert "Spelling A4: ____" in arena.observe(0).text
