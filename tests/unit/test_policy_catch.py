"""Catch: the tracker, and staying put."""

from __future__ import annotations

import pytest

from arena_env.arena import Arena, state_after
from openenv_tui.games import load_game
from openenv_tui.games.openspiel import load_engine
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.seeding import Rng
from openenv_tui.specs import PolicySpec


def value(name, policy):
    """The expected return over every column that the ball can fall in, walked exactly."""
    engine = load_engine(name)
    policy.begin(EpisodeContext(load_game(name).info, 0))
    start = engine.new_initial_state()
    return sum(odds * finished(engine, start.child(column), policy)
               for column, odds in start.chance_outcomes())  # fmt: skip


def finished(engine, state, policy):
    while not state.is_terminal():
        observation = Observation.of(
            0, tuple(state.legal_actions()), tensor=tuple(state.observation_tensor(0))
        )
        state = state_after(engine, [*state.history(), policy.act(observation, Rng())])
    return state.returns()[0]


@pytest.mark.parametrize("name", ["catch", "catch(rows=8,columns=7)", "catch(rows=3,columns=3)"])
def test_the_tracker_catches_every_ball(name):
    assert value(name, PolicySpec("tracker").build()) == pytest.approx(1.0)


def test_the_tracker_follows_a_ball_that_is_out_of_reach():
    # Four moves reach as far as column 4 on either side of the middle, column 10.
    reached = 9 / 21
    expected = reached - (1 - reached)
    assert value("catch(rows=5,columns=21)", PolicySpec("tracker").build()) == pytest.approx(
        expected
    )


def test_staying_catches_the_one_ball_in_five_that_falls_in_the_middle():
    assert value("catch", PolicySpec("stay").build()) == pytest.approx(0.2 - 0.8)


def test_the_first_observation_of_the_arena_is_enough_to_track():
    arena = Arena("catch")
    (observation,) = arena.reset(1).observations
    policy = PolicySpec("tracker").build()
    policy.begin(EpisodeContext(arena.game.info, 0))
    assert policy.act(observation, Rng()) in observation.legal_actions
