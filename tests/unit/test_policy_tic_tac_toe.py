"""Tic-tac-toe: the tactician and minimax against every opponent there can be; MCTS."""

from __future__ import annotations

import pytest

from arena_env.arena import Arena
from openenv_tui.games import load_game
from openenv_tui.games.openspiel import load_engine
from openenv_tui.match import Match, Seat, play
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.specs import PolicySpec

INFO = load_game("tic_tac_toe").info


def returns_against_every_line(policy, seat):
    """The returns of all games that can come up, whatever the opponent does and chance decides."""
    policy.begin(EpisodeContext(INFO, seat))
    found = []

    def walk(state):
        if state.is_terminal():
            found.append(state.returns()[seat])
            return
        for action in replies(policy, state, seat):
            walk(state.child(action))

    walk(load_engine("tic_tac_toe").new_initial_state())
    return found


def replies(policy, state, seat):
    player = state.current_player()
    legal = tuple(state.legal_actions())
    return policy.action_probabilities(seen(state, player, legal)) if player == seat else legal


def seen(state, player, legal):
    tensor = tuple(state.observation_tensor(player))
    return Observation.of(player, legal, tensor=tensor, history=tuple(state.history()))


def value_against_random(policy, seat):
    policy.begin(EpisodeContext(INFO, seat))

    def walk(state):
        if state.is_terminal():
            return state.returns()[seat]
        player, legal = state.current_player(), tuple(state.legal_actions())
        odds = dict.fromkeys(legal, 1 / len(legal))
        if player == seat:
            odds = policy.action_probabilities(seen(state, player, legal))
        return sum(chance * walk(state.child(action)) for action, chance in odds.items())

    return walk(load_engine("tic_tac_toe").new_initial_state())


@pytest.mark.parametrize("seat", [0, 1])
def test_the_tactician_loses_to_no_opponent_at_all(seat):
    returns = returns_against_every_line(PolicySpec("tactician").build(), seat)
    assert min(returns) >= 0
    assert max(returns) == 1


@pytest.mark.parametrize("seat", [0, 1])
def test_minimax_loses_to_no_opponent_at_all(seat):
    # It is as happy with a draw as the rules allow, so only its first moves are all followed.
    returns = returns_against_every_line(FirstOf(PolicySpec("minimax").build()), seat)
    assert min(returns) >= 0


class FirstOf:
    """The first of a policy's equally good moves."""

    def __init__(self, policy):
        self.policy = policy
        self.begin = policy.begin

    def action_probabilities(self, observation):
        return {next(iter(self.policy.action_probabilities(observation))): 1.0}


@pytest.mark.parametrize("seat", [0, 1])
def test_the_tactician_beats_a_random_opponent_more_than_any_minimax_does(seat):
    tactician = value_against_random(PolicySpec("tactician").build(), seat)
    assert tactician > value_against_random(PolicySpec("minimax").build(), seat)
    assert tactician > (0.99, 0.9)[seat] - 0.05


def test_mcts_hardly_ever_loses_to_a_random_opponent():
    arena = Arena("tic_tac_toe")
    seats = {
        0: Seat("random", PolicySpec("random").build()),
        1: Seat("mcts", PolicySpec.parse("mcts(simulations=100)").build()),
    }
    returns = [play(arena, Match(arena.game, seats, seed)).returns[1] for seed in range(60)]
    assert sum(returns) / len(returns) > 0.6
    assert returns.count(-1.0) <= 6
