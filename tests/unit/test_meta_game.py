"""Alpha-rank and Nash averaging: the papers' examples, OpenSpiel's alpha-rank, and properties."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from open_spiel.python.egt import alpharank

from openenv_tui.evaluation.meta_game import alpha_rank, nash_average

CYCLE = np.array([[0.0, 4.6, -4.6], [-4.6, 0.0, 4.6], [4.6, -4.6, 0.0]])
"""Section 4.3 of Balduzzi et al.: A beats B beats C beats A."""


def square(least=1, most=6):
    """Payoffs that are few different numbers, so that ties are frequent."""
    few = st.integers(-3, 3).map(float)
    return st.integers(least, most).flatmap(lambda n: arrays(float, (n, n), elements=few))


def openspiels(matrix, **options):
    return alpharank.compute([np.array(matrix, float)], **options)[2]


def with_copy(matrix, entrant):
    order = [*range(len(matrix)), entrant]
    return np.array(matrix)[np.ix_(order, order)]


def test_in_a_cycle_all_are_alike():
    assert alpha_rank(CYCLE) == pytest.approx([1 / 3] * 3)
    found = nash_average(CYCLE)
    assert found.weights == pytest.approx([1 / 3] * 3)
    assert found.skills == pytest.approx([0.0] * 3)


def test_a_copy_shares_the_weight_of_what_it_copies():
    found = nash_average(with_copy(CYCLE, 2))
    assert found.weights == pytest.approx([1 / 3, 1 / 3, 1 / 6, 1 / 6], abs=1e-6)
    assert found.skills == pytest.approx([0.0] * 4, abs=1e-6)


def test_whoever_beats_all_others_has_all_the_weight():
    ladder = [[0.5, 0.9, 0.8], [0.1, 0.5, 0.7], [0.2, 0.3, 0.5]]
    found = nash_average(ladder)
    assert found.weights == pytest.approx([1.0, 0.0, 0.0])
    assert found.skills == pytest.approx([0.0, -0.4, -0.3])
    assert max(alpha_rank(ladder)) == alpha_rank(ladder)[0] > 0.95


def test_beating_weak_ones_often_gains_nothing():
    # The third loses to the cycle's members alike, however often it is entered.
    weak = np.pad(CYCLE, ((0, 1), (0, 1)))
    weak[3, :3], weak[:3, 3] = -2.0, 2.0
    weak[0, 3], weak[3, 0] = 9.0, -9.0
    found = nash_average(weak)
    assert found.weights == pytest.approx([1 / 3] * 3 + [0.0], abs=1e-6)
    assert found.skills[3] == pytest.approx(-13 / 3)


def test_where_nobody_is_better_all_weigh_the_same():
    assert nash_average(np.full((4, 4), 0.5)).weights == pytest.approx([0.25] * 4)
    assert alpha_rank(np.full((4, 4), 0.5)) == pytest.approx([0.25] * 4)


def test_one_entrant_is_all_there_is():
    assert alpha_rank([[0.0]]) == (1.0,)
    assert nash_average([[0.0]]) == ((1.0,), (0.0,))


def test_rock_paper_scissors_with_stakes_has_the_equilibrium_of_the_textbooks():
    # Weights are proportional to the stakes between the other two.
    stakes = [[0, -1, 2], [1, 0, -3], [-2, 3, 0]]
    assert nash_average(stakes).weights == pytest.approx([3 / 6, 2 / 6, 1 / 6], abs=1e-6)


@pytest.mark.parametrize("alpha", [0.01, 0.1, 1.0])
def test_alpha_rank_is_that_of_openspiel_for_any_strength_of_selection(alpha):
    rng = np.random.default_rng(1)
    for number in (2, 3, 5):
        matrix = rng.normal(size=(number, number)).round(2)
        expected = openspiels(matrix, alpha=alpha, m=20)
        assert alpha_rank(matrix, alpha, population=20) == pytest.approx(expected, abs=1e-6)


def test_alpha_rank_without_bound_is_that_of_openspiel():
    rng = np.random.default_rng(2)
    for number in (2, 4, 6):
        matrix = rng.integers(-2, 3, size=(number, number)).astype(float)
        expected = openspiels(matrix, use_inf_alpha=True, inf_alpha_eps=0.01)
        assert alpha_rank(matrix) == pytest.approx(expected, abs=1e-6)


@given(square())
def test_masses_are_probabilities_and_do_not_depend_on_scale(matrix):
    masses = alpha_rank(matrix)
    assert sum(masses) == pytest.approx(1)
    assert min(masses) > 0
    assert alpha_rank(matrix * 7) == pytest.approx(masses)


@settings(deadline=None, max_examples=60)
@given(square())
def test_nobody_does_better_than_the_nash_average(matrix):
    weights, skills = nash_average(matrix)
    assert sum(weights) == pytest.approx(1)
    assert min(weights) >= 0
    assert max(skills) < 1e-4
    for weight, skill in zip(weights, skills, strict=True):
        assert weight < 1e-4 or abs(skill) < 1e-4


@settings(deadline=None, max_examples=40)
@given(square(2, 5), st.randoms(use_true_random=False))
def test_the_order_of_the_entrants_does_not_matter(matrix, random):
    order = list(range(len(matrix)))
    random.shuffle(order)
    moved = matrix[np.ix_(order, order)]
    weights = nash_average(matrix).weights
    expected = [weights[entrant] for entrant in order]
    assert nash_average(moved).weights == pytest.approx(expected, abs=1e-3)
    masses = alpha_rank(matrix)
    assert alpha_rank(moved) == pytest.approx([masses[entrant] for entrant in order])


@pytest.mark.parametrize("function", [alpha_rank, nash_average])
@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[0, 1, 2], [1, 0, 2]], "square"),
        ([[0, float("nan")], [1, 0]], "has to have met"),
        ([], "square"),
    ],
)
def test_what_is_no_matrix_of_all_pairs_is_refused(function, matrix, words):
    with pytest.raises(ValueError, match=words):
        function(matrix)


def test_selection_too_strong_for_numbers_is_refused():
    with pytest.raises(ValueError, match="lower alpha"):
        alpha_rank([[0, -9, -9], [9, 0, 0], [9, 0, 0]], alpha=1e3)
    assert alpha_rank([[0, -9], [9, 0]], alpha=inf) == pytest.approx([0.01, 0.99])
