"""Two runs compared: on shared deals, and where there are none."""

import json
import random

import pytest

from openenv_tui.cli import run
from openenv_tui.errors import UsageError
from openenv_tui.evaluation.compare import compare_runs
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan


def kept(place, *policies, game="catch", episodes=200, seed=1, **options):
    run_plan(Plan(game, policies, episodes=episodes, seed=seed, **options), place)
    return place


def test_a_run_is_the_same_as_itself(tmp_path):
    place = kept(tmp_path / "a", "random", "tracker")
    found = compare_runs(place, place)
    assert [change.verdict for change in found.changes] == ["the same", "the same"]
    assert found.changes[0].deals == 200


def test_what_got_better_or_worse_is_told(tmp_path):
    before = kept(tmp_path / "a", "epsilon_greedy(base=tracker, epsilon=0.5)")
    after = kept(tmp_path / "b", "tracker")
    better, worse = compare_runs(before, after), compare_runs(after, before)
    (change,) = better.changes
    assert change.verdict == "better"
    assert change.policy == "epsilon_greedy(base=tracker, epsilon=0.5) -> tracker"
    assert change.low > 0
    assert change.p_wins < 0.001
    assert worse.changes[0].verdict == "worse"
    assert worse.worse


def test_pairs_are_compared_seat_by_seat(tmp_path):
    options = {"game": "kuhn_poker", "episodes": 2000}
    before = kept(tmp_path / "a", "random", **options)
    after = kept(tmp_path / "b", "kuhn_equilibrium", **options)
    (change,) = compare_runs(before, after).changes
    assert (change.deals, change.episodes) == (1000, 2000)
    assert change.verdict == "better"


def test_other_seeds_share_no_deal(tmp_path):
    before = kept(tmp_path / "a", "random", seed=1)
    after = kept(tmp_path / "b", "random", seed=2)
    found = compare_runs(before, after)
    assert found.changes[0].deals == 0
    assert found.changes[0].p_wins is None
    assert "share no deal" in found.notes[0]


def test_equal_policies_are_seldom_told_apart(tmp_path):
    false = 0
    for number in range(30):
        rng = random.Random(number)
        before = kept(tmp_path / f"a{number}", "random", episodes=60, seed=rng.randrange(10**9))
        after = kept(tmp_path / f"b{number}", "random", episodes=60, seed=rng.randrange(10**9))
        false += compare_runs(before, after).changes[0].verdict != "cannot be told"
    assert false <= 5


def test_other_games_and_other_rows_are_refused(tmp_path):
    catch = kept(tmp_path / "a", "random", episodes=5)
    other = kept(tmp_path / "b", "random", game="kuhn_poker", episodes=6)
    with pytest.raises(UsageError, match="only runs of the same game"):
        compare_runs(catch, other)
    two = kept(tmp_path / "c", "tracker", "first", episodes=5)
    with pytest.raises(UsageError, match="no row in common"):
        compare_runs(catch, two)


def test_the_command_fails_on_a_regression_if_asked(tmp_path, capsys):
    good, bad = kept(tmp_path / "a", "tracker"), kept(tmp_path / "b", "random")
    assert run(["compare", str(good), str(bad)]) == 0
    assert "worse" in capsys.readouterr().out
    assert run(["compare", str(good), str(bad), "--fail-on-regression", "--markdown"]) == 1
    assert capsys.readouterr().out.startswith("| policy | opponent |")
    assert run(["compare", str(bad), str(good), "--fail-on-regression", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changes"][0]["verdict"] == "better"


def test_the_other_way_round_every_difference_changes_its_sign(tmp_path):
    one = kept(tmp_path / "a", "epsilon_greedy(base=tracker, epsilon=0.5)", "random")
    other = kept(tmp_path / "b", "epsilon_greedy(base=tracker, epsilon=0.5)", "random", seed=2)
    same = kept(tmp_path / "c", "epsilon_greedy(base=tracker, epsilon=0.2)", "random")
    turned = {"better": "worse", "worse": "better"}
    for first, second in ((one, other), (one, same)):
        for there, back in zip(
            compare_runs(first, second).changes, compare_runs(second, first).changes, strict=True
        ):
            assert back.difference == pytest.approx(-there.difference)
            assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
            assert (back.p_value, back.p_wins) == pytest.approx((there.p_value, there.p_wins))
            assert back.verdict == turned.get(there.verdict, there.verdict)


def test_a_difference_lies_between_its_bounds_and_is_that_of_the_means(tmp_path):
    before = kept(tmp_path / "a", "random", game="kuhn_poker", episodes=100)
    after = kept(tmp_path / "b", "kuhn_equilibrium", game="kuhn_poker", episodes=100)
    (change,) = compare_runs(before, after).changes
    assert change.difference == pytest.approx(change.after - change.before)
    assert -4 <= change.low <= change.difference <= change.high <= 4
    assert 0 <= change.p_value <= change.p_adjusted <= 1
