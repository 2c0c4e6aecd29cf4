"""What every screen has: keys with names, commands, help, pictures, and plain letters."""

import xml.etree.ElementTree as ElementTree

import pytest
from textual.color import Color
from textual.screen import ModalScreen
from textual.widgets import Footer

from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.replays.stored import Run
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.tui.keymap import declared, every_binding, every_kind, key_lines, problem_of
from openenv_tui.tui.plain import spelt
from openenv_tui.tui.screens.evaluate import EvaluateScreen
from openenv_tui.tui.screens.games import GamesScreen
from openenv_tui.tui.screens.inspect import InspectScreen
from openenv_tui.tui.screens.replay import ReplayScreen
from openenv_tui.tui.screens.results import ResultsScreen
from openenv_tui.tui.screens.settings import SettingsScreen
from openenv_tui.tui.screens.wall import WallScreen
from openenv_tui.tui.themes import OURS

KINDS = [kind for kind in every_kind() if list(declared(kind))]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_action_has_a_name_words_and_a_docstring(kind):
    for binding in declared(kind):
        assert binding.id, f"{kind.__name__}: {binding.action} has no id"
        assert binding.description, binding.id
        place, _, name = binding.action.partition("(")[0].rpartition(".")
        owner = every_kind()[0] if place == "app" else kind
        assert getattr(owner, f"action_{name}").__doc__, binding.id


def test_names_of_bindings_mean_one_action_each():
    actions = {}
    for kind in KINDS:
        for binding in declared(kind):
            action = binding.action.removeprefix("app.")
            assert actions.setdefault(binding.id, action) == action


def test_the_usual_keys_do_not_clash():
    assert problem_of({name: each.key for name, each in every_binding().items()}) is None


OPENERS = {
    "lobby": lambda sitting: None,
    "evaluate": lambda sitting: EvaluateScreen("catch"),
    "results": lambda sitting: ResultsScreen(),
    "settings": lambda sitting: SettingsScreen(),
    "inspect": InspectScreen,
    "wall": lambda sitting: WallScreen([sitting], 1),
}
STORED = {"games": GamesScreen, "replay": lambda run: ReplayScreen(run, 0, 0)}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run with stored games."""
    place = tmp_path_factory.mktemp("run") / "small"
    run_plan(Plan("kuhn_poker", policies=("random",), episodes=2, seed=5), place)
    return Run.read(place)


@pytest.fixture(params=[*OPENERS, *STORED, "play", "watch"])
def anywhere(request, lobby, table, run):
    """Open the app at each of its screens."""
    from contextlib import asynccontextmanager

    from openenv_tui.tui.sitting import Setup, open_sitting

    @asynccontextmanager
    async def opened():
        if request.param in ("play", "watch"):
            async with table("kuhn_poker", person=request.param == "play") as user:
                yield user
            return
        sitting = await open_sitting(Setup("catch", seed=3))
        async with lobby() as user:
            stored = STORED.get(request.param)
            if screen := stored(run) if stored else OPENERS[request.param](sitting):
                await user.app.push_screen(screen)
            await user.pilot.pause()
            yield user

    return opened


async def test_every_action_of_a_screen_is_in_the_palette_and_the_palette_on_the_screen(anywhere):
    async with anywhere() as user:
        screen = user.app.screen
        titles = {command.title for command in user.app.get_system_commands(screen)}
        for active in screen.active_bindings.values():
            if active.node is screen and active.enabled and not active.binding.system:
                described = active.binding.description
                assert described in titles | {"", "Quit"} or not active.binding.id, active
        assert {"Help", "Settings", "Screenshot", "Theme", "Quit"} <= titles
        assert isinstance(screen, ModalScreen) or screen.query_one(Footer).show_command_palette


async def test_help_tells_the_keys_that_work_now(anywhere):
    async with anywhere() as user:
        told = [each.words for each in key_lines(user.app.screen)]
        assert "keep this screen as a picture (SVG)" in told
        before = user.app.screen
        await user.press("f1")
        assert user.app.screen is not before
        await user.click_on("help ─")
        await user.press("escape")
        assert user.app.screen is before


async def test_every_screen_is_drawn_in_ascii_frames_too(anywhere, monkeypatch):
    monkeypatch.setenv("OPENENV_TUI_ASCII", "1")
    async with anywhere() as user:
        await user.pilot.pause(0.1)
        assert user.sees().isascii()
        await user.press("f1")
        assert user.sees().isascii()
        assert "+-" in user.sees()


async def test_a_picture_of_every_screen_is_one_key_away(anywhere, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path))
    async with anywhere() as user:
        await user.press("f12")
        await user.waits_for("Screenshot")
        await user.waits_for("browser")
    (picture,) = tmp_path.glob("openenv-tui*.svg")
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


async def test_a_click_beside_a_dialog_leaves_it(table):
    async with table("catch") as user:
        before = user.app.screen
        await user.press("f1")
        await user.waits_for("The game")
        await user.pilot.click(offset=(0, 0))
        await user.pilot.pause()
        assert user.app.screen is before


async def test_lists_are_walked_with_the_keys_of_vim(lobby):
    async with lobby() as user:
        await user.press("f4")
        policies = user.app.screen.query_one("#policies")
        await user.press("j", "j", "k")
        assert policies.highlighted == 1


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("╭─╮", "+-+"),
        ("▸ Your turn", "> Your turn"),
        ("naïve…", "naive~"),
        ("♠♥", "??"),
        ("界", "??"),
    ],
)
def test_ascii_takes_as_many_columns(text, plain):
    assert spelt(text) == plain


def contrast(one, other):
    """WCAG 2.1's contrast ratio of two colours."""

    def luminance(colour):
        parts = [part / 255 for part in colour.rgb]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def as_seen_by_deuteranopes(colour):
    """Viénot, Brettel and Mollon (1999), on linear RGB: what remains of red and green is one."""
    r, g, b = ((part / 255) ** 2.2 for part in colour.rgb)
    yellow = 0.29275 * r + 0.70725 * g
    return yellow, -0.02234 * r + 0.02234 * g + b


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_our_themes_can_be_read_and_told_apart(theme):
    ground = Color.parse(theme.background)
    for tone in ("foreground", "primary", "secondary", "accent", "success", "warning", "error"):
        assert contrast(Color.parse(getattr(theme, tone)), ground) >= 4.5, tone
    good, bad = (
        as_seen_by_deuteranopes(Color.parse(each)) for each in (theme.success, theme.error)
    )
    assert max(abs(one - other) for one, other in zip(good, bad, strict=True)) > 0.08


async def test_sixteen_colours_are_the_terminals_own(lobby, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM", raising=False)
    async with lobby() as user:
        assert user.app.theme == "ansi-dark"
