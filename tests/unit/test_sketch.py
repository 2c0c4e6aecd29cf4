"""Each kind of field is drawn as what it is."""

import pytest

from openenv_tui.games.sketch import read_fen, sketch
from openenv_tui.render import plain
from openenv_tui.views import (
    ChatView,
    GridView,
    PixelsView,
    TableView,
    TextView,
    Tone,
    Trend,
)

START = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1"
AFTER_E4 = "rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq e3 0 1"


def texts(view):
    return ["".join(cell.text for cell in row) for row in view.rows]


# Grids.


def test_rows_of_small_numbers_are_a_grid_with_a_legend():
    view = sketch({"grid": [[0, 0, 2], [0, 1, 2]]})
    assert isinstance(view, GridView)
    assert texts(view) == ["··2", "·12"]
    assert [words for _, words in view.legend] == ["0 ×3", "×1", "×2"]


def test_each_value_keeps_its_colour_when_others_come_and_go():
    first, later = sketch({"g": [[0, 3], [0, 0]]}), sketch({"g": [[1, 3], [2, 0]]})
    assert first.rows[0][1].tone == later.rows[0][1].tone


def test_the_schema_names_the_values():
    schema = {"properties": {"g": {"description": "Cells: 0=ash, 1=fuel, 2 = burning"}}}
    view = sketch({"g": [[0, 1], [2, 1]]}, schema=schema)
    assert [words for _, words in view.legend] == ["0 ash ×1", "fuel ×2", "burning ×1"]


def test_the_schema_names_the_values_behind_a_reference():
    cell = {"enum": [0, 1], "enumNames": ["floor", "wall"], "type": "integer"}
    rows = {"type": "array", "items": {"type": "array", "items": {"$ref": "#/$defs/Cell"}}}
    schema = {"properties": {"g": rows}, "$defs": {"Cell": cell}}
    view = sketch({"g": [[0, 1], [1, 1]]}, schema=schema)
    assert [words for _, words in view.legend] == ["0 floor ×1", "wall ×3"]


@pytest.mark.parametrize(
    "shape",
    [
        {"width": 3, "height": 2},
        {"rows": 2, "cols": 3},
        {"grid_shape": [2, 3]},
        {"shape": [2, 3]},
        {"board_width": 3, "board_height": 2},
    ],
)
def test_a_flat_list_is_laid_out_by_its_neighbours(shape):
    view = sketch({"grid": [1, 2, 3, 4, 5, 0], **shape}, leave_out=tuple(shape))
    assert isinstance(view, GridView)
    assert texts(view) == ["123", "45·"]


def test_a_flat_list_without_a_shape_is_a_list():
    assert isinstance(sketch({"values": [1, 2, 3, 4, 5, 0]}), TableView)


def test_two_sides_are_told_apart_by_letters():
    assert texts(sketch({"board": [[0, 1], [-1, 0]]})) == ["·X", "O·"]


def test_lines_of_a_map_are_a_grid():
    assert texts(sketch({"map": ["####", "#..#", "####"]})) == ["####", "#..#", "####"]


def test_booleans_are_a_grid():
    assert texts(sketch({"mask": [[True, False], [False, True]]})) == ["#·", "·#"]


