"""An OpenSpiel environment on the official framework, as its servers behave.

Run as a program it serves on a free loopback port, prints the port, and goes on until it is ended.
Game, seat and opponent come from the environment variables that OpenEnv's own server reads. Each
argument GAME/SEAT/OPPONENT is served too, under that path: starting the framework takes seconds.
Like OpenEnv's server it ignores seeds, checks no action, and begins anew when it is asked for a
step after the end.
"""

from __future__ import annotations

import os
import random
import socket
import sys
from functools import partial
from typing import Any
from uuid import uuid4

import pyspiel
import uvicorn
from openenv.core.env_server import Action, Environment, Observation, State, create_app
from pydantic import Field

SESSIONS = int(os.environ.get("MAX_CONCURRENT_ENVS", "8"))
TERMINAL = -4

CHOOSE = {
    "random": random.choice,
    "first": lambda legal: legal[0],
    "last": lambda legal: legal[-1],
    "middle": lambda legal: legal[len(legal) // 2],
}


class OpenSpielAction(Action):
    action_id: int
    game_name: str = "catch"
    game_params: dict[str, Any] = Field(default_factory=dict)


class OpenSpielObservation(Observation):
    info_state: list[float]
    legal_actions: list[int]
    game_phase: str = "playing"
    current_player_id: int = 0
    opponent_last_action: int | None = None


class OpenSpielState(State):
    game_name: str = "catch"
    agent_player: int = 0
    opponent_policy: str = "random"
    game_params: dict[str, Any] = Field(default_factory=dict)
    num_players: int = 1


class OpenSpielEnvironment(Environment):
    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, game: str, seat: int, opponent: str) -> None:
        super().__init__()
        self._seat = seat
        self._choose = CHOOSE[opponent]
        self._game = pyspiel.load_game(game)
        kind = self._game.get_type()
        self._informed = kind.provides_information_state_tensor
        self._position: Any = None
        self._opponents_move: int | None = None
        self._facts = OpenSpielState(
            game_name=game,
            agent_player=seat,
            opponent_policy=opponent,
            num_players=self._game.num_players(),
        )

    def reset(self) -> OpenSpielObservation:
        self._position = self._game.new_initial_state()
        self._opponents_move = None
        self._facts.episode_id = str(uuid4())
        self._facts.step_count = 0
        self._until_the_agents_turn()
        return self._observe("initial", None)

    def step(
        self, action: OpenSpielAction, timeout_s: float | None = None, **_: Any
    ) -> OpenSpielObservation:
        if self._position is None or self._position.is_terminal():
            return self.reset()
        before = self._position.returns()[self._seat]
        self._position.apply_action(action.action_id)
        self._facts.step_count += 1
        self._until_the_agents_turn()
        return self._observe("playing", self._position.returns()[self._seat] - before)

    @property
    def state(self) -> OpenSpielState:
        return self._facts

    def _until_the_agents_turn(self) -> None:
        position = self._position
        while not position.is_terminal() and position.current_player() != self._seat:
            if position.is_chance_node():
                moves, weights = zip(*position.chance_outcomes(), strict=True)
                position.apply_action(random.choices(moves, weights)[0])
                continue
            self._opponents_move = self._choose(position.legal_actions())
            position.apply_action(self._opponents_move)
            self._facts.step_count += 1

    def _observe(self, phase: str, reward: float | None) -> OpenSpielObservation:
        position = self._position
        done = position.is_terminal()
        tensor = (
            position.information_state_tensor if self._informed else position.observation_tensor
        )
        return OpenSpielObservation(
            info_state=tensor(self._seat),
            legal_actions=[] if done else position.legal_actions(self._seat),
            game_phase="terminal" if done else phase,
            current_player_id=TERMINAL if done else position.current_player(),
            opponent_last_action=self._opponents_move,
            reward=reward,
            done=done,
        )


def app_of(game: str, seat: int, opponent: str) -> Any:
    return create_app(
        partial(OpenSpielEnvironment, game, seat, opponent),
        OpenSpielAction,
        OpenSpielObservation,
        env_name="openspiel_env",
        max_concurrent_envs=SESSIONS,
        state_cls=OpenSpielState,
    )


def main() -> None:
    app = app_of(
        os.environ.get("OPENSPIEL_GAME", "catch"),
        int(os.environ.get("OPENSPIEL_AGENT_PLAYER", "0")),
        os.environ.get("OPENSPIEL_OPPONENT_POLICY", "random"),
    )
    for path in sys.argv[1:]:
        game, seat, opponent = path.split("/")
        app.mount(f"/{path}", app_of(game, int(seat), opponent))
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
