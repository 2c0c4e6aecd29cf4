"""The policy contract, and what is taken for a policy."""

from __future__ import annotations

import pytest

from openenv_tui.errors import SpecError
from openenv_tui.games import load_game
from openenv_tui.model import Observation
from openenv_tui.policy import FunctionPolicy, Policy, as_policy
from openenv_tui.seeding import Rng

TWO = Observation.of(0, (3, 5))


class Last(Policy):
    games = ("catch", "tic_tac_toe")

    def __init__(self, place=-1):
        self.place = place

    def act(self, observation, rng):
        return observation.legal_actions[self.place]


class Duck:
    """Has the methods and not the base class."""

    blocking = True

    def act(self, observation, rng):
        return 5

    def unfit(self, game):
        return "it is a duck"

    def close(self):
        self.closed = True


def test_a_policy_plays_only_the_games_it_names():
    assert Last().unfit(load_game("catch(rows=8)").info) is None
    assert Last().unfit(load_game("2048").info) == "it plays only catch, tic_tac_toe"


def test_a_policy_that_names_no_games_plays_any():
    assert Policy().unfit(load_game("chess").info) is None


def test_a_policy_has_to_say_how_it_acts():
    with pytest.raises(NotImplementedError):
        Policy().act(TWO, Rng())


def test_the_rest_of_the_contract_may_be_left_out():
    policy = Last()
    assert policy.action_probabilities(TWO) is None
    assert not policy.blocking
    assert not policy.learns
    policy.end(None)
    policy.close()


def test_a_policy_is_taken_as_it_is():
    policy = Last()
    assert as_policy(policy) is policy


def test_a_class_is_made_with_its_options():
    assert as_policy(Last, {"place": 0}).act(TWO, Rng()) == 3


def test_a_function_is_a_policy():
    policy = as_policy(lambda observation, rng: observation.legal_actions[0])
    assert isinstance(policy, FunctionPolicy)
    assert policy.act(TWO, Rng()) == 3


def test_an_object_with_act_is_a_policy_with_whatever_else_it_has():
    duck = Duck()
    policy = as_policy(duck)
    assert policy.act(TWO, Rng()) == 5
    assert policy.unfit(load_game("catch").info) == "it is a duck"
    assert policy.blocking
    assert policy.action_probabilities(TWO) is None
    policy.close()
    assert duck.closed


@pytest.mark.parametrize("thing", [3, "random", None, object()])
def test_anything_else_is_refused_with_what_was_expected(thing):
    with pytest.raises(SpecError, match=r"act\(observation, rng\)"):
        as_policy(thing)


def test_options_need_a_class():
    with pytest.raises(SpecError, match="is not a class"):
        as_policy(Last(), {"place": 0})
