"""Makes the README's picture from the running program: python -m openenv_tui.tui.picture."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Final

from openenv_tui.tui.app import OpenEnvTuiApp
from openenv_tui.tui.screens import table_for
from openenv_tui.tui.sitting import Setup, open_sitting

SIZE: Final = 100, 30
SEED: Final = 3
KEYS: Final = ("right", "down", "right", "down")


async def draw(place: Path) -> None:
    """Play a part of a game of Catch, and write the screen as SVG; always the same."""
    sitting = await open_sitting(Setup("catch", seed=SEED))
    app = OpenEnvTuiApp(lambda: table_for(sitting))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        for key in KEYS:
            await pilot.press(key)
            await pilot.pause()
        picture = app.export_screenshot(title=f"openenv-tui play catch --seed {SEED}")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/catch.svg")))
