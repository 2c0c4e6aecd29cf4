"""An environment whose server is a recording, and the policy that plays what was played."""

from __future__ import annotations

from random import Random

from openenv_tui.connection import ANSWER_TIMEOUT
from openenv_tui.connection.recording import RecordedServer
from openenv_tui.connection.remote import open_remote
from openenv_tui.connection.server import ServerEnvironment
from openenv_tui.games.forms import Space
from openenv_tui.model import Action, Observation
from openenv_tui.policy import Policy


class Recorded(Policy):
    """Takes the actions that were taken.

    Args:
        server: knows which comes next.
        environment: knows what it means.
    """

    def __init__(self, server: RecordedServer, environment: ServerEnvironment) -> None:
        self.server = server
        self.environment = environment

    def act(self, observation: Observation, rng: Random) -> Action:
        data = self.server.upcoming()
        if data is not None:
            return self.environment.action_of(data, observation.player)
        # Nobody knows what came next; the server will say that the recording ends.
        space = observation.action_space
        return space.sample(rng) if isinstance(space, Space) else observation.legal_actions[0]

    def refused(self, observation: Observation, reason: str) -> bool:
        return True


async def open_recorded(server: RecordedServer) -> ServerEnvironment:
    """The environment that was recorded, ready for the next episode.

    Raises:
        OpenEnvTuiError: its introduction is not whole.
    """
    return await open_remote(
        server, every_view=True, open_timeout=ANSWER_TIMEOUT, timeout=ANSWER_TIMEOUT
    )
