"""Frames as values."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openenv_tui.errors import WireError
from openenv_tui.wire import codec
from openenv_tui.wire.codec import ErrorReply, ObservationReply, StateReply, decode

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def observation(**changes):
    data = {"observation": {"x": 1}, "reward": 0.5, "done": False} | changes
    return json.dumps({"type": "observation", "data": data})


def test_an_observation_is_read():
    assert decode(observation()) == ObservationReply({"x": 1}, 0.5, False, {})


def test_a_reset_has_no_reward():
    assert decode(observation(reward=None)).reward is None


def test_an_integer_reward_becomes_a_float():
    assert type(decode(observation(reward=1)).reward) is float


def test_metadata_is_found_in_the_observation_and_beside_it():
    inside = decode(observation(observation={"metadata": {"a": 1}}))
    beside = decode(observation(metadata={"a": 1}))
    assert inside.metadata == beside.metadata == {"a": 1}


def test_state_and_error_are_read():
    assert decode('{"type":"state","data":{"a":1}}') == StateReply({"a": 1})
    error = decode('{"type":"error","data":{"message":"no","code":"EXECUTION_ERROR","x":1}}')
    assert error == ErrorReply("EXECUTION_ERROR", "no")


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "hello",
        "[]",
        "null",
        '{"type":"observation"}',
        '{"type":"observation","data":[]}',
        '{"type":"pong","data":{}}',
        '{"type":["state"],"data":{}}',
        '{"type":"error","data":{"message":"no"}}',
        '{"type":"error","data":{"message":1,"code":"X"}}',
        '{"type":"observation","data":{"observation":{},"done":false}}',
        "[" * 100_000,
        observation(observation=[1]),
        observation(done=1),
        observation(done=None),
        observation(reward="1"),
        observation(reward=True),
        observation(reward=math.nan),
        observation(reward=math.inf),
        observation(metadata=[1]),
        observation().replace("0.5", "1e999"),
        observation().replace("0.5", "1" + "0" * 400),
    ],
)
def test_what_is_not_of_the_protocol_is_refused(frame):
    with pytest.raises(WireError):
        decode(frame)


def test_a_bad_frame_is_quoted_without_what_drives_a_terminal():
    with pytest.raises(WireError) as caught:
        decode("\x1b[2J\x07" + "x" * 500)
    assert "\x1b" not in str(caught.value)
    assert "x" * 190 in str(caught.value)
    assert "x" * 201 not in str(caught.value)


def test_error_texts_are_made_printable():
    frame = json.dumps({"type": "error", "data": {"message": "\x1b[31mred", "code": "A\x00"}})
    assert decode(frame) == ErrorReply("A", "[31mred")


@given(st.text())
def test_every_reply_is_a_value_or_a_wire_error(frame):
    try:
        decode(frame)
    except WireError:
        return
    assert json.loads(frame)["type"] in ("state", "error", "observation")


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_a_state_comes_through_whole(data):
    assert decode(json.dumps({"type": "state", "data": data})).data == data


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_requests_are_json_that_keeps_what_it_was_given(data):
    assert json.loads(codec.encode_step(data)) == {"type": "step", "data": data}
    assert json.loads(codec.encode_reset(data)) == {"type": "reset", "data": data}


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_come_through_exactly(values):
    frame = json.dumps({"type": "state", "data": {"v": values}})
    assert codec.numbers(decode(frame).data, "v") == values


def test_large_finite_numbers_whose_sum_is_not_are_numbers():
    assert codec.numbers({"v": [1e308, 1e308]}, "v") == [1e308, 1e308]


@pytest.mark.parametrize("values", [None, 1, "12", [1, "2"], [True], [None], [math.inf], [10**400]])
def test_numbers_are_nothing_else(values):
    with pytest.raises(WireError, match="'v'"):
        codec.numbers({"v": values}, "v")


@pytest.mark.parametrize("values", [None, 1, [1.0], [True], ["1"]])
def test_integers_are_nothing_else(values):
    with pytest.raises(WireError, match="'v'"):
        codec.integers({"v": values}, "v")


def test_a_missing_field_is_named():
    with pytest.raises(WireError, match=r"'b' has to be of type int, and it is missing.*\"a\""):
        codec.field({"a": 1}, "b", int)


def test_true_is_no_integer():
    with pytest.raises(WireError, match="not True"):
        codec.field({"a": True}, "a", int)
