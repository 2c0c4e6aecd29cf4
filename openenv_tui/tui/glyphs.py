"""How keys and outcomes are written, with plain letters where the terminal needs them."""

from __future__ import annotations

import locale
import os
from typing import Final

from openenv_tui.model import Outcome
from openenv_tui.settings import WORDS
from openenv_tui.tui.wishes import wishes

MUTED: Final = "$foreground 60%"
"""The style of labels and hints."""

ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}
KEYS = {"space": "space", "enter": "enter", "full_stop": ".", "plus": "+", "minus": "-"}
OUTCOMES = {Outcome.WIN: "✔", Outcome.DRAW: "=", Outcome.LOSS: "✘"}
ASCII_OUTCOMES = {Outcome.WIN: "+", Outcome.DRAW: "=", Outcome.LOSS: "x"}


def ascii_only() -> bool:
    """Whether this terminal can be trusted with letters of ASCII only, or the user says so."""
    if said := os.environ.get("OPENENV_TUI_ASCII"):
        return WORDS.get(said.lower(), True)
    chosen = wishes().ascii
    if chosen is not None:
        return chosen
    encoding = locale.getpreferredencoding(False).lower().replace("-", "")
    return "utf8" not in encoding or os.environ.get("TERM") in ("dumb", "linux")


def key_name(key: str, plain: bool = False) -> str:
    """What a person calls one of Textual's keys."""
    if not plain and key in ARROWS:
        return ARROWS[key]
    return KEYS.get(key, key)


def outcome_mark(outcome: Outcome | None, plain: bool = False) -> str:
    """A mark of certain width for win, draw or loss."""
    if outcome is None:
        return "."
    return (ASCII_OUTCOMES if plain else OUTCOMES)[outcome]


def signed(value: float) -> str:
    """A return or a reward, such as ``+1`` or ``-0.5``."""
    return "0" if value == 0 else f"{value:+,.6g}"
