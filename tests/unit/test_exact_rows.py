"""Exact values beside the sampled ones, in every table, from what the log holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openenv_tui import evaluate
from openenv_tui.evaluation.exact import rows
from openenv_tui.evaluation.exact.graph import Limits
from openenv_tui.evaluation.exact.rows import with_exact_values
from openenv_tui.evaluation.export import EXPORTERS
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import load_run, run_plan
from openenv_tui.evaluation.show import as_text
from openenv_tui.policy import Policy


def exact_of(plan, **options):
    """Policy -> (exact win rate, exact mean return), rounded as published numbers are."""
    table = run_plan(plan, keep=False, **options).table
    return {
        row.policy: (round(row.exact_win_rate, 4), round(row.exact_mean_return, 4))
        for row in table.rows
    }


def test_both_seats_are_averaged_as_the_run_rotates_them():
    plan = Plan("kuhn_poker", ("cfr", "always(action=Bet)"), opponent="cfr", episodes=4)
    found = exact_of(plan)
    assert found["cfr"] == (0.5, 0.0)
    assert found["always(action=Bet)"] == (0.5943, -0.1122)
    assert exact_of(Plan("kuhn_poker", ("cfr",), episodes=4))["cfr"] == (0.4833, 0.1447)


def test_three_players_and_two_kinds_of_opponents_are_seated_in_every_order():
    plan = Plan(
        "kuhn_poker(players=3)", ("always(action=Bet)", "random"), episodes=6000, seed=1,
        against=(("random", "first"), ("random",)),
    )  # fmt: skip
    table = run_plan(plan, keep=False).table
    for row in table.rows:
        assert row.mean_return_low < row.exact_mean_return < row.mean_return_high
        assert row.win_rate == pytest.approx(row.exact_win_rate, abs=0.02)


def test_sampled_intervals_hold_the_exact_values_of_catch():
    table = evaluate("catch", ["random", "tracker"], episodes=400, seed=1).table
    assert not any("misses" in warning for warning in table.warnings)
    assert [row.exact_win_rate for row in table.rows] == pytest.approx([1.0, 0.2])


def test_an_interval_that_misses_the_exact_value_is_pointed_out():
    table = evaluate("catch", ["random"], episodes=400, seed=1).table
    (row,) = table.rows
    odd = replace(row, win_rate_low=0.25, win_rate_high=0.3)
    (said,) = replace(table, rows=(odd,)).warnings
    assert said.startswith("the interval of random's win rate misses the exact 0.2;")
    assert "one interval in twenty" in said


def test_a_run_that_is_read_again_has_the_same_exact_values(tmp_path):
    run = run_plan(Plan("catch", ("random", "stay"), episodes=4), tmp_path / "run")
    again = load_run(tmp_path / "run", exact=True)
    assert again.table.rows == run.table.rows
    assert "exact rate, return" in (tmp_path / "run" / "summary.md").read_text()
    assert load_run(tmp_path / "run").table.rows[0].exact_win_rate is None
    assert (
        load_run(tmp_path / "run", exact=True, wish=False).table == load_run(tmp_path / "run").table
    )


MINE = """
class Mine:
    def act(self, observation, rng):
        return observation.legal_actions[0]

    def action_probabilities(self, observation):
        return {observation.legal_actions[0]: 1.0}
"""


def test_a_policy_that_is_gone_only_loses_its_exact_value(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(MINE)
    plan = Plan("catch", (f"{file}:Mine", "random"), episodes=4)
    run_plan(plan, tmp_path / "run")
    by_policy = {row.policy: row for row in load_run(tmp_path / "run", exact=True).rows}
    assert by_policy[f"{file}:Mine"].exact_win_rate == pytest.approx(0.2)
    file.unlink()
    table = load_run(tmp_path / "run", exact=True).table
    by_policy = {row.policy: row for row in table.rows}
    assert by_policy[f"{file}:Mine"].exact_win_rate is None
    assert by_policy["random"].exact_win_rate == pytest.approx(0.2)
    assert "No exact value where there is no file" in table.caption


class Object(Policy):
    def act(self, observation, rng):
        return 1

    def action_probabilities(self, observation):
        return {1: 1.0}


def test_objects_of_a_program_have_exact_values_too():
    (row,) = evaluate("catch", [Object()], episodes=4, seed=1).rows
    assert row.exact_win_rate == pytest.approx(0.2)


def test_what_is_not_wanted_is_not_worked_out():
    table = evaluate("catch", ["random"], episodes=4, seed=1, exact=False).table
    assert table.rows[0].exact_mean_return is None
    assert "xact" not in table.caption


def test_a_game_too_large_says_so_and_how_to_go_further(monkeypatch):
    monkeypatch.setattr(rows, "CHEAP", Limits(100, 5.0))
    table = evaluate("catch", ["random"], episodes=4, seed=1).table
    expected = "there are more than 100 states to walk through (--exact goes further)"
    assert expected in table.caption
    by_all_means = evaluate("catch", ["random"], episodes=4, seed=1, exact=True).table
    assert by_all_means.rows[0].exact_win_rate == pytest.approx(0.2)


def test_a_policy_that_learns_has_no_exact_value():
    table = evaluate("catch", ["q_learning", "random"], episodes=4, seed=1, learn=True).table
    found = {row.policy: row.exact_win_rate for row in table.rows}
    assert found == {"q_learning": None, "random": pytest.approx(0.2)}
    assert "q_learning learns" in table.caption


def test_a_rule_of_the_user_holds_for_the_exact_win_rate(tmp_path):
    plan = Plan("cliff_walking", ("cliff_walker",), episodes=2, win="return > -9")
    run_plan(plan, tmp_path / "run")
    (row,) = load_run(tmp_path / "run", exact=True).rows
    assert (row.exact_win_rate, row.exact_mean_return) == (0.0, -9.0)


META = {
    "game": "catch", "players": 1, "seats": [0], "outcome_rule": "win: something of old times",
}  # fmt: skip


@pytest.mark.parametrize(
    ("meta", "reason"),
    [
        ({"players": 2, "game": "kuhn_poker"}, "the server plays the other seats"),
        ({}, "the rule for outcomes is not in the log"),
    ],
)
def test_what_the_log_does_not_tell_is_said(meta, reason):
    table = evaluate("catch", ["random"], episodes=4, seed=1, exact=False).table
    assert f"No exact values: {reason}." in with_exact_values(table, META | meta).caption


def test_a_game_that_only_a_server_knows_is_no_news():
    table = evaluate("catch", ["random"], episodes=4, seed=1, exact=False).table
    meta = META | {"game": "their_game", "win": ""}
    assert with_exact_values(table, meta) == table
    assert "their_game" in with_exact_values(table, meta, wish=True).caption


@pytest.mark.parametrize("name", ["md", "html", "latex", "csv"])
def test_every_format_shows_exact_values(name):
    table = evaluate("catch", ["random", "tracker"], episodes=4, seed=1).table
    text = EXPORTERS.load(name)(table)
    assert "exact" in text
    assert ("0.200, -0.600" if name != "csv" else ",-0.") in text.replace("$", "")


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_shows_them_below_the_sampled_ones(width):
    table = evaluate("kuhn_poker", ["random"], episodes=4, seed=1).table
    text = as_text(table, width)
    assert "random" in text
    assert "exact 0.500" in text
    assert "exact 0.000" in text
    assert "Exact: win rate and mean return" in text.replace("\n", " ")
