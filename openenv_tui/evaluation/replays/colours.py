"""The colours of tones in files that stand alone: those of the report's dark page."""

from __future__ import annotations

from typing import Final, NamedTuple

from openenv_tui.render.inks import FILLS, INK
from openenv_tui.views import Tone

GROUND: Final = "#0f1114"
PAPER: Final = "#e8eaed"
INKS: Final = {
    "ink": PAPER, "muted": "#8b939e", "first": "#7db8f0", "second": "#ffab6b", "good": "#6fd29b",
    "bad": "#ff9289", "warn": "#f0c05a", "empty": "#5c6570", "path": "#cfa3ff",
    "danger": "#ff7d72", "hidden": "#9db4d6", "accent": "#7db8f0",
}  # fmt: skip
"""The names of ``INK`` as colours."""


class Look(NamedTuple):
    """Colours as ``#rrggbb``; no ground is that of the page."""

    ink: str
    ground: str | None


def look(tone: Tone) -> Look:
    """How letters of a tone are drawn."""
    if tone in FILLS:
        return Look(*FILLS[tone])
    return Look(INKS[INK[tone]] if tone in INK else PAPER, None)


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rrggbb``, each up to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
