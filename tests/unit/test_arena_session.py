"""What our server answers, without a socket."""

import json

import pytest

from arena_env.arena import Arena
from arena_env.server.session import ArenaSession, SessionError
from arena_env.table import Setting
from openenv_tui.match import Match, Seat, play
from openenv_tui.specs import PolicySpec

OFFICIAL_FIELDS = {
    "metadata",
    "info_state",
    "legal_actions",
    "game_phase",
    "current_player_id",
    "opponent_last_action",
}


def done(answer):
    return answer() if callable(answer) else answer


class Asked:
    """A session that takes and gives values, not text."""

    def __init__(self, *setting, **more):
        self.session = ArenaSession(Setting(*setting, **more))

    def ask(self, kind, **data):
        request = {"type": kind} | ({"data": data} if kind in ("reset", "step") else {})
        return json.loads(done(self.session.answer(json.dumps(request))))

    def seen(self, kind, **data):
        reply = self.ask(kind, **data)
        assert reply["type"] == "observation", reply
        return reply["data"]

    def refused(self, kind, **data):
        reply = self.ask(kind, **data)
        assert reply["type"] == "error", reply
        return reply["data"]


def raw(frame, game="catch"):
    return json.loads(done(ArenaSession(Setting(game)).answer(frame)))


def test_a_reset_is_answered_with_the_official_fields():
    data = Asked("catch").seen("reset", seed=3)
    assert set(data) == {"observation", "reward", "done", "metadata"}
    assert set(data["observation"]) == OFFICIAL_FIELDS
    assert data["reward"] is None
    assert data["observation"]["game_phase"] == "initial"
    assert len(data["observation"]["info_state"]) == 50


@pytest.mark.parametrize("game", ["catch", "kuhn_poker", "goofspiel"])
def test_a_client_that_wants_no_views_gets_the_same_official_fields_and_nothing_more(game):
    full, bare = Asked(game), Asked(game)
    seen = full.seen("reset", seed=3), bare.seen("reset", seed=3, views="none")
    while not seen[0]["done"]:
        told, plain = (one["observation"] for one in seen)
        assert plain == told | {"metadata": {}}
        assert seen[0]["reward"] == seen[1]["reward"]
        action = told["legal_actions"][0]
        seen = full.seen("step", action_id=action), bare.seen("step", action_id=action)
    assert seen[1]["done"]
    assert seen[1]["reward"] == seen[0]["reward"]


def test_a_reset_says_what_it_settled():
    metadata = (Asked("tic_tac_toe").seen("reset", seed=3))["metadata"]
    assert metadata["game"] == "tic_tac_toe"
    assert metadata["seed"] == 3
    assert metadata["seats"] == [0]
    assert metadata["opponents"] == {"1": "random"}


def test_a_seed_fixes_the_episode_and_a_missing_one_is_drawn_and_told():
    asked = Asked("catch")
    first = asked.seen("reset")
    again = asked.seen("reset", seed=first["metadata"]["seed"])
    assert again["observation"]["info_state"] == first["observation"]["info_state"]


def test_an_episode_ends_as_official_ones_do():
    asked = Asked("catch")
    asked.seen("reset", seed=1)
    for _ in range(9):
        data = asked.seen("step", action_id=1)
    assert data["done"]
    assert data["reward"] in (1.0, -1.0)
    seen = data["observation"]
    assert (seen["game_phase"], seen["legal_actions"], seen["current_player_id"]) == (
        "terminal",
        [],
        -4,
    )
    assert data["metadata"]["returns"] == [data["reward"]]
    assert len(data["metadata"]["history"]) == 10


def test_the_text_and_the_action_names_are_told():
    metadata = (Asked("catch").seen("reset", seed=1))["metadata"]
    assert metadata["action_names"] == ["LEFT", "STAY", "RIGHT"]
    assert metadata["text"].count("\n") == 10


def test_an_illegal_action_is_refused_and_the_episode_stays():
    asked = Asked("tic_tac_toe", None)
    asked.seen("reset", seed=1)
    asked.seen("step", action_id=4)
    error = asked.refused("step", action_id=4)
    assert error["code"] == "EXECUTION_ERROR"
    assert "action 4 is not legal for player 1; legal now: 0, 1" in error["message"]
    assert (asked.seen("step", action_id=0))["metadata"]["ply"] == 2


