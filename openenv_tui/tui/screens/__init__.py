"""The app's screens, one module each, imported when they are opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openenv_tui.tui.screens.table import TableScreen
    from openenv_tui.tui.sitting import Sitting


def table_for(sitting: Sitting) -> TableScreen:
    """The screen to play on, or to watch."""
    if sitting.setup.person:
        from openenv_tui.tui.screens.play import PlayScreen

        return PlayScreen(sitting)
    from openenv_tui.tui.screens.watch import WatchScreen

    return WatchScreen(sitting)
