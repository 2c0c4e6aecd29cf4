"""2048: the moves are the engine's, and the look ahead wins."""

from __future__ import annotations

import random
from time import perf_counter

import pytest

from arena_env.arena import Arena
from openenv_tui.games.openspiel import load_engine
from openenv_tui.match import Match, Seat, play
from openenv_tui.model import Observation, Outcome
from openenv_tui.seeding import Rng
from openenv_tui.specs import PolicySpec
from openenv_tui_policies.expectimax import _board, slide


def tiles(state):
    return tuple(state.observation_tensor(0))


def test_every_move_slides_the_tiles_as_the_engine_does():
    rng = random.Random(1)
    state = load_engine("2048").new_initial_state()
    compared = 0
    while not state.is_terminal():
        action = rng.choice(state.legal_actions())
        if not state.is_chance_node():
            assert slide(_board(tiles(state)), action) == _board(tiles(state.child(action)))
            compared += 1
        state.apply_action(action)
    assert compared > 30


def test_it_makes_the_tile_of_a_shorter_game_every_time():
    arena = Arena("2048(max_tile=256)")
    seats = {0: Seat("e", PolicySpec("expectimax").build())}
    records = [play(arena, Match(arena.game, seats, seed)) for seed in range(8)]
    assert [record.outcomes[0] for record in records] == [Outcome.WIN] * 8


def test_a_merge_that_frees_a_full_board_is_taken():
    full = (2, 4, 8, 16, 16, 8, 4, 2, 2, 4, 8, 16, 16, 8, 4, 4)
    seen = Observation.of(0, (1, 3), tensor=tuple(map(float, full)))
    assert PolicySpec("expectimax").build().act(seen, Rng()) in (1, 3)


def test_a_crowded_board_is_thought_about_for_less_than_a_tenth_of_a_second():
    crowded = (2, 4, 8, 0, 64, 0, 16, 2, 128, 256, 32, 4, 512, 64, 8, 0)
    seen = Observation.of(0, (0, 1, 2, 3), tensor=tuple(map(float, crowded)))
    policy = PolicySpec("expectimax").build()
    policy.act(seen, Rng())
    started = perf_counter()
    policy.act(seen, Rng())
    assert perf_counter() - started < 0.1


@pytest.mark.parametrize("seed", [1, 2])
def test_what_it_chooses_needs_no_chance(seed):
    (observation,) = Arena("2048").reset(seed).observations
    policy = PolicySpec("expectimax").build()
    assert len({policy.act(observation, Rng(i)) for i in range(5)}) == 1
