"""A robot that presses keys and clicks at random on every screen, the same for the same seed."""

from __future__ import annotations

import gc
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from time import monotonic

from textual.screen import Screen

from openenv_tui.tui.app import OpenEnvTuiApp
from openenv_tui.tui.screens import table_for
from openenv_tui.tui.screens.evaluate import EvaluateScreen
from openenv_tui.tui.screens.lobby import LobbyScreen
from openenv_tui.tui.screens.results import ResultsScreen
from openenv_tui.tui.screens.settings import SettingsScreen
from openenv_tui.tui.sitting import Setup, open_sitting

SPECIAL = (
    "up", "down", "left", "right", "enter", "space", "tab", "shift+tab", "escape", "home", "end",
    "pageup", "pagedown", "backspace", "delete", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8",
    "f9", "f10", "ctrl+a", "ctrl+k", "ctrl+p", "ctrl+u", "slash", "question_mark", "plus", "minus",
    "full_stop",
)  # fmt: skip
"""Not among them: what quits, and what writes pictures."""
LETTERS = (*string.ascii_lowercase, *string.digits)
PLACES = ("lobby", "catch", "2048", "tic_tac_toe", "watching", "evaluate", "results", "settings")
SIZES = ((80, 24), (120, 36), (60, 18), (40, 10))
MOST_KEYS = 400
"""In one app; then another is opened, as a robot soon leaves a game."""


@dataclass
class Tally:
    """What a robot did, and how much memory the process held after each app, in MiB."""

    keys: int = 0
    apps: int = 0
    memory: list[float] = field(default_factory=list)


async def opening(place: str, seed: int) -> Callable[[], Screen[None]]:
    """What makes the first screen of an app."""
    plain: dict[str, Callable[[], Screen[None]]] = {
        "lobby": LobbyScreen,
        "evaluate": lambda: EvaluateScreen("catch"),
        "results": ResultsScreen,
        "settings": SettingsScreen,
    }
    if place in plain:
        return plain[place]
    if place == "watching":
        setup = Setup("catch", person=False, policies=("tracker",), seed=seed)
    else:
        setup = Setup(place, seed=seed)
    sitting = await open_sitting(setup)
    return lambda: table_for(sitting)


async def press(
    place: str,
    seed: int,
    seconds: float,
    tally: Tally,
    told: Callable[[str], None] = str,
    most_keys: int | None = None,
) -> None:
    """Press keys on one screen and wherever they lead, until the time is over or they are pressed.

    Raises:
        BaseException: whatever ended the app; the robot's last keys are in a note of it.
    """
    rng = Random(f"{place} {seed}")
    until = monotonic() + seconds
    before = tally.keys
    while monotonic() < until and (most_keys is None or tally.keys - before < most_keys):
        await _one_app(place, rng, until, tally, most_keys or MOST_KEYS)
        gc.collect()
        tally.memory.append(_held())
        told(f"{place:<12} {tally.keys:>8} keys  {tally.memory[-1]:.0f} MiB")


async def _one_app(place: str, rng: Random, until: float, tally: Tally, most_keys: int) -> None:
    app = OpenEnvTuiApp(await opening(place, rng.randrange(1000)))
    pressed: list[str] = []
    tally.apps += 1
    async with app.run_test(size=rng.choice(SIZES[:2]), notifications=True) as pilot:
        while monotonic() < until and len(pressed) < most_keys and app.is_running:
            if app.crash is not None or app._exit:
                break
            await _something(pilot, rng, pressed)
    tally.keys += len(pressed)
    if app.crash is not None:
        app.crash.add_note(f"on {place}, after {' '.join(pressed[-30:])}")
        raise app.crash


async def _something(pilot, rng: Random, pressed: list[str]) -> None:
    chance = rng.random()
    if chance < 0.02:
        size = rng.choice(SIZES)
        pressed.append(f"<{size[0]}x{size[1]}>")
        await pilot.resize_terminal(*size)
    elif chance < 0.10:
        width, height = pilot.app.size
        place = rng.randrange(max(1, width)), rng.randrange(max(1, height))
        pressed.append(f"<click {place[0]},{place[1]}>")
        await pilot.click(offset=place)
    else:
        key = rng.choice(SPECIAL if rng.random() < 0.7 else LETTERS)
        pressed.append(key)
        await _quickly(pilot, key)


async def _quickly(pilot, key: str) -> None:
    """As ``pilot.press``, which waits longer than a robot needs to."""
    pilot.app.simulate_key(key)
    await pilot.pause(0)


def _held() -> float:
    with open("/proc/self/statm", encoding="ascii") as told:
        return int(told.read().split()[1]) * 4096 / 2**20
