"""What a forfeit is worth: a loss, nothing, or another attempt; and each run under other rules."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from openenv_tui.cli.show import command as show
from openenv_tui.errors import UsageError
from openenv_tui.evaluation.forfeits import ATTEMPTS, attempt_seed, forfeit_rule
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import load_run, resume_run, run_plan
from openenv_tui.evaluation.show import as_text
from openenv_tui.evaluation.store import FILE_NAME, Store

CLUMSY = """
from openenv_tui.policy import Policy

class Clumsy(Policy):
    '''Answers what is no action now and then, by chance.'''

    def __init__(self, often: float = 0.1) -> None:
        self.often = often

    def act(self, observation, rng):
        return 99 if rng.random() < self.often else rng.choice(observation.legal_actions)
"""


@pytest.fixture(scope="module")
def clumsy(tmp_path_factory):
    file = tmp_path_factory.mktemp("policies") / "clumsy.py"
    file.write_text(CLUMSY)
    return f"{file}:Clumsy"


@pytest.fixture
def plan(clumsy):
    return Plan("kuhn_poker", (clumsy, "random"), opponent=clumsy, episodes=120, seed=4)


def played(plan, folder, rule):
    run_plan(replace(plan, forfeits=rule), folder)
    return folder


def lines(folder, table="episodes"):
    store = Store(folder / FILE_NAME, new=False)
    found = store._read(f"SELECT * FROM {table} ORDER BY row, episode")
    store.close()
    return found


def numbers(table):
    """All of a table but its name."""
    return [replace(row, complete=True) for row in table.rows]


def test_one_log_gives_the_table_of_any_rule_that_it_can(plan, tmp_path):
    folders = {rule: played(plan, tmp_path / rule, rule) for rule in ("loss", "excluded", "replay")}
    for shown in ("loss", "excluded"):
        wanted = load_run(folders[shown]).table
        for folder in folders.values():
            found = load_run(folder, forfeits=shown).table
            assert numbers(found) == numbers(wanted)
            assert found.better == wanted.better
            assert found.warnings == wanted.warnings


def test_excluded_forfeits_count_for_nothing_but_are_counted(plan, tmp_path):
    table = load_run(played(plan, tmp_path / "run", "excluded")).table
    for row in table.rows:
        assert row.wins + row.draws + row.losses == row.episodes - row.left_out
        assert 0 < row.left_out < row.episodes == 120
        assert row.mean_return_low <= row.mean_return <= row.mean_return_high
        assert row.complete
    assert sum(row.forfeits["illegal"] for row in table.rows) > 0
    assert "Forfeits are left out" in table.caption
    assert any("do not count" in warning for warning in table.warnings)
    assert not any("known outcome" in warning for warning in table.warnings)


def test_a_forfeit_that_is_played_again_stays_counted(plan, tmp_path):
    folder = played(plan, tmp_path / "run", "replay")
    table = load_run(folder).table
    again = lines(folder, "replayed")
    last = [line for line in lines(folder) if line[10] is not None]
    assert len(again) > 10
    illegal = sum(sum(each.kinds.values()) + each.others for each in table.faults)
    assert illegal == len(again) + len(last)
    assert table.rows[0].left_out == 0


def test_each_attempt_has_a_seed_of_its_own_that_follows_from_the_first(plan, tmp_path):
    folder = played(plan, tmp_path / "run", "replay")
    last = {tuple(line[:2]): line for line in lines(folder)}
    for attempt, row, episode, _, seed, *_ in lines(folder, "replayed"):
        if attempt == 0:
            assert last[row, episode][3] in [attempt_seed(seed, n) for n in range(1, ATTEMPTS)]


def test_the_number_of_processes_changes_nothing(plan, tmp_path):
    one = played(plan, tmp_path / "one", "replay")
    two = played(replace(plan, jobs=2), tmp_path / "two", "replay")
    assert lines(one) == lines(two)
    assert lines(one, "replayed") == lines(two, "replayed")


def test_a_run_that_goes_on_ends_with_the_same_log(plan, tmp_path):
    whole = played(plan, tmp_path / "whole", "replay")
    cut = played(plan, tmp_path / "cut", "replay")
    store = Store(cut / FILE_NAME, new=True)
    store.forget(0, 50)
    store.forget(1, 31)
    store.close()
    manifest = json.loads((cut / "manifest.json").read_text())
    (cut / "manifest.json").write_text(json.dumps(manifest | {"finished": None}))
    resume_run(cut)
    assert lines(cut) == lines(whole)
    assert lines(cut, "replayed") == lines(whole, "replayed")


def test_who_always_forfeits_has_lost_in_the_end(clumsy, tmp_path):
    plan = Plan("tic_tac_toe", (f"{clumsy}(often=1.0)",), episodes=4, forfeits="replay")
    row = run_plan(plan, tmp_path / "run").table.rows[0]
    assert row.losses == 4
    assert row.forfeits["illegal"] == 4 * ATTEMPTS


def test_awaited_policies_are_given_other_attempts_too(tmp_path):
    file = tmp_path / "later.py"
    file.write_text(
        "async def later(observation, rng):\n"
        "    return 99 if rng.random() < 0.3 else observation.legal_actions[0]\n"
    )
    plan = Plan("catch", (f"{file}:later",), episodes=10, forfeits="replay", seed=3)
    run_plan(plan, tmp_path / "run")
    assert len(lines(tmp_path / "run", "replayed")) > 10


def test_what_was_not_played_again_cannot_be_shown_so(plan, tmp_path):
    folder = played(plan, tmp_path / "run", "loss")
    with pytest.raises(UsageError, match="no forfeit of this run was played again"):
        load_run(folder, forfeits="replay")


def test_an_unknown_rule_is_named_with_those_that_are_known():
    with pytest.raises(UsageError, match="'draw'; known: loss, excluded, replay"):
        forfeit_rule("draw")
    with pytest.raises(UsageError, match="known: loss"):
        Plan("catch", ("random",), forfeits="draw")


def test_both_rules_stand_side_by_side(plan, tmp_path):
    table = load_run(played(plan, tmp_path / "run", "loss")).table
    first = table.to_dict()["faults"][0]
    assert first["kinds"]["illegal"] > 0
    assert first["others"] > 0
    assert first["loss"]["episodes"] == 120 > first["excluded"]["episodes"]
    assert "Forfeits, and what they decide" in as_text(table)
    assert "A forfeit is a loss." in table.caption


def test_without_forfeits_nothing_is_said_of_them(tmp_path):
    table = run_plan(Plan("catch", ("random",), episodes=5), keep=False).table
    assert table.faults == ()
    assert "orfeit" not in as_text(table)


def test_show_counts_by_the_rule_that_is_asked_for(plan, tmp_path):
    folder = played(plan, tmp_path / "run", "loss")
    asked = [str(folder), "--json", "--forfeits", "excluded"]
    shown = json.loads(CliRunner().invoke(show, asked, standalone_mode=False).stdout)
    assert shown["rows"][0]["left_out"] > 0


def test_sequential_tests_pass_over_what_is_left_out(clumsy, tmp_path):
    plan = Plan("kuhn_poker", (clumsy,), episodes=400, seed=1, forfeits="excluded", precision=0.12)
    table = run_plan(plan, tmp_path / "run").table
    assert table.rows[0].complete
    assert 64 <= table.rows[0].episodes < 400
