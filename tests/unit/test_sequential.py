"""Sequential tests: their equations, and their errors by simulation."""

import random
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.sequential import (
    BoundedMean,
    Gsprt,
    episodes_for_precision,
    episodes_to_tell_apart,
    tilted,
)
from openenv_tui.evaluation.stats import wilson

SCORES = (0.0, 0.25, 0.5, 0.75, 1.0)


@given(
    st.lists(st.floats(0.001, 1), min_size=5, max_size=5),
    st.floats(0.05, 0.95),
)
def test_the_tilted_distribution_has_its_mean_and_is_the_likeliest(raw, mean):
    weights = [w / sum(raw) for w in raw]
    found = tilted(weights, SCORES, mean)
    assert sum(found) == pytest.approx(1.0, abs=1e-6)
    assert sum(p * a for p, a in zip(found, SCORES, strict=True)) == pytest.approx(mean, abs=1e-6)
    likelihood = sum(w * log(p) for w, p in zip(weights, found, strict=True))
    for step in (1e-3, -1e-3):
        # A change that keeps the sum and the mean makes it no likelier.
        other = [p + step * d for p, d in zip(found, (1, -2, 1, 0, 0), strict=True)]
        if min(other) > 0:
            changed = sum(w * log(p) for w, p in zip(weights, other, strict=True))
            assert changed <= likelihood + 1e-9


def test_the_ratio_of_two_kinds_is_that_of_coin_tosses():
    test = Gsprt(0.4, 0.6, games=1)
    for unit in [1.0] * 60 + [0.0] * 40:
        test.add(unit)
    exact = 60 * log(0.6 / 0.4) + 40 * log(0.4 / 0.6)
    assert test.state.value == pytest.approx(exact, rel=1e-3)
    assert test.state.upper == pytest.approx(log(19))


def decided(test, draw, most=20_000):
    for number in range(1, most):
        test.add(draw())
        if test.state.decision:
            return test.state.decision, number
    return "", most


def pair(rng, mean):
    """The score of a pair whose games go together a little."""
    return rng.choices(SCORES, tilted([0.07, 0.22, 0.42, 0.22, 0.07], SCORES, mean))[0]


@pytest.mark.parametrize(("mean", "wrong"), [(0.5, "better"), (0.56, "no better")])
def test_false_decisions_are_rare(mean, wrong):
    rng = random.Random(5)
    false = sum(decided(Gsprt(0.5, 0.56), lambda: pair(rng, mean))[0] == wrong for _ in range(150))
    assert false / 150 <= 0.05 + 0.04


def test_normalised_elo_does_not_mind_draws():
    rng = random.Random(2)
    drawish, sharp = Gsprt(0, 30, normalised=True), Gsprt(0, 30, normalised=True)
    for _ in range(4000):
        drawish.add(rng.choices(SCORES, (1, 4, 83, 10, 2))[0])
        sharp.add(rng.choices(SCORES, (14, 22, 16, 28, 20))[0])
    assert drawish.state.units == sharp.state.units == 4000
    assert drawish.state.value > 0 < sharp.state.value


def test_a_mean_is_covered_at_all_times_at_once():
    rng, missed = random.Random(3), 0
    for _ in range(200):
        test = BoundedMean(-0.1, 0.1, -1, 1)
        for _ in range(400):
            test.add(rng.choice((-1.0, 1.0)))
            if test.interval.low > 0:
                missed += 1
                break
    assert missed / 200 <= 0.05


def test_a_better_mean_is_found():
    rng = random.Random(3)
    decision, deals = decided(
        BoundedMean(0.0, 0.2, -2, 2), lambda: rng.choice((-1.0, 1.0, 1.0, 2.0))
    )
    assert (decision, deals < 300) == ("better", True)
    worse = BoundedMean(0.0, 0.2, -2, 2)
    assert decided(worse, lambda: -1.0)[0] == "no better"


def test_what_is_left_shrinks():
    rng, left = random.Random(4), []
    test = Gsprt(0.5, 0.55)
    while not test.state.decision:
        test.add(rng.choices(SCORES, (2, 4, 8, 6, 4))[0])
        left.append(test.state.left)
    told = [number for number in left if number is not None]
    assert told[0] > 0
    assert left[-1] == 0


@pytest.mark.parametrize("bounds", [(0.6, 0.5), (0.5, 0.5), (0.0, 0.5), (0.5, 1.0)])
def test_hypotheses_that_cannot_be_are_refused(bounds):
    with pytest.raises(UsageError, match=r"as in 0\.5:0\.55"):
        Gsprt(*bounds)


def test_means_outside_the_returns_are_refused():
    with pytest.raises(UsageError, match="between -1 and 1"):
        BoundedMean(0, 2, -1, 1)
    with pytest.raises(UsageError, match="tells none"):
        BoundedMean(0, 2, float("-inf"), 1)


def test_equal_rates_are_never_told_apart():
    with pytest.raises(UsageError, match="two different win rates"):
        episodes_to_tell_apart(0.5, 0.5)


