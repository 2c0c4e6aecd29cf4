"""Outcome rules: read as comparisons, never run."""

from __future__ import annotations

import pytest

from openenv_tui.errors import UsageError
from openenv_tui.games import load_game
from openenv_tui.games.forms import Form, Space
from openenv_tui.model import Ending, FormObservation, Given, Outcome
from openenv_tui.rule import Rule, judged


def outcome(rule, returns=(1.0,), ply=5, **fields):
    given = Given((), "", 0.0, None, {}, {})
    seen = FormObservation(0, (), given, ply, Space(Form(())), fields)
    return Rule.parse(rule).judge(Ending(returns, None), 0, lambda _: seen)


@pytest.mark.parametrize(
    ("rule", "won"),
    [
        ("return > 0", True),
        ("return>1", False),
        ("return >= 1", True),
        ("return == -1", False),
        ("steps <= 5", True),
        ("steps < 5", False),
        ("score == 1", True),
        ("player.alive == true", True),
        ("player.alive != True", False),
        ("message == 'well done'", True),
        ("message != lost", True),
    ],
)
def test_a_comparison_decides_between_win_and_loss(rule, won):
    found = outcome(rule, score=1, player={"alive": True}, message="well done")
    assert found == (Outcome.WIN if won else Outcome.LOSS)


@pytest.mark.parametrize("rule", ["score > 0", "player.lives > 0", "return > 0"])
def test_what_is_not_known_is_neither(rule):
    assert outcome(rule, returns=(None,), player=3) is None


@pytest.mark.parametrize(
    "rule",
    ["", "return", "> 0", "return > ", "return > zero", "__import__('os')", "a.b() > 1",
     "return > 0 and steps < 3", "steps == ten"],
)  # fmt: skip
def test_anything_else_is_refused_in_words(rule):
    with pytest.raises(UsageError, match="cannot read the rule"):
        Rule.parse(rule)


def test_a_judged_game_is_the_game_with_another_rule():
    game = judged(load_game("catch"), "return > 0")
    assert game.outcome_rule.startswith("win: return > 0")
    assert game.title == "Catch"
    assert judged(load_game("catch"), "") is load_game("catch")


def test_a_rule_is_written_as_it_is_read():
    for rule in ("return > 0", "score == 1.5", "alive == true", "name == ada"):
        assert str(Rule.parse(rule)) == rule
