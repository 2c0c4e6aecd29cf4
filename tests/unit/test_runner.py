"""Runs: equal records, exact values, forfeits, interruptions, learning."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from openenv_tui.errors import (
    OpenEnvTuiError,
    SpecError,
    StoreError,
    UnfitPolicyError,
    UnknownNameError,
    UsageError,
)
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import load_run, run_plan
from openenv_tui.evaluation.stats import wilson
from openenv_tui.evaluation.store import FILE_NAME


def run(game, *policies, **options):
    return run_plan(Plan(game, policies, **{"seed": 1, **options}), keep=False)


def records(folder):
    with sqlite3.connect(folder / FILE_NAME) as database:
        rows = database.execute("SELECT * FROM episodes ORDER BY row, episode").fetchall()
    database.close()
    return rows


def row_of(evaluation, policy):
    return next(row for row in evaluation.rows if row.policy == policy)


def test_the_same_seed_gives_equal_records_with_one_and_two_processes(tmp_path):
    kept = []
    for jobs in (1, 2):
        plan = Plan("kuhn_poker", ("random", "kuhn_equilibrium"), episodes=301, seed=5, jobs=jobs)
        run_plan(plan, tmp_path / str(jobs))
        kept.append(records(tmp_path / str(jobs)))
    assert len(kept[0]) == 602
    assert kept[0] == kept[1]


def test_another_seed_gives_other_records(tmp_path):
    for seed in (1, 2):
        run_plan(Plan("catch", ("random",), episodes=20, seed=seed), tmp_path / str(seed))
    assert records(tmp_path / "1") != records(tmp_path / "2")


@pytest.mark.parametrize(
    ("game", "policy", "rate"),
    [("catch", "random", 0.2), ("catch", "stay", 0.2), ("catch", "tracker", 1.0),
     ("tic_tac_toe", "random", (0.5849 + 0.2881) / 2), ("blackjack", "last", 0.3835)],
)  # fmt: skip
def test_the_exact_win_rate_lies_within_a_wide_interval(game, policy, rate):
    (row,) = run(game, policy, episodes=2000).rows
    low, high = wilson(row.wins, row.episodes, confidence=0.9999)
    assert low <= rate <= high


def test_equilibrium_play_earns_what_the_tree_says_and_wins_fewer_hands():
    row = row_of(run("kuhn_poker", "kuhn_equilibrium(alpha=0.2)", episodes=8000),
                 "kuhn_equilibrium(alpha=0.2)")  # fmt: skip
    assert row.mean_return_low - 0.03 < 0.14 < row.mean_return_high + 0.03
    assert row.win_rate < 0.55


def test_a_walker_that_knows_the_way_needs_nine_steps():
    (row,) = run("cliff_walking", "cliff_walker", episodes=3).rows
    assert (row.mean_return, row.mean_steps, row.wins) == (-9.0, 9.0, 3)


def test_seats_are_balanced_and_deals_shared(tmp_path):
    run_plan(Plan("kuhn_poker", ("random",), episodes=10, seed=1), tmp_path / "run")
    seats = [line[2] for line in records(tmp_path / "run")]
    seeds = [line[3] for line in records(tmp_path / "run")]
    assert seats == [0, 1] * 5
    assert seeds[0::2] == seeds[1::2]
    assert len(set(seeds)) == 5


def test_games_for_more_than_two_seat_the_policy_everywhere(tmp_path):
    run_plan(Plan("kuhn_poker(players=3)", ("random",), episodes=9, seed=1), tmp_path / "run")
    assert [line[2] for line in records(tmp_path / "run")] == [0, 1, 2] * 3


FAULTY = """
def illegal(observation, rng):
    return 99

def crash(observation, rng):
    raise RuntimeError("out of cheese")

async def awaited(observation, rng):
    return observation.legal_actions[0]

class NoOptions:
    def act(self, observation, rng):
        return observation.legal_actions[0]
