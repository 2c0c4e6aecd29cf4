"""In which games the position alone decides what follows, and how a position is told."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeAlias

from openenv_tui.model import GameInfo

Key: TypeAlias = "Callable[[Any], Hashable]"
"""State -> its position; equal ones at the same ply go on alike in every way."""

PICTURED = frozenset(
    {"breakthrough", "catch", "cliff_walking", "connect_four", "nim", "tic_tac_toe"}
)
"""Their engine's picture shows all of the position; of other games every history is kept apart.

Most pictures leave something out, as pig's does with the turns until its horizon, so a game stands
here only once both ways were found to give the same.
"""


def position_key(info: GameInfo) -> Key | None:
    """What tells the positions of a game apart; None if only the history surely does."""
    if info.short_name not in PICTURED:
        return None
    if info.terminal_rewards:
        return _picture
    return _picture_and_rewards


def _picture(state: Any) -> Hashable:
    # Some pictures leave out whose turn it is, or what was won.
    returns = tuple(state.returns()) if state.is_terminal() else ()
    return str(state), state.current_player(), returns


def _picture_and_rewards(state: Any) -> Hashable:
    return str(state), state.current_player(), tuple(state.returns())
