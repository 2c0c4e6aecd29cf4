"""One action at every turn, by its name or number."""

from __future__ import annotations

import pytest

from openenv_tui.errors import SpecError
from openenv_tui.games import load_game
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.seeding import Rng
from openenv_tui.specs import PolicySpec


def always(action, game):
    policy = PolicySpec("always", {"action": action}).build()
    info = load_game(game).info
    assert policy.unfit(info) is None
    policy.begin(EpisodeContext(info, 0))
    return policy


@pytest.mark.parametrize(
    ("game", "action", "number"),
    [
        ("kuhn_poker", "Bet", 1),
        ("kuhn_poker", "bet", 1),
        ("kuhn_poker", 0, 0),
        ("catch", "RIGHT", 2),
        ("blackjack", "stand", 1),
        ("tic_tac_toe", "centre", 4),
        ("tic_tac_toe", "o(1,1)", 4),
        ("leduc_poker", "Raise", 2),
        ("kuhn_poker(players=3)", "Pass", 0),
        ("nim", "pile:4, take:7;", 27),
        ("matrix_pd", "Defect", 1),
    ],
)
def test_it_takes_the_named_action(game, action, number):
    policy = always(action, game)
    seen = Observation.of(0, tuple(range(number + 1)))
    assert policy.act(seen, Rng()) == number
    assert policy.action_probabilities(seen) == {number: 1.0}


def test_where_it_is_not_legal_the_first_legal_action_is_taken():
    seen = Observation.of(0, (3, 5, 7))
    assert always("centre", "tic_tac_toe").act(seen, Rng()) == 3
    assert always(4, "tic_tac_toe").action_probabilities(seen) == {3: 1.0}


def test_a_name_may_stand_for_several_actions():
    policy = always("Call", "leduc_poker")
    assert policy.act(Observation.of(0, (0, 1)), Rng()) == 1


@pytest.mark.parametrize(
    ("game", "action", "words"),
    [
        ("kuhn_poker", "Raise", "it finds no action 'Raise' among Pass, Bet"),
        ("connect_four", "left", "it finds no action 'left' among x0, o0, x1, o1"),
        ("kuhn_poker", 2, "a number from 0 to 1, not 2"),
    ],
)
def test_an_action_that_the_game_does_not_have_is_refused_with_those_that_it_has(
    game, action, words
):
    reason = PolicySpec("always", {"action": action}).build().unfit(load_game(game).info)
    assert words in reason


def test_without_an_action_it_is_refused():
    with pytest.raises(SpecError, match="needs the option 'action'"):
        PolicySpec.parse("always").build()


def test_what_it_plays_is_read_back_from_its_spec():
    spec = PolicySpec.parse("always(action=Bet)")
    assert str(spec) == "always(action=Bet)"
    assert str(PolicySpec("always", {"action": "x(0,0)"})) == "always(action='x(0,0)')"
