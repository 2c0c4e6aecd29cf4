"""Tournaments played: ordinary runs whose pairings follow from the log."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from openenv_tui.errors import UnknownNameError, UsageError
from openenv_tui.evaluation.compare import same_episodes
from openenv_tui.evaluation.folder import planned
from openenv_tui.evaluation.plan import Plan, Tournament
from openenv_tui.evaluation.rounds import drawn
from openenv_tui.evaluation.runner import load_run, resume_run, run_plan
from openenv_tui.evaluation.store import FILE_NAME, Store
from openenv_tui.evaluation.verify import verify_run

FIVE = ("random", "first", "kuhn_equilibrium", "last", "kuhn_equilibrium(alpha=0.1)")


def held(form, **options):
    usual = {"game": "kuhn_poker", "policies": FIVE, "episodes": 40, "seed": 4}
    rounds = options.pop("rounds", None)
    return Plan(**usual | options, tournament=Tournament(form, rounds=rounds))


def records(folder):
    with closing(sqlite3.connect(folder / FILE_NAME)) as log:
        pairs = log.execute("SELECT * FROM rows ORDER BY row").fetchall()
        return pairs, log.execute("SELECT * FROM episodes ORDER BY row, episode").fetchall()


@pytest.mark.parametrize(
    ("form", "pairings"), [("round-robin", 10), ("gauntlet", 4), ("swiss", 6), ("knockout", 4)]
)
def test_each_format_has_its_pairings(form, pairings, tmp_path):
    result = run_plan(held(form), tmp_path / "run")
    assert len(result.rows) == pairings
    assert not result.interrupted
    assert load_run(tmp_path / "run", exact=True).to_dict() == result.to_dict()
    assert {each.name for each in result.standings.entrants} == set(FIVE)


@pytest.mark.parametrize("form", ["round-robin", "swiss", "knockout"])
def test_processes_give_the_same_records(form, tmp_path):
    for jobs in (1, 2):
        run_plan(held(form, jobs=jobs), tmp_path / str(jobs))
    assert records(tmp_path / "1") == records(tmp_path / "2")


@pytest.mark.parametrize("form", ["swiss", "knockout"])
def test_a_tournament_that_is_stopped_in_any_round_ends_with_the_same_records(form, tmp_path):
    plan = held(form, episodes=30)
    run_plan(plan, tmp_path / "whole")
    stop = threading.Event()
    run_plan(plan, tmp_path / "part", stop=stop, progress=lambda _: stop.set())
    # Whatever was played of later rounds is taken away, and then so is more and more.
    for keep in (95, 61, 30, 7):
        with closing(sqlite3.connect(tmp_path / "part" / FILE_NAME)) as log:
            log.execute("DELETE FROM episodes WHERE row * 30 + episode >= ?", (keep,))
            log.execute("DELETE FROM rows WHERE row > ?", (keep // 30,))
            log.commit()
        (tmp_path / "part" / "manifest.json").write_text(
            (tmp_path / "part" / "manifest.json")
            .read_text()
            .replace('"interrupted": false', '"interrupted": true')
        )
        resume_run(tmp_path / "part")
        assert records(tmp_path / "part") == records(tmp_path / "whole")


def test_a_tournament_is_verified_and_made_again_like_any_run(tmp_path):
    run_plan(held("swiss"), tmp_path / "one")
    assert verify_run(tmp_path / "one").different == 0
    again = replace(planned(tmp_path / "one"), jobs=2)
    run_plan(again, tmp_path / "two")
    assert same_episodes(tmp_path / "one", tmp_path / "two") == (240, 240)


def test_what_is_complete_is_not_resumed(tmp_path):
    run_plan(held("knockout"), tmp_path / "run")
    with pytest.raises(UsageError, match="is complete already"):
        resume_run(tmp_path / "run")


def test_pairings_are_of_whole_deals(tmp_path):
    said = []
    run_plan(held("gauntlet", episodes=13), tmp_path / "run", tell=said.append)
    assert said == [
        "14 episodes a pairing instead of 13, so that every deal is played from every seat"
    ]
    _, episodes = records(tmp_path / "run")
    assert len(episodes) == 4 * 14


def test_a_table_of_three_is_played_in_all_six_orders(tmp_path):
    plan = held("round-robin", game="kuhn_poker(players=3)", policies=(*FIVE[:2], "last"),
                episodes=12)  # fmt: skip
    result = run_plan(plan, tmp_path / "run")
    assert [(row.policy, row.opponent) for row in result.rows] == [("random", "first + last")]
    with closing(Store(tmp_path / "run" / FILE_NAME, new=False)) as log:
        assert log.meta()["deal"] == 6
        seats = [(arrangement, seat) for arrangement, seat, *_ in log.means(0, range(12), 3, 6)]
    assert seats == [(0, 0), (1, 1), (2, 2), (3, 0), (4, 1), (5, 2)]


def test_two_at_a_table_for_three_take_two_seats_in_turn():
    plan = held("round-robin", game="kuhn_poker(players=3)", policies=("random", "first"))
    result = run_plan(plan, keep=False)
    assert {(row.policy, row.opponent) for row in result.rows} == {
        ("first", "random"), ("random", "first"),
    }  # fmt: skip


def test_the_winner_of_a_pairing_has_the_greater_mean_return(tmp_path):
    plan = held("swiss", game="tic_tac_toe", policies=("first", "random", "minimax"), rounds=2)
    run_plan(plan, tmp_path / "run")
    with closing(Store(tmp_path / "run" / FILE_NAME, new=False)) as log:
        rows = log.rows()
        assert drawn(plan, log, 2).number == 2
    # minimax rests first; then it meets the winner, and the loser of the first pairing rests.
    better = max(load_run(tmp_path / "run").rows, key=lambda row: row.opponent == "random")
    winner = "first" if better.mean_return > 0 else "random"
    assert rows == [("first", "random"), (winner, "minimax")]


def test_a_drawn_final_is_played_on_for_some_deals_and_then_ends():
    twins = ("minimax", "epsilon_greedy(base=minimax, epsilon=0)")
    plan = held("knockout", game="tic_tac_toe", policies=twins, episodes=20)
    (row,) = run_plan(plan, keep=False).rows
    assert (row.episodes, row.draws) == (30, 30)


def test_who_beat_whom_is_told_round_by_round(tmp_path):
    run_plan(held("knockout"), tmp_path / "run")
    told = load_run(tmp_path / "run").history
    assert [(each.number, each.play_off, len(each.meetings)) for each in told.rounds] == [
        (1, False, 1), (2, False, 2), (3, False, 1),
    ]  # fmt: skip
    assert told.rounds[0].byes == ("random", "first", "kuhn_equilibrium")
    (final,) = told.rounds[-1].meetings
    assert told.order == (final.one,)
    assert told.lines[-1] == f"{final.one} wins the knockout."
    assert told.lines[0].startswith("Round 1: ")


def test_a_swiss_tournament_has_a_standing_of_its_own():
    told = run_plan(held("swiss"), keep=False).history
    assert sorted(told.order) == sorted(FIVE)
    assert all(len(each.byes) == 1 for each in told.rounds)
    unbeaten = [
        name for name in FIVE
        if not any(each.other == name for r in told.rounds for each in r.meetings if each.margin)
    ]  # fmt: skip
    assert told.order[0] in unbeaten


def test_rows_of_a_tournament_end_early_too(tmp_path):
    plan = held("swiss", episodes=4000, sprt="0.4:0.6", rounds=2)
    whole = run_plan(plan, tmp_path / "one")
    assert sum(row.episodes for row in whole.rows) < 4 * 4000
    assert not whole.interrupted
    run_plan(replace(plan, jobs=2), tmp_path / "two")
    assert records(tmp_path / "one") == records(tmp_path / "two")


def test_games_for_one_have_no_pairings(tmp_path):
    said = []
    plan = held("swiss", game="catch", policies=("random", "tracker"))
    result = run_plan(plan, tmp_path / "run", tell=said.append)
    assert [row.policy for row in result.rows] == ["tracker", "random"]
    assert "there are no pairings" in said[0]
    assert result.standings is None


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"policies": ("random",)}, UsageError, "needs at least two policies"),
        ({"policies": ("random", "random")}, UsageError, "named twice"),
        ({"learn": True}, UsageError, "learns in a tournament"),
        ({"tournament": {"form": "gauntlet", "anchor": "frist"}}, UnknownNameError,
         "no entrant named 'frist'; did you mean 'first'"),
        ({"tournament": {"form": "swis"}}, UnknownNameError, "did you mean 'swiss'"),
        ({"tournament": {"form": "knockout", "rounds": 3}}, UsageError, "only a Swiss"),
    ],
)  # fmt: skip
def test_a_tournament_that_cannot_be_is_refused(options, error, words):
    wished = {"form": "round-robin", **options.pop("tournament", {})}

    def wish():
        tournament = Tournament(wished.pop("form"), **wished)
        run_plan(replace(held("round-robin"), tournament=tournament, **options), keep=False)

    with pytest.raises(error, match=words):
        wish()
