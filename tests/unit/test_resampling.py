"""Statistics of scores, against scipy, published figures and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from openenv_tui.evaluation.resampling import (
    MOST,
    bca_interval,
    improvement,
    interquartile_mean,
    interquartile_mean_interval,
    many_valued,
    needs_bootstrap,
    quantiles,
    skewness,
)

scores = st.lists(st.integers(-1000, 1000), min_size=2, max_size=60).map(
    lambda values: np.array(values, dtype=float)
)
varied = scores.filter(lambda values: values.std() > 0)


def skewed(number, seed=0):
    return np.random.default_rng(seed).exponential(1.0, number)


def test_bca_agrees_with_scipy():
    values = skewed(60)
    theirs = scipy_stats.bootstrap(
        (values,), np.mean, method="BCa", n_resamples=20_000, rng=np.random.default_rng(1)
    ).confidence_interval
    ours = bca_interval(values, (1, 2))
    spread = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.05 * spread)
    assert ours.high == pytest.approx(theirs.high, abs=0.05 * spread)


@given(varied)
def test_the_acceleration_of_a_mean_is_a_sixth_of_its_skewness(values):
    # Efron and Tibshirani (1993), equation 14.15: of the values of the statistic without each one.
    left_out = np.array([np.delete(values, i).mean() for i in range(len(values))])
    away = left_out.mean() - left_out
    expected = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
    assert skewness(values) / 6 / len(values) ** 0.5 == pytest.approx(expected, abs=1e-9)


@settings(deadline=None, max_examples=25)
@given(varied, st.integers(1, 9), st.integers(-50, 50))
def test_scale_and_shift_carry_over_to_bca(values, scale, shift):
    low, high = bca_interval(values, (3,))
    other = bca_interval(values * scale + shift, (3,))
    assert other == pytest.approx((low * scale + shift, high * scale + shift), abs=1e-6)
    assert values.min() <= low <= high <= values.max()


def test_one_seed_gives_one_interval():
    values = skewed(100)
    assert bca_interval(values, (7, 1)) == bca_interval(values, (7, 1))
    assert bca_interval(values, (7, 1)) != bca_interval(values, (7, 2))
    assert bca_interval(values, (7, 1)).high - values.mean() > values.mean() - bca_interval(
        values, (7, 1)
    ).low  # fmt: skip


def test_the_bootstrap_is_for_skewed_scores_of_a_middling_number():
    assert needs_bootstrap(skewed(200))
    assert not needs_bootstrap(skewed(20))
    assert not needs_bootstrap(skewed(MOST + 1))
    assert not needs_bootstrap(np.random.default_rng(0).uniform(0, 1, 200))
    assert not needs_bootstrap(np.repeat([-1.0, -1.0, -1.0, 1.0], 50))
    assert not many_valued(np.repeat(np.arange(20.0), 50))


@given(varied)
def test_skewness_is_scipys(values):
    assert skewness(values) == pytest.approx(scipy_stats.skew(values), abs=1e-9)
    assert skewness(-values) == pytest.approx(-skewness(values), abs=1e-9)


@given(scores)
def test_the_interquartile_mean_is_scipys_trimmed_mean(values):
    assert interquartile_mean(values) == pytest.approx(scipy_stats.trim_mean(values, 0.25))
    assert values.min() - 1e-9 <= interquartile_mean(values) <= values.max() + 1e-9


def test_the_interquartile_mean_by_hand():
    # Of eight values two are left out at either end: (3 + 4 + 5 + 6) / 4.
    assert interquartile_mean(np.array([1, 100, 3, 4, 5, 6, -50, 2000.0])) == 4.5
    assert interquartile_mean(np.array([7.0])) == 7.0


def test_the_interquartile_mean_is_covered():
    rng, truth, missed = np.random.default_rng(5), None, 0
    truth = interquartile_mean(rng.exponential(1.0, 1_000_000))
    for seed in range(200):
        low, high = interquartile_mean_interval(rng.exponential(1.0, 100), (seed,))
        missed += not low <= truth <= high
    assert missed / 200 == pytest.approx(0.05, abs=0.035)


def test_very_many_scores_have_the_same_interval_without_the_bootstrap():
    values = skewed(MOST + 4)
    closed = interquartile_mean_interval(values, (1,))
    resampled = interquartile_mean_interval(values[:MOST], (1,))
    spread = resampled.high - resampled.low
    assert closed == pytest.approx(resampled, abs=0.1 * spread)


@given(scores)
def test_quantiles_ascend_and_the_half_is_the_median(values):
    found = quantiles(values)
    assert list(found) == ["0.05", "0.25", "0.5", "0.75", "0.95"]
    assert found["0.5"] == pytest.approx(np.median(values))
    assert list(found.values()) == sorted(found.values())


@given(scores, scores)
def test_improvement_is_mann_and_whitneys_u(one, other):
    expected = scipy_stats.mannwhitneyu(one, other).statistic / len(one) / len(other)
    assert improvement(one, other) == pytest.approx(expected)
    assert improvement(one, other) + improvement(other, one) == pytest.approx(1.0)
    assert improvement(one, one) == pytest.approx(0.5)
    assert improvement(one + 1, other) >= improvement(one, other)
