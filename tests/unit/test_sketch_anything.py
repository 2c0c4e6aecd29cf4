"""Whatever a server sends is drawn, in any room, and none of it can control the terminal."""

import math
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from openenv_tui.games.sketch import sketch
from openenv_tui.render import full_height, plain, render
from openenv_tui.render.lines import CONTROL
from openenv_tui.views import TableView, Trend

LETTERS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="ab \n\t\r\x1b[]\x9b\u202e\u2028\ud800漢é\u0301😀\ufe0f", max_size=120),
    st.sampled_from(["NaN", "[red]x[/red]", "\x1b[2J\x1b]0;x\x07", "x" * 3000, "a b " * 900]),
)
NUMBERS = st.one_of(
    st.integers(-3, 9),
    st.integers(),
    st.floats(),
    st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 10**400, -(10**4000)]),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, LETTERS)
NAMES = st.one_of(
    st.sampled_from(
        ["grid", "board", "width", "height", "shape", "grid_shape", "rows", "cols", "fen",
         "messages", "content", "role", "sender_id", "metadata", "is_check", "size"]
    ),
    st.text(alphabet="ab\x1b[]\n漢", max_size=12),
)  # fmt: skip


@st.composite
def arrays(draw):
    shape = draw(st.lists(st.integers(0, 9), min_size=1, max_size=4))
    items = draw(
        st.sampled_from(
            [st.integers(0, 5), st.integers(0, 255), st.floats(0, 1), NUMBERS, st.booleans(),
             st.sampled_from("#. @"), st.text(max_size=3), SCALARS]
        )
    )  # fmt: skip
    return draw(_nested(items, shape))


def _nested(items, shape):
    for side in shape:
        items = st.lists(items, min_size=max(0, side - (side == 9)), max_size=side)
    return items


JSON = st.recursive(
    st.one_of(SCALARS, arrays()),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=12,
)
OBSERVATIONS = st.dictionaries(NAMES, JSON, max_size=6)
ROOMS = st.tuples(st.integers(0, 120), st.integers(0, 50))


def check(picture, width, height):
    assert picture.height <= height
    for line in picture.lines:
        words = "".join(span.text for span in line)
        assert cell_len(words) <= width
        assert not any(unicodedata.category(letter) in CONTROL for letter in words), repr(words)


@settings(max_examples=60, deadline=None)
@given(OBSERVATIONS, OBSERVATIONS, OBSERVATIONS, ROOMS, st.booleans(), st.booleans())
def test_any_json_is_drawn_in_any_room(fields, before, schema, room, ascii_only, colour):
    view = sketch(fields, before=before, schema={"properties": schema})
    picture = render(view, *room, ascii_only=ascii_only, colour=colour)
    check(picture, *room)
    assert not ascii_only or all(s.text.isascii() for line in picture.lines for s in line)


@settings(max_examples=60, deadline=None)
@given(OBSERVATIONS, st.integers(1, 120))
def test_the_full_height_leaves_nothing_out(fields, width):
    view = sketch(fields)
    assert full_height(view, width, 24) >= 0
    check(render(view, width, full_height(view, width, 24)), width, 5000)


@settings(max_examples=60, deadline=None)
@given(OBSERVATIONS)
def test_any_json_is_drawn_without_colours(fields):
    assert "\x1b" not in plain(sketch(fields), ascii_only=True)


@settings(max_examples=60, deadline=None)
@given(OBSERVATIONS)
def test_nothing_changes_beside_itself(fields):
    view = sketch({"b": [], "a": 1, **fields}, before={"b": [], "a": 1, **fields})
    tables = [part.view for part in getattr(view, "parts", ()) if isinstance(part.view, TableView)]
    changed = [e for table in tables for e in table.entries if e.trend is not Trend.SAME]
    assert not changed


@pytest.mark.parametrize(
    "value",
    [
        list(range(256)) * 4000,
        [[n % 5 for n in range(900)] for _ in range(900)],
        "hello \x1b[2J" * 500_000,
        "a" * 5_000_000,
        [{}] * 500_000,
        [{"role": "user", "content": "hi " * 4000}] * 300,
        {str(n): n for n in range(100_000)},
        [[0] * n for n in range(1000)],
    ],
    ids=["numbers", "grid", "text", "letters", "objects", "chat", "keys", "ragged"],
)
def test_a_large_observation_is_drawn_from_a_part_of_it(value):
    check(render(sketch({"field": value}), 100, 30), 100, 30)


def test_a_list_of_great_depth_is_folded():
    value = 1
    for _ in range(800):
        value = [value]
    assert "…" in plain(sketch({"deep": value, "also": {"a": value}}))