def test_planes_of_which_one_is_set_are_one_grid():
    planes = [[[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [1, 0, 0]]]
    assert texts(sketch({"observation": planes})) == ["·1", "2·"]


def test_the_same_board_sent_twice_is_drawn_once():
    board = [[0, 1], [2, 0]]
    onehot = [[[float(v == k) for k in range(3)] for v in row] for row in board]
    view = sketch({"grid": board, "observation": onehot, "score": 1})
    assert [part.title for part in view.parts] == ["grid, observation", ""]


def test_a_board_of_large_numbers_shows_the_numbers():
    view = sketch({"board": [[0, 2], [2048, 512]]})
    assert texts(view) == ["·2", "2048512"]
    assert view.rows[1][0].tone.fills


# Images.


def test_rows_of_red_green_and_blue_are_an_image():
    image = [[[255, 0, 0]] * 5, [[0, 0, 9]] * 5] * 3
    view = sketch({"image": image})
    assert isinstance(view, PixelsView)
    assert (view.width, view.height) == (5, 6)
    assert view.dots[:3] == b"\xff\0\0"


@pytest.mark.parametrize("shape", [[12, 10, 3], [12, 10, 1], [12, 10]])
def test_a_flat_screen_is_an_image_by_its_shape(shape):
    screen = [n * 2 for n in range(120) for _ in range(shape[2] if len(shape) == 3 else 1)]
    view = sketch({"screen": screen, "screen_shape": shape}, leave_out=("screen_shape",))
    assert isinstance(view, PixelsView)
    assert (view.width, view.height, view.dots[:9]) == (10, 12, bytes([0, 0, 0, 2, 2, 2, 4, 4, 4]))


def test_brightnesses_from_nought_to_one_are_an_image():
    view = sketch({"image": [[[0.0, 0.5, 1.0]] * 6] * 6})
    assert view.dots[:3] == bytes([0, 127, 255])


def test_colours_may_come_first():
    view = sketch({"image": [[[200] * 9] * 8, [[100] * 9] * 8, [[0] * 9] * 8]})
    assert (view.width, view.height, view.dots[:3]) == (9, 8, bytes([200, 100, 0]))


def test_a_large_map_is_an_image_with_its_codes():
    view = sketch({"map": [[n % 3 for n in range(150)] for _ in range(150)]})
    assert isinstance(view, PixelsView)
    assert "1 ×7,500" in view.caption


# Chess.


def test_a_fen_is_a_chess_board():
    view = sketch({"fen": START})
    assert texts(view)[0] == "♜♞♝♛♚♝♞♜"
    assert texts(view)[7] == "♖♘♗♕♔♗♘♖"
    assert "r  n  b  q  k  b  n  r" in plain(view, ascii_only=True)


def test_the_last_move_is_marked():
    view = sketch({"fen": AFTER_E4}, before={"fen": START})
    marked = {(r, c) for r in range(8) for c in range(8) if view.rows[r][c].marked}
    assert marked == {(6, 4), (4, 4)}


def test_a_king_in_check_is_marked():
    mate = "rnb1kbnr/pppp1ppp/8/4p3/6Pq/5P2/PPPPP2P/RNBQKBNR w KQkq - 1 3"
    view = sketch({"fen": mate, "is_check": True}).parts[0].view
    assert view.rows[7][4].tone is Tone.CHECK_WHITE
    assert "[♔]" in plain(view)


@pytest.mark.parametrize(
    "text",
    [
        START.replace("8/8/8/8", "8/8/8"),
        START.replace("pppppppp", "ppppppp"),
        START.replace("K", "Q"),
        START.replace(" w ", " x "),
        START.replace("rnbqkbnr", "rnbpkbnr"),
        START + "; drop",
        "",
        None,
        7,
    ],
)
def test_what_is_no_position_is_no_chess_board(text):
    assert read_fen(text) is None
    assert not isinstance(sketch({"fen": text}), GridView)


# Words.


def test_messages_have_senders():
    messages = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    view = sketch({"messages": messages})
    assert isinstance(view, ChatView)
    assert [(m.sender, m.text) for m in view.messages] == [("user", "Hello"), ("assistant", "Hi")]


def test_messages_of_several_parts_are_read():
    parts = [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": "x"}]
    assert sketch({"chat": [{"role": "user", "content": parts}]}).messages[0].text == "Look"


def test_long_text_is_wrapped_between_words():
    view = sketch({"question": "word " * 30})
    assert isinstance(view, TextView)
    assert all(line.split() == ["word"] * len(line.split()) for line in plain(view, 22).split("\n"))


def test_sentences_stand_one_below_the_other():
    view = sketch({"log": ["You wake up in the dark.", "A door."]})
    assert plain(view) == "You wake up in the dark.\nA door."


# The table.


def entries(fields, before=None):
    view = sketch(fields, before=before)
    assert isinstance(view, TableView)
    return {entry.label: (entry.value, entry.trend, entry.change) for entry in view.entries}


def test_numbers_say_by_how_much_they_changed():
    found = entries({"x": 3, "y": 1.0, "z": 5}, {"x": 1, "y": 1.25, "z": 5})
    assert found == {
        "x": ("3", Trend.UP, "+2"),
        "y": ("1", Trend.DOWN, "-0.25"),
        "z": ("5", Trend.SAME, ""),
    }


def test_other_values_say_what_they_were():
    found = entries({"a": "right", "b": True, "c": 1}, {"a": "left", "b": False})
    assert found["a"] == ("right", Trend.OTHER, "was left")
    assert found["b"] == ("true", Trend.OTHER, "was false")
    assert found["c"] == ("1", Trend.OTHER, "new")


def test_nothing_is_marked_at_the_first_observation():
    assert entries({"x": 3})["x"] == ("3", Trend.SAME, "")


def test_nested_values_are_named_by_their_path():
    assert entries({"at": {"x": 1, "y": {"z": 2}}}).keys() == {"at.x", "at.y.z"}


def test_changes_show_without_colour():
    view = sketch({"x": 3}, before={"x": 1})
    assert plain(view) == "x  3  ▲ +2"
    assert plain(view, ascii_only=True) == "x  3  ^ +2"


def test_many_numbers_are_drawn_as_a_line():
    value = entries({"state": list(range(80))})["state"][0]
    assert value.startswith("80 numbers ▁")
    assert value.endswith("█ 0 to 79")


def test_many_words_are_a_list_that_ends():
    assert entries({"w": ["sword"] * 20})["w"][0].endswith("… 12 more")


# The rest.


def test_everything_else_is_folded_json():
    words = plain(sketch({"players": [{"name": "a", "hp": n} for n in range(20)]}))
    assert '{"name": "a", "hp": 0}' in words
    assert "… 8 more" in words


def test_metadata_comes_last_and_only_if_there_is_any():
    view = sketch({"metadata": {"seed": 1}, "x": 1})
    assert [part.title for part in view.parts] == ["", "metadata"]
    assert isinstance(sketch({"metadata": {}, "x": 1}), TableView)


def test_pictures_come_first():
    view = sketch({"x": 1, "text": "word " * 20, "grid": [[0, 1], [1, 0]]})
    assert [part.title for part in view.parts] == ["grid", "text", ""]


def test_what_the_caller_shows_is_left_out():
    assert entries({"x": 1, "reward": 2}).keys() == {"x", "reward"}
    view = sketch({"x": 1, "reward": 2, "metadata": {"a": 1}}, leave_out=("reward", "metadata"))
    assert plain(view) == "x  1"


def test_an_empty_observation_says_so():
    assert plain(sketch({})) == "(the observation is empty)"
