"""Ranks of the rows of a run, from its log."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_ind, ttest_rel

from openenv_tui.evaluation.paired import holm, welch_test
from openenv_tui.evaluation.ranking import LIVE_DEALS, crossed, ranking
from openenv_tui.evaluation.sample import read_samples
from openenv_tui.evaluation.stats import Sums
from openenv_tui.evaluation.store import Store
from openenv_tui.evaluation.table import tabulate

META = {
    "run": "r", "game": "g", "env": "local", "seed": 1, "players": 1, "deal": 1, "audit": None,
    "pairing": "All policies play the same episodes", "outcome_rule": "win: more",
    "min_utility": -100.0, "max_utility": 100.0, "sprt": "", "precision": None, "episodes": 10,
}  # fmt: skip


def log(rows, outcomes=False, **meta):
    """A log of rows of returns, or of outcomes alone; None is an episode that was not played."""
    store = Store(":memory:", new=True)
    store.describe(META | meta, [(f"p{number}", None) for number in range(len(rows))])
    for row, values in enumerate(rows):
        store.add([
            (row, episode, 0, episode, value if outcomes else None, None if outcomes else value,
             1, 1, b"\x01")
            for episode, value in enumerate(values)
            if value is not None
        ])  # fmt: skip
    return store


def ranked(store, **meta):
    return ranking(store, META | meta, read_samples(store, meta.get("deal", 1)))


def ranks(table):
    return {row.policy: row.rank for row in table.rows}


def shifted(size, *shifts, seed=0):
    """Rows that share what each episode brings, and differ by a shift and a little noise."""
    rng = random.Random(seed)
    luck = [rng.gauss(0, 10) for _ in range(size)]
    return [[each + shift + rng.gauss(0, 1) for each in luck] for shift in shifts]


def test_shared_episodes_tell_apart_what_separate_ones_cannot():
    rows = shifted(100, 0.0, 1.0)
    assert ranks(tabulate(log(rows))) == {"p0": 2, "p1": 1}
    apart = "The server deals by dice of its own, so episodes are not shared"
    table = tabulate(log(rows, pairing=apart))
    assert ranks(table) == {"p0": 1, "p1": 1}
    assert "Welch's t, Holm over 1 pair," in table.caption


def test_policies_that_cannot_be_told_apart_share_a_rank():
    table = tabulate(log(shifted(50, 0.0, 0.0, 5.0, seed=1)))
    assert ranks(table) == {"p2": 1, "p0": 2, "p1": 2}
    assert "Rank: 1, and 1 more for each who is better by mean return" in table.caption


def test_the_deal_is_what_is_compared():
    """Each seat alone says the contrary: the mean of a deal is what counts."""
    one, other = [3.0, -1.0] * 30, [0.0, 1.0] * 30
    found = ranked(log([one, other], deal=2), deal=2)
    assert found.better[0][1]


def test_the_tests_are_those_of_scipy():
    rows = shifted(40, 0.0, 0.2, 0.5, seed=5)
    pairs = list(combinations(rows, 2))
    adjusted = holm([ttest_rel(one, other).pvalue for one, other in pairs])
    told = [p < 0.05 for p in adjusted]
    better = ranked(log(rows)).better
    ours = [better[a][b] or better[b][a] for a, b in combinations(range(3), 2)]
    assert ours == told
    one, other = rows[0][:20], rows[1]
    sums = [Sums(len(each), sum(each), sum(v * v for v in each)) for each in (one, other)]
    assert welch_test(*sums) == pytest.approx(ttest_ind(one, other, equal_var=False).pvalue)


def test_policies_that_always_get_the_same_are_told_apart_after_enough_deals():
    assert ranks(tabulate(log([[1.0] * 3, [0.0] * 3]))) == {"p0": 1, "p1": 1}
    assert ranks(tabulate(log([[1.0] * 10, [0.0] * 10]))) == {"p0": 1, "p1": 2}


def test_where_no_return_is_told_scores_are_ranked():
    table = tabulate(log([[-1] * 20, [1] * 19 + [0]], outcomes=True))
    assert [row.policy for row in table.rows] == ["p1", "p0"]
    assert ranks(table) == {"p1": 1, "p0": 2}
    assert "better by score" in table.caption


def test_only_what_both_have_played_is_compared():
    rows = shifted(60, 0.0, 2.0)
    assert ranks(tabulate(log([rows[0][:30], rows[1]]))) == {"p1": 1, "p0": 2}
    assert ranks(tabulate(log([rows[0][:30] + [None] * 30, [None] * 30 + rows[1][30:]]))) == {
        "p0": 1, "p1": 1,
    }  # fmt: skip


def test_before_the_first_episode_all_are_first():
    assert ranks(tabulate(log([[], []]))) == {"p0": 1, "p1": 1}


def test_while_a_run_goes_on_the_first_deals_are_enough():
    even = [float(episode % 2) for episode in range(LIVE_DEALS)]
    store = log([even + [0.0] * 500, even + [1.0] * 500])
    assert ranks(tabulate(store, live=True)) == {"p0": 1, "p1": 1}
    assert ranks(tabulate(store)) == {"p0": 2, "p1": 1}


def test_warnings_of_crossed_orders_are_bounded():
    names, better = list("abcdef"), [(0, other) for other in range(1, 6)]
    found = crossed(names, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], better, "mean return")
    assert found[0] == "a has the higher mean return, b the higher win rate"
    assert found[3] == "so it is with 2 more pairs"
    assert len(found) == 4


def test_any_two_that_are_told_apart_are_looked_at_not_neighbours_alone():
    assert crossed("abc", [0.5, 0.4, 0.6], [(0, 2)], "rating") == [
        "a has the higher rating, c the higher win rate"
    ]


runs = st.tuples(st.integers(2, 5), st.integers(2, 40), st.integers(0, 1000)).map(
    lambda drawn: shifted(drawn[1], *[random.Random(drawn[2]).gauss(0, 1) for _ in range(2)],
                          *[0.0] * (drawn[0] - 2), seed=drawn[2])
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(runs, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_episodes_changes_nothing(rows, rng):
    before = ranks(tabulate(log(rows)))
    places = list(range(len(rows)))
    rng.shuffle(places)
    deals = list(range(len(rows[0])))
    rng.shuffle(deals)
    after = ranks(tabulate(log([[rows[place][deal] for deal in deals] for place in places])))
    assert {f"p{place}": after[f"p{now}"] for now, place in enumerate(places)} == before


@settings(max_examples=30, deadline=None)
@given(runs)
def test_the_best_mean_is_first_and_whoever_is_better_stands_above(rows):
    table = tabulate(log(rows))
    assert max(table.rows, key=lambda row: row.mean_return).rank == 1
    for one, other in table.better:
        assert table.rows[one].rank < table.rows[other].rank
        assert table.rows[one].mean_return > table.rows[other].mean_return
