"""The official client on our server."""

import json
import urllib.error
import urllib.request

import pytest

from arena_env.models import ArenaAction, ArenaObservation, ArenaState
from tests.support.servers import our_server

GAMES = ["catch", "2048", "blackjack", "cliff_walking", "tic_tac_toe", "kuhn_poker"]


@pytest.fixture(scope="module")
def address():
    with our_server("catch", sessions=4) as (_, address):
        yield address


def play_out(client, **wishes):
    result = client.reset(**wishes)
    steps = 0
    while not result.done:
        result = client.step({"action_id": result.observation["legal_actions"][0]})
        steps += 1
    return result, steps


@pytest.mark.parametrize("game", GAMES)
def test_it_plays_every_game_to_its_end(generic_client, address, game):
    with generic_client(base_url=address).sync() as client:
        result, steps = play_out(client, seed=7, game=game)
        state = client.state()
    assert steps > 0
    assert type(result.reward) is float
    assert result.observation["game_phase"] == "terminal"
    assert (state["game_name"], state["agent_player"], state["opponent_policy"]) == (
        game,
        0,
        "random",
    )


async def test_it_plays_in_its_asynchronous_form(generic_client, address):
    async with generic_client(base_url=address) as client:
        result = await client.reset(seed=7)
        while not result.done:
            result = await client.step({"action_id": 1})
        assert (await client.state())["step_count"] == 9


def test_seeds_are_honoured(generic_client, address):
    with generic_client(base_url=address).sync() as client:
        first, again = client.reset(seed=5), client.reset(seed=5)
        others = [client.reset(seed=seed) for seed in range(8)]
    assert first.observation["info_state"] == again.observation["info_state"]
    assert len({tuple(other.observation["info_state"]) for other in others}) > 1


def test_what_is_more_than_official_is_in_the_metadata(generic_client, address):
    with generic_client(base_url=address).sync() as client:
        result = client.reset(seed=5)
    assert result.metadata == result.observation["metadata"]
    assert result.metadata["action_names"] == ["LEFT", "STAY", "RIGHT"]


def test_it_reads_an_illegal_action_as_an_error(generic_client, address):
    with generic_client(base_url=address).sync() as client:
        client.reset(seed=5)
        with pytest.raises(RuntimeError, match="action 9 is not legal"):
            client.step({"action_id": 9})
        assert not client.step({"action_id": 1}).done


def test_a_typed_client_finds_every_field_it_knows(generic_client, address):
    from openenv.core.client_types import StepResult
    from openenv.core.env_client import EnvClient
    from pydantic import TypeAdapter

    class TypedClient(EnvClient):
        def _step_payload(self, action):
            return action.model_dump()

        def _parse_result(self, payload):
            fields = payload["observation"] | {"reward": payload["reward"], "done": payload["done"]}
            seen = TypeAdapter(ArenaObservation).validate_python(fields)
            return StepResult(observation=seen, reward=seen.reward, done=seen.done)

        def _parse_state(self, payload):
            return ArenaState.model_validate(payload)

    with TypedClient(base_url=address).sync() as client:
        result = client.reset(seed=5)
        while not result.done:
            result = client.step(ArenaAction(action_id=result.observation.legal_actions[0]))
        assert client.state().num_players == 1
    assert result.observation.game_phase == "terminal"


def test_a_full_server_is_said_to_be_full(generic_client):
    with (
        our_server("catch", sessions=1) as (_, address),
        generic_client(base_url=address).sync() as first,
        generic_client(base_url=address).sync() as second,
    ):
        first.reset()
        with pytest.raises(RuntimeError, match="CAPACITY_REACHED"):
            second.reset()


def fetch(address, path):
    with urllib.request.urlopen(f"http{address.removeprefix('ws')}{path}") as response:
        return json.load(response)


def test_the_routes_answer_what_the_framework_says_they_do(address):
    from openenv.core.env_server.types import EnvironmentMetadata, HealthResponse, SchemaResponse

    assert HealthResponse.model_validate(fetch(address, "/health")).status.value == "healthy"
    assert (
        EnvironmentMetadata.model_validate(fetch(address, "/metadata")).name == "ArenaEnvironment"
    )
    schema = SchemaResponse.model_validate(fetch(address, "/schema"))
    assert "action_id" in schema.action["properties"]
    assert "info_state" in schema.observation["properties"]
    assert "game_name" in schema.state["properties"]


@pytest.mark.parametrize("path", ["/", "/reset", "/health/"])
def test_other_routes_are_not_found(address, path):
    with pytest.raises(urllib.error.HTTPError) as caught:
        fetch(address, path)
    with caught.value as error:
        assert error.code == 404
