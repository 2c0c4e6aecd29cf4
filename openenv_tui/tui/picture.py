"""Makes the README's picture from the running program: python -m openenv_tui.tui.picture."""

from __future__ import annotations

import asyncio
import html
import re
import sys
from pathlib import Path
from typing import Final

from openenv_tui.tui.app import OpenEnvTuiApp
from openenv_tui.tui.screens import table_for
from openenv_tui.tui.sitting import Setup, open_sitting

SIZE: Final = 100, 30
SEED: Final = 3
SPACE: Final = "&#160;"
TEXT: Final = re.compile(
    r'(?P<head><text [^>]*?)x="(?P<x>[^"]*)"(?P<between>[^>]*?)textLength="(?P<length>[^"]*)"'
    rf"(?P<tail>[^>]*)>(?P<spaces>(?:{SPACE})+)(?P<rest>[^<]*)</text>"
)
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
    place.write_text(indented(picture), encoding="utf-8")


def indented(svg: str) -> str:
    """The same picture with indents as places: some viewers leave leading spaces out."""
    return TEXT.sub(_shifted, svg)


def _shifted(found: re.Match[str]) -> str:
    content = found["spaces"] + found["rest"]
    letters = len(html.unescape(content))
    width = float(found["length"]) / letters
    spaces = len(html.unescape(found["spaces"]))
    if spaces == letters:
        return ""
    return (
        f'{found["head"]}x="{float(found["x"]) + spaces * width:g}"{found["between"]}'
        f'textLength="{(letters - spaces) * width:g}"{found["tail"]}>{found["rest"]}</text>'
    )


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/catch.svg")))
