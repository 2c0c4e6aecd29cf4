"""The fields of an observation, one by one: nested objects are taken apart, as deep as is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

MOST_FIELDS: Final = 200
DEEPEST: Final = 3
MOST_INSIDE: Final = 24
"""An object with more fields is a table of its own, and not taken apart."""

MISSING: Final = object()
"""There was no such field before, or there was no before."""


class Field(NamedTuple):
    """One value of an observation.

    Attributes:
        name: its path, such as ``position.x``.
        key: the last part of it.
        siblings: the object that it is in.
        before: what it was; ``MISSING`` where that is not known.
        is_new: there was an observation before, without this field.
        schema: the part of the JSON Schema that describes it; {} if none does.
    """

    name: str
    key: str
    value: Any
    siblings: Mapping[str, Any]
    before: Any = MISSING
    is_new: bool = False
    schema: Mapping[str, Any] = {}


def fields_of(
    fields: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    schema: Mapping[str, Any] | None,
    leave_out: Collection[str],
) -> Iterator[Field]:
    """Every field that is no object, and every object that is too large to be taken apart."""
    root = schema if isinstance(schema, Mapping) else {}
    return islice(_inside(fields, before, root, root, "", leave_out), MOST_FIELDS)


def _inside(
    fields: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    schema: Mapping[str, Any],
    root: Mapping[str, Any],
    path: str,
    leave_out: Collection[str] = (),
) -> Iterator[Field]:
    described = _mapping(schema.get("properties"))
    for key, value in _some(fields):
        # What is left out may still say how the others are to be read.
        if key in leave_out:
            continue
        name = f"{path}{key}"
        was = before.get(key, MISSING) if isinstance(before, Mapping) else MISSING
        its = _followed(_mapping(described.get(key)), root)
        if _is_taken_apart(value, path):
            earlier = was if isinstance(was, Mapping) else None
            yield from _inside(value, earlier, its, root, f"{name}.")
        else:
            is_new = was is MISSING and isinstance(before, Mapping)
            yield Field(name, str(key), value, fields, was, is_new, its)


def _is_taken_apart(value: Any, path: str) -> bool:
    shallow = path.count(".") < DEEPEST
    return isinstance(value, Mapping) and 0 < len(value) <= MOST_INSIDE and shallow


def _some(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return islice(fields.items(), MOST_FIELDS)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _followed(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """The schema with what it refers to inside the same document, and so are its items."""
    choices = schema.get("anyOf") or schema.get("allOf")
    described = {key: value for key, value in schema.items() if key == "description"}
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, Mapping) and choice.get("type") != "null":
            schema = {**choice, **described}
            break
    found = {**_referred(schema.get("$ref"), root), **schema, **described}
    if depth < DEEPEST and isinstance(found.get("items"), Mapping):
        found["items"] = _followed(found["items"], root, depth + 1)
    return found


def _referred(reference: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return {}
    found: Any = root
    for step in reference[2:].split("/")[:8]:
        found = _mapping(found).get(step)
    return _mapping(found)
