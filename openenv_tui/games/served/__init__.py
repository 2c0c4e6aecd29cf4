"""Environments of other servers, known by their fields: one adapter each.

One without an adapter is played as its JSON schema says, by ``games/generic.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openenv_tui.registry import Registry

if TYPE_CHECKING:
    from openenv_tui.games.generic import Facts, GenericGame

SERVED: Registry[type[GenericGame]] = Registry(
    "environment",
    {
        "chess": "openenv_tui.games.served.chess:Chess",
        "connect4": "openenv_tui.games.served.connect4:Connect4",
        "echo": "openenv_tui.games.served.echo:Echo",
        "grid_world": "openenv_tui.games.served.grid_world:GridWorld",
        "maze": "openenv_tui.games.served.maze:Maze",
        "reasoning_gym": "openenv_tui.games.served.reasoning_gym:ReasoningGym",
        "snake": "openenv_tui.games.served.snake:Snake",
        "textarena": "openenv_tui.games.served.textarena:TextArena",
        "wildfire": "openenv_tui.games.served.wildfire:Wildfire",
    },
    group="openenv_tui.environments",
)


def adapter_for(facts: Facts) -> GenericGame:
    """The adapter made for a server's environment, or the one that fits all."""
    from openenv_tui.games.generic import GenericGame

    for name in SERVED:
        adapter = SERVED.load(name)
        if adapter.fits(facts):
            return adapter(facts)
    return GenericGame(facts)
