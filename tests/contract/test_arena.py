"""What the embedded engine promises, held against every game that it plays."""

from __future__ import annotations

import pytest

from arena_env.arena import Arena, state_after
from openenv_tui.games.openspiel import load_engine, playable_names
from openenv_tui.match import Match, Seat, play
from openenv_tui.model import Observation
from openenv_tui.policy import Policy
from openenv_tui_policies.uniform import UniformPolicy

PLAYABLE = playable_names()


class Witness(Policy):
    """A random player that notes what it sees at once, to compare with what is said later."""

    def __init__(self) -> None:
        self.uniform = UniformPolicy()
        self.seen: list[tuple[Observation, str, tuple[float, ...]]] = []

    def act(self, observation, rng):
        if len(self.seen) < 2:
            source = observation._source
            self.seen.append((observation, observation.text, source.tensor(observation)))
        return self.uniform.act(observation, rng)


def played(name: str, seed: int):
    arena = Arena(name)
    witnesses = [Witness() for _ in arena.seats]
    seats = {player: Seat(f"witness {player}", witnesses[player]) for player in arena.seats}
    return arena, witnesses, play(arena, Match(arena.game, seats, seed))


def test_one_hundred_and_ten_games_are_playable_whatever_else_is_imported():
    import open_spiel.python.games  # noqa: F401 - registers ten more

    playable_names.cache_clear()
    assert len(playable_names()) == len(PLAYABLE) == 110


@pytest.mark.parametrize("name", PLAYABLE)
def test_a_random_game_in_every_seat_is_fixed_by_its_seed_and_can_be_looked_back_on(name):
    arena, witnesses, record = played(name, seed=7)
    assert len(record.returns) == arena.game.info.players
    assert record.complete
    assert record.decisions > 0
    assert any(witness.seen for witness in witnesses)
    assert played(name, seed=7)[2] == record
    for witness in witnesses:
        for observation, text, tensor in witness.seen:
            assert observation._source.text(observation) == text
            assert observation._source.tensor(observation) == tensor


@pytest.mark.parametrize(
    "name", [name for name in PLAYABLE if "rng_seed" not in load_engine(name).get_parameters()]
)
def test_the_recorded_history_alone_leads_to_the_same_returns(name):
    _, _, record = played(name, seed=11)
    state = state_after(load_engine(name), record.history)
    assert state.is_terminal()
    assert tuple(state.returns()) == record.returns