def test_their_power_is_what_was_asked_for():
    number, rng, told = episodes_to_tell_apart(0.3, 0.5), random.Random(1), 0
    for _ in range(500):
        one = sum(rng.random() < 0.3 for _ in range(number)) / number
        other = sum(rng.random() < 0.5 for _ in range(number)) / number
        both = (one + other) / 2
        told += abs(one - other) > 1.96 * (2 * both * (1 - both) / number) ** 0.5
    assert told / 500 == pytest.approx(0.8, abs=0.06)


@given(st.floats(0.005, 0.3))
def test_a_precision_is_reached_and_not_before(half):
    number = episodes_for_precision(half)
    low, high = wilson(round(number / 2), number)
    assert (high - low) / 2 <= half


kinds = st.lists(st.sampled_from(SCORES), min_size=64, max_size=120)


@given(kinds)
def test_the_ratio_is_symmetric_and_knows_no_order(units):
    test, mirrored = Gsprt(0.45, 0.55), Gsprt(0.45, 0.55)
    for unit in units:
        test.add(unit)
    for unit in reversed(units):
        mirrored.add(1 - unit)
    assert mirrored.state.value == pytest.approx(-test.state.value, abs=1e-6)
    assert test.state.lower == -test.state.upper


@given(kinds)
def test_a_pair_won_speaks_for_better_more_than_a_pair_lost(units):
    values = []
    for last in (0.0, 1.0):
        test = Gsprt(0.5, 0.6)
        for unit in [*units, last]:
            test.add(unit)
        values.append(test.state.value)
    assert values[0] < values[1]


payoffs = st.lists(st.sampled_from((-2.0, -0.5, 0.0, 1.0, 2.0)), min_size=1, max_size=80)


@given(payoffs, st.integers(1, 9), st.integers(-9, 9))
def test_scale_shift_and_sign_carry_over_to_the_sequence(values, scale, shift):
    test = BoundedMean(-0.1, 0.1, -2, 2)
    moved = BoundedMean(-0.1 * scale + shift, 0.1 * scale + shift, *(
        scale * bound + shift for bound in (-2, 2)
    ))  # fmt: skip
    mirrored = BoundedMean(-0.1, 0.1, -2, 2)
    for value in values:
        test.add(value)
        moved.add(scale * value + shift)
        mirrored.add(-value)
    low, high = test.interval
    assert moved.interval == pytest.approx((scale * low + shift, scale * high + shift), abs=1e-9)
    assert mirrored.interval == pytest.approx((-high, -low), abs=1e-9)
    assert moved.state.decision == test.state.decision


@given(payoffs)
def test_what_was_once_left_out_stays_out(values):
    test = BoundedMean(-0.1, 0.1, -2, 2)
    before = test.interval
    assert before == (-2.0, 2.0)
    for value in values:
        test.add(value)
        now = test.interval
        assert before.low <= now.low
        assert now.high <= before.high
        before = now


def test_the_sequence_by_hand():
    # Of x = 1 in [0, 1]: mean and variance before it 1/2 and 1/4, so with ln 20 = 2.9957
    # the weight is min(1/2, sqrt(2 * 2.9957 / (1/4 * ln 2))) = 1/2, the penalty
    # (1 - 1/2)^2 * (ln 2 - 1/2) = 0.04829, and the half-width (2.9957 + 0.04829) / (1/2) = 6.088.
    test = BoundedMean(0.4, 0.6, 0, 1)
    test.add(1.0)
    assert test.interval == (0.0, 1.0)
    for _ in range(40):
        test.add(1.0)
    assert test.interval.low > 0.6


rates = st.floats(0.02, 0.98)


@given(rates, rates, st.floats(0.01, 0.2), st.floats(0.6, 0.95))
def test_a_plan_is_symmetric_and_asks_more_for_less(one, other, error, power):
    if abs(one - other) < 0.01:
        return
    number = episodes_to_tell_apart(one, other, error=error, power=power)
    assert number == episodes_to_tell_apart(other, one, error=error, power=power)
    assert abs(number - episodes_to_tell_apart(1 - one, 1 - other, error=error, power=power)) <= 1
    assert number <= episodes_to_tell_apart(one, other, error=error / 2, power=power)
    assert number <= episodes_to_tell_apart(one, other, error=error, power=(1 + power) / 2)


def test_the_plan_of_fleiss():
    # Fleiss (1981), "Statistical methods for rates and proportions", second edition, section 3.2:
    # 0.60 and 0.70, error 1 %, power 95 %: 827 with the correction for continuity, before rounding.
    number = episodes_to_tell_apart(0.6, 0.7, error=0.01, power=0.95)
    corrected = number / 4 * (1 + (1 + 4 / (number * 0.1)) ** 0.5) ** 2
    assert 827 <= corrected < 828


@given(st.floats(0.005, 0.3))
def test_a_precision_takes_no_more_than_it_has_to(half):
    number = episodes_for_precision(half)
    assert number >= episodes_for_precision(min(0.45, 1.1 * half))
    if number > 3:
        low, high = wilson(round((number - 2) / 2), number - 2)
        assert (high - low) / 2 > half - 1e-9
