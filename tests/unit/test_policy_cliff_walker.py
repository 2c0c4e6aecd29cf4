"""Cliff walking by the shortest safe path."""

from __future__ import annotations

import pytest

from arena_env.arena import Arena, state_after
from openenv_tui.games.openspiel import load_engine
from openenv_tui.match import Match, Seat, play
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.seeding import Rng
from openenv_tui.specs import PolicySpec

RIGHT, UP, LEFT, DOWN = range(4)


def walk(name):
    arena = Arena(name)
    return play(arena, Match(arena.game, {0: Seat("w", PolicySpec("cliff_walker").build())}, 1))


def test_the_best_walk_returns_minus_nine_in_nine_steps():
    record = walk("cliff_walking")
    assert record.returns == (-9.0,)
    assert record.decisions == 9


@pytest.mark.parametrize(("height", "width"), [(2, 3), (3, 12), (7, 5)])
def test_a_cliff_of_another_size_is_walked_in_as_few_steps(height, width):
    assert walk(f"cliff_walking(height={height},width={width})").decisions == width + 1


@pytest.mark.parametrize(
    ("moves", "left"),
    [([UP, UP], 9), ([UP, UP, UP, UP, RIGHT], 9), ([UP] + [RIGHT] * 7, 1), ([LEFT, DOWN], 9)],
)
def test_it_finds_the_shortest_way_on_from_wherever_it_was_led(moves, left):
    engine = load_engine("cliff_walking")
    policy = PolicySpec("cliff_walker").build()
    policy.begin(EpisodeContext(Arena("cliff_walking").game.info, 0))
    state, steps = state_after(engine, moves), 0
    while not state.is_terminal():
        tensor = tuple(state.information_state_tensor(0))
        seen = Observation.of(0, tuple(state.legal_actions()), tensor=tensor)
        state.apply_action(policy.act(seen, Rng()))
        steps += 1
    assert steps == left
    assert state.returns()[0] == -(len(moves) + left)
