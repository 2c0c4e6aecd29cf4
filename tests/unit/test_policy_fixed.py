"""The baselines that look at nothing but the list of legal actions."""

from __future__ import annotations

import pytest
from scipy import stats

from openenv_tui.games import load_game
from openenv_tui.model import Observation
from openenv_tui.seeding import Rng
from openenv_tui.specs import PolicySpec


@pytest.mark.parametrize(
    ("name", "legal", "action"),
    [
        ("first", (2, 5, 7), 2),
        ("last", (2, 5, 7), 7),
        ("middle", (2, 5, 7), 5),
        ("middle", (2, 5), 5),
        ("middle", (4,), 4),
        ("stay", (0, 1, 2), 1),
    ],
)
def test_a_fixed_policy_always_makes_the_same_choice(name, legal, action):
    policy = PolicySpec(name).build()
    seen = Observation.of(0, legal)
    assert policy.act(seen, Rng(3)) == action
    assert policy.action_probabilities(seen) == {action: 1.0}


def test_only_catch_has_an_action_that_stays():
    assert PolicySpec("stay").build().unfit(load_game("tic_tac_toe").info) == "it plays only catch"


def test_random_chooses_each_legal_action_equally_often():
    policy, rng = PolicySpec("random").build(), Rng(1)
    seen = Observation.of(0, (2, 5, 7))
    chosen = [policy.act(seen, rng) for _ in range(3000)]
    assert stats.chisquare([chosen.count(action) for action in (2, 5, 7)]).pvalue > 0.001
    assert policy.action_probabilities(seen) == dict.fromkeys((2, 5, 7), pytest.approx(1 / 3))
