"""Two themes of our own, for a dark and for a light room.

Their colours are those of Okabe and Ito ("Color Universal Design", 2008), made lighter or darker
until they can be read: people who see red and green alike tell blue from orange, and bluish green
from vermilion by lightness. Boards tell by shape as well.
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="openenv-dark",
    primary="#56b4e9",
    secondary="#8ea9d6",
    accent="#e6a3cb",
    success="#2fc79a",
    warning="#f0c944",
    error="#f5834a",
    foreground="#e4e8ee",
    background="#10151c",
    surface="#171e27",
    panel="#222c38",
    dark=True,
)
LIGHT: Final = Theme(
    name="openenv-light",
    primary="#00649c",
    secondary="#4b5f87",
    accent="#9a3f74",
    success="#00694c",
    warning="#8a5a00",
    error="#b84300",
    foreground="#1b222c",
    background="#fbfaf7",
    surface="#f1efea",
    panel="#e2dfd8",
    dark=False,
)
OURS: Final = (DARK, LIGHT)
FEW_COLOURS: Final = "ansi-dark"
"""In the terminal's own colours, which can be read where there are 16 of them or none."""
