"""Several games in one run, and the table across them."""

from __future__ import annotations

import json
import threading
from math import sqrt

import pytest

from openenv_tui.errors import UnfitPolicyError, UsageError
from openenv_tui.evaluation.plan import Plan, Tournament
from openenv_tui.evaluation.series import load_series
from openenv_tui.evaluation.several import resume_games, run_games
from openenv_tui.evaluation.show_series import exported

GAMES = ("kuhn_poker", "tic_tac_toe", "catch")


def plans(*games, **options):
    usual = {"policies": ("random", "first"), "episodes": 40, "seed": 2}
    return [Plan(game, **usual | options) for game in games]


def nothing(_):
    pass


def test_games_count_equally_whatever_their_payoffs(tmp_path):
    series = run_games(plans(*GAMES), tmp_path / "run", tell=nothing)
    kuhn, tic_tac_toe, catch = (
        {row.policy: row for row in result.rows} for result in series.results
    )
    for row in series.rows:
        shares = [
            (kuhn[row.policy].mean_return + 2) / 4,
            (tic_tac_toe[row.policy].mean_return + 1) / 2,
            (catch[row.policy].mean_return + 1) / 2,
        ]
        assert list(row.games.values()) == pytest.approx(shares)
        assert row.score == pytest.approx(sum(shares) / 3)
        halves = [
            (each[row.policy].mean_return_high - each[row.policy].mean_return_low) / 2 / width
            for each, width in ((kuhn, 4), (tic_tac_toe, 2), (catch, 2))
        ]
        assert row.high - row.score == pytest.approx(sqrt(sum(h * h for h in halves)) / 3)
    assert not series.interrupted
    assert load_series(tmp_path / "run").to_dict() == series.to_dict()


def test_in_a_tournament_both_sides_of_a_pairing_have_a_score(tmp_path):
    held = plans("kuhn_poker", "tic_tac_toe", tournament=Tournament("round-robin"),
                 policies=("random", "first", "last"))  # fmt: skip
    series = run_games(held, tmp_path / "run", tell=nothing)
    for result in series.results:
        scores = [row.games[result.table.game] for row in series.rows]
        # What one wins the other loses: the entrants' mean is the middle.
        assert sum(scores) / 3 == pytest.approx(0.5)
    assert all(row.low < row.score < row.high for row in series.rows)


def test_a_run_of_several_games_that_is_stopped_goes_on_to_the_same_tables(tmp_path):
    whole = run_games(plans(*GAMES), tmp_path / "whole", tell=nothing)
    stop = threading.Event()
    part = run_games(
        plans(*GAMES), tmp_path / "part", stop=stop, progress=lambda _: stop.set(), tell=nothing
    )
    assert part.interrupted
    assert len(part.results) == 1
    assert part.notes == ("tic_tac_toe was not begun", "catch was not begun")
    resumed = resume_games(tmp_path / "part", tell=nothing)
    assert resumed.to_dict() == {**whole.to_dict(), "run": "part"}
    with pytest.raises(UsageError, match="is complete already"):
        resume_games(tmp_path / "part", tell=nothing)


def test_a_policy_that_cannot_play_one_of_the_games_is_refused_before_any_is_played(tmp_path):
    with pytest.raises(UnfitPolicyError, match="'tracker' cannot play tic_tac_toe"):
        run_games(
            plans("catch", "tic_tac_toe", policies=("tracker",)), tmp_path / "run", tell=nothing
        )
    assert not (tmp_path / "run").exists()


def test_a_run_of_several_games_is_exported_as_one_file(tmp_path):
    series = run_games(plans(*GAMES), tmp_path / "run", tell=nothing)
    lines = exported(series, "csv").splitlines()
    assert len(lines) == 1 + 6
    assert sum(line.startswith("run,") for line in lines) == 1
    assert len(exported(series, "jsonl").splitlines()) == 6
    assert json.loads(exported(series, "json")) == series.to_dict()
    markdown = exported(series, "md")
    assert markdown == (tmp_path / "run" / "summary.md").read_text()
    assert "| 1 | first |" in markdown.partition("## across the games")[2]
    with pytest.raises(UsageError, match="latex holds one game; name the folder of one"):
        exported(series, "latex")
