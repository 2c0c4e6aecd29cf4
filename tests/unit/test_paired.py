"""Paired tests, against scipy, statsmodels' published examples and simulation."""

import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_1samp

from openenv_tui.evaluation.paired import (
    better_beyond_doubt,
    holm,
    mcnemar,
    mean_test,
    shared_ranks,
)
from openenv_tui.evaluation.stats import Sums, mean_interval

chances = st.floats(0, 1)


def sums(values):
    return Sums(len(values), sum(values), sum(v * v for v in values))


@given(st.lists(st.sampled_from((-1.0, -0.5, 0.0, 0.5, 1.0)), min_size=2, max_size=60))
def test_the_mean_test_is_students(values):
    if len(set(values)) == 1:
        return
    expected = max(ttest_1samp(values, 0).pvalue, 2.0 ** (1 - len(values)))
    assert mean_test(sums(values)) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_equal_differences_prove_no_more_than_their_signs():
    assert mean_test(sums([1.0] * 5)) == 2.0**-4
    assert mean_test(sums([0.0] * 5)) == 1.0
    assert mean_test(sums([0.3])) == 1.0


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_the_exact_binomial_test(better, worse):
    expected = binomtest(better, better + worse).pvalue if better + worse else 1.0
    assert mcnemar(better, worse) == pytest.approx(expected)


def test_mcnemar_of_very_many_is_the_same_test():
    assert mcnemar(1100, 1000) == pytest.approx(binomtest(1100, 2100).pvalue)


def test_holm_by_hand():
    # 0.01 * 4, 0.02 * 3, 0.03 * 2, 0.04 * 1, each at least the one before it.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


@given(st.lists(chances, max_size=12))
def test_holm_is_between_the_raw_values_and_bonferronis(values):
    for raw, adjusted in zip(values, holm(values), strict=True):
        assert raw <= adjusted <= min(1.0, raw * len(values)) + 1e-12
    ordered = sorted(zip(values, holm(values), strict=True))
    assert all(a[1] <= b[1] for a, b in pairwise(ordered))


def test_holm_keeps_what_it_promises():
    rng, false = random.Random(1), 0
    for _ in range(2000):
        false += min(holm([rng.random() for _ in range(6)])) < 0.05
    assert false / 2000 == pytest.approx(0.05, abs=0.015)


def test_who_cannot_be_told_apart_shares_a_rank():
    better = [[False, False, True], [False, False, False], [False, False, False]]
    assert shared_ranks(better) == [1, 1, 2]


def test_who_beats_a_better_one_is_better_too():
    differences = {(0, 1): (1.0, 1e-9), (1, 2): (1.0, 1e-9), (0, 2): (2.0, 0.9)}
    assert better_beyond_doubt([3.0, 2.0, 1.0], differences)[0] == [False, True, True]


def test_what_two_have_shared_has_to_agree_with_all_that_they_played():
    assert better_beyond_doubt([1.0, 2.0], {(0, 1): (0.5, 1e-9)}) == [[False] * 2] * 2


compared = st.integers(1, 6).flatmap(
    lambda count: st.tuples(
        st.lists(st.floats(-3, 3), min_size=count, max_size=count),
        st.permutations(range(count)),
        st.lists(st.floats(0, 0.2), min_size=15, max_size=15),
    )
)


@given(compared)
def test_ranks_are_consistent_and_the_order_of_rows_changes_nothing(drawn):
    merits, order, p_values = drawn
    pairs = list(combinations(range(len(merits)), 2))
    tests = {
        (one, other): (merits[one] - merits[other], p)
        for (one, other), p in zip(pairs, p_values, strict=False)
    }
    better = better_beyond_doubt(merits, tests)
    ranks = shared_ranks(better)
    assert ranks[merits.index(max(merits))] == 1
    for one, other in pairs:
        for first, second in ((one, other), (other, one)):
            if better[first][second]:
                assert ranks[first] < ranks[second]
                assert merits[first] > merits[second]
    mixed = {}
    for one, other in combinations(range(len(merits)), 2):
        pair = order[one], order[other]
        difference, p = tests[min(pair), max(pair)]
        mixed[one, other] = difference if pair[0] < pair[1] else -difference, p
    again = shared_ranks(better_beyond_doubt([merits[place] for place in order], mixed))
    assert again == [ranks[place] for place in order]


varied = st.lists(st.sampled_from((-2.0, -1.0, 0.5, 0.0, 1.0, 2.0)), min_size=2, max_size=60)


@given(varied, st.integers(1, 1000))
def test_the_mean_test_knows_no_sign_no_order_and_no_unit(values, scale):
    expected = mean_test(sums(values))
    assert 0 <= expected <= 1
    assert mean_test(sums([-value for value in reversed(values)])) == pytest.approx(expected)
    assert mean_test(sums([scale * value for value in values])) == pytest.approx(expected)


def test_students_soporifics():
    # Student (1908), table in section VII: hours of sleep gained, one drug over the other.
    hours = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    # By R's t.test(extra ~ group, data = sleep, paired = TRUE).
    assert mean_test(sums(hours)) == pytest.approx(0.002833, abs=5e-7)
    low, high = mean_interval(sums(hours), float("-inf"), float("inf"))
    assert (low, high) == pytest.approx((0.7001142, 2.4598858), abs=5e-7)


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_symmetric_and_falls_as_they_part(better, worse):
    assert mcnemar(better, worse) == mcnemar(worse, better) <= 1
    if better >= worse:
        assert mcnemar(better + 1, worse) <= mcnemar(better, worse) + 1e-12


def test_mcnemar_on_approval_of_the_prime_minister():
    # Agresti (2002), "Categorical data analysis", section 10.1.1: 86 and 150 changed their minds,
    # z = -4.17, which is p = 3.1e-5 by the normal approximation.
    assert mcnemar(86, 150) == pytest.approx(3.1e-5, rel=0.35)


@given(st.lists(chances, max_size=12), st.randoms())
def test_holm_knows_no_order(values, rng):
    places = list(range(len(values)))
    rng.shuffle(places)
    shuffled = holm([values[place] for place in places])
    assert shuffled == [holm(values)[place] for place in places]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=8), st.randoms())
def test_ranks_go_with_who_has_them(merits, rng):
    ranks = shared_ranks([[one - other > 1 for other in merits] for one in merits])
    assert min(ranks) == 1 <= max(ranks) <= len(merits)
    for one, rank in zip(merits, ranks, strict=True):
        assert rank == 1 + sum(other - one > 1 for other in merits)
