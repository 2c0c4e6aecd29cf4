"""One client's session: OpenEnv's requests in, its replies out, as JSON. No I/O."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from math import prod
from typing import Any, Final, TypeAlias, TypeVar

import orjson
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from arena_env.models import ArenaAction, ArenaReset
from arena_env.table import Setting, Table
from openenv_tui.errors import GameError, OpenEnvTuiError, SpecError
from openenv_tui.games import load_game
from openenv_tui.model import Parameter
from openenv_tui.seeding import SEED_BITS
from openenv_tui.specs import POLICIES, Option, PolicySpec, policy_options

T = TypeVar("T")
Work: TypeAlias = "Callable[[], bytes]"

MAX_TENSOR: Final = 1_000_000
"""Numbers in an observation of a game that a client asks for; whoever starts a server may serve
larger ones."""

MOST_EFFORT: Final = 1_000
"""Of an opponent that a client asks for: the product of the whole numbers among its options, which
say how much it thinks, as in ``mcts(simulations=500, rollouts=2)``."""

ENVELOPES: Final = {
    "reset": {"type", "data"},
    "step": {"type", "data"},
    "state": {"type"},
    "close": {"type"},
    "mcp": {"type", "data"},
}
PLAIN_STEP: Final = re.compile(
    r'\s*\{\s*"type"\s*:\s*"step"\s*,\s*"data"\s*:\s*\{\s*"action_id"\s*:\s*'
    r"(-?(?:0|[1-9][0-9]{0,15}))\s*\}\s*\}\s*"
)
"""A step with nothing but an action's number."""
METHOD_NOT_FOUND: Final = -32601
"""JSON-RPC 2.0, section 5.1."""


class SessionError(Exception):
    """What was sent ends the session."""


class Wishes:
    """What clients may ask for, beside what is served to everybody.

    Args:
        default: what is played where a reset asks for nothing.
        effort: the most of an opponent that is asked for; see ``MOST_EFFORT``.
    """

    def __init__(self, default: Setting, effort: int = MOST_EFFORT) -> None:
        self.default = default
        self.effort = effort
        self._name = load_game(default.game).info.name

    def setting(self, asked: ArenaReset) -> Setting:
        """What a reset asks for.

        Raises:
            OpenEnvTuiError: there is no such game or policy, or no client may ask for it.
        """
        default = self.default
        game, seat = default.game, default.agent_player
        if asked.game_params or asked.game not in (None, game, self._name):
            game = _game(asked.game or game, asked.game_params or {})
        if asked.agent_player is not None:
            seat = None if asked.agent_player == "all" else asked.agent_player
        opponent = default.opponent
        if asked.opponent is not None and asked.opponent != opponent:
            opponent = harmless(asked.opponent, self.effort)
        return Setting(game, seat, opponent, asked.views or default.views)


class ArenaSession:
    """Answers one client.

    Args:
        setting: what is played where a reset does not ask for something else.
        effort: the most of an opponent that the client asks for.

    Attributes:
        episodes: begun.
        steps: asked for.
    """

    def __init__(self, setting: Setting, effort: int = MOST_EFFORT) -> None:
        self._wishes = Wishes(setting, effort)
        self._table = Table(setting)
        self._name = secrets.token_hex(8)
        self.episodes = 0
        self.steps = 0
        self._names_its_views = False
        self._episode_id: str | None = None

    def answer(self, frame: str) -> bytes | Work | None:
        """The reply to a request; None when the client says goodbye.

        Where the house has to think first, the reply is work to be done, in a thread: other
        clients are not made to wait for it. Nothing else may be asked until it is done.

        Raises:
            SessionError: the session cannot go on.
        """
        plain = PLAIN_STEP.fullmatch(frame)
        if plain is not None:
            # Nearly every request is one of these; what follows would read it to the same end.
            self.steps += 1
            table, actions = self._table, (int(plain[1]),)
            try:
                if table.slow:
                    return self._observed(table.step, actions)
                return self._shown(table.step(actions))
            except Exception as error:
                return _failed(error)
        try:
            request = from_json(frame)
        except ValueError as error:
            return _error("INVALID_JSON", f"Invalid JSON: {error}")
        if type(request) is not dict:
            raise SessionError(f"a request is a JSON object, not {type(request).__name__}")
        kind = request.get("type")
        if not isinstance(kind, str) or kind not in ENVELOPES:
            return _error("UNKNOWN_TYPE", f"Unknown message type: {kind!s:.80}")
        if not request.keys() <= ENVELOPES[kind]:
            return _invalid(
                [_problem("extra_forbidden", k) for k in request if k not in ENVELOPES[kind]]
            )
        try:
            return self._carry_out(kind, request)
        except ValidationError as error:
            return _invalid(error.errors(include_context=False, include_url=False))
        except Exception as error:
            return _failed(error)

    @property
    def setting(self) -> Setting:
        """What is played now."""
        return self._table.setting

    def close(self) -> None:
        """Let go of what is held."""
        self._table.close()

    def _carry_out(self, kind: str, request: dict[str, Any]) -> bytes | Work | None:
        if kind == "step":
            return self._step(ArenaAction.model_validate(request.get("data")))
        if kind == "reset":
            return self._reset(ArenaReset.model_validate(request.get("data", {})))
        if kind == "state":
            return _frame("state", self._table.state(self._episode_id))
        return _no_tools(request.get("data")) if kind == "mcp" else None

    def _step(self, action: ArenaAction) -> bytes | Work:
        actions = (
            action.metadata.get("actions", [action.action_id])
            if action.metadata
            else [action.action_id]
        )
        if type(actions) is not list or any(type(each) is not int for each in actions):
            return _invalid([_problem("list_type", "metadata", "actions")])
        self.steps += 1
        return self._observed(self._table.step, actions)

    def _reset(self, asked: ArenaReset) -> bytes | Work:
        setting = self._wishes.setting(asked)
        if setting != self._table.setting:
            table = Table(setting)
            self._table.close()
            self._table = table
        self._names_its_views = asked.views is not None
        self.episodes += 1
        self._episode_id = asked.episode_id or f"{self._name}-{self.episodes}"
        seed = secrets.randbits(SEED_BITS) if asked.seed is None else asked.seed
        return self._observed(self._table.reset, seed)

    def _observed(self, play: Callable[[T], dict[str, Any]], given: T) -> bytes | Work:
        if not self._table.slow:
            return self._shown(play(given))

        def think() -> bytes:
            try:
                return self._shown(play(given))
            except Exception as error:
                return _failed(error)

        return think

    def _shown(self, reply: dict[str, Any]) -> bytes:
        if not self._names_its_views:
            # OpenEnv's servers send it twice: clients differ in where they look for it.
            reply["metadata"] = reply["observation"]["metadata"]
        frame = {"type": "observation", "data": reply}
        try:
            return orjson.dumps(frame, default=str)
        except orjson.JSONEncodeError:
            # Three times as slow: for integers of more than 64 bits, and keys that are numbers.
            return _encoded(frame)


