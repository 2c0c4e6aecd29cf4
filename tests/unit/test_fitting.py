"""A table on a narrow screen."""

from __future__ import annotations

import pytest

from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.evaluation.show import as_text


@pytest.fixture(scope="module")
def table():
    plan = Plan("catch", ("random", "epsilon_greedy(base=tracker, epsilon=0.3)"), episodes=20)
    return run_plan(plan, keep=False).table


@pytest.mark.parametrize("width", [75, 80, 100, 160])
def test_policies_and_their_numbers_are_read_at_any_width(table, width):
    told = as_text(table, width)
    head = told.splitlines()[2]
    assert "random" in told
    assert "epsilon" in told
    assert all(heading in head for heading in ("#", "policy", "win rate", "mean return"))
    for row in table.rows:
        assert f"{row.win_rate:.3f} [{row.win_rate_low:.3f}, {row.win_rate_high:.3f}]" in told


def test_nothing_is_left_out_where_there_is_room(table):
    head = as_text(table, 120).splitlines()[2]
    assert all(heading in head for heading in ("W/D/L", "steps", "episodes"))
