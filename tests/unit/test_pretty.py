"""JSON as it is laid out for reading."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from openenv_tui.render.pretty import LARGEST, SHOWN, pretty, pretty_value

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


def test_short_lists_and_rows_of_numbers_stay_on_a_line():
    value = {"board": [[0, 1], [2, 3]], "legal": [0, 2, 5], "info": {"a": None, "b": {}}}
    assert pretty(json.dumps(value), 60) == [
        "{",
        '  "board": [',
        "    [0, 1],",
        "    [2, 3]",
        "  ],",
        '  "legal": [0, 2, 5],',
        '  "info": {',
        '    "a": null,',
        '    "b": {}',
        "  }",
        "}",
    ]


def test_long_lists_fill_the_lines():
    lines = pretty_value(list(range(100)), 40)
    assert (lines[0], lines[-1]) == ("[", "]")
    assert all(len(line) <= 40 for line in lines)
    assert len(lines) < 15


@given(anything)
def test_it_says_what_the_value_is(value):
    lines = pretty_value(value, 1_000_000)
    assert json.loads("\n".join(lines)) == json.loads(json.dumps(value)) or not _plain(value)


def _plain(value):
    """Nothing in it that a terminal must not see."""
    return re.fullmatch(r"[\x20-\x7e]*", json.dumps(value, ensure_ascii=False)) is not None


@given(st.text(), st.integers(20, 200))
def test_no_frame_reaches_the_terminal_with_control_characters(text, width):
    for frame in (text, json.dumps({text: [text]}, ensure_ascii=False)):
        for line in pretty(frame, width):
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line)


def test_what_is_no_json_is_shown_as_it_is():
    assert pretty("<html>\x1b[2J", 80) == ["<html>[2J"]
    assert pretty("[" * 100_000, 80)[0].startswith("[[[")


def test_of_a_very_long_frame_the_beginning_is_shown():
    lines = pretty("x" * (LARGEST + 1), 100)
    assert lines[0] == "(1,048,577 letters; these are the first 65,536)"
    assert "".join(lines[1:]).count("x") == SHOWN
