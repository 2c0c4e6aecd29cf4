"""The arena as the official framework sees it: its validation, its server, its client."""

from __future__ import annotations

from pathlib import Path

import pytest

from openenv_tui.connection import connect
from openenv_tui.match import Match, Seat, play
from openenv_tui.specs import PolicySpec
from tests.support.servers import official_arena

ENVIRONMENT = Path(__file__).parents[2] / "envs" / "arena_env"


@pytest.fixture(scope="module")
def address():
    with official_arena(ARENA_GAME="tic_tac_toe", ARENA_OPPONENT="first") as address:
        yield address


def test_the_official_validation_asks_for_nothing_but_a_lock_file():
    from openenv.cli._validation import validate_multi_mode_deployment

    _, issues = validate_multi_mode_deployment(ENVIRONMENT)
    assert issues == ["Missing uv.lock - run 'uv lock' to generate it"]


def test_the_running_server_passes_the_official_validation(address):
    from openenv.cli._validation import validate_running_environment

    report = validate_running_environment(address.replace("ws://", "http://"))
    assert report["passed"], report["summary"]


def test_the_official_client_plays_it_to_its_end(generic_client, address):
    with generic_client(base_url=address).sync() as client:
        result = client.reset(seed=1)
        while not result.done:
            result = client.step({"action_id": result.observation["legal_actions"][-1]})
        assert result.observation["game_phase"] == "terminal"
        assert client.state()["opponent_policy"] == "first"


def test_our_client_plays_all_seats_of_any_game_on_it(address):
    with connect(address, "kuhn_poker") as environment:
        assert environment.seats == (0, 1)
        seats = {p: Seat("random", PolicySpec("random").build()) for p in environment.seats}
        record = play(environment, Match(environment.game, seats, 5))
    assert sum(record.returns) == 0
    assert record.complete


def test_it_plays_as_the_fast_server_does(address):
    def played(target):
        with connect(target, "catch") as environment:
            seat = Seat("tracker", PolicySpec("tracker").build())
            return play(environment, Match(environment.game, {0: seat}, 11))

    assert played(address) == played("local")


def test_an_illegal_action_is_refused_and_the_episode_stays(generic_client, address):
    with generic_client(base_url=address).sync() as client:
        client.reset(seed=1, game="catch")
        with pytest.raises(Exception, match="not legal"):
            client.step({"action_id": 9})
        assert client.step({"action_id": 1}).observation["metadata"]["ply"] == 2
