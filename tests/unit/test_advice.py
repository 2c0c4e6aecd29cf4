"""What a policy says of its choice, and how that becomes bars."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena_env.arena import Arena
from openenv_tui.model import EpisodeContext
from openenv_tui.policy import Weight, as_policy
from openenv_tui.specs import PolicySpec
from openenv_tui.tui.advice import Advice, bars, consult

WEIGHTS = st.dictionaries(
    st.integers(0, 20),
    st.builds(Weight, st.floats(0, 1), st.floats(-1e6, 1e6) | st.none(), st.none()),
    min_size=1,
)


def opened(game, moves=()):
    arena = Arena(game)
    step = arena.reset(3)
    for move in moves:
        step = arena.step([move])
    return arena, step.observations[0]


def explained(spec, game, moves=()):
    arena, seen = opened(game, moves)
    policy = PolicySpec.parse(spec).build()
    policy.begin(EpisodeContext(arena.game.info, seen.player, 0, False))
    return policy.explain(seen, Random(1))


def test_a_policy_with_probabilities_explains_itself_by_them():
    assert explained("random", "catch") == {a: Weight(pytest.approx(1 / 3)) for a in range(3)}


def test_minimax_knows_that_only_the_block_holds():
    # X at 0 and 1, O at 4: O loses unless it takes 2.
    told = explained("minimax", "tic_tac_toe", (0, 4, 1))
    assert told[2].value == 0.0
    assert all(weight.value == -1.0 for action, weight in told.items() if action != 2)


def test_mcts_visits_the_win_most_and_knows_its_worth():
    told = explained("mcts(simulations=100)", "tic_tac_toe", (0, 3, 1, 4))
    assert told[2].value == 1.0
    assert sum(weight.visits for weight in told.values()) <= 100


def test_expectimax_values_every_legal_move():
    _, seen = opened("2048")
    told = explained("expectimax", "2048")
    assert set(told) == set(seen.legal_actions)
    assert all(weight.value is not None for weight in told.values())


def test_q_learning_shows_its_table():
    assert explained("q_learning", "catch")[0] == Weight(pytest.approx(1 / 3), 0.0)


def test_a_strangers_object_explains_itself_if_it_can():
    class Stranger:
        def act(self, observation, rng):
            return 0

        def explain(self, observation, rng):
            return {0: Weight(value=4.0)}

    _, seen = opened("catch")
    assert as_policy(Stranger()).explain(seen, Random(0)) == {0: Weight(value=4.0)}


def test_advice_is_the_same_each_time_it_is_asked():
    arena, seen = opened("tic_tac_toe")
    asked = [consult("mcts", arena.game.info, seen, 5) for _ in range(2)]
    assert asked[0] == asked[1]
    assert asked[0].choice in seen.legal_actions


def test_a_policy_that_does_not_fit_says_why():
    arena, seen = opened("catch")
    assert "plays only" in consult("tactician", arena.game.info, seen, 5).problem


def test_an_adviser_on_a_game_of_cards_is_told_no_more_than_the_seat():
    arena, seen = opened("kuhn_poker")
    told = consult("kuhn_equilibrium", arena.game.info, seen, 5)
    assert sum(weight.probability for weight in told.weights.values()) == pytest.approx(1)
    assert "hidden" in consult("mcts", arena.game.info, seen, 5).problem


@given(WEIGHTS)
def test_bars_are_never_longer_than_their_room(weights):
    _, listed = bars(Advice(0, weights))
    assert all(0 <= bar.share <= 1 for bar in listed)
    assert {bar.action for bar in listed} <= set(weights)
