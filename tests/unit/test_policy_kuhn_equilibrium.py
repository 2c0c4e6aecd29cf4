"""Kuhn poker's equilibria."""

from __future__ import annotations

import pytest

from openenv_tui.errors import SpecError
from openenv_tui.games import load_game
from openenv_tui.games.openspiel import load_engine
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.specs import PolicySpec

ENGINE = load_engine("kuhn_poker")


def strategy(alpha):
    """Player and what it knows -> action -> probability, in OpenSpiel's keys."""
    policy = PolicySpec("kuhn_equilibrium", {"alpha": alpha}).build()
    policy.begin(EpisodeContext(load_game("kuhn_poker").info, 0))
    known = {}

    def walk(state):
        if state.is_terminal():
            return
        if not state.is_chance_node():
            player = state.current_player()
            tensor = tuple(state.information_state_tensor(player))
            seen = Observation.of(player, tuple(state.legal_actions()), tensor=tensor)
            known[state.information_state_string(player)] = policy.action_probabilities(seen)
        for action in state.legal_actions():
            walk(state.child(action))

    walk(ENGINE.new_initial_state())
    return known


def value(known, state):
    """What player 0 gets when both follow ``known``."""
    if state.is_terminal():
        return state.returns()[0]
    if state.is_chance_node():
        odds = dict(state.chance_outcomes())
    else:
        odds = known[state.information_state_string(state.current_player())]
    return sum(chance * value(known, state.child(action)) for action, chance in odds.items())


def best_response(known, player):
    """The most that ``player`` can get against ``known``, over all of its 64 pure strategies."""
    own = [key for key in known if key_player(key) == player]
    best = float("-inf")
    for number in range(2 ** len(own)):
        pure = {key: {number >> i & 1: 1.0} for i, key in enumerate(own)}
        first = value({**known, **pure}, ENGINE.new_initial_state())
        best = max(best, first if player == 0 else -first)
    return best


def key_player(key):
    """The string is the card and the moves so far: an odd number of them is player 1's turn."""
    return (len(key) - 1) % 2


@pytest.mark.parametrize("alpha", [0.0, 1 / 6, 1 / 3])
def test_nobody_gains_by_deviating_from_an_equilibrium(alpha):
    known = strategy(alpha)
    assert len(known) == 12
    assert best_response(known, 0) == pytest.approx(-1 / 18)
    assert best_response(known, 1) == pytest.approx(1 / 18)


@pytest.mark.parametrize("alpha", [-0.1, 0.34, 1])
def test_alpha_is_at_most_a_third(alpha):
    with pytest.raises(SpecError, match="1/3"):
        PolicySpec("kuhn_equilibrium", {"alpha": alpha}).build()


def test_it_does_not_pretend_to_know_the_game_of_three():
    reason = PolicySpec("kuhn_equilibrium").build().unfit(load_game("kuhn_poker(players=3)").info)
    assert "two players" in reason
