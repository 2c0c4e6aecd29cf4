"""What all screens share."""

import xml.etree.ElementTree as ElementTree

import pytest

from openenv_tui.tui.app import write_crash
from openenv_tui.tui.picture import draw
from openenv_tui.tui.widgets.board import folded


async def test_the_palette_lists_what_the_screen_can_do(table):
    async with table("catch") as user:
        titles = {command.title for command in user.app.get_system_commands(user.app.screen)}
        assert {"New", "Again", "Hand over", "Leave", "Theme", "Screenshot"} <= titles


async def test_a_command_of_the_palette_does_it(table):
    async with table("catch") as user:
        await user.press("right")
        await user.press("ctrl+p")
        await user.type("again")
        await user.pilot.pause(0.3)
        await user.press("enter")
        await user.waits_for("step   0")


async def test_without_colours_the_terminals_own_palette_is_used(table, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with table("catch") as user:
        assert user.app.theme == "ansi-dark"
        await user.waits_for("Your turn")
        styles = [part.style for strip in user.strips() for part in strip if part.text.strip()]
        assert styles
        assert all(style.color.is_default and style.bgcolor.is_default for style in styles)


async def test_without_colours_what_is_chosen_is_seen_all_the_same(lobby, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with lobby() as user:
        await user.press("down", "down")
        parts = [part for strip in user.strips() for part in strip if part.style.underline]
        assert any("Blackjack" in part.text for part in parts)


async def test_ascii_boards_have_plain_letters(table, monkeypatch):
    monkeypatch.setenv("OPENENV_TUI_ASCII", "1")
    async with table("catch") as user:
        await user.waits_for("> Your turn")
        board = [line[:49] for line in user.sees().splitlines()]
        assert "".join(board).isascii()


async def test_every_theme_draws_the_board(table):
    async with table("2048") as user:
        for theme in ("textual-light", "nord", "ansi-light"):
            user.app.theme = theme
            await user.pilot.pause()
            assert "Largest tile" in user.sees()


async def test_the_readmes_picture_is_always_the_same(tmp_path):
    await draw(tmp_path / "one.svg")
    await draw(tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert "Catch" in "".join(ElementTree.parse(tmp_path / "one.svg").getroot().itertext())


@pytest.mark.parametrize("lines", [5, 40])
def test_a_text_that_may_be_a_board_is_never_folded(lines):
    board = "\n".join(["x" * 30] * lines)
    assert folded(board, 10) == board


def test_a_single_long_line_is_folded():
    assert folded("one two three four", 9) == "one two\nthree\nfour"


def test_a_crash_is_written_without_local_variables(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    try:
        token = "do-not-tell".upper()
        raise RuntimeError(f"length {len(token)}")
    except RuntimeError as error:
        written = write_crash(error).read_text()
    assert "length 11" in written
    assert "DO-NOT-TELL" not in written
