"""The person and the chair, without a screen."""

import asyncio

import pytest

from openenv_tui.games import load_game
from openenv_tui.model import Observation
from openenv_tui.policy import FunctionPolicy
from openenv_tui.seeding import Rng
from openenv_tui.tui.seat import Chair, Person


def seen(*legal):
    return Observation.of(0, legal, tensor=(1.0,) + (0.0,) * 48 + (1.0,))


@pytest.fixture
def person():
    return Person(load_game("catch"))


async def test_a_key_pressed_before_the_turn_is_taken_when_it_comes(person):
    person.press("left")
    assert await person.choose(seen(0, 1, 2)) == 0


async def test_two_keys_answer_two_turns(person):
    person.press("left")
    person.press("right")
    assert [await person.choose(seen(0, 1, 2)) for _ in range(2)] == [0, 2]


async def test_a_key_that_means_nothing_now_is_told_and_the_next_one_counts(person):
    refused = []
    person.on_refused = refused.append
    person.press("left")
    person.press("right")
    assert await person.choose(seen(1, 2)) == 2
    assert refused == ["left"]


async def test_a_clicked_action_has_to_be_legal(person):
    person.press(0)
    person.press(1)
    assert await person.choose(seen(1, 2)) == 1


async def test_what_was_typed_for_another_game_is_forgotten(person):
    person.press("left")
    person.forget()
    person.press("right")
    assert await person.choose(seen(0, 1, 2)) == 2


async def test_whoever_leaves_the_seat_lets_the_policy_answer(person):
    chair = Chair("one", FunctionPolicy(lambda observation, rng: 1), person)
    chair.taken = True
    waiting = asyncio.ensure_future(chair.act(seen(0, 1, 2), Rng()))
    await asyncio.sleep(0)
    assert not waiting.done()
    chair.taken = False
    person.leave_seat()
    assert await waiting == 1


async def test_a_policy_that_is_awaited_may_sit_on_a_chair(person):
    async def slowly(observation, rng):
        await asyncio.sleep(0)
        return 2

    assert await Chair("slow", FunctionPolicy(slowly), person).act(seen(0, 2), Rng()) == 2
