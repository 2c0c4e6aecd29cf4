"""What is read of a log, and what each row's estimates are made by."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openenv_tui.evaluation.estimates import estimates
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.evaluation.sample import Sample, read_sample, shared_gain, sums
from openenv_tui.evaluation.stats import mean_interval, wilson
from openenv_tui.evaluation.store import Store
from openenv_tui.evaluation.table import tabulate

payoffs = st.lists(
    st.tuples(*[st.sampled_from((-2.0, -1.0, 1.0, 2.0))] * 2), min_size=3, max_size=40
)


def sample(pairs):
    returns = np.array(pairs, dtype=float)
    return Sample(np.arange(len(returns)), returns, (returns > 0).astype(float))


def test_deals_that_are_not_whole_and_returns_that_are_not_known_are_left_out():
    log = Store(":memory:", new=True)
    log.add(
        [(0, episode, 0, 0, outcome, value, 1, 1, bytearray(b"\x01"))
         for episode, outcome, value in ((0, 1, 1.0), (1, -1, -2.0), (3, 1, 1.0), (6, 1, 2.0),
                                         (7, None, None), (8, 0, 0.0), (9, 1, 2.0))]
    )  # fmt: skip
    found = read_sample(log, 0, 2)
    assert list(found.deals) == [0, 3, 4]
    assert list(found.units) == [-0.5, 1.0]
    assert list(found.rates) == [0.5, 0.5]
    assert list(read_sample(log, 1, 2).units) == []


def test_mirrored_deals_are_worth_more_and_equal_ones_less():
    # By hand: returns 2, -1, 1, -2 ... of variance 20/7; means +-1/2 of variance 1/3.
    mirrored = sample([(2, -1), (1, -2), (2, -1), (1, -2)])
    assert mirrored.gain == pytest.approx((20 / 7) / 2 / (1 / 3))
    assert sample([(1, 1), (-1, -1), (1, 1), (-1, -1)]).gain == pytest.approx((8 / 7) / 2 / (4 / 3))
    assert sample([(1, -1), (-1, 1)]).gain is None
    assert sample([(1,), (2,)]).gain is None


@given(payoffs, st.integers(1, 5), st.integers(-5, 5))
def test_gains_know_no_unit_and_no_order(pairs, scale, shift):
    one = sample(pairs)
    if one.gain is None:
        return
    other = sample([(scale * b + shift, scale * a + shift) for a, b in reversed(pairs)])
    assert other.gain == pytest.approx(one.gain)
    assert one.gain > 0


def test_what_goes_together_is_compared_with_fewer_deals():
    rng = np.random.default_rng(1)
    luck, skill = rng.normal(0, 3, 4000), rng.normal(0, 1, (2, 4000))
    one, other = (sample((luck + each)[:, None]) for each in skill)
    # Var(A) + Var(B) = 20, Var(A - B) = 2.
    assert shared_gain(one, other) == pytest.approx(10, rel=0.1)
    assert shared_gain(one, other) == shared_gain(other, one)
    assert shared_gain(one, one) is None


def test_kuhn_poker_gains_what_the_whole_distribution_says():
    # Of the exact joint distribution of a deal's two hands, by hand of the game's tree: 3.4.
    plan = Plan("kuhn_poker", ("kuhn_equilibrium",), episodes=6000, seed=2)
    table = run_plan(plan, keep=False).table
    assert table.rows[0].pairing_gain == pytest.approx(3.4, abs=0.3)
    assert "Pairing is worth 3." in table.caption


@given(payoffs)
def test_each_kind_of_data_has_its_method(pairs):
    found = estimates(sample(pairs), 0, 2 * len(pairs), (-2.0, 2.0), (1,))
    units = sums(sample(pairs).units)
    assert found.mean == mean_interval(units, -2.0, 2.0)
    assert found.mean_method == ("score" if units.vary else "equal")
    assert found.scores is None


def test_methods_are_chosen_by_the_shape_of_the_data():
    skewed = np.random.default_rng(3).exponential(100, (200, 1))
    many = Sample(np.arange(200), skewed, np.ones((200, 1)))
    assert estimates(many, 0, 200, (-math.inf, math.inf), (1,)).mean_method == "bca"
    assert estimates(many, 0, 200, (-math.inf, math.inf), None).mean_method == "t"
    found = estimates(many, 200, 200, (0, 10_000), (1,))
    assert found.rate == wilson(200, 200)
    assert found.scores.interval.low < found.scores.iqm < found.scores.interval.high


def test_the_table_of_a_score_game_says_middle_and_quantiles(tmp_path):
    plan = Plan("2048", ("first", "random"), episodes=60, seed=1)
    run = run_plan(plan, tmp_path / "run")
    best, other = run.table.rows
    assert best.quantiles["0.25"] <= best.iqm <= best.quantiles["0.75"]
    assert best.improvement is None
    assert 0 < other.improvement < 0.2
    assert "IQM" in str(run)
    assert "BCa" in run.table.caption
    assert run_plan(plan, keep=False).table.rows == run.table.rows
    log = Store(tmp_path / "run" / "run.sqlite", new=False)
    assert tabulate(log, live=True).rows[0].iqm is None
    log.close()


@given(value=st.floats(-1e6, 1e6), number=st.integers(1, 300))
def test_equal_returns_without_bounds_do_not_claim_that_nothing_else_can_happen(value, number):
    alike = Sample(np.arange(number), np.full((number, 1), value), np.zeros((number, 1)))
    low, high = estimates(alike, 0, number, (-math.inf, math.inf), None).mean
    assert low < value < high
