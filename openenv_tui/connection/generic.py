"""Any OpenEnv environment: forms out, observations in, every seat played by this side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from openenv_tui.connection.server import ServerEnvironment
from openenv_tui.errors import IllegalActionError, ServerError, WireError
from openenv_tui.games.generic import GenericGame
from openenv_tui.model import Action, Ending, FormObservation, Observation, Step
from openenv_tui.render import printable
from openenv_tui.wire.codec import ObservationReply
from openenv_tui.wire.session import Session

VALIDATION: str = "VALIDATION_ERROR"


class GenericEnvironment(ServerEnvironment):
    """An environment of which nothing is known but what it sends.

    Args:
        session: owned from now on.
        game: the adapter.
        limit: an episode is cut off after so many steps; None for never.
    """

    game: GenericGame

    def __init__(self, session: Session, game: GenericGame, limit: int | None = None) -> None:
        super().__init__(session, game, tuple(range(game.info.players)), {})
        self._limit = limit
        self._returns = [0.0] * game.info.players
        self._fields: Mapping[str, Any] = {}
        self._ply = 0

    async def reset(self, seed: int) -> Step:
        # Most servers of today ignore a seed; the audit finds out.
        reply = await self.session.reset({"seed": seed})
        self._returns = [0.0] * self.game.info.players
        self._ply = 0
        return self._observed(reply, None)

    async def step(self, actions: Sequence[Action]) -> Step:
        (seen,) = self._expected(actions)
        assert isinstance(seen, FormObservation)
        try:
            action = seen.action_space.accept(actions[0])
        except TypeError as error:
            raise IllegalActionError(f"{actions[0]!r:.80} is not an action") from error
        try:
            reply = await self.session.step(seen.action_space.payload(action))
        except ServerError as error:
            if error.code == VALIDATION:
                raise IllegalActionError(f"the server does not take it: {error}") from error
            raise
        self._ply += 1
        shares = self.game.shares(seen.player, reply.reward or 0.0, reply.observation, reply.done)
        for player, share in shares.items():
            self._returns[player] += share
        return self._observed(reply, self._fields)

    def actions_of(self, data: Mapping[str, Any]) -> tuple[Action, ...]:
        return tuple(seen.action_space.accept(data) for seen in self._acting if seen.action_space)

    def _expected(self, actions: Sequence[Action]) -> tuple[Observation]:
        if len(self._acting) != 1 or len(actions) != 1:
            raise IllegalActionError(
                f"one action was expected, not {len(actions)}"
                if self._acting
                else "no player must choose now: call reset to begin an episode"
            )
        return (self._acting[0],)

    def _observed(self, reply: ObservationReply, before: Mapping[str, Any] | None) -> Step:
        game = self.game
        self._fields = fields = reply.observation
        space = game.space(fields)
        cut = self._limit is not None and self._ply >= self._limit
        over = reply.done or cut
        player = game.player(fields)
        if not 0 <= player < game.info.players:
            raise WireError(f"the server waits for player {player} of {game.info.players}")
        for each in self.seats:
            acts = each == player and not over
            told, earlier = fields, before
            if not (game.shared or acts or over):
                # The reply is for whoever is next; the others know what they were told before.
                known = self._seen.get(each) if before is not None else None
                told, earlier = (known.fields, None) if known else ({}, None)
            self._seen[each] = FormObservation(
                each,
                space.legal_actions if acts else (),
                Received(self._returns[each], reply.metadata if told is fields else {}),
                self._ply,
                space,
                told,
                earlier,
            )
        if over:
            self._acting = ()
            return Step((), Ending(tuple(self._returns), None, cut and not reply.done))
        self._acting = (self._seen[player],)
        return Step(self._acting)


class Received(NamedTuple):
    """An observation's details where the environment sends fields of its own."""

    total: float
    extras: Mapping[str, Any]

    def tensor(self, observation: Observation) -> tuple[float, ...]:
        return ()

    def text(self, observation: Observation) -> str:
        return printable(str(dict(observation.fields)))

    def return_so_far(self, observation: Observation) -> float:
        return self.total

    def history(self, observation: Observation) -> tuple[int, ...] | None:
        return None

    def action_names(self, observation: Observation) -> Mapping[int, str]:
        return {}

    def metadata(self, observation: Observation) -> Mapping[str, Any]:
        return self.extras
