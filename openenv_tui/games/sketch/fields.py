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
    kept = {key: value for key, value in _some(fields) if key not in leave_out}
    return islice(_inside(kept, before, root, root, "", 0), MOST_FIELDS)


def _inside(
    fields: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    schema: Mapping[str, Any],
    root: Mapping[str, Any],
    path: str,
    depth: int,
) -> Iterator[Field]:
    described = _mapping(schema.get("properties"))
    for key, value in _some(fields):
        name = f"{path}{key}"
        was = before.get(key, MISSING) if isinstance(before, Mapping) else MISSING
        its = _followed(_mapping(described.get(key)), root)
        if isinstance(value, Mapping) and value and depth < DEEPEST and len(value) <= MOST_INSIDE:
            earlier = was if isinstance(was, Mapping) else None
            yield from _inside(value, earlier, its, root, f"{name}.", depth + 1)
        else:
            is_new = was is MISSING and isinstance(before, Mapping)
            yield Field(name, str(key), value, fields, was, is_new, its)


def _some(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return islice(fields.items(), MOST_FIELDS)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _followed(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that a reference inside the same document stands for."""
    for choice in schema.get("anyOf") or schema.get("allOf") or ():
        if isinstance(choice, Mapping) and choice.get("type") != "null":
            schema = {**choice, **{k: v for k, v in schema.items() if k == "description"}}
            break
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return schema
    found: Any = root
    for step in reference[2:].split("/")[:8]:
        found = _mapping(found).get(step)
    return {**_mapping(found), **{k: v for k, v in schema.items() if k == "description"}}
