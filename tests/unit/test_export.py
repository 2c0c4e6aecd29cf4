"""Every format holds every row, and escapes what would break it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import StringIO

import pytest

from openenv_tui.evaluation.export import EXPORTERS
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.evaluation.show import as_text


@pytest.fixture(scope="module")
def table():
    plan = Plan("kuhn_poker", ("random", "kuhn_equilibrium(alpha=0.2)"), episodes=40, seed=3)
    return run_plan(plan, keep=False).table


@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_every_format_names_every_policy_and_the_game(table, name):
    text = EXPORTERS.load(name)(table)
    plain = text.replace(r"\_", "_").replace("&#x27;", "'")
    assert "kuhn_poker" in plain
    for row in table.rows:
        assert row.policy in plain
    assert text.endswith("\n")


def test_csv_keeps_full_precision(table):
    first = next(csv.DictReader(StringIO(EXPORTERS.load("csv")(table))))
    assert float(first["mean_return"]) == table.rows[0].mean_return
    assert first["forfeits_crash"] == "0"


def test_json_is_the_object_that_scripts_are_promised(table):
    shown = json.loads(EXPORTERS.load("json")(table))
    assert list(shown) == ["run", "game", "env", "seed", "pairing", "outcome_rule", "audit", "rows"]
    assert list(shown["rows"][0]) == [
        "policy", "opponent", "episodes", "wins", "draws", "losses", "win_rate", "win_rate_low",
        "win_rate_high", "mean_return", "mean_return_low", "mean_return_high", "mean_steps",
        "forfeits", "lost_sessions", "exact_mean_return", "exact_win_rate", "rank", "cut_off",
        "complete", "verdict",
    ]  # fmt: skip


def test_jsonl_has_a_line_for_each_row(table):
    lines = EXPORTERS.load("jsonl")(table).splitlines()
    assert [json.loads(line)["policy"] for line in lines] == [row.policy for row in table.rows]


def test_what_a_format_would_take_for_its_own_is_escaped(table):
    row = replace(table.rows[0], policy="a|b<c>&_%")
    odd = replace(table, rows=(row,))
    assert r"a\|b" in EXPORTERS.load("md")(odd)
    assert "a|b&lt;c&gt;&amp;_%" in EXPORTERS.load("html")(odd)
    assert r"a|b\textless{}c\textgreater{}\&\_\%" in EXPORTERS.load("latex")(odd)


def test_the_caption_says_rule_seed_episodes_pairing_and_methods(table):
    for words in (
        "win: more chips",
        "seed 3",
        "40 episodes",
        "every seat",
        "Wilson",
        "one unit a deal",
    ):
        assert words.lower() in table.caption.lower()


def test_the_table_warns_where_rate_and_return_disagree(table):
    first, second = table.rows
    odd = replace(table, rows=(replace(first, win_rate=0.1), replace(second, win_rate=0.9)))
    assert "has the higher mean return" in odd.warnings[0]
    assert "Note: " in as_text(odd)


def test_plain_text_has_no_escape_sequences(table):
    assert "\x1b" not in as_text(table)
