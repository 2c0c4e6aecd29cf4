"""Observations work their details out once, and only when asked."""

from __future__ import annotations

from arena_env.arena import Arena
from openenv_tui.model import Observation


class Counting:
    """A source that counts what it is asked."""

    def __init__(self):
        self.asked = []

    def tensor(self, observation):
        self.asked.append("tensor")
        return (1.0,)

    def action_names(self, observation):
        self.asked.append("names")
        return {0: "LEFT"}


def test_nothing_is_worked_out_before_it_is_asked_for_and_nothing_twice():
    source = Counting()
    seen = Observation(0, (0,), source)
    assert source.asked == []
    assert (seen.tensor, seen.tensor) == ((1.0,), (1.0,))
    assert (seen.action_names, seen.action_names) == ({0: "LEFT"}, {0: "LEFT"})
    assert source.asked == ["tensor", "names"]


def test_an_observation_answers_for_its_own_moment_also_later():
    arena = Arena("tic_tac_toe")
    (early,) = arena.reset(1).observations
    arena.step((4,))
    arena.step((0,))
    assert early.text.strip() == "...\n...\n..."
    assert early.history == ()
    assert early.action_names[4] == "x(1,1)"
    assert arena.reset(2).observations[0].history == ()
    assert early.return_so_far == 0.0
