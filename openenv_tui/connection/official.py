"""A game on an official OpenSpiel server: one seat, and whatever the server leaves unsaid.

Such a server fixes game, seat and opponent when it starts. It ignores seeds, checks no action,
and sends numbers only; the game's adapter says what they mean.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from openenv_tui.connection.server import ServerEnvironment
from openenv_tui.errors import WireError
from openenv_tui.games.openspiel import OpenSpielGame
from openenv_tui.model import Ending, Observation, Step
from openenv_tui.wire.codec import ObservationReply, field, integers, numbers
from openenv_tui.wire.session import Session

UNNAMED: Mapping[int, str] = MappingProxyType({})


class OfficialEnvironment(ServerEnvironment):
    """One seat of a game, the others played by the server.

    Args:
        session: owned from now on.
        game: what the server says it serves.
        seat: the player of this side.
        opponents: who plays the others.
    """

    game: OpenSpielGame

    def __init__(
        self, session: Session, game: OpenSpielGame, seat: int, opponents: Mapping[int, str]
    ) -> None:
        super().__init__(session, without_history(game), (seat,), opponents)
        self._seat = seat
        self._return = 0.0
        self._ply = 0

    async def reset(self, seed: int) -> Step:
        # The seed is ignored by today's servers, and honoured by those of tomorrow.
        reply = await self.session.reset({"seed": seed})
        self._return = reply.reward or 0.0
        self._ply = 0
        if reply.done:
            raise WireError("the server's first observation is already the end of the episode")
        return self._observed(reply)

    def _advance(self, reply: ObservationReply) -> Step:
        if reply.reward is None:
            raise WireError("a reward was expected after a step, not null")
        self._return += reply.reward
        self._ply += 1
        return self._observed(reply)

    def _observed(self, reply: ObservationReply) -> Step:
        seen = reply.observation
        legal = () if reply.done else self._legal(seen)
        tensor = tuple(map(float, numbers(seen, "info_state")))
        source = NumbersOnly(self.game, tensor, self._return, _extras(reply))
        observation = Observation(self._seat, legal, source, self._ply)
        self._seen[self._seat] = observation
        if reply.done:
            self._acting = ()
            return Step((), Ending(self._returns(), None))
        self._acting = (observation,)
        return Step(self._acting)

    def _legal(self, seen: Mapping[str, Any]) -> tuple[int, ...]:
        legal = integers(seen, "legal_actions")
        if not legal:
            raise WireError("the episode goes on, and the server names no legal action")
        player = field(seen, "current_player_id", int)
        # Where all choose at once the server may say so by a number below zero.
        if player >= 0 and player != self._seat:
            raise WireError(f"the server waits for player {player}; this side is {self._seat}")
        return legal

    def _returns(self) -> tuple[float | None, ...]:
        info = self.game.info
        returns: list[float | None] = [None] * info.players
        returns[self._seat] = self._return
        if info.players == 2 and info.zero_sum:
            returns[1 - self._seat] = -self._return
        return tuple(returns)


@dataclass(frozen=True, slots=True)
class NumbersOnly:
    """An observation's details where a server sends numbers and nothing else."""

    game: OpenSpielGame
    numbers: tuple[float, ...]
    total: float
    extras: Mapping[str, Any]

    def tensor(self, _: Observation) -> tuple[float, ...]:
        return self.numbers

    def text(self, _: Observation) -> str:
        return laid_out(self.numbers, self.game.info.tensor_shape)

    def return_so_far(self, _: Observation) -> float:
        return self.total

    def history(self, _: Observation) -> tuple[int, ...] | None:
        if not self.game.info.history_known:
            return None
        return self.game.reconstruct(self.numbers)

    def action_names(self, _: Observation) -> Mapping[int, str]:
        return UNNAMED

    def metadata(self, _: Observation) -> Mapping[str, Any]:
        return self.extras


def without_history(game: OpenSpielGame) -> OpenSpielGame:
    """The adapter as it is where histories can be had from tensors only, or not at all."""
    reconstructs = type(game).reconstruct is not OpenSpielGame.reconstruct
    if reconstructs or not game.info.history_known:
        return game
    game = copy.copy(game)
    game.info = replace(game.info, history_known=False)
    return game


def laid_out(tensor: tuple[float, ...], shape: tuple[int, ...]) -> str:
    """Numbers in rows, and planes of rows one below the other: all that can be drawn of them."""
    width = shape[-1] if shape else 0
    if not tensor or width <= 0 or len(tensor) % width:
        width = 16
    height = shape[-2] if len(shape) > 1 else 0
    lines = []
    for row, start in enumerate(range(0, len(tensor), width)):
        if height and row and row % height == 0:
            lines.append("")
        lines.append(" ".join(f"{value:g}" for value in tensor[start : start + width]))
    return "\n".join(lines)


def _extras(reply: ObservationReply) -> Mapping[str, Any]:
    return {**reply.metadata, "opponent_last_action": reply.observation.get("opponent_last_action")}
