"""What the stories need: an app that plays, its screen as text, and snapshots of it."""

import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from openenv_tui.tui.app import OpenEnvTuiApp
from openenv_tui.tui.screens import table_for
from openenv_tui.tui.screens.lobby import LobbyScreen
from openenv_tui.tui.sitting import Setup, open_sitting

SNAPSHOTS = Path(__file__).parent / "snapshots"


class User:
    """Somebody in front of the app."""

    def __init__(self, app, pilot):
        self.app = app
        self.pilot = pilot

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text):
        await self.press(*text)

    async def click_on(self, words):
        """Click in the middle of some words on the screen."""
        for y, line in enumerate(self.sees().splitlines()):
            if words in line:
                await self.pilot.click(offset=(line.index(words) + len(words) // 2, y))
                await self.pilot.pause()
                return
        raise AssertionError(f"{words!r} is not on the screen:\n{self.sees()}")

    def strips(self):
        return self.app.screen._compositor.render_strips()

    def sees(self):
        return "\n".join("".join(part.text for part in strip).rstrip() for strip in self.strips())

    async def waits_for(self, words, seconds=5.0):
        """Wait until the words are on the screen."""
        for _ in range(int(seconds / 0.02)):
            if words in self.sees():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"{words!r} did not come:\n{self.sees()}")


@pytest.fixture(autouse=True)
def quiet_place(tmp_path, monkeypatch):
    """Runs go to a folder of the test's own, and the terminal is an ordinary one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("NO_COLOR", raising=False)


Opener = Callable[..., AbstractAsyncContextManager[User]]


@asynccontextmanager
async def _running(app: OpenEnvTuiApp, size: tuple[int, int]) -> AsyncIterator[User]:
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield User(app, pilot)


@pytest.fixture
def table() -> Opener:
    """Open the app at a game."""

    @asynccontextmanager
    async def opened(game, size=(80, 24), **options):
        sitting = await open_sitting(Setup(game, **{"seed": 3, **options}))
        async with _running(OpenEnvTuiApp(lambda: table_for(sitting)), size) as user:
            yield user

    return opened


@pytest.fixture
def lobby() -> Opener:
    """Open the app where one chooses."""

    def opened(size=(80, 24)):
        return _running(OpenEnvTuiApp(LobbyScreen), size)

    return opened


@pytest.fixture
def snapshot(request):
    """Compare a screen with the one on file; UPDATE_SNAPSHOTS=1 writes it instead."""

    def compare(user, name=None):
        place = SNAPSHOTS / f"{name or request.node.name}.txt"
        # A server on loopback has another port each time.
        seen = re.sub(r"(?<=127\.0\.0\.1:)[\d…]+", "PORT", user.sees()) + "\n"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            place.parent.mkdir(exist_ok=True)
            place.write_text(seen, encoding="utf-8")
        assert place.exists(), f"no snapshot {place}: run with UPDATE_SNAPSHOTS=1 and look at it"
        assert seen == place.read_text(encoding="utf-8")

    return compare
