"""The arena on the official framework: what `openenv push`, Docker and its own tools start.

``fast.py`` serves the same, several times as fast; use that where nothing asks for this one.
The environment variables ARENA_GAME, ARENA_AGENT_PLAYER, ARENA_OPPONENT and MAX_CONCURRENT_ENVS
say what is played.
"""

from __future__ import annotations

import os
import secrets
from typing import Any

import uvicorn
from openenv.core.env_server import Action, Environment, Observation, State, create_app

from arena_env.models import ArenaAction, ArenaObservation, ArenaReset, ArenaState
from arena_env.server.session import Wishes
from arena_env.table import Setting, Table
from openenv_tui.seeding import SEED_BITS


class ServedAction(ArenaAction, Action):
    """An action, as the framework wants it."""


class ServedObservation(ArenaObservation, Observation):
    """An observation, as the framework wants it."""


class ServedState(ArenaState, State):
    """A state, as the framework wants it."""


class ArenaEnvironment(Environment):
    """OpenSpiel games with every seat playable, honoured seeds, and checked actions."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self) -> None:
        super().__init__()
        self._wishes = Wishes(default_setting())
        self._table = Table(self._wishes.default)
        self._episode_id: str | None = None

    def reset(
        self,
        seed: int | None = None,
        episode_id: str | None = None,
        game: str | None = None,
        game_params: dict[str, Any] | None = None,
        agent_player: int | str | None = None,
        opponent: str | None = None,
        views: str | None = None,
        **_: Any,
    ) -> ServedObservation:
        """Begin an episode; what is left out is as the server was started.

        Raises:
            OpenEnvTuiError: no such game, seat or policy.
        """
        asked = ArenaReset.model_validate(
            {
                "seed": seed,
                "episode_id": episode_id,
                "game": game,
                "game_params": game_params,
                "agent_player": agent_player,
                "opponent": opponent,
                "views": views,
            }
        )
        setting = self._wishes.setting(asked)
        if setting != self._table.setting:
            table = Table(setting)
            self._table.close()
            self._table = table
        self._episode_id = episode_id or secrets.token_hex(8)
        drawn = secrets.randbits(SEED_BITS) if seed is None else seed
        return _observation(self._table.reset(drawn))

    def step(
        self, action: ServedAction, timeout_s: float | None = None, **_: Any
    ) -> ServedObservation:
        """Take an action, or with ``metadata={"actions": [...]}`` one for each who must choose.

        Raises:
            IllegalActionError: the episode is where it was.
        """
        actions = action.metadata.get("actions", [action.action_id])
        return _observation(self._table.step(actions))

    @property
    def state(self) -> ServedState:
        return ServedState(**self._table.state(self._episode_id))

    def close(self) -> None:
        self._table.close()


def default_setting() -> Setting:
    """What the environment variables ask for.

    Raises:
        ValueError: ARENA_AGENT_PLAYER is neither a number nor "all".
    """
    seat = os.environ.get("ARENA_AGENT_PLAYER", "0")
    return Setting(
        os.environ.get("ARENA_GAME", "catch"),
        None if seat == "all" else int(seat),
        os.environ.get("ARENA_OPPONENT", "random"),
    )


def _observation(reply: dict[str, Any]) -> ServedObservation:
    seen = ServedObservation.model_validate({**reply["observation"], "done": reply["done"]})
    seen.reward = reply["reward"]
    return seen


app = create_app(
    ArenaEnvironment,
    ServedAction,
    ServedObservation,
    env_name="arena_env",
    max_concurrent_envs=int(os.environ.get("MAX_CONCURRENT_ENVS", "64")),
)


def main(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve until Ctrl-C."""
    uvicorn.run(app, host=host, port=port)


if __name__ == "__main__":
    main()
