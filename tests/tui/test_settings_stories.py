"""Somebody changes settings in the app, and finds them so the next time."""

from openenv_tui.settings import read_settings, settings_file, write_setting
from openenv_tui.tui.app import OpenEnvTuiApp
from openenv_tui.tui.screens.settings import SettingsScreen


async def test_a_theme_is_chosen_at_once_and_remembered(lobby):
    async with lobby() as user:
        assert user.app.theme == "openenv-dark"
        await user.press("f10")
        user.app.screen.query_one("#set-theme").value = "openenv-light"
        await user.pilot.pause()
        assert user.app.theme == "openenv-light"
    assert read_settings().theme == "openenv-light"


async def test_a_theme_from_the_palette_is_remembered_too(table):
    async with table("catch") as user:
        user.app.theme = "nord"
        await user.pilot.pause()
    assert 'theme = "nord"' in settings_file().read_text()


async def test_ascii_is_obeyed_at_once_frames_and_all(lobby):
    async with lobby() as user:
        await user.press("f10")
        user.app.screen.query_one("#set-ascii").value = True
        await user.pilot.pause()
        await user.press("tab")
        assert "+- Keys ---" in user.sees()
        assert user.sees().isascii()


async def test_a_key_is_changed_by_pressing_another(table):
    async with table("catch") as user:
        await user.press("f10")
        keys = user.app.screen.query_one("#keys")
        keys.focus()
        keys.highlighted = keys.get_option_index("table.new")
        await user.press("enter")
        await user.waits_for("New: press the new key")
        await user.press("f11")
        await user.waits_for("* table.new")
        await user.press("escape", "right", "f11")
        await user.waits_for("seed   4")
        assert "f11 New" in user.sees()
    assert read_settings().keys == {"table.new": "f11"}


async def test_a_key_that_is_taken_is_refused_and_nothing_changes(table):
    async with table("catch") as user:
        await user.press("f10")
        keys = user.app.screen.query_one("#keys")
        keys.focus()
        keys.highlighted = keys.get_option_index("table.new")
        await user.press("enter")
        await user.waits_for("press the new key")
        await user.press("f6")
        await user.waits_for("already the key of")
    assert read_settings().keys == {}


async def test_watching_begins_at_the_speed_that_is_set(table):
    write_setting("speed", 5)
    async with table("catch", person=False, policies=("tracker",)) as user:
        await user.waits_for("4 steps a second")


async def test_a_game_takes_the_seed_that_is_set(lobby):
    write_setting("seed", 77)
    async with lobby() as user:
        await user.press("enter")
        await user.waits_for("seed   77")


async def test_what_a_variable_says_cannot_be_changed_here(lobby, monkeypatch):
    monkeypatch.setenv("OPENENV_TUI_SPEED", "8")
    async with lobby() as user:
        await user.press("f10")
        assert user.app.screen.query_one("#set-speed").disabled
        await user.waits_for("$OPENENV_TUI_SPEED says so")


async def test_everything_can_be_forgotten(lobby):
    write_setting("speed", 8.0)
    write_setting("table.new", "f11", "keys")
    async with lobby() as user:
        await user.press("f10", "f2")
        await user.pilot.pause()
        assert isinstance(user.app.screen, SettingsScreen)
    assert read_settings().speed == 2.0
    assert read_settings().keys == {}


def test_no_animation_means_none():
    write_setting("animation", False)
    assert OpenEnvTuiApp(SettingsScreen).animation_level == "none"


async def test_settings_look_like_this(lobby, snapshot, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nowhere")
    async with lobby() as user:
        await user.press("f10")
        await user.waits_for("app.quit")
        snapshot(user, "settings")