def harmless(written: str, effort: int = MOST_EFFORT) -> str:
    """A policy spec from the network: built-in or installed names, and options that are numbers.

    Raises:
        OpenEnvTuiError: it names code or a file, there is no such policy, or it thinks too much.
    """
    asked = _effort(PolicySpec.parse(written))
    if asked > effort:
        raise SpecError(
            f"a client may ask for an opponent of effort {effort:,} (the product of the whole "
            f"numbers among its options), and {written:.80} has {asked:,}"
        )
    return written


def _effort(spec: PolicySpec) -> int:
    """How much a policy thinks, once it is known to be harmless."""
    effort = 1
    if ":" in spec.target:
        raise SpecError(f"a client may ask for a built-in policy, and not for {spec.target}")
    accepted = policy_options(POLICIES.load(spec.target))
    for key, value in spec.options.items():
        nested = _nested(value, str(accepted[key].annotation) if key in accepted else "")
        if nested is not None:
            effort *= _effort(nested)
        elif isinstance(value, str):
            raise SpecError(f"a client may give numbers as options, and not {key}={value}")
        elif isinstance(value, int):
            effort *= max(1, value)
    return effort


def _nested(value: Option, annotation: str) -> PolicySpec | None:
    if isinstance(value, PolicySpec):
        return value
    return PolicySpec.parse(value) if isinstance(value, str) and "Policy" in annotation else None


def _game(name: str, parameters: Mapping[str, Parameter]) -> str:
    """The full name of a game from the network.

    Raises:
        OpenEnvTuiError: there is none, it reads files, or it is too large to be served to anyone.
    """
    if parameters:
        if "(" in name:
            raise GameError("send a game's parameters in its name or in game_params, not in both")
        name = f"{name}({','.join(f'{key}={value}' for key, value in parameters.items())})"
    if "filename" in name:
        raise GameError("a game that is read from a file cannot be asked for from elsewhere")
    shape = load_game(name).info.tensor_shape
    if prod(shape) > MAX_TENSOR:
        raise GameError(f"{name} is too large: {prod(shape)} numbers in every observation")
    return name


def _no_tools(data: Any) -> bytes:
    number = data.get("id") if isinstance(data, dict) else None
    problem = {"code": METHOD_NOT_FOUND, "message": "This environment has no MCP tools"}
    return _frame("mcp", {"jsonrpc": "2.0", "id": number, "error": problem})


def _frame(kind: str, data: Mapping[str, Any]) -> bytes:
    return _encoded({"type": kind, "data": data})


def _encoded(frame: Mapping[str, Any]) -> bytes:
    return to_json(frame, inf_nan_mode="null", fallback=str)


def _error(code: str, message: str, **more: Any) -> bytes:
    return _frame("error", {"message": message, "code": code, **more})


def _failed(error: Exception) -> bytes:
    ours = isinstance(error, OpenEnvTuiError)
    return _error("EXECUTION_ERROR", str(error) if ours else f"{type(error).__name__}: {error}")


def _invalid(errors: Any) -> bytes:
    return _error("VALIDATION_ERROR", "Invalid message", errors=errors)


def _problem(kind: str, *where: str) -> dict[str, Any]:
    messages = {
        "extra_forbidden": "Extra inputs are not permitted",
        "list_type": "Input should be a list of integers",
    }
    return {"type": kind, "loc": where, "msg": messages[kind]}


def refusal(code: str, message: str, **more: Any) -> bytes:
    """The frame that a server sends before it closes a connection."""
    return _error(code, message, **more)
