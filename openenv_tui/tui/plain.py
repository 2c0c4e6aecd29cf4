"""The screen in ASCII: whatever is about to be drawn is spelt with plain letters."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from openenv_tui.tui.glyphs import ascii_only

LOOKALIKES: Final = {
    "-": "─━═╌╍┄┅┈┉╴╶╸╺–—−‐‑▁▔⎯╾╼▂",
    "|": "│┃║╎╏┆┇┊┋╵╷╹╻▏▎▍▌▐▕❘╿╽",
    "+": "┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋╒╓╕╖╘╙╛╜╞╟╡╢╤╥╧╨╪╫✔✓",
    "#": "█▉▊▋▙▛▜▟▀▄▅▆▇▃■▓▪",
    ":": "░▒",
    "*": "●•◉★☆◆✦⬤▖▗▘▝▚▞",
    "o": "○◌◯◎◦",
    "x": "✘✗✕×✖",
    ">": "▸▶►›❯→⟶»▷",
    "<": "◂◀◄‹❮←⟵«◁",
    "^": "▲△↑⌃▴",
    "v": "▼▽↓⌄▾",
    "=": "≡≈",
    "~": "…⋯",
    ".": "·∙",
    "'": "‘’′",
    '"': "“”″",
    " ": "\u00a0\u2002\u2003\u2009\u200a",
}
TABLE: Final = str.maketrans(
    {glyph: plain for plain, glyphs in LOOKALIKES.items() for glyph in glyphs} | {"🔎": "/ "}
)


class PlainLetters(LineFilter):
    """Spells every line of the screen in ASCII while the terminal or the user wants it so."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if not ascii_only():
            return segments
        return [
            segment if segment.text.isascii() else segment._replace(text=spelt(segment.text))
            for segment in segments
        ]


@lru_cache(maxsize=4096)
def spelt(text: str) -> str:
    """A text in ASCII that takes as many columns on the screen."""
    return "".join(map(_spelt_letter, text.translate(TABLE)))


def _spelt_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    width = cell_len(letter)
    base = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return (base if len(base) == width else "?" * width) if width else ""
