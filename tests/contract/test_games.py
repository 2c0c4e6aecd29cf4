"""What every game's adapter promises: pictures that fit, keys that mean something, honest names."""

from __future__ import annotations

import unicodedata

import pytest

from arena_env.arena import Arena
from openenv_tui.games import GAMES, load_game
from openenv_tui.games.openspiel import playable_names
from openenv_tui.model import Observation
from openenv_tui.render import plain, render
from openenv_tui.seeding import Rng

ROOMS = [(50, 18), (120, 40), (20, 8)]


def moments(name: str, seed: int, most: int = 60):
    """(game, observation) along a random game, the last observation of player 0 included."""
    arena = Arena(name)
    rng = Rng(seed, stream=9)
    step = arena.reset(seed)
    for _ in range(most):
        for observation in step.observations:
            yield arena.game, observation
        if step.ending is not None:
            break
        step = arena.step([rng.choice(seen.legal_actions) for seen in step.observations])
    yield arena.game, arena.observe(0)


def unprintable(text: str) -> list[str]:
    return [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs")]


@pytest.mark.parametrize("name", playable_names())
def test_every_moment_can_be_drawn_and_answered(name):
    for game, observation in list(moments(name, seed=3))[::3]:
        view = game.view(observation)
        assert plain(view).strip()
        assert not unprintable(plain(view))
        keys = game.keys(observation)
        assert set(keys.values()) <= set(observation.legal_actions)
        names = [game.action_name(observation, a) for a in observation.legal_actions[:200]]
        assert all(names)
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", sorted(GAMES))
@pytest.mark.parametrize("room", ROOMS)
def test_boards_keep_to_their_room(name, room):
    width, height = room
    for game, observation in moments(name, seed=5):
        picture = render(game.view(observation), width, height)
        assert picture.width <= max(width, 1)
        assert picture.height <= height


@pytest.mark.parametrize("name", sorted(GAMES))
def test_boards_can_be_drawn_in_ascii_alone(name):
    for game, observation in moments(name, seed=6):
        assert plain(game.view(observation), ascii_only=True).isascii()


@pytest.mark.parametrize("name", sorted(GAMES))
def test_the_tensor_alone_makes_the_picture(name):
    for game, observation in moments(name, seed=7):
        bare = Observation.of(
            observation.player,
            observation.legal_actions,
            tensor=observation.tensor,
            return_so_far=observation.return_so_far,
        )
        assert game.view(bare) == game.view(observation)
        for action in observation.legal_actions:
            assert game.action_name(bare, action) == game.action_name(observation, action)


@pytest.mark.parametrize("name", sorted(GAMES))
def test_every_legal_action_has_a_key(name):
    for game, observation in moments(name, seed=8):
        assert set(game.keys(observation).values()) == set(observation.legal_actions)


@pytest.mark.parametrize("name", sorted(GAMES))
def test_a_game_says_what_it_is_about(name):
    game = load_game(name)
    assert game.title
    assert game.goal.endswith(".")
    assert "win:" in game.outcome_rule


@pytest.mark.parametrize(
    "name", ["catch", "cliff_walking", "tic_tac_toe", "catch(rows=6,columns=3)"]
)
def test_a_reconstructed_history_leads_to_the_same_tensor(name):
    for seed in range(12):
        for game, observation in moments(name, seed):
            if observation.player != 0:
                continue
            history = game.reconstruct(observation.tensor)
            assert history is not None
            state = _state(name, history)
            tensor = (
                state.information_state_tensor(0)
                if state.get_game().get_type().provides_information_state_tensor
                else state.observation_tensor(0)
            )
            assert tuple(tensor) == observation.tensor


def _state(name, history):
    from arena_env.arena import state_after
    from openenv_tui.games.openspiel import load_engine

    return state_after(load_engine(name), history)


@pytest.mark.parametrize("name", sorted(GAMES))
def test_numbers_that_are_no_position_are_a_clear_error(name):
    from openenv_tui.errors import WireError

    game = load_game(name)
    for tensor in ((), (1.0,), tuple([1.0] * 50), tuple([0.5] * 400)):
        with pytest.raises(WireError, match=r"^\w+: .*(info_state|tile|mark)"):
            game.view(Observation.of(0, (0,), tensor=tensor))
