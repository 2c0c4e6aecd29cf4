"""The rules of a match: turns, legality, clocks, forfeits, learning, the record."""

from __future__ import annotations

import time

import numpy as np
import pytest

from arena_env.arena import Arena
from openenv_tui.environment import Waited
from openenv_tui.errors import AwaitedPolicyError
from openenv_tui.match import Match, Seat, moves, play, play_async
from openenv_tui.model import ForfeitKind, Outcome
from openenv_tui.policy import FunctionPolicy, Policy
from openenv_tui_policies.uniform import UniformPolicy


def first(observation, rng):
    return observation.legal_actions[0]


def seated(*functions, **options):
    return {
        player: Seat(f"p{player}", f if isinstance(f, Policy) else FunctionPolicy(f), **options)
        for player, f in enumerate(functions)
    }


def of_tic_tac_toe(*functions, **options):
    arena = Arena("tic_tac_toe")
    return arena, Match(arena.game, seated(*functions, **options), seed=5)


def test_a_match_records_everything_needed_to_count_and_replay_it():
    record = play(*of_tic_tac_toe(first, first))
    assert record.history == (0, 1, 2, 3, 4, 5, 6)
    assert record.returns == (1.0, -1.0)
    assert record.outcomes == (Outcome.WIN, Outcome.LOSS)
    assert record.seats == ("p0", "p1")
    assert record.decisions == 7
    assert record.complete
    assert record.forfeit is None


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lambda observation, rng: 99, ForfeitKind.ILLEGAL),
        (lambda observation, rng: "left", ForfeitKind.UNPARSABLE),
        (lambda observation, rng: None, ForfeitKind.UNPARSABLE),
        (lambda observation, rng: 1 / 0, ForfeitKind.CRASH),
    ],
)
def test_a_fault_of_a_seat_is_its_forfeit_and_its_loss(fault, kind):
    record = play(*of_tic_tac_toe(first, fault))
    assert record.forfeit.seat == 1
    assert record.forfeit.kind == kind
    assert record.outcomes == (Outcome.WIN, Outcome.LOSS)
    assert record.returns == (1.0, -1.0)
    assert not record.complete


def test_a_policy_past_its_clock_forfeits():
    def slow(observation, rng):
        time.sleep(0.03)
        return observation.legal_actions[0]

    record = play(*of_tic_tac_toe(slow, first, clock=0.01))
    assert record.forfeit.kind == ForfeitKind.TIMEOUT
    assert record.forfeit.message == "took longer than 0.01 s"


async def test_an_awaited_policy_past_its_clock_is_cut_off():
    async def never(observation, rng):
        import asyncio

        await asyncio.sleep(60)

    arena, match = of_tic_tac_toe(never, first, clock=0.01)
    record = await play_async(Waited(arena), match)
    assert record.forfeit.kind == ForfeitKind.TIMEOUT


def test_numpy_integers_are_actions():
    record = play(*of_tic_tac_toe(lambda seen, rng: np.int64(seen.legal_actions[0]), first))
    assert record.forfeit is None
    assert all(type(action) is int for action in record.history)


def test_an_awaited_policy_needs_the_asynchronous_driver():
    async def awaited(observation, rng):
        return observation.legal_actions[0]

    with pytest.raises(AwaitedPolicyError, match="use play_async"):
        play(*of_tic_tac_toe(awaited, first))


async def test_both_drivers_give_the_same_record():
    async def awaited(observation, rng):
        return UniformPolicy().act(observation, rng)

    arena, match = of_tic_tac_toe(UniformPolicy(), UniformPolicy())
    near = play(arena, match)
    arena, match = of_tic_tac_toe(awaited, UniformPolicy())
    assert await play_async(Waited(arena), match) == near


async def test_whoever_iterates_over_the_moves_sets_the_pace():
    arena, match = of_tic_tac_toe(first, first)
    plies = [
        step.observations[0].ply async for step in moves(Waited(arena), match) if not step.ending
    ]
    assert plies == [0, 1, 2, 3, 4, 5, 6]
    assert match.record is not None


class Pupil(Policy):
    learns = True

    def __init__(self):
        self.lessons = []

    def act(self, observation, rng):
        return 1

    def learn(self, transition):
        self.lessons.append(transition)


def test_a_learning_seat_is_given_every_step_with_its_reward():
    arena = Arena("cliff_walking")
    pupil = Pupil()
    play(arena, Match(arena.game, seated(pupil, learning=True), seed=1))
    assert len(pupil.lessons) == 100
    assert [lesson.reward for lesson in pupil.lessons] == [-1.0] * 100
    assert [lesson.done for lesson in pupil.lessons] == [False] * 99 + [True]


def test_a_reward_that_comes_with_the_other_sides_move_is_learnt_from_too():
    arena = Arena("tic_tac_toe")
    pupil = Pupil()
    pupil.act = lambda observation, rng: observation.legal_actions[-1]
    seats = {0: Seat("first", FunctionPolicy(first)), 1: Seat("pupil", pupil, learning=True)}
    record = play(arena, Match(arena.game, seats, seed=1))
    assert record.outcomes[1] == Outcome.LOSS
    assert pupil.lessons[-1].reward == -1.0
    assert pupil.lessons[-1].done


def test_the_order_of_episodes_does_not_change_what_a_seat_draws():
    arena = Arena("tic_tac_toe")
    seats = seated(UniformPolicy(), UniformPolicy())

    def record(seed):
        return play(arena, Match(arena.game, seats, seed))

    assert [record(1), record(2)] == [record(2), record(1)][::-1]


class BadLoser(Policy):
    def act(self, observation, rng):
        return observation.legal_actions[-1]

    def end(self, outcome):
        raise RuntimeError("I demand another game")


def test_a_policy_that_fails_when_the_game_is_over_forfeits_it():
    record = play(*of_tic_tac_toe(first, BadLoser()))
    assert record.forfeit.kind == ForfeitKind.CRASH
    assert record.forfeit.message == "RuntimeError: I demand another game"
