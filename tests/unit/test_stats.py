"""Intervals, against worked examples and an independent library."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from openenv_tui.evaluation.stats import Sums, mean_interval, wilson


def sums(values):
    return Sums(len(values), sum(values), sum(value * value for value in values))


def test_wilson_agrees_with_the_worked_example_of_newcombe():
    # Newcombe (1998), table I: 81 of 263 by the score method without continuity correction.
    low, high = wilson(81, 263)
    assert low == pytest.approx(0.2553, abs=5e-5)
    assert high == pytest.approx(0.3662, abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_scipy(counts):
    successes, trials = counts
    theirs = scipy_stats.binomtest(successes, trials).proportion_ci(method="wilson")
    ours = wilson(successes, trials)
    assert ours.low == pytest.approx(theirs.low, abs=1e-9)
    assert ours.high == pytest.approx(theirs.high, abs=1e-9)
    assert 0 <= ours.low <= successes / trials <= ours.high <= 1


def test_nothing_played_says_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=60).filter(lambda v: len(set(v)) > 1))
def test_the_mean_interval_is_students(values):
    units = sums(values)
    if units.variance < 1e-6:
        return
    theirs = scipy_stats.t.interval(
        0.95, len(values) - 1, loc=units.mean, scale=scipy_stats.sem(values)
    )
    ours = mean_interval(units, -math.inf, math.inf)
    assert ours.low == pytest.approx(theirs[0], rel=1e-6, abs=1e-6)
    assert ours.high == pytest.approx(theirs[1], rel=1e-6, abs=1e-6)


def test_equal_returns_do_not_claim_certainty():
    low, high = mean_interval(sums([1.0] * 20), -1.0, 1.0)
    assert high == 1.0
    assert low == pytest.approx(1 - 2 * wilson(0, 20).high)


def test_one_episode_leaves_most_of_the_range_open():
    low, high = mean_interval(sums([-1.0]), -1.0, 1.0)
    assert low == -1.0
    assert high > 0.5


def test_an_interval_stays_within_what_a_game_can_pay():
    low, high = mean_interval(sums([1.0, 1.0, -1.0]), -1.0, 1.0)
    assert (low, high) == (-1.0, 1.0)
