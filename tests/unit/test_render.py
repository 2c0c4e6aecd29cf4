"""Views become lines that fit, and say everything without colour."""

from __future__ import annotations

import pytest

from openenv_tui.render import plain, printable, render
from openenv_tui.views import Card, CardsView, Cell, Fact, GridView, Hand, TextView, Tone

BOARD = GridView(
    (
        (Cell("X", Tone.FIRST, marked=True), Cell("2", Tone.MUTED, action=1)),
        (Cell("O", Tone.SECOND), Cell("4", Tone.MUTED, action=3)),
    ),
    ruled=True,
)


def test_a_small_board_is_drawn_small():
    assert plain(BOARD) == "\n".join(
        [
            "┌───┬───┐",
            "│[X]│ 2 │",
            "├───┼───┤",
            "│ O │ 4 │",
            "└───┴───┘",
        ]
    )


def test_what_is_marked_shows_without_colour():
    assert "[X]" in plain(BOARD)


def test_a_click_finds_the_action_of_its_field():
    picture = render(BOARD, 60, 20)
    found = {picture.action_at(x, y) for x in range(picture.width) for y in range(picture.height)}
    assert found == {None, 1, 3}
    assert picture.action_at(picture.width - 3, 2) == 1


def test_a_click_beside_the_board_is_nothing():
    assert render(BOARD, 60, 20).action_at(59, 19) is None


def test_the_cursor_shows_without_colour():
    lines = render(BOARD, 30, 9, cursor=3).lines
    assert any(">4<" in "".join(span.text for span in line) for line in lines)


@pytest.mark.parametrize(("width", "height"), [(10, 5), (30, 9), (80, 24), (160, 48)])
def test_a_board_grows_with_its_room_and_never_past_it(width, height):
    picture = render(BOARD, width, height)
    assert picture.width <= width
    assert picture.height <= height


def test_facts_that_do_not_fit_are_left_out_whole():
    view = TextView("x", facts=(Fact("Score", "12"), Fact("A very long label", "a long value")))
    assert plain(view, width=20).splitlines()[0] == "Score 12"


def test_a_long_text_says_how_much_is_left_out():
    view = TextView("\n".join(f"line {n}" for n in range(30)))
    lines = plain(view, height=10).splitlines()
    assert len(lines) == 10
    assert lines[-1] == "… 21 more lines"


def test_text_from_elsewhere_cannot_move_the_cursor():
    assert printable("a\x1b[2Jb\x00\r\nc\td\u202e") == "a[2Jb\nc   d"


def test_a_hidden_card_has_no_face():
    hand = Hand("Dealer", (Card("K", "♥"), Card()), "10")
    text = plain(CardsView((hand,)))
    assert "K" in text
    assert "♥" in text
    assert "░░░░░" in text
    assert plain(CardsView((hand,)), height=2).splitlines()[1] == "[K♥] [??]"


def test_drawings_grow_by_whole_multiples_in_half_blocks():
    dot = GridView(((Cell("x", Tone.FIRST, art=("#.", ".#")),),))
    small = ["".join(span.text for span in line) for line in render(dot, 4, 3).lines]
    assert small[1] == "│▀▄│"
    large = ["".join(span.text for span in line) for line in render(dot, 12, 7).lines]
    assert large[1:5] == ["│ ████     │"] * 2 + ["│     ████ │"] * 2
