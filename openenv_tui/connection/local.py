"""The embedded engine, as something to be opened and closed like a server."""

from __future__ import annotations

from typing import Self

from arena_env.arena import Arena
from openenv_tui.environment import Waited


class LocalEnvironment(Arena):
    """A game in this process, for ``with``."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncLocalEnvironment(Waited):
    """A game in this process, for ``async with`` and drivers that await.

    Args:
        name: the game's name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(Arena(name))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