"""


@pytest.fixture
def policies_file(tmp_path, monkeypatch):
    (tmp_path / "faulty.py").write_text(FAULTY)
    monkeypatch.chdir(tmp_path)
    return "./faulty.py"


def test_a_faulty_policy_forfeits_and_the_run_goes_on(policies_file):
    names = (f"{policies_file}:illegal", f"{policies_file}:crash", "random")
    evaluation = run("tic_tac_toe", *names, episodes=10)
    assert row_of(evaluation, names[0]).forfeits["illegal"] == 10
    assert row_of(evaluation, names[1]).forfeits["crash"] == 10
    assert row_of(evaluation, names[1]).losses == 10
    assert row_of(evaluation, "random").episodes == 10
    assert sum(row_of(evaluation, "random").forfeits.values()) == 0


def test_an_awaited_policy_plays_as_any_other(policies_file):
    evaluation = run("catch", f"{policies_file}:awaited", "first", episodes=30)
    assert {row.wins for row in evaluation.rows} == {row_of(evaluation, "first").wins}


def test_a_learner_learns_in_order_and_keeps_its_table(tmp_path):
    table = tmp_path / "q.json"
    spec = f"q_learning(file='{table}')"
    run("catch", spec, episodes=3000, learn=True)
    assert table.is_file()
    assert row_of(run("catch", spec, episodes=300, seed=9), spec).win_rate > 0.9


def test_stopping_keeps_what_was_played(tmp_path):
    stop = threading.Event()
    plan = Plan("2048", ("random",), episodes=100_000, seed=1)
    result = run_plan(plan, tmp_path / "run", stop=stop, progress=lambda _: stop.set())
    assert result.interrupted
    assert 0 < result.rows[0].episodes < 100_000
    assert load_run(tmp_path / "run").rows == result.rows


def test_progress_ends_with_everything_done():
    seen = []
    run_plan(
        Plan("catch", ("random", "stay"), episodes=50, seed=1), keep=False, progress=seen.append
    )
    assert (seen[-1].done, seen[-1].total) == (100, 100)


@pytest.mark.parametrize(
    ("plan", "error", "words"),
    [
        ({"game": "cach"}, UnknownNameError, "did you mean 'catch'"),
        ({"policies": ("trackr",)}, UnknownNameError, "did you mean 'tracker'"),
        ({"policies": ("tactician",)}, UnfitPolicyError, "cannot play catch"),
        ({"policies": ()}, UsageError, "no policy to evaluate"),
        ({"policies": ("random", "random")}, UsageError, "named twice"),
        ({"episodes": 0}, UsageError, "episodes must be at least 1, not 0"),
        ({"policies": ("epsilon_greedy(epsilon=2)",)}, SpecError, "epsilon"),
        ({"policies": ("./nowhere.py:X",)}, SpecError, "there is no file"),
        ({"seed": -1}, UsageError, "a seed is a whole number"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_before_anything_starts(plan, error, words):
    with pytest.raises(error, match=words):
        run_plan(Plan(**{"game": "catch", "policies": ("random",), **plan}), keep=False)


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(StoreError, match="is not empty; name a new folder with --out"):
        run_plan(Plan("catch", ("random",), episodes=1), tmp_path)


def test_a_folder_that_cannot_be_made_says_why(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="Not a directory; name another folder"):
        run_plan(Plan("catch", ("random",), episodes=1), tmp_path / "file" / "run")


TREACHEROUS = """
import sys

def leaves(observation, rng):
    sys.exit(3)

def falls(observation, rng):
    return falls(observation, rng)

class First:
    def act(self, observation, rng):
        return observation.legal_actions[0]

class Begins(First):
    def begin(self, context):
        raise RuntimeError("not today")

class Unfit(First):
    def unfit(self, game):
        raise RuntimeError("who asks?")

class Closes(First):
    def close(self):
        raise RuntimeError("the disk ate it")
"""


@pytest.fixture
def treacherous(tmp_path, monkeypatch):
    (tmp_path / "treacherous.py").write_text(TREACHEROUS)
    monkeypatch.chdir(tmp_path)
    return "./treacherous.py"


@pytest.mark.parametrize("name", ["leaves", "falls", "Begins"])
def test_whatever_a_policy_raises_is_its_own_forfeit(treacherous, name):
    (row,) = run("catch", f"{treacherous}:{name}", episodes=3).rows
    assert row.forfeits["crash"] == row.losses == 3


def test_a_policy_that_fails_when_it_is_asked_whether_it_fits_does_not(treacherous):
    with pytest.raises(UnfitPolicyError, match=r"RuntimeError: who asks\?"):
        run("catch", f"{treacherous}:Unfit", episodes=3)


def test_a_policy_that_fails_when_it_is_closed_costs_no_run(treacherous, tmp_path):
    plan = Plan("catch", (f"{treacherous}:Closes",), episodes=3, seed=1)
    with pytest.raises(OpenEnvTuiError, match="the disk ate it; the run is kept in"):
        run_plan(plan, tmp_path / "run")
    assert load_run(tmp_path / "run").rows[0].episodes == 3
    assert (tmp_path / "run" / "summary.md").is_file()
