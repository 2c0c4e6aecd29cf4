"""A random move now and then."""

from __future__ import annotations

import pytest

from openenv_tui.errors import SpecError
from openenv_tui.games import load_game
from openenv_tui.model import EpisodeContext, Observation, Transition
from openenv_tui.policy import Policy
from openenv_tui.seeding import Rng
from openenv_tui.specs import PolicySpec
from openenv_tui_policies.epsilon_greedy import EpsilonGreedy

TABLE = Observation.of(0, (0, 1, 2, 3))


def begun(spec, episode=0, game="kuhn_poker"):
    policy = PolicySpec.parse(spec).build()
    policy.begin(EpisodeContext(load_game(game).info, 0, episode))
    return policy


def test_it_mixes_the_base_with_a_uniform_choice():
    policy = begun("epsilon_greedy(base=last, epsilon=0.2)")
    expected = pytest.approx({0: 0.05, 1: 0.05, 2: 0.05, 3: 0.85})
    assert policy.action_probabilities(TABLE) == expected


def test_it_acts_as_often_at_random_as_it_says():
    policy, rng = begun("epsilon_greedy(base=last, epsilon=0.2)"), Rng(1)
    chosen = [policy.act(TABLE, rng) for _ in range(4000)]
    assert chosen.count(3) / 4000 == pytest.approx(0.85, abs=0.02)
    assert chosen.count(0) / 4000 == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize("episode", [0, 1, 5])
def test_epsilon_decays_with_the_number_of_the_episode(episode):
    policy = begun("epsilon_greedy(base=first, epsilon=0.4, decay=0.5)", episode)
    rng = Rng(1)
    chosen = [policy.act(TABLE, rng) for _ in range(4000)]
    assert chosen.count(3) / 4000 == pytest.approx(0.4 * 0.5**episode / 4, abs=0.015)


def test_what_decays_has_no_probabilities_that_hold_for_a_run():
    policy = begun("epsilon_greedy(base=first, epsilon=0.4, decay=0.5)")
    assert policy.action_probabilities(TABLE) is None


def test_without_a_base_it_follows_the_heuristic_of_the_game():
    policy = begun("epsilon_greedy(epsilon=0)", game="catch")
    cells = [0.0] * 50
    cells[4] = cells[45] = 1.0
    falling = Observation.of(0, (0, 1, 2), tensor=tuple(cells))
    assert policy.act(falling, Rng()) == 2


def test_without_a_base_it_changes_its_heuristic_with_the_game():
    policy = begun("epsilon_greedy", game="catch")
    assert policy.unfit(load_game("tic_tac_toe").info) is None
    assert policy.unfit(load_game("catch").info) is None


def test_without_a_base_it_declines_a_game_that_has_no_heuristic():
    reason = PolicySpec("epsilon_greedy").build().unfit(load_game("connect_four").info)
    assert "base" in reason


def test_it_declines_what_its_base_declines():
    policy = PolicySpec.parse("epsilon_greedy(base=tracker)").build()
    assert policy.unfit(load_game("tic_tac_toe").info) == "it plays only catch"


def test_its_probabilities_are_unknown_where_those_of_its_base_are():
    policy = begun("epsilon_greedy(base=mcts(simulations=5))", game="tic_tac_toe")
    assert policy.action_probabilities(TABLE) is None
    assert policy.blocking


@pytest.mark.parametrize("options", ["epsilon=1.5", "epsilon=-0.1", "decay=2", "epsilon=nan"])
def test_probabilities_out_of_range_are_refused(options):
    with pytest.raises(SpecError, match=options.partition("=")[0]):
        PolicySpec.parse(f"epsilon_greedy({options})").build()


class Pupil(Policy):
    """Notes what it is told."""

    learns = True

    def __init__(self):
        self.told = []

    def learn(self, transition):
        self.told.append(transition)

    def end(self, outcome):
        self.told.append(outcome)

    def close(self):
        self.told.append("closed")


def test_its_base_learns_through_it():
    pupil = Pupil()
    policy = EpsilonGreedy(pupil)
    transition = Transition(TABLE, 0, 1.0, TABLE, True)
    policy.learn(transition)
    policy.end(None)
    policy.close()
    assert policy.learns
    assert pupil.told == [transition, None, "closed"]
