"""Runs that end when enough is known, at the same episode however they are played."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import load_run, resume_run, run_plan
from openenv_tui.evaluation.stats import Sums, rate_interval
from openenv_tui.evaluation.stopping import Bounds, Precise, Result, Watch, rule_for
from tests.support.servers import our_server

PAIR = Bounds(2, -1.0, 1.0)


def plan(**changes):
    usual = {
        "game": "tic_tac_toe",
        "policies": ("minimax", "random"),
        "opponent": "random",
        "episodes": 5000,
        "seed": 3,
        "sprt": "0.5:0.6",
    }
    return Plan(**usual | changes)


def counted(table):
    return [(row.policy, row.episodes, row.wins, row.verdict) for row in table.rows]


def test_a_test_ends_each_row_by_itself():
    table = run_plan(plan(policies=("minimax", "random", "first")), keep=False).table
    best, *others = table.rows
    assert best.policy == "minimax"
    assert best.verdict.startswith("better: LLR +")
    assert best.episodes < 5000
    assert all(row.complete for row in table.rows)
    assert "sequential test of 0.5:0.6" in table.caption
    assert not table.warnings or "not all episodes" not in table.warnings[0]
    assert {row.policy for row in others} == {"random", "first"}


def test_processes_sessions_and_one_thread_end_at_the_same_episode():
    alone = counted(run_plan(plan(), keep=False).table)
    assert counted(run_plan(plan(jobs=2), keep=False).table) == alone
    with our_server("tic_tac_toe", sessions=8) as (_, address):
        far = run_plan(plan(env=address, sessions=4), keep=False).table
    assert counted(far) == alone


def test_a_run_that_was_stopped_goes_on_to_the_same_end(tmp_path):
    whole = run_plan(plan(), tmp_path / "whole")
    stop, seen = threading.Event(), []

    def watch(progress):
        seen.append(progress.done)
        stop.set()

    part = run_plan(plan(), tmp_path / "part", progress=watch, stop=stop)
    if part.interrupted:
        part = resume_run(tmp_path / "part")
    assert counted(part.table) == counted(whole.table)
    assert not load_run(tmp_path / "part").interrupted


def test_a_precision_ends_a_row():
    table = run_plan(
        plan(game="catch", policies=("random",), sprt="", precision=0.05), keep=False
    ).table
    (row,) = table.rows
    assert (row.win_rate_high - row.win_rate_low) / 2 <= 0.05
    assert 100 < row.episodes < 500
    assert row.verdict.endswith("of ±0.05")


def test_returns_are_tested_between_their_bounds():
    table = run_plan(
        plan(game="kuhn_poker", policies=("kuhn_equilibrium",), sprt="return -0.2:0.1"), keep=False
    ).table
    assert table.rows[0].verdict.startswith("better: mean return")


def test_deals_count_whole_and_in_order():
    watch = Watch(rule_for("0.4:0.6", None, PAIR), 2)
    win = [Result(number, 1, 1.0) for number in range(200)]
    assert not watch.feed(win[:3])
    assert (watch.fed, watch.seen) == (2, 3)
    assert not watch.feed(win[10:])
    assert watch.seen == 3
    assert watch.feed(win[3:])
    assert watch.fed == 128
    assert watch.verdict.words.startswith("better")


def test_what_is_not_known_says_nothing():
    watch = Watch(rule_for("0.4:0.6", None, PAIR), 2)
    assert not watch.feed(Result(number, None, None) for number in range(1000))
    precise = Precise(0.1, Bounds(1, -1.0, 1.0))
    for number in range(40):
        precise.add([Result(number, None, 1.0)])
    assert "±" in precise.verdict.words


@pytest.mark.parametrize(
    ("sprt", "precision", "words"),
    [
        ("better", None, "cannot read the hypotheses"),
        ("return 0:1 elo", None, "cannot read the hypotheses"),
        ("0.6:0.5", None, "the smaller one first"),
        ("return 0:9", None, "between -1 and 1"),
        ("0.5:0.6", 0.1, "not at both"),
        ("", 0.0, "positive half-width"),
    ],
)
def test_rules_that_cannot_be_are_refused_before_anything_is_played(sprt, precision, words):
    with pytest.raises(UsageError, match=words):
        rule_for(sprt, precision, PAIR)
    with pytest.raises(UsageError, match=words):
        run_plan(plan(sprt=sprt, precision=precision), keep=False)


def test_a_policy_that_learns_cannot_be_stopped_early():
    with pytest.raises(UsageError, match="gets better while it plays"):
        plan(learn=True)


outcomes = st.lists(st.sampled_from((-1, 0, 1)), min_size=1, max_size=200)


@given(outcomes, st.integers(1, 40))
def test_a_rule_does_not_mind_how_episodes_come_in(found, piece):
    results = [Result(number, one, float(one)) for number, one in enumerate(found)]
    for sprt, precision in (("0.4:0.6", None), ("return -0.2:0.2", None), ("", 0.05)):
        whole = Watch(rule_for(sprt, precision, PAIR), 2)
        parts = Watch(rule_for(sprt, precision, PAIR), 2)
        whole.feed(results)
        for start in range(0, len(results), piece):
            parts.feed(results[start : start + piece])
        assert parts.verdict == whole.verdict
        assert parts.fed == whole.fed <= len(found)


@given(outcomes)
def test_a_precision_is_that_of_the_interval_of_the_table(found):
    deals = [found[place : place + 2] for place in range(0, len(found) - 1, 2)]
    precise = Precise(0.01, PAIR)
    rates = Sums(0, 0.0, 0.0)
    for deal in deals:
        precise.add([Result(0, one, float(one)) for one in deal])
        rates = rates.plus(sum(one == 1 for one in deal) / 2)
    if deals:
        wins = sum(one == 1 for deal in deals for one in deal)
        low, high = rate_interval(wins, 2 * len(deals), rates)
        assert precise.verdict.words.startswith(f"±{(high - low) / 2:.3g} ")
