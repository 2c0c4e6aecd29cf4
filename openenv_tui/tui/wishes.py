"""The settings of the app that runs here, and whether the app can fulfil them."""

from __future__ import annotations

import secrets
from typing import Final

from openenv_tui.errors import UsageError
from openenv_tui.settings import (
    BY_NAME,
    KEYS,
    Settings,
    effective,
    line_of,
    settings_file,
    unknown,
)

SHORT_SEED: Final = 1_000_000
"""Seeds drawn here stay below it, so that a person can say and type them."""
_in_force = Settings()


def wishes() -> Settings:
    """The settings that hold now."""
    return _in_force


def fulfil(settings: Settings) -> None:
    """Let other settings hold, in this process."""
    global _in_force
    _in_force = settings


def new_seed() -> int:
    """The seed that the settings name, or another each time."""
    preferred = _in_force.seed
    return secrets.randbelow(SHORT_SEED) if preferred is None else preferred


def check(settings: Settings) -> None:
    """Look at what only the toolkit knows: themes and keys.

    Raises:
        UsageError: there is no such theme, binding or key, or two want the same key.
    """
    from textual.theme import BUILTIN_THEMES

    from openenv_tui.tui.themes import OURS

    themes = sorted({*BUILTIN_THEMES, *(each.name for each in OURS)})
    if settings.theme not in themes:
        raise UsageError(f"{_where('theme')}: {unknown(settings.theme, themes, 'theme')}")
    if settings.keys:
        # Imported here: it imports every screen.
        from openenv_tui.tui.keymap import problem_of

        if problem := problem_of(settings.keys):
            raise UsageError(f"{_where(problem.name)}: {problem.words}")


def _where(name: str) -> str:
    """Who said so: a line of the file, or a variable."""
    if name in BY_NAME and effective()[name].source.startswith("$"):
        return effective()[name].source
    place = settings_file()
    text = place.read_text(encoding="utf-8") if place.exists() else ""
    return f"{place}, line {line_of(text, name)}" if text else KEYS
