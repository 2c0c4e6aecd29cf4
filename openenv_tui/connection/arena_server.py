"""A game on our own server: any seats, honoured seeds, and everything that the engine says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openenv_tui.connection.server import ServerEnvironment
from openenv_tui.errors import LateAnswerError, WireError
from openenv_tui.games.openspiel import OpenSpielGame
from openenv_tui.model import NO_METADATA, Action, Ending, Observation, Step
from openenv_tui.render import printable
from openenv_tui.wire.codec import ObservationReply, field, integers, numbers
from openenv_tui.wire.session import Session


class ArenaServerEnvironment(ServerEnvironment):
    """Some or all seats of a game, as on the embedded engine.

    ``observe`` gives a player's newest observation that the server sent: with ``every_view`` asked
    for that is the current one, else that of the player's last turn.

    Args:
        session: owned from now on.
        game: what is played.
        seats: the players of this side.
        opponents: who plays the others.
        parameters: what every reset asks for, beside the seed.
    """

    seeded = True
    game: OpenSpielGame

    def __init__(
        self,
        session: Session,
        game: OpenSpielGame,
        seats: tuple[int, ...],
        opponents: Mapping[int, str],
        parameters: Mapping[str, Any],
    ) -> None:
        super().__init__(session, game, seats, opponents)
        self._parameters = parameters
        self._history_known = game.info.history_known
        self._moves: list[int] = []
        self._ply = -1

    async def reset(self, seed: int) -> Step:
        reply = await self.session.reset({**self._parameters, "seed": seed})
        if integers(reply.metadata, "seats") != self.seats:
            raise WireError(f"the server gives other seats than before, {list(self.seats)}")
        if field(reply.metadata, "seed", int) != seed:
            raise WireError(f"the server did not take the seed {seed}")
        self._moves = []
        self._seen = {}
        self._ply = -1
        return self._advance(reply)

    def _action(self, actions: Sequence[Action]) -> Mapping[str, object]:
        if len(actions) == 1:
            return {"action_id": actions[0]}
        return {"action_id": actions[0], "metadata": {"actions": list(actions)}}

    def actions_of(self, data: Mapping[str, Any]) -> tuple[Action, ...]:
        more = data.get("metadata")
        if isinstance(more, dict) and "actions" in more:
            return integers(more, "actions")
        return super().actions_of(data)

    def _advance(self, reply: ObservationReply) -> Step:
        metadata = reply.metadata
        if self._history_known:
            self._moves += integers(metadata, "moves")
        before, self._ply = self._ply, field(metadata, "ply", int)
        if (ply := self._ply) <= before:
            raise LateAnswerError(
                f"the server answered a step before the last one, after move {ply}"
            )
        views = [self._view(reply.observation, metadata, ply)]
        if "others" in metadata:
            views += [self._view(other, other, ply) for other in field(metadata, "others", list)]
        for observation in views:
            self._seen[observation.player] = observation
        if reply.done:
            self._acting = ()
            return Step((), self._ending(metadata))
        self._acting = tuple([observation for observation in views if observation.legal_actions])
        if not self._acting:
            raise WireError("the episode goes on, and the server names no legal action")
        return Step(self._acting)

    def _view(
        self, numbers_of: Mapping[str, Any], said: Mapping[str, Any], ply: int
    ) -> Observation:
        player = field(said, "player", int)
        if player not in self.seats:
            raise WireError(f"the server sends what player {player} sees, who is not of this side")
        source = Sent(self._moves, len(self._moves), numbers_of, said, self._history_known)
        return Observation(player, integers(numbers_of, "legal_actions"), source, ply)

    def _ending(self, metadata: Mapping[str, Any]) -> Ending:
        returns = tuple(map(float, numbers(metadata, "returns")))
        if len(returns) != self.game.info.players:
            raise WireError(f"{self.game.info.players} returns were expected, not {len(returns)}")
        return Ending(returns, integers(metadata, "history"))


class Sent:
    """An observation's details as our server sent them, checked now and put in shape when asked.

    Args:
        moves: of the episode; it grows after this observation was made.
        length: how many of them came before it.
        numbers_of: holds ``info_state`` and ``legal_actions``.
        said: holds ``text``, ``action_names`` and ``return``.
        history_known: whether ``moves`` are public.
    """

    __slots__ = ("_history_known", "_length", "_moves", "_names", "_numbers", "_text", "_total")

    def __init__(
        self,
        moves: list[int],
        length: int,
        numbers_of: Mapping[str, Any],
        said: Mapping[str, Any],
        history_known: bool,
    ) -> None:
        self._moves = moves
        self._length = length
        self._history_known = history_known
        self._numbers = numbers(numbers_of, "info_state")
        self._text: str = field(said, "text", str)
        self._names: list[Any] = field(said, "action_names", list)
        self._total = float(field(said, "return", (float, int)))

    def tensor(self, _: Observation) -> tuple[float, ...]:
        return tuple(map(float, self._numbers))

    def text(self, _: Observation) -> str:
        return printable(self._text)

    def return_so_far(self, _: Observation) -> float:
        return self._total

    def history(self, _: Observation) -> tuple[int, ...] | None:
        return tuple(self._moves[: self._length]) if self._history_known else None

    def action_names(self, observation: Observation) -> Mapping[int, str]:
        legal = observation.legal_actions
        if len(legal) != len(self._names):
            raise WireError(f"{len(legal)} action names were expected, not {len(self._names)}")
        return {a: printable(str(name)) for a, name in zip(legal, self._names, strict=True)}

    def metadata(self, _: Observation) -> Mapping[str, Any]:
        return NO_METADATA
