"""What an environment on any server has in common: a session, and whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from openenv_tui.connection.reach import Server
from openenv_tui.errors import IllegalActionError, WireError
from openenv_tui.game import Game
from openenv_tui.model import Action, Observation, Step
from openenv_tui.wire.codec import ObservationReply, field
from openenv_tui.wire.session import Session


class ServerEnvironment:
    """An ``AsyncEnvironment`` whose engine is at the other end of a session.

    Args:
        session: owned from now on.
        game: what the server plays.
        seats: the players of this side.
        opponents: who plays the others.

    Attributes:
        seeded: whether a seed decides all chance; only our server promises it.
        server: where the session was opened; None where that does not matter.
        session: with it; between two questions others may ask in it too.
    """

    seeded = False
    game: Game
    server: Server | None = None

    def __init__(
        self,
        session: Session,
        game: Game,
        seats: tuple[int, ...],
        opponents: Mapping[int, str],
    ) -> None:
        self.game = game
        self.seats = seats
        self.opponents = opponents
        self.session = session
        self._acting: tuple[Observation, ...] = ()
        self._seen: dict[int, Observation] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def reset(self, seed: int) -> Step:
        raise NotImplementedError

    async def step(self, actions: Sequence[Action]) -> Step:
        self._refuse_illegal(actions)
        return self._advance(await self.session.step(self._action(actions)))

    def observe(self, player: int) -> Observation:
        try:
            return self._seen[player]
        except KeyError:
            raise IllegalActionError(
                f"nothing is known of player {player}: call reset first, and ask for one of "
                f"the seats that this side plays, {', '.join(map(str, self.seats))}"
            ) from None

    async def close(self) -> None:
        try:
            await self.session.close()
        finally:
            if self.server is not None:
                await self.server.close()

    def _action(self, actions: Sequence[Action]) -> Mapping[str, object]:
        return {"action_id": actions[0]}

    def actions_of(self, data: Mapping[str, Any]) -> tuple[Action, ...]:
        """The actions that a step's data carry, for the last step's observations in their order.

        Raises:
            WireError, IllegalActionError: they are no such data.
        """
        return (field(data, "action_id", int),)

    def action_of(self, data: Mapping[str, Any], player: int) -> Action:
        """The action of one of the players whose turn it is; raises what ``actions_of`` does."""
        acting = [seen.player for seen in self._acting]
        actions = self.actions_of(data)
        if len(actions) != len(acting) or player not in acting:
            raise WireError(f"{len(actions)} actions do not fit {len(acting)} players")
        return actions[acting.index(player)]

    def _advance(self, reply: ObservationReply) -> Step:
        raise NotImplementedError

    def _refuse_illegal(self, actions: Sequence[Action]) -> None:
        acting = self._acting
        if len(actions) != len(acting) or not acting:
            raise IllegalActionError(
                f"{len(acting)} players must choose now, and {len(actions)} actions were given"
                if acting
                else "no player must choose now: call reset to begin an episode"
            )
        for observation, action in zip(acting, actions, strict=True):
            if action not in observation.legal_actions:
                raise IllegalActionError(
                    f"action {action!r} is not legal for player {observation.player}; "
                    f"legal now: {', '.join(map(str, observation.legal_actions))}"
                )
