"""Runs from a file: what is read, what is refused, and in which line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.experiment import EXAMPLE, Experiment, place, read_experiment, schema
from openenv_tui.evaluation.plan import Plan, Tournament
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.evaluation.thresholds import FIELDS, holds, judge

SCHEMA = Path(__file__).parents[2] / "docs" / "experiment.schema.json"
GOOD = 'game = "catch"\npolicies = ["random", "tracker"]\n'


def read(tmp_path, text):
    path = tmp_path / "experiment.toml"
    path.write_text(text)
    return read_experiment(path)


def problem(tmp_path, text):
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    return str(caught.value).replace(str(tmp_path / "experiment.toml"), "FILE")


def test_the_published_schema_is_the_programs_own():
    assert json.loads(SCHEMA.read_text()) == schema()


def test_the_example_can_be_read_and_names_most_of_what_there_is(tmp_path):
    experiment = read(tmp_path, EXAMPLE)
    assert experiment.games == ["kuhn_poker", "tic_tac_toe"]
    lines = [line.removeprefix("# ") for line in EXAMPLE.splitlines()]
    named = {line.partition(" =")[0] for line in lines if " = " in line}
    assert {"policies", "episodes", "seed", "jobs", "env", "out", "precision"} <= named


def test_what_is_commented_out_in_the_example_can_be_read_too(tmp_path):
    text = EXAMPLE.replace("# [tourn", "[tourn").replace("# format", "format")
    experiment = read(tmp_path, text.replace("# rounds", "rounds").replace("# out", "out"))
    assert (experiment.tournament.format, experiment.tournament.rounds) == ("swiss", 2)
    assert experiment.out == "results/mine"


def test_everything_that_is_left_out_is_as_on_the_command_line(tmp_path):
    (plan,) = read(tmp_path, GOOD).plans(7)
    assert plan == Plan("catch", ("random", "tracker"), seed=7)
    assert set(Experiment.model_fields) >= {
        "jobs", "sprt", "precision", "clock", "env", "win", "learn", "sessions", "out",
    }  # fmt: skip


def test_a_tournament_of_two_games_is_two_plans(tmp_path):
    text = 'games = ["kuhn_poker", "tic_tac_toe"]\npolicies = ["random", "first"]\n'
    plans = read(tmp_path, text + '[tournament]\nformat = "swiss"\nrounds = 1\n').plans(1)
    assert [plan.game for plan in plans] == ["kuhn_poker", "tic_tac_toe"]
    assert {plan.tournament for plan in plans} == {Tournament("swiss", rounds=1)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('game = "catch"\npolicys = ["a"]\n',
         "FILE: 'policies' is missing\nFILE, line 2: there is no 'policys'; did you mean "
         "'policies'?"),
        (GOOD + "episodes = 0\n", "FILE, line 3: episodes = 0: input should be greater than or "
         "equal to 1"),
        (GOOD + 'jobs = "two"\n', "FILE, line 3: jobs = 'two': input should be a valid integer"),
        (GOOD + "\n[tournament]\n# how\nformat = 'swis'\n", "FILE, line 6: tournament.format = "
         "'swis': input should be 'round-robin', 'gauntlet', 'swiss' or 'knockout'"),
        (GOOD + "[tournament]\nround = 2\n",
         "FILE, line 4: there is no 'tournament.round'; did you mean 'rounds'?"),
        (GOOD + "[thresholds]\ntracker.win_rat = '> 1'\n",
         "FILE, line 4: there is no 'thresholds.tracker.win_rat'; did you mean 'win_rate'?"),
        (GOOD + "[thresholds.tracker]\nwin_rate = 'high'\n",
         "FILE, line 4: thresholds.tracker.win_rate = 'high' is no condition; one is written like "
         "'>= 0.99' or '< 3'"),
        (GOOD + "[thresholds]\ntrackr.win_rate = '> 1'\n",
         "FILE, line 4: there is a threshold for 'trackr', which is not among the policies; did "
         "you mean 'tracker'?"),
        (GOOD + "seed = = 1\n", "FILE, line 3: this is not TOML: Invalid value"),
        (GOOD + 'games = ["catch"]\n',
         "FILE, line 1: name one game with 'game', or several with 'games'"),
        ('policies = ["random"]\n', 'FILE: which game? write game = "catch", or games = [...]'),
        ('game = "catch"\npolicies = ["random", "random"]\n',
         "FILE: policy 'random' is named twice; rows need names of their own"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line_and_what_was_expected(text, said, tmp_path):
    assert problem(tmp_path, text) == said


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"cannot read .*nowhere\.toml: No such file"):
        read_experiment(tmp_path / "nowhere.toml")


def test_a_policy_with_options_is_found_by_its_quoted_key():
    text = 'game = "x"\n[thresholds]\n"mcts(simulations=3)".win_rate = "> 0"\n'
    assert place(text, ("thresholds", "mcts(simulations=3)", "win_rate")) == "line 3"
    assert place(text, ("thresholds", "first")) == "line 2"


@pytest.mark.parametrize(
    ("value", "condition", "met"),
    [(1, ">= 1", True), (1, "> 1", False), (0.5, "<0.6", True), (-2, "== -2", True),
     (3, "<= 2.5e0", False)],
)  # fmt: skip
def test_conditions_are_read_as_they_are_written(value, condition, met):
    assert holds(value, condition) is met


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_of_two_numbers_one_is_at_least_the_other(one, other):
    assert holds(one, f">= {other!r}") or holds(one, f"< {other!r}")


def test_every_row_of_a_policy_is_held_to_its_threshold():
    result = run_plan(Plan("catch", ("tracker", "random"), episodes=50, seed=1), keep=False)
    every = dict.fromkeys(FIELDS, ">= -1000")
    assert all(each.met for each in judge(result, {"tracker": every, "random": every}))
    (missed,) = judge(result, {"tracker": {"win_rate": "< 0.5"}})
    assert not missed.met
    assert missed.words == "catch: tracker: win_rate is 1, not < 0.5"


def test_thresholds_of_a_tournament_are_of_all_pairings_of_an_entrant():
    held = Plan("kuhn_poker", ("random", "first", "last"), episodes=20, seed=1,
                tournament=Tournament())  # fmt: skip
    result = run_plan(held, keep=False)
    games, rate = judge(result, {"last": {"episodes": "== 40", "win_rate": ">= 0"}})
    assert games.met
    assert rate.met
