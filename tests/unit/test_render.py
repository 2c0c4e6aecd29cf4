"""Views become lines that fit, and say everything without colour."""

from __future__ import annotations

import pytest

from openenv_tui.render import full_height, plain, printable, render
from openenv_tui.views import (
    Card,
    CardsView,
    Cell,
    ChatView,
    Entry,
    Fact,
    GridView,
    Hand,
    Message,
    Part,
    PixelsView,
    StackView,
    TableView,
    TextView,
    Tone,
    Trend,
)

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


# Images.

RED, BLUE, BLACK, WHITE = b"\xff\0\0", b"\0\0\xff", b"\0\0\0", b"\xff\xff\xff"


def test_two_rows_of_an_image_are_one_line():
    (line,) = render(PixelsView(2, 2, RED + RED + BLUE + BLACK), 2, 1).lines
    assert [(span.text, span.ink, span.ground) for span in line] == [
        ("▀", 0xFF0000, 0x0000FF),
        ("▀", 0xFF0000, 0x000000),
    ]


def test_an_image_grows_by_whole_factors_and_keeps_its_shape():
    picture = render(PixelsView(4, 3, WHITE * 12), 30, 10)
    assert (picture.width, picture.height) == (24, 9)


def test_an_odd_last_row_has_no_ground():
    last = render(PixelsView(1, 3, RED * 3), 1, 2).lines[1]
    assert [(span.text, span.ink, span.ground) for span in last] == [("▀", 0xFF0000, None)]


def test_a_large_image_is_averaged_over_areas():
    stripes = (BLACK + WHITE) * 50
    (line,) = render(PixelsView(100, 100, stripes * 100), 10, 5).lines[:1]
    assert {span.ground for span in line} <= {0x7B7B7B, 0x848484}


def test_parts_of_an_image_keep_their_places_when_it_shrinks():
    picture = render(PixelsView(90, 90, (RED * 45 + BLUE * 45) * 90), 20, 10)
    assert [(span.ground, len(span.text)) for span in picture.lines[4]] == [
        (0xFF0000, 10),
        (0x0000FF, 10),
    ]


def test_an_image_without_colours_is_shaded():
    view = PixelsView(3, 2, (BLACK + b"\x80\x80\x80" + WHITE) * 2)
    assert plain(view, 3, 1) == " ▒█"
    assert plain(view, 3, 1, ascii_only=True) == " *@"


def test_ascii_letters_of_an_image_have_its_colours():
    (line,) = render(PixelsView(1, 2, RED + RED), 1, 1, ascii_only=True).lines
    assert [(span.text, span.ink) for span in line] == [("=", 0xFF0000)]


def test_an_image_of_another_size_than_it_says_is_refused():
    with pytest.raises(ValueError, match="3 bytes for 2 x 2 dots"):
        PixelsView(2, 2, RED)


# Tables and messages.

TABLE = TableView(
    (
        Entry("score", "12", Trend.UP, "+2"),
        Entry("a long name of a field", "right", Trend.OTHER, "was left"),
        Entry("note", "what did not change may be longer than what did"),
    )
)


def test_a_table_puts_the_changes_beside_the_values():
    assert plain(TABLE).splitlines() == [
        "score                   12     ▲ +2",
        "a long name of a field  right  • was left",
        "note                    what did not change may be longer than what did",
    ]


def test_a_narrow_table_keeps_its_values():
    assert plain(TABLE, 24).splitlines()[0].split() == ["score", "12", "▲", "+2"]


def test_a_short_table_says_how_many_lines_are_left_out():
    assert plain(TABLE, height=2).splitlines()[1] == "… 2 more"


CHAT = ChatView((Message("ann", "one two three four five six"), Message("bo", "yes\nno")))


def test_messages_stand_beside_their_senders():
    assert plain(CHAT, 30).splitlines() == [
        "ann  one two three four five",
        "     six",
        "bo   yes",
        "     no",
    ]


def test_in_little_room_the_newest_messages_are_shown():
    assert plain(CHAT, 30, 3).splitlines() == ["… 2 earlier lines", "bo   yes", "     no"]


def test_wide_letters_take_two_columns():
    picture = render(TableView((Entry("漢字", "値"), Entry("abcd", "x"))), 40, 5)
    assert [line[0].text for line in picture.lines] == ["漢字  ", "abcd  "]
    assert render(TextView("漢字漢字"), 5, 1).lines[0][0].text == "漢字…"


# Several views.

GRID = GridView(tuple((Cell("1", Tone.CODE_1), Cell("·")) * 4 for _ in range(8)))
STACK = StackView((Part("board", GRID), Part("", TABLE)))


def test_parts_stand_side_by_side_where_there_is_room():
    assert "score" in plain(STACK, 100, 20).splitlines()[0]
    narrow = plain(STACK, 50, 20).splitlines()
    assert narrow[0].split() == ["board"]
    assert any(line.lstrip().startswith("score") for line in narrow[9:])


def test_actions_are_found_in_a_part():
    board = GridView(((Cell("a", action=7),),))
    picture = render(StackView((Part("board", board), Part("", TABLE))), 50, 12)
    found = {picture.action_at(x, y) for x in range(50) for y in range(12)}
    assert found == {None, 7}
    assert picture.action_at(0, 0) is None


@pytest.mark.parametrize("height", range(3, 24))
def test_a_stack_fits_and_says_what_is_left_out(height):
    view = StackView((*STACK.parts, Part("words", TextView("word " * 80, wrapped=True))))
    lines = plain(view, 40, height).splitlines()
    assert len(lines) <= height
    assert full_height(view, 40, height) <= height or "…" in lines[-1] or "words" in lines[-1]


def test_more_rows_than_lines_are_drawn_two_to_a_line():
    (line, *rest) = render(GRID, 8, 4).lines
    assert len(rest) == 3
    assert [(span.text, span.tone, span.below) for span in line[:2]] == [
        ("▀", Tone.CODE_1, Tone.CODE_1),
        ("▀", Tone.EMPTY, Tone.EMPTY),
    ]


def test_a_legend_stands_below_the_board():
    view = GridView(GRID.rows, legend=((Cell("1", Tone.CODE_1), "wall ×32"),))
    assert plain(view).splitlines()[-1] == " 1  wall ×32"


def test_names_stand_beside_the_rows_and_below_the_columns():
    view = GridView(BOARD.rows, ruled=True, row_names=("2", "1"), column_names=("a", "b"))
    lines = plain(view, 40, 6).splitlines()
    assert lines[1].startswith("2 │")
    assert lines[3].startswith("1 │")
    assert lines[5].split() == ["a", "b"]
