"""Forms: what a JSON schema says of an action, and what is made of it."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openenv_tui.errors import IllegalActionError
from openenv_tui.games.forms import UNSET, Form, Kind, Space, filled, leaves, space_of

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "properties", "items", "enum", "anyOf", "$ref", "required", "const",
                 "minimum", "maximum", "default", "allOf", "$defs", "minLength", "a"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)  # fmt: skip


def form(**properties):
    required = [name for name, schema in properties.items() if schema.pop("needed", True)]
    return Form.read(
        {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }
    )


MOVE = {"enum": ["UP", "DOWN"], "type": "string"}
DRIVE = {
    "$defs": {"Gear": {"enum": [1, 2, 3], "type": "integer"}},
    "type": "object",
    "properties": {
        "metadata": {"type": "object"},
        "gear": {"$ref": "#/$defs/Gear"},
        "speed": {"type": "number", "minimum": 0, "maximum": 2.5},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "lights": {"type": "boolean"},
        "target": {
            "type": "object",
            "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}},
            "required": ["x", "y"],
        },
        "stops": {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
    },
    "required": ["gear", "speed", "lights", "target"],
    "additionalProperties": False,
}
FITTING = {"gear": 2, "speed": 1.5, "lights": True, "target": {"x": 1, "y": -2}}


def test_every_kind_of_field_is_read():
    kinds = {field.name: field.kind for field in Form.read(DRIVE).fields}
    assert kinds == {
        "gear": Kind.CHOICE, "speed": Kind.NUMBER, "note": Kind.TEXT, "lights": Kind.FLAG,
        "target": Kind.OBJECT, "stops": Kind.LIST,
    }  # fmt: skip


def test_what_a_field_may_be_left_out_as_is_kept():
    note = next(field for field in Form.read(DRIVE).fields if field.name == "note")
    assert (note.required, note.nullable, note.default) == (False, True, None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gear": 4}, "gear: one of 1, 2, 3 was expected, not 4"),
        ({"gear": True}, "gear: one of 1, 2, 3"),
        ({"speed": 2.6}, "speed: a number from 0 to 2.5 was expected, not 2.6"),
        ({"speed": float("nan")}, "speed: a number"),
        ({"lights": "yes"}, "lights: true or false was expected"),
        ({"target": {"x": 1}}, "y is missing: a whole number was expected"),
        ({"target": [1, 2]}, "target: an object with x, y was expected"),
        ({"stops": [1, 2, 3, 4]}, "stops: a list of 0 to 3 items"),
        ({"stops": [1, "2"]}, r"stops\[1\]: a whole number was expected"),
        ({"colour": "red"}, "no field colour; the fields are gear, speed"),
    ],
)
def test_what_does_not_fit_is_named_with_what_was_expected(change, said):
    with pytest.raises(IllegalActionError, match=said):
        Form.read(DRIVE).check({**FITTING, **change})


def test_what_fits_passes():
    Form.read(DRIVE).check({**FITTING, "note": None, "stops": [], "metadata": {"who": "me"}})


def test_a_missing_field_is_named():
    with pytest.raises(IllegalActionError, match="gear is missing"):
        Form.read(DRIVE).check({key: value for key, value in FITTING.items() if key != "gear"})


def test_samples_fit():
    read, rng = Form.read(DRIVE), Random(1)
    for _ in range(200):
        read.check(Space(read).sample(rng))


def test_fields_of_objects_are_filled_in_by_their_path():
    written = {"gear": "2", "speed": "1.5", "lights": "yes", "target.x": "1", "target.y": "-2"}
    assert filled(Form.read(DRIVE).fields, written) == FITTING
    assert [".".join(path) for path, _ in leaves(Form.read(DRIVE).fields)][-3:] == [
        "target.x", "target.y", "stops",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "gear=2, speed=1.5, lights=true, target.x=1, target.y=-2",
        "gear=2 speed=1.5 lights=y target.x=1 target.y=-2",
        json.dumps(FITTING),
    ],
)
def test_a_line_is_read_as_pairs_or_as_json(line):
    assert Space(Form.read(DRIVE)).read(line) == FITTING


@pytest.mark.parametrize("line", ["", "fast", "gear", "{", '{"gear": ', 'gear="2', "[1]"])
def test_a_line_that_means_nothing_says_what_was_expected(line):
    with pytest.raises(IllegalActionError, match="gear"):
        Space(Form.read(DRIVE)).read(line)


def test_an_enum_alone_is_a_list_to_choose_from():
    space = space_of(form(move=dict(MOVE)), {})
    assert space.legal_actions == (0, 1)
    assert space.payload(1) == {"move": "DOWN"}
    assert (space.accept(0), space.accept("UP"), space.accept({"move": "DOWN"})) == (
        0, {"move": "UP"}, {"move": "DOWN"},
    )  # fmt: skip


def test_a_small_range_stands_for_itself():
    space = space_of(form(column={"type": "integer", "minimum": 2, "maximum": 4}), {})
    assert space.legal_actions == (2, 3, 4)
    assert space.payload(3) == {"column": 3}


def test_what_an_observation_lists_as_legal_comes_before_the_schema():
    read = form(action_id={"type": "integer"}, game={"type": "string", "needed": False})
    space = space_of(read, {"legal_actions": [7, 3]})
    assert space.legal_actions == (3, 7)
    assert space.written(7) == 7
    with pytest.raises(IllegalActionError, match="chose 5; legal were 3, 7"):
        space.accept(5)


def test_a_list_of_words_changes_so_records_keep_the_word():
    space = space_of(form(move={"type": "string"}), {"legal_moves": ["e2e4", "d2d4"]})
    assert space.written(1) == {"move": "d2d4"}
    assert space.accept("e2e4") == {"move": "e2e4"}
    with pytest.raises(IllegalActionError, match="legal were e2e4, d2d4"):
        space.accept("a1a1")


def test_several_fields_are_a_form_and_not_a_list():
    space = space_of(form(kind=dict(MOVE), x={"type": "integer", "needed": False}), {})
    assert space.legal_actions == ()
    with pytest.raises(TypeError):
        space.accept("UP")


def test_a_legal_list_that_does_not_fit_the_form_is_not_believed():
    read = form(move=dict(MOVE))
    for legal in ([], ["LEFT"], [1], "UP", None, [["UP"]], ["UP", "UP"]):
        assert space_of(read, {"legal_actions": legal}).values == ("UP", "DOWN")


def test_text_alone_is_said_as_it_is():
    space = space_of(form(message={"type": "string"}), {})
    assert space.read("12 = a dozen") == {"message": "12 = a dozen"}
    assert space.accept("[4]") == {"message": "[4]"}


def test_an_answer_that_is_no_action_is_told_apart_from_one_that_is_not_legal():
    space = space_of(form(move=dict(MOVE)), {})
    for nothing in (None, 1.5, [0], True):
        with pytest.raises(TypeError):
            space.accept(nothing)


def test_a_schema_that_says_nothing_takes_any_object():
    space = space_of(Form.read({}), {})
    assert space.read('{"any": [1]}') == {"any": [1]}
    assert space.sample(Random(0)) == {}


def test_a_schema_that_holds_itself_ends_as_json():
    loop = {"$defs": {"A": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}}},
            "$ref": "#/$defs/A"}  # fmt: skip
    field, depth = Form.read(loop).fields[0], 0
    while field.fields:
        field, depth = field.fields[0], depth + 1
    assert field.kind is Kind.JSON
    assert depth < 20


def test_references_elsewhere_are_not_followed():
    read = form(a={"$ref": "file:///etc/passwd"}, b={"$ref": "#/nowhere/at/all"})
    assert [field.kind for field in read.fields] == [Kind.JSON, Kind.JSON]


@given(ANY_JSON)
def test_any_schema_is_read_and_its_samples_fit(schema):
    read = Form.read(schema if isinstance(schema, dict) else {"properties": {"a": schema}})
    space = space_of(read, {})
    action = space.sample(Random(0))
    payload = space.payload(action)
    assert isinstance(payload, dict)
    assert space.expected
    assert read.problem(payload) is None or any(
        field.default is not UNSET or field.examples or field.least for field in read.fields
    )


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "array", "items": {"type": "string"}}, "a list, separated by commas"),
        ({"type": "array", "items": {"type": "object"}}, "a list, as JSON"),
        ({"type": "string"}, "a text"),
    ],
)
def test_how_a_field_is_written_is_said_where_nobody_could_guess(schema, words):
    assert form(said=schema).alone.asked == words
