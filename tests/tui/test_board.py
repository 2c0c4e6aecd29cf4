"""The board paints what render says: images in their colours, parts, and what is too long."""

from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.strip import Strip

from openenv_tui.games.sketch import sketch
from openenv_tui.tui import app as app_module
from openenv_tui.tui.widgets.board import Board
from openenv_tui.views import (
    Cell,
    ChatView,
    GridView,
    Message,
    Part,
    PixelsView,
    StackView,
    TableView,
    TextView,
    Tone,
)

RED, BLUE = b"\xff\0\0", b"\0\0\xff"
FLAG = PixelsView(2, 2, RED + RED + BLUE + BLUE)
LONG = TextView("\n".join(f"line {number}" for number in range(60)), wrapped=True)


class Frame(App):
    CSS_PATH = str(app_module.__file__).replace("app.py", "theme.tcss")

    def compose(self):
        self.board = Board()
        yield self.board


@asynccontextmanager
async def shown(view, size=(80, 24), playable=False):
    app = Frame()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.board.show(view, playable=playable)
        await pilot.pause()
        await pilot.pause()
        yield app, pilot


def seen(app):
    return [Strip(strip) for strip in app.screen._compositor.render_strips()]


def words(app):
    return [strip.text.rstrip() for strip in seen(app)]


async def test_an_image_is_painted_in_its_colours():
    async with shown(FLAG, (4, 2)) as (app, _):
        first, second = (next(p.style for p in strip if p.text) for strip in seen(app))
        assert first.bgcolor.triplet.hex == "#ff0000"
        assert second.bgcolor.triplet.hex == "#0000ff"


async def test_an_image_without_colours_is_shaded(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown(PixelsView(2, 2, b"\xff" * 12), (4, 2)) as (app, _):
        assert words(app) == ["████", "████"]


async def test_an_image_is_shaded_in_ascii(monkeypatch):
    monkeypatch.setenv("OPENENV_TUI_ASCII", "1")
    async with shown(PixelsView(2, 2, b"\xff" * 12), (4, 2)) as (app, _):
        assert words(app) == ["@@@@", "@@@@"]


async def test_rows_two_to_a_line_have_the_colours_of_their_tones():
    codes = GridView(((Cell("1", Tone.CODE_1),), (Cell("2", Tone.CODE_2),)))
    async with shown(codes, (3, 1)) as (app, _):
        style = next(part.style for part in seen(app)[0] if part.text == "▀")
        assert (style.color.triplet.hex, style.bgcolor.triplet.hex) == ("#4c78a8", "#e39a3b")


async def test_only_the_lines_that_differ_are_painted_again(monkeypatch):
    async with shown(PixelsView(4, 8, RED * 32), (4, 4)) as (app, pilot):
        painted = []
        monkeypatch.setattr(app.board, "refresh", lambda *regions, **_: painted.extend(regions))
        app.board.show(PixelsView(4, 8, RED * 16 + BLUE * 4 + RED * 12), playable=False)
        await pilot.pause()
        assert [region.y for region in painted] == [2]


async def test_what_does_not_fit_is_scrolled_down_and_never_across():
    view = StackView((Part("words", LONG), Part("", sketch({"x": 1}))))
    async with shown(view, (40, 12)) as (app, pilot):
        assert app.board.show_vertical_scrollbar
        assert not app.board.show_horizontal_scrollbar
        app.board.scroll_end(animate=False)
        await pilot.pause()
        assert words(app)[-1].split()[:2] == ["x", "1"]


async def test_a_chat_shows_its_newest_messages():
    chat = ChatView(tuple(Message("ann", f"message {number}") for number in range(50)))
    async with shown(chat, (40, 10)) as (app, _):
        assert "message 49" in words(app)[-1]


async def test_a_field_in_a_part_can_be_clicked_and_chosen():
    grid = GridView(((Cell("a", action=3), Cell("b", action=4)),))
    view = StackView((Part("board", grid), Part("", TableView(()))))
    async with shown(view, (50, 12), playable=True) as (app, _):
        chosen = app.board.cursor_action
        assert app.board.move_cursor("left") or app.board.move_cursor("right")
        assert {chosen, app.board.cursor_action} <= {3, 4}
        assert any(">" in line for line in words(app))


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (12, 5), (60, 18), (160, 48)])
async def test_no_line_is_wider_than_the_screen(size):
    fields = {
        "grid": [[0, 1], [2, 0]],
        "漢字": "漢字 " * 40,
        "m": "[red]\x1b[31mx\x1b[0m",
        "f": 1.5,
    }
    async with shown(sketch(fields), size) as (app, _):
        assert all(cell_len(strip.text) <= size[0] for strip in seen(app))
        assert not any("\x1b" in strip.text for strip in seen(app))


async def test_markup_is_shown_as_it_was_sent():
    async with shown(sketch({"m": "[red]x[/red]"})) as (app, _):
        assert "[red]x[/red]" in "\n".join(words(app))
