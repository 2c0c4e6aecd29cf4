"""OpenEnv's frames as values, read strictly: what does not follow the protocol is refused.

Everything that a server sends is data: nothing here evaluates it, and what could drive a terminal
is taken out before any of it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, TypeAlias

# The reader of pydantic: five times as fast as the standard library's on lists of numbers.
from pydantic_core import from_json, to_json

from openenv_tui.errors import GarbageError
from openenv_tui.render import printable

QUOTED: Final = 200
"""How many characters of a bad reply an error message shows."""

STATE_REQUEST: Final = '{"type":"state"}'
CLOSE_REQUEST: Final = '{"type":"close"}'


@dataclass(frozen=True, slots=True)
class ObservationReply:
    """What a server answers to ``reset`` and ``step``.

    Attributes:
        observation: the environment's own fields, ``metadata`` among them.
        reward: since the last reply; None if the server does not say, as after a reset.
        done: the episode is over.
        metadata: what the server adds; 0.3.0 servers never send any.
    """

    observation: Mapping[str, Any]
    reward: float | None
    done: bool
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StateReply:
    """What a server answers to ``state``: facts of the session, hidden ones perhaps among them."""

    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """What a server answers to a request that it does not carry out."""

    code: str
    message: str


Reply: TypeAlias = ObservationReply | StateReply | ErrorReply


def encode_reset(parameters: Mapping[str, Any]) -> str:
    """A request for a new episode; servers ignore parameters that they do not know."""
    return _encode("reset", parameters)


def encode_step(action: Mapping[str, Any]) -> str:
    """A request to take an action, whose fields depend on the environment."""
    return _encode("step", action)


def decode(text: str) -> Reply:
    """Read a frame.

    Raises:
        GarbageError: it is not one of the protocol's replies.
    """
    try:
        frame = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise _bad(f"JSON was expected ({error})", text) from error
    if type(frame) is not dict or type(data := frame.get("data")) is not dict:
        raise _bad("an object with 'type' and 'data' was expected", text)
    kind = frame.get("type")
    if kind == "observation":
        return _observation(data, text)
    if kind == "state":
        return StateReply(data)
    if kind == "error":
        return _error(data, text)
    raise _bad("type 'observation', 'state' or 'error' was expected", text)


def _observation(data: dict[str, Any], text: str) -> ObservationReply:
    observation = data.get("observation")
    if type(observation) is not dict:
        raise _bad("an observation with an object 'observation' was expected", text)
    done = data.get("done")
    if type(done) is not bool:
        raise _bad("an observation with 'done' true or false was expected", text)
    if "reward" not in data:
        raise _bad("an observation with 'reward' was expected", text)
    metadata = observation.get("metadata") or data.get("metadata") or {}
    if type(metadata) is not dict:
        raise _bad("'metadata' has to be an object", text)
    reward = data["reward"]
    if reward is not None:
        if type(reward) not in _NUMBERS or not _finite([reward]):
            raise _bad("'reward' has to be a finite number or null", text)
        reward = float(reward)
    return ObservationReply(observation, reward, done, metadata)


def _error(data: dict[str, Any], text: str) -> ErrorReply:
    code, message = data.get("code"), data.get("message")
    if type(code) is not str or type(message) is not str:
        raise _bad("an error with a 'code' and a 'message' was expected", text)
    return ErrorReply(printable(code), printable(message))


# Fields of what a server sent, read strictly.


def field(data: Mapping[str, Any], key: str, kind: type | tuple[type, ...]) -> Any:
    """The value under ``key``, of exactly that type or one of those types: true is no integer.

    Raises:
        GarbageError: it is missing, or of another type.
    """
    value = data.get(key)
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if type(value) in kinds:
        return value
    expected = " or ".join("null" if each is type(None) else each.__name__ for each in kinds)
    found = f"not {value!r}" if key in data else "and it is missing"
    raise _bad(f"'{key}' has to be of type {expected}, {found:.80}", json.dumps(data, default=str))


def numbers(data: Mapping[str, Any], key: str) -> list[float]:
    """The list of finite numbers under ``key``, integers among them as they are.

    Raises:
        GarbageError: it is missing, or anything else.
    """
    values = data.get(key)
    # Sets and map run in C, and lists can be long: this is the hottest check of all.
    if type(values) is not list or not _NUMBERS.issuperset(map(type, values)):
        raise _bad(f"'{key}' has to be a list of numbers", json.dumps(data, default=str))
    if not _finite(values):
        raise _bad(f"'{key}' has to be a list of finite numbers", json.dumps(data, default=str))
    return values


def integers(data: Mapping[str, Any], key: str) -> tuple[int, ...]:
    """The list of integers under ``key``.

    Raises:
        GarbageError: it is missing, or anything else.
    """
    values = data.get(key)
    if type(values) is not list or not _INTEGERS.issuperset(map(type, values)):
        raise _bad(f"'{key}' has to be a list of integers", json.dumps(data, default=str))
    return tuple(values)


def quoted(text: str) -> str:
    """The beginning of a reply in one line, fit to be shown."""
    start = printable(text[:QUOTED]).replace("\n", " ")
    return f"{start}{'...' if len(text) > QUOTED else ''}"


_INTEGERS: Final = frozenset({int})
_NUMBERS: Final = frozenset({int, float})


def _encode(kind: str, data: Mapping[str, Any]) -> str:
    return to_json({"type": kind, "data": data}).decode()


def _finite(values: list[float]) -> bool:
    try:
        # A sum is finite only if every number is; large ones may add up to too much.
        return isfinite(sum(values)) or all(map(isfinite, values))
    except OverflowError:
        # An integer that no float can hold.
        return False


def _bad(problem: str, text: str) -> GarbageError:
    return GarbageError(f"not a reply of OpenEnv's protocol: {problem}; got: {quoted(text)}")