def test_an_illegal_action_leaves_the_houses_chance_alone():
    def game(*fouls):
        asked = Asked("matching_pennies_3p")
        asked.seen("reset", seed=5)
        for action in fouls:
            asked.refused("step", action_id=action)
        return (asked.seen("step", action_id=0))["metadata"]["history"]

    assert game() == game(7, 8, 9)


def test_a_step_before_a_reset_is_refused():
    assert "send a reset first" in (Asked("catch").refused("step", action_id=0))["message"]


def test_a_step_after_the_end_begins_no_new_episode():
    asked = Asked("kuhn_poker", None)
    asked.seen("reset", seed=1)
    asked.seen("step", action_id=0)
    assert (asked.seen("step", action_id=0))["done"]
    assert "the episode is over" in (asked.refused("step", action_id=0))["message"]


def test_an_opponent_that_thinks_is_work_for_a_thread():
    asked = Asked("tic_tac_toe", 1, "mcts(simulations=5)")
    thinking = asked.session.answer('{"type":"reset","data":{"seed":1}}')
    assert callable(thinking)
    assert json.loads(thinking())["data"]["metadata"]["ply"] == 1


def test_the_house_plays_the_other_seats_as_it_would_here():
    asked = Asked("tic_tac_toe", 1, "random")
    data = asked.seen("reset", seed=11)
    assert data["observation"]["opponent_last_action"] is not None
    while not data["done"]:
        assert data["observation"]["current_player_id"] == 1
        data = asked.seen("step", action_id=data["observation"]["legal_actions"][0])
    arena = Arena("tic_tac_toe")
    policies = [PolicySpec.parse(name).build() for name in ("random", "first")]
    seats = {player: Seat(str(player), policy) for player, policy in enumerate(policies)}
    record = play(arena, Match(arena.game, seats, 11))
    assert tuple(data["metadata"]["history"]) == record.history


def test_a_reset_may_ask_for_game_seat_and_opponent():
    asked = Asked("catch")
    data = asked.seen(
        "reset", game="kuhn_poker", game_params={"players": 3}, agent_player=2, opponent="first"
    )
    assert data["metadata"]["game"] == "kuhn_poker(players=3)"
    assert data["metadata"]["seats"] == [2]
    assert data["metadata"]["opponents"] == {"0": "first", "1": "first"}
    assert data["observation"]["opponent_last_action"] == 0
    state = (asked.ask("state"))["data"]
    assert state["game_name"] == "kuhn_poker"
    assert state["game_params"] == {"players": "3"}
    assert (state["num_players"], state["agent_player"], state["opponent_policy"]) == (
        3,
        2,
        "first",
    )
    assert state["step_count"] == 2


def test_what_a_reset_leaves_out_is_as_the_server_was_started():
    asked = Asked("catch")
    asked.seen("reset", game="tic_tac_toe", agent_player="all")
    assert (asked.seen("reset"))["metadata"]["game"] == "catch"


def test_a_large_game_can_be_asked_for_where_it_is_what_is_served():
    asked = Asked("catch(rows=1001,columns=1001)", None)
    assert asked.seen("reset", seed=1, game="catch(columns=1001,rows=1001)")["metadata"]["ply"] == 1


