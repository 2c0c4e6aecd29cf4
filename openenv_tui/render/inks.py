"""What tones look like on a page: runs of letters that look alike, and the colours of each tone."""

from __future__ import annotations

from typing import Final, NamedTuple

from openenv_tui.render.lines import Line, printable
from openenv_tui.views import Tone

INK: Final = {
    Tone.MUTED: "muted", Tone.FIRST: "first", Tone.SECOND: "second", Tone.GOOD: "good",
    Tone.BAD: "bad", Tone.WARN: "warn", Tone.EMPTY: "empty", Tone.PATH: "path", Tone.GOAL: "good",
    Tone.DANGER: "danger", Tone.RED_SUIT: "bad", Tone.BLACK_SUIT: "ink", Tone.HIDDEN: "hidden",
    Tone.CURSOR: "accent",
}  # fmt: skip
"""Tones of letters, and the page's colour for each, in light and in dark."""

FILL: Final = {
    Tone.TILE_1: ("#3c3a32", "#eee4da"), Tone.TILE_2: ("#3c3a32", "#ecdcb0"),
    Tone.TILE_3: ("#241a10", "#f2b179"), Tone.TILE_4: ("#241a10", "#f59563"),
    Tone.TILE_5: ("#ffffff", "#d9533a"), Tone.TILE_6: ("#ffffff", "#c0331c"),
    Tone.TILE_7: ("#241a10", "#edcf72"), Tone.TILE_8: ("#241a10", "#e6bd3e"),
    Tone.TILE_9: ("#ffffff", "#1f7353"), Tone.TILE_10: ("#ffffff", "#2f6f9f"),
    Tone.TILE_11: ("#ffffff", "#6a3fa0"),
    Tone.LIGHT_WHITE: ("#ffffff", "#b99b78"), Tone.LIGHT_BLACK: ("#1b1410", "#b99b78"),
    Tone.DARK_WHITE: ("#ffffff", "#7d5a44"), Tone.DARK_BLACK: ("#1b1410", "#7d5a44"),
    Tone.CHECK_WHITE: ("#ffffff", "#c2382c"), Tone.CHECK_BLACK: ("#1b1410", "#c2382c"),
}  # fmt: skip
"""Tones that fill a field: (letters, ground), the same in light and in dark."""

GROUNDS: Final = ("#4c78a8", "#e39a3b", "#54a24b", "#d0504e", "#b69ad6", "#4fb3ac", "#c9a227",
                  "#e08db0", "#8c6d4f", "#9aa4b1", "#a3c13f", "#6a6fd1")  # fmt: skip
FILLS: Final = FILL | {
    Tone(f"code-{number}"): ("#101010", ground) for number, ground in enumerate(GROUNDS, start=1)
}
"""With the codes, on which letters are dark."""


class Run(NamedTuple):
    """Letters that look alike."""

    text: str
    tone: Tone
    strong: bool


def runs(line: Line) -> list[Run]:
    """A line in as few runs as show it; blanks at its end are left out."""
    found: list[Run] = []
    for span in line:
        text = printable(span.text)
        strong = span.strong and not text.isspace()
        tone: Tone = Tone.PLAIN if span.tone is Tone.STRONG else span.tone
        if text.isspace() and tone not in FILLS:
            tone = found[-1].tone if found and found[-1].tone not in FILLS else Tone.PLAIN
            strong = bool(found) and found[-1].strong and found[-1].tone is tone
        if found and found[-1][1:] == (tone, strong):
            found[-1] = found[-1]._replace(text=found[-1].text + text)
        elif text:
            found.append(Run(text, tone, strong))
    while found and found[-1].tone not in FILLS and not found[-1].text.rstrip(" "):
        found.pop()
    return found
