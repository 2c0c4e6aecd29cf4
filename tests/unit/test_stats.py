"""Intervals, against worked examples and an independent library."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from openenv_tui.evaluation.stats import (
    Sums,
    mean_interval,
    rate_interval,
    t_quantile,
    wilson,
)


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


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=40))
def test_an_interval_stays_within_what_a_game_can_pay(values):
    low, high = mean_interval(sums(values), -1.0, 1.0)
    assert -1.0 - 1e-9 <= low <= sum(values) / len(values) + 1e-9
    assert sum(values) / len(values) - 1e-9 <= high <= 1.0 + 1e-9


counted = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
units = st.lists(st.sampled_from((-2.0, -1.5, -0.5, 0.0, 0.5, 1.0, 2.0)), min_size=2, max_size=60)


@given(counted)
def test_wilson_is_symmetric_and_grows_with_the_wins(counts):
    wins, trials = counts
    low, high = wilson(wins, trials)
    other = wilson(trials - wins, trials)
    assert (1 - other.high, 1 - other.low) == pytest.approx((low, high))
    if wins < trials:
        more = wilson(wins + 1, trials)
        assert more.low > low or more.low == low == 0
        assert more.high > high


@given(counted)
def test_more_of_the_same_and_less_confidence_narrow_an_interval(counts):
    wins, trials = counts
    low, high = wilson(wins, trials)
    twice, doubtful = wilson(2 * wins, 2 * trials), wilson(wins, trials, 0.8)
    assert twice.high - twice.low < high - low
    assert doubtful.high - doubtful.low < high - low


@given(units, st.integers(1, 9), st.integers(-20, 20))
def test_scale_and_shift_carry_over_to_the_mean_interval(values, scale, shift):
    low, high = mean_interval(sums(values), -2.0, 2.0)
    moved = sums([scale * value + shift for value in values])
    other = mean_interval(moved, -2.0 * scale + shift, 2.0 * scale + shift)
    assert other == pytest.approx((scale * low + shift, scale * high + shift), abs=1e-6)


@given(units)
def test_the_mean_interval_is_symmetric_and_holds_the_mean(values):
    low, high = mean_interval(sums(values), -2.0, 2.0)
    mirrored = mean_interval(sums([-value for value in reversed(values)]), -2.0, 2.0)
    assert (-mirrored.high, -mirrored.low) == pytest.approx((low, high), abs=1e-9)
    assert low - 1e-9 <= sum(values) / len(values) <= high + 1e-9


@given(units)
def test_the_bounds_of_a_mean_solve_the_equation_of_the_score(values):
    found = sums(values)
    if not found.vary:
        return
    mean = found.mean
    worth = found.number * max(1.0, (mean + 2) * (2 - mean) / found.variance)
    for bound in mean_interval(found, -2.0, 2.0):
        error = math.sqrt(max(0.0, (bound + 2) * (2 - bound)) / worth)
        assert abs(mean - bound) == pytest.approx(
            t_quantile(0.975, found.number - 1) * error, abs=1e-6
        )


@given(counted.filter(lambda counts: 0 < counts[0] < counts[1]))
def test_units_at_the_bounds_give_the_score_interval_of_statistics(counts):
    wins, trials = counts
    low, high = mean_interval(Sums(trials, wins, wins), 0.0, 1.0)
    # Wilson's with the quantile of t, as a confidence: what scipy knows is the normal one.
    confidence = 2 * scipy_stats.norm.cdf(t_quantile(0.975, trials - 1)) - 1
    if confidence < 1 - 1e-9:
        theirs = scipy_stats.binomtest(wins, trials).proportion_ci(confidence, method="wilson")
        assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=1e-6)


@given(units)
def test_distant_bounds_give_students_t(values):
    found = sums(values)
    if found.vary:
        near, far = mean_interval(found, -1e9, 1e9), mean_interval(found, -math.inf, math.inf)
        assert near == pytest.approx(far, abs=1e-5)


@given(st.lists(st.sampled_from((0.0, 0.5, 1.0)), min_size=2, max_size=60))
def test_the_rate_of_shared_deals_is_that_of_the_deals(rates):
    found = sums(rates)
    wins = round(2 * sum(rates))
    low, high = rate_interval(wins, 2 * len(rates), found)
    assert (low, high) == pytest.approx(mean_interval(found, 0.0, 1.0))
    assert 0 <= low <= sum(rates) / len(rates) + 1e-12
    # Episodes with deals of their own are what Wilson counts.
    assert rate_interval(wins, 2 * len(rates), Sums(2 * len(rates), wins, wins)) == wilson(
        wins, 2 * len(rates)
    )


def test_deals_that_always_split_say_more_than_their_episodes_alone():
    rates = [0.5] * 48 + [0.0, 1.0]
    low, high = rate_interval(50, 100, sums(rates))
    alone = wilson(50, 100)
    assert high - low < (alone.high - alone.low) / 2


@settings(max_examples=30)
@given(st.floats(0.6, 0.999), st.integers(2, 200))
def test_the_quantile_of_t_is_scipys_and_odd(probability, freedom):
    found = t_quantile(probability, freedom)
    assert found == pytest.approx(scipy_stats.t.ppf(probability, freedom))
    assert t_quantile(1 - probability, freedom) == pytest.approx(-found)


def test_the_quantile_of_t_as_student_and_fisher_printed_it():
    # Fisher (1925), "Statistical methods for research workers", table IV, column .05.
    for freedom, printed in ((1, 12.706), (4, 2.776), (9, 2.262), (19, 2.093), (30, 2.042)):
        assert t_quantile(0.975, freedom) == pytest.approx(printed, abs=5e-4)


@given(units)
def test_sums_know_no_order(values):
    added = Sums(0, 0.0, 0.0)
    for value in values:
        added = added.plus(value)
    assert added == pytest.approx(sums(sorted(values)))
    assert added.variance == pytest.approx(sum((v - added.mean) ** 2 for v in values)
                                           / (len(values) - 1))  # fmt: skip