def test_unknown_wishes_of_a_reset_are_dropped():
    assert not (Asked("catch").seen("reset", difficulty="hard", seed=1))["done"]


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"game": "ctch"}, "did you mean 'catch'"),
        ({"game": "catch(rows=x"}, "cannot load the game"),
        ({"game": "catch", "agent_player": 1}, "no player 1"),
        ({"opponent": "os:system"}, "a client may ask for a built-in policy"),
        ({"opponent": "./evil.py:Policy"}, "a client may ask for a built-in policy"),
        ({"opponent": "epsilon_greedy(base='os:system')"}, "a client may ask for a built-in"),
        ({"opponent": "q_learning(file='/etc/passwd')"}, "a client may give numbers"),
        ({"agent_player": 0, "opponent": "tracker"}, "cannot play tic_tac_toe"),
        ({"game": "efg_game(filename=/etc/passwd)"}, "read from a file"),
        ({"game": "catch(rows=10000,columns=10000)"}, "too large"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_refused_and_the_table_stays(wish, says):
    asked = Asked("tic_tac_toe", None)
    asked.seen("reset", seed=1)
    error = asked.refused("reset", **wish)
    assert error["code"] == "EXECUTION_ERROR"
    assert says in error["message"]
    assert (asked.seen("step", action_id=4))["metadata"]["ply"] == 1


def test_players_who_move_at_once_are_asked_at_once():
    asked = Asked("matrix_pd", None)
    data = asked.seen("reset", seed=1)
    assert data["observation"]["current_player_id"] == -2
    assert [other["player"] for other in data["metadata"]["others"]] == [1]
    error = asked.refused("step", action_id=0)
    assert "2 players must choose now" in error["message"]
    done = asked.seen("step", action_id=0, metadata={"actions": [0, 1]})
    assert done["metadata"]["history"] == [0, 1]


def test_every_view_is_sent_to_whoever_asks_for_all():
    asked = Asked("tic_tac_toe", None)
    asked.seen("reset", seed=1, views="all")
    shown = (asked.seen("step", action_id=4))["observation"]["metadata"]
    assert [shown["player"], *[other["player"] for other in shown["others"]]] == [1, 0]


def test_moves_are_told_where_they_are_public_and_nowhere_else():
    assert (Asked("catch").seen("reset", seed=1))["metadata"]["moves"] != []
    assert "moves" not in (Asked("kuhn_poker").seen("reset", seed=1))["metadata"]


def test_nobody_is_told_the_other_seats_cards():
    asked = Asked("kuhn_poker", 0)
    data = asked.seen("reset", seed=1)
    assert "others" not in data["metadata"]
    assert sum(data["observation"]["info_state"][2:5]) == 1


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("nonsense", "INVALID_JSON"),
        ("{}", "UNKNOWN_TYPE"),
        ('{"type":"jump"}', "UNKNOWN_TYPE"),
        ('{"type":["reset"]}', "UNKNOWN_TYPE"),
        ('{"type":"reset","data":{},"more":1}', "VALIDATION_ERROR"),
        ('{"type":"state","data":{}}', "VALIDATION_ERROR"),
        ('{"type":"reset","data":[]}', "VALIDATION_ERROR"),
        ('{"type":"reset","data":{"seed":-1}}', "VALIDATION_ERROR"),
        ('{"type":"reset","data":{"seed":"1"}}', "VALIDATION_ERROR"),
        ('{"type":"step"}', "VALIDATION_ERROR"),
        ('{"type":"step","data":{}}', "VALIDATION_ERROR"),
        ('{"type":"step","data":{"action_id":"0"}}', "VALIDATION_ERROR"),
        ('{"type":"step","data":{"action_id":true}}', "VALIDATION_ERROR"),
        ('{"type":"step","data":{"action_id":0,"speed":1}}', "VALIDATION_ERROR"),
        ('{"type":"step","data":{"action_id":0,"metadata":{"actions":["0"]}}}', "VALIDATION_ERROR"),
    ],
)
def test_a_bad_request_gets_the_protocols_error_code(frame, code):
    reply = raw(frame)
    assert (reply["type"], reply["data"]["code"]) == ("error", code)


def test_a_validation_error_lists_what_is_wrong():
    errors = (raw('{"type":"step","data":{"action_id":"0"}}'))["data"]["errors"]
    assert errors[0]["loc"] == ["action_id"]


def test_what_is_no_object_ends_the_session():
    with pytest.raises(SessionError):
        raw("[]")


def test_goodbye_is_not_answered():
    assert ArenaSession(Setting("catch")).answer('{"type":"close"}') is None


def test_tools_are_not_offered():
    reply = raw('{"type":"mcp","data":{"jsonrpc":"2.0","id":7,"method":"tools/list"}}')
    assert reply["type"] == "mcp"
    assert (reply["data"]["id"], reply["data"]["error"]["code"]) == (7, -32601)
