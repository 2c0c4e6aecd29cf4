"""The committed reference runs: what they claim can be had again, episode by episode."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from arena_env.arena import state_after
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import load_run, run_plan
from openenv_tui.evaluation.store import FILE_NAME, Store, unpack_actions
from openenv_tui.games.openspiel import load_engine

REFERENCE = Path(__file__).parents[2] / "results" / "reference"
GAMES = ("catch", "2048", "blackjack", "cliff_walking", "tic_tac_toe", "kuhn_poker")


def lines(folder, row, most):
    store = Store(folder / FILE_NAME, new=False)
    found = store.episodes(row)[:most]
    store.close()
    return found


@pytest.mark.parametrize("game", GAMES)
def test_the_first_episodes_of_every_row_come_out_the_same_again(game, tmp_path):
    folder = REFERENCE / game
    plan = Plan(**json.loads((folder / "manifest.json").read_text())["plan"])
    plan = replace(plan, policies=tuple(plan.policies), episodes=2, jobs=1)
    run_plan(plan, tmp_path / "again")
    for row in range(len(plan.policies)):
        assert lines(tmp_path / "again", row, 2) == lines(folder, row, 2)


@pytest.mark.parametrize("game", GAMES)
def test_stored_actions_replay_to_the_stored_returns(game):
    engine = load_engine(game)
    for line in lines(REFERENCE / game, 0, 50):
        seat, stored_return, actions = line[2], line[5], line[8]
        state = state_after(engine, unpack_actions(actions))
        assert state.is_terminal()
        assert state.returns()[seat] == stored_return


@pytest.mark.parametrize("game", GAMES)
def test_the_summary_is_what_the_log_says(game):
    from openenv_tui.evaluation.export.markdown import export

    table = load_run(REFERENCE / game, exact=True).table
    assert (REFERENCE / game / "summary.md").read_text() == export(table)
