"""Actions that are forms: what a server's JSON schema says of them, read, checked, filled in.

The schema is data of a stranger: nothing of it is evaluated or fetched, and its patterns are not
run. What it says beyond this module is left to the server, which is the one to decide.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from math import ceil, floor, isfinite
from operator import index
from random import Random
from typing import Any, Final

from openenv_tui.errors import IllegalActionError
from openenv_tui.model import Action
from openenv_tui.render import printable

MOST_LISTED: Final = 1000
"""A field of more values than this is filled in, not chosen from a list."""
DEEPEST: Final = 8
"""Objects inside objects; what lies deeper is written as JSON."""
LEFT_OUT: Final = "metadata"
"""Every action of the framework has it, and it is no part of the game."""
LEGAL_LISTS: Final = (
    "legal_actions",
    "legal_moves",
    "valid_actions",
    "valid_moves",
    "available_actions",
    "available_moves",
    "possible_actions",
)
"""Fields of an observation that list what is legal, the usual ones first."""
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


class Kind(StrEnum):
    """What a field holds."""

    CHOICE = "choice"
    FLAG = "yes or no"
    INTEGER = "whole number"
    NUMBER = "number"
    TEXT = "text"
    LIST = "list"
    OBJECT = "object"
    JSON = "JSON"


UNSET: Final = object()


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Attributes:
        name: as it is sent; "" for the items of a list.
        about: the schema's own description; "" without one.
        required: it has to be sent.
        default: what the server takes where it is left out; ``UNSET`` if nobody says.
        choices: the values that are possible, where they are listed.
        low: the least number, inclusive.
        high: the greatest number, inclusive.
        least: the least length of a text or a list.
        most: the greatest length of a text or a list.
        fields: of an object.
        item: what a list holds.
        nullable: null is a value too.
        closed: an object with no fields but these.
        examples: values that the schema shows.
    """

    name: str
    kind: Kind
    about: str = ""
    required: bool = False
    default: Any = UNSET
    choices: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None
    least: int = 0
    most: int | None = None
    fields: tuple[Field, ...] = ()
    item: Field | None = None
    nullable: bool = False
    closed: bool = False
    examples: tuple[Any, ...] = ()

    @property
    def values(self) -> tuple[Any, ...]:
        """Every value it can have, where those are few; () where they are not."""
        if self.kind is Kind.CHOICE:
            return self.choices
        if self.kind is Kind.FLAG:
            return (False, True)
        if self.kind is Kind.INTEGER and self.low is not None and self.high is not None:
            low, high = int(self.low), int(self.high)
            return tuple(range(low, high + 1)) if high - low < MOST_LISTED else ()
        return ()

    @property
    def expected(self) -> str:
        """What is expected here, in words."""
        return f"{self._words()}{' or null' if self.nullable else ''}"

    @property
    def asked(self) -> str:
        """What is expected, and how it is written where that does not go without saying."""
        if self.kind is Kind.LIST and self.item is not None and self.item.kind in _SCALARS:
            return f"{self.expected}, separated by commas"
        return (
            f"{self.expected}, as JSON" if self.kind in (Kind.LIST, Kind.OBJECT) else self.expected
        )

    def problem(self, value: Any) -> str | None:
        """What is wrong with a value; None if nothing is."""
        if value is None:
            return None if self.nullable or self.kind is Kind.JSON else self._unlike(value)
        if self.kind is Kind.CHOICE:
            fits = any(type(value) is type(c) and value == c for c in self.choices)
        elif self.kind is Kind.FLAG:
            fits = type(value) is bool
        elif self.kind in (Kind.INTEGER, Kind.NUMBER):
            fits = self._holds(value)
        elif self.kind is Kind.TEXT:
            fits = type(value) is str and self._long_enough(value)
        elif self.kind is Kind.LIST:
            return self._problem_of_list(value)
        elif self.kind is Kind.OBJECT:
            return self._problem_of_object(value)
        else:
            fits = True
        return None if fits else self._unlike(value)

    def parse(self, text: str) -> Any:
        """The value that a person means by what they typed.

        Raises:
            IllegalActionError: it is none; the text says what was expected.
        """
        value = self._read(text)
        if problem := self.problem(value):
            raise IllegalActionError(problem)
        return value

    def sample(self, rng: Random) -> Any:
        """Any value that fits; where there is no bound, one that a person might try."""
        if self.nullable and rng.random() < 0.25:
            return None
        if self.values:
            return rng.choice(self.values)
        if self.kind is Kind.INTEGER:
            low, high = self._range(10)
            return rng.randint(ceil(low), floor(high))
        if self.kind is Kind.NUMBER:
            return rng.uniform(*self._range(2))
        if self.examples:
            return rng.choice(self.examples)
        if self.kind is Kind.TEXT:
            letters = self._size(rng, max(1, self.least), 8)
            return "".join(rng.choice(LETTERS) for _ in range(letters))
        if self.kind is Kind.LIST and self.item is not None:
            return [self.item.sample(rng) for _ in range(self._size(rng, self.least, 3))]
        if self.kind is Kind.OBJECT:
            return sample_fields(self.fields, rng)
        return {} if self.default is UNSET else self.default

    def _words(self) -> str:
        if self.kind is Kind.CHOICE:
            listed = ", ".join(shown(choice) for choice in self.choices[:12])
            return f"one of {listed}{' ...' if len(self.choices) > 12 else ''}"
        if self.kind is Kind.FLAG:
            return "true or false"
        if self.kind in (Kind.INTEGER, Kind.NUMBER):
            article = "a whole number" if self.kind is Kind.INTEGER else "a number"
            return article + _between(self.low, self.high)
        if self.kind in (Kind.TEXT, Kind.LIST):
            article, unit = ("a text", "letters") if self.kind is Kind.TEXT else ("a list", "items")
            if self.most is not None:
                return f"{article} of {self.least} to {self.most} {unit}"
            return f"{article} of at least {self.least} {unit}" if self.least else article
        if self.kind is Kind.OBJECT:
            return "an object with " + ", ".join(printable(f.name) for f in self.fields)
        return "JSON"

    def _unlike(self, value: Any) -> str:
        name = f"{printable(self.name)}: " if self.name else ""
        return f"{name}{self.expected} was expected, not {shown(value)}"

    def _holds(self, value: Any) -> bool:
        if type(value) is not int and (self.kind is Kind.INTEGER or type(value) is not float):
            return False
        if type(value) is float and not isfinite(value):
            return False
        above = self.low is None or value >= self.low
        return above and (self.high is None or value <= self.high)

    def _long_enough(self, value: Sequence[Any]) -> bool:
        return self.least <= len(value) and (self.most is None or len(value) <= self.most)

    def _problem_of_list(self, value: Any) -> str | None:
        if not isinstance(value, (list, tuple)) or not self._long_enough(value):
            return self._unlike(value)
        if self.item is None:
            return None
        for number, each in enumerate(value):
            if problem := self.item.problem(each):
                return f"{printable(self.name)}[{number}]: {problem}"
        return None

    def _problem_of_object(self, value: Any) -> str | None:
        if not isinstance(value, Mapping):
            return self._unlike(value)
        return problem_of(self.fields, value, closed=self.closed)

    def _read(self, text: str) -> Any:
        said = text.strip()
        if self.nullable and said.lower() in ("null", "none"):
            return None
        if self.kind is Kind.CHOICE:
            return next((c for c in self.choices if shown(c).lower() == said.lower()), text)
        if self.kind is Kind.FLAG:
            return {"true": True, "yes": True, "1": True, "y": True, "false": False, "no": False,
                    "0": False, "n": False}.get(said.lower(), text)  # fmt: skip
        if self.kind is Kind.TEXT:
            return text
        if self.kind in (Kind.INTEGER, Kind.NUMBER):
            return _number(said, whole=self.kind is Kind.INTEGER)
        try:
            return json.loads(said)
        except ValueError:
            pass
        if self.kind is Kind.LIST and self.item is not None and self.item.kind in _SCALARS:
            return [self.item._read(part.strip()) for part in said.split(",")] if said else []
        raise IllegalActionError(
            f"{printable(self.name)}: {self.expected} was expected, written as JSON"
        )

    def _range(self, width: float) -> tuple[float, float]:
        low, high = self.low, self.high
        if low is None and high is None:
            return (0, width - 1) if self.kind is Kind.INTEGER else (-width / 2, width / 2)
        if low is None:
            return (high or 0) - width, (high or 0)
        return low, low + width if high is None else high

    def _size(self, rng: Random, least: int, more: int) -> int:
        most = least + more if self.most is None else min(self.most, least + more)
        return rng.randint(least, max(least, most))


_SCALARS: Final = (Kind.CHOICE, Kind.FLAG, Kind.INTEGER, Kind.NUMBER, Kind.TEXT)


@dataclass(frozen=True)
class Form:
    """What a schema says of an action (or of an observation): its fields.

    Attributes:
        fields: in the schema's order, ``metadata`` left out.
        closed: no other fields are taken.
    """

    fields: tuple[Field, ...]
    closed: bool = False

    @classmethod
    def read(cls, schema: Mapping[str, Any]) -> Form:
        """Read a JSON schema of an object; whatever it does not tell is left open."""
        root = _Reader(schema).field("", schema, required=True, depth=0)
        fields = tuple(field for field in root.fields if field.name != LEFT_OUT)
        return cls(fields, root.closed)

    @property
    def alone(self) -> Field | None:
        """The only field; None if there are several, or none."""
        return self.fields[0] if len(self.fields) == 1 else None

    @cached_property
    def chosen(self) -> Field | None:
        """The field that a list of legal values is about: the only one that has to be filled in."""
        required = [field for field in self.fields if field.required]
        return self.alone or (required[0] if len(required) == 1 else None)

    def check(self, payload: Mapping[str, Any]) -> None:
        """Raise unless an action fits.

        Raises:
            IllegalActionError: says which field does not, and what was expected.
        """
        if problem := self.problem(payload):
            raise IllegalActionError(problem)

    def problem(self, payload: Mapping[str, Any]) -> str | None:
        """What is wrong with an object; None if nothing is."""
        return problem_of(self.fields, payload, closed=self.closed and bool(self.fields))


@dataclass(frozen=True)
class Space:
    """What may be done now: any filled-in form, or one of the values that are listed.

    Attributes:
        form: what an action is made of.
        listed: the field that is chosen; None where the form is to be filled in.
        values: of that field, the legal ones.
        stable: the n-th value means the same at all times.
    """

    form: Form
    listed: Field | None = None
    values: tuple[Any, ...] = ()
    stable: bool = True

    @cached_property
    def legal_actions(self) -> tuple[int, ...]:
        """Action numbers: integers stand for themselves, other values for their place."""
        return tuple(self._by_number)

    @cached_property
    def _by_number(self) -> Mapping[int, Any]:
        if all(type(value) is int for value in self.values):
            return {value: value for value in sorted(self.values)}
        return dict(enumerate(self.values))

    def accept(self, answer: Any) -> Action:
        """See ``ActionSpace``: a number, an object with fields, or the bare value of one field."""
        if isinstance(answer, Mapping):
            payload = dict(answer)
            self.form.check(payload)
            self._expect_legal(payload)
            return payload
        if self.values and type(answer) is not bool:
            try:
                number = index(answer)
            except TypeError:
                return self._bare(answer)
            if number not in self._by_number:
                legal = ", ".join(self.name(each) for each in self.legal_actions[:40])
                raise IllegalActionError(f"chose {number}; legal were {legal}")
            return number
        return self._bare(answer)

    def payload(self, action: Action) -> Mapping[str, Any]:
        """The fields that are sent."""
        if isinstance(action, Mapping):
            return action
        assert self.listed is not None
        return {self.listed.name: self._by_number[action]}

    def written(self, action: Action) -> Action:
        """See ``ActionSpace``."""
        return action if self.stable else self.payload(action)

    def sample(self, rng: Random) -> Action:
        """A legal value, or a form filled in at random."""
        legal = self.legal_actions
        if legal:
            return legal[int(rng.random() * len(legal))]
        return sample_fields(self.form.fields, rng)

    @property
    def expected(self) -> str:
        """What is to be filled in, in words."""
        alone = self.form.alone
        if alone is not None:
            return f"{printable(alone.name)}: {alone.asked}"
        listed = [
            f"{printable('.'.join(path))}={'' if field.required else '(optional) '}{field.expected}"
            for path, field in leaves(self.form.fields)
        ]
        return "; ".join(listed) or "a JSON object"

    def read(self, line: str) -> Action:
        """The action that a person means by a line: a value, name=value pairs, or JSON.

        Raises:
            IllegalActionError: it is none; the text says what was expected.
        """
        said = line.strip()
        try:
            if said.startswith("{"):
                return self.accept(json.loads(said))
            if self.listed is not None or self.form.alone is not None:
                return self._bare(line)
            return self.accept(filled(self.form.fields, _pairs(said)))
        except (ValueError, TypeError, RecursionError) as error:
            raise IllegalActionError(f"cannot read that: {self.expected}") from error

    def name(self, action: Action) -> str:
        """What an action says, in a few words."""
        if not isinstance(action, Mapping):
            return shown(self._by_number.get(action, action))
        if self.form.alone is not None and len(action) == 1:
            return shown(next(iter(action.values())))
        return ", ".join(f"{printable(key)}={shown(value)}" for key, value in action.items())

    def _bare(self, answer: Any) -> Action:
        field = self.listed or self.form.alone
        if field is None:
            raise TypeError("an action of several fields is an object")
        payload = {field.name: answer}
        if field.problem(answer) is None:
            self._expect_legal(payload)
            return payload
        if type(answer) is str:
            payload = {field.name: field.parse(answer)}
            self._expect_legal(payload)
            return payload
        raise TypeError(field.expected)

    def _expect_legal(self, payload: Mapping[str, Any]) -> None:
        if self.listed is None or not self.values:
            return
        value = payload.get(self.listed.name, UNSET)
        if not any(type(value) is type(each) and value == each for each in self.values):
            legal = ", ".join(shown(each) for each in self.values[:40])
            raise IllegalActionError(f"chose {shown(value)}; legal were {legal}")


def space_of(form: Form, fields: Mapping[str, Any]) -> Space:
    """What may be done at an observation: what it lists as legal, else what the schema allows."""
    field = form.chosen
    if field is not None:
        for name in LEGAL_LISTS:
            legal = fields.get(name)
            if isinstance(legal, list) and 0 < len(legal) <= 100 * MOST_LISTED:
                values = tuple(dict.fromkeys(v for v in legal if type(v) in (int, str)))
                if len(values) == len(legal) and all(field.problem(v) is None for v in values):
                    # The place in a list of words changes from turn to turn; a number does not.
                    return Space(form, field, values, all(type(v) is int for v in values))
    if form.alone is not None and form.alone.values:
        return Space(form, form.alone, form.alone.values)
    return Space(form)


def choice_of(form: Form, name: str, values: Sequence[Any]) -> Form:
    """The form with a list of values for a field, of which the schema says less."""
    fields = tuple(
        replace(field, kind=Kind.CHOICE, choices=tuple(values)) if field.name == name else field
        for field in form.fields
    )
    return replace(form, fields=fields)


def sample_fields(fields: Sequence[Field], rng: Random) -> dict[str, Any]:
    """A filled-in form: what is required, and each other field as likely as not."""
    return {
        field.name: field.sample(rng) for field in fields if field.required or rng.random() < 0.5
    }


def problem_of(fields: Sequence[Field], payload: Mapping[str, Any], *, closed: bool) -> str | None:
    """What is wrong with an object of these fields; None if nothing is."""
    known = {field.name: field for field in fields}
    for field in fields:
        if field.name in payload:
            if problem := field.problem(payload[field.name]):
                return problem
        elif field.required:
            return f"{printable(field.name)} is missing: {field.expected} was expected"
    unknown = [key for key in payload if key not in known and key != LEFT_OUT]
    if closed and unknown:
        takes = ", ".join(printable(name) for name in known) or "none"
        return f"there is no field {shown(unknown[0])}; the fields are {takes}"
    return None


def shown(value: Any) -> str:
    """A JSON value in one short line, fit to be shown."""
    if isinstance(value, str):
        text = printable(value).replace("\n", " ") or "''"
    else:
        try:
            text = printable(json.dumps(value, ensure_ascii=False, default=str))
        except (ValueError, RecursionError):
            text = "?"
    return text if len(text) <= 80 else text[:79] + "…"


def leaves(
    fields: Sequence[Field], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Field]]:
    """The fields that are filled in one by one, those of objects by their path."""
    for field in fields:
        if field.kind is Kind.OBJECT and field.fields and not field.nullable:
            yield from leaves(field.fields, (*path, field.name))
        else:
            yield (*path, field.name), field


def filled(fields: Sequence[Field], written: Mapping[str, str]) -> dict[str, Any]:
    """A form with what was written into its leaves, by their dotted names; empty is left out.

    Raises:
        IllegalActionError: something does not fit, or names no field.
    """
    known = {".".join(path): (path, field) for path, field in leaves(fields)}
    for name in written:
        if name not in known:
            takes = ", ".join(map(printable, known))
            raise IllegalActionError(f"there is no field {shown(name)}; the fields are {takes}")
    payload: dict[str, Any] = {}
    for name, (path, field) in known.items():
        text = written.get(name, "")
        if not text.strip() and not (field.required and field.kind is Kind.TEXT):
            if field.required and field.default is UNSET:
                raise IllegalActionError(f"{printable(name)}: {field.expected} is missing")
            continue
        place = payload
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = field.parse(text)
    return payload


def _pairs(line: str) -> dict[str, str]:
    """``name=value`` pairs, apart from each other by commas or spaces; quotes hold them together.

    Raises:
        ValueError: a quote is not closed, or a part is no pair.
    """
    words = shlex.shlex(line, posix=True, punctuation_chars="")
    words.whitespace_split = True
    words.whitespace = ", \t"
    pairs = [word.partition("=") for word in words]
    if not all(sign for _, sign, _ in pairs):
        raise ValueError("name=value was expected")
    return {name: value for name, _, value in pairs}


class _Reader:
    """Follows the references of one schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._root = schema

    def field(self, name: str, schema: Any, *, required: bool, depth: int) -> Field:
        plain, nullable = self._plain(schema, depth)
        default = plain.get("default", UNSET)
        if isinstance(schema, Mapping) and "default" in schema:
            default = schema["default"]
        shape = self._shape(plain, depth)
        about = plain.get("description")
        if isinstance(schema, Mapping):
            about = schema.get("description") or about
        examples = plain.get("examples")
        return Field(
            name=name,
            about=printable(about) if isinstance(about, str) else "",
            required=required,
            default=default,
            nullable=nullable,
            examples=tuple(examples[:20]) if isinstance(examples, list) else (),
            **shape,
        )

    def _plain(self, schema: Any, depth: int) -> tuple[Mapping[str, Any], bool]:
        """A schema without references and without "or null", and whether null is allowed."""
        nullable = False
        for _ in range(DEEPEST):
            if not isinstance(schema, Mapping) or depth > DEEPEST:
                return {}, True
            if "$ref" in schema:
                schema = self._found(schema["$ref"])
                continue
            if isinstance(schema.get("allOf"), list) and len(schema["allOf"]) == 1:
                schema = schema["allOf"][0]
                continue
            parts = schema.get("anyOf") or schema.get("oneOf")
            if not isinstance(parts, list):
                break
            others = [part for part in parts if not _is_null(part)]
            nullable = nullable or len(others) < len(parts)
            if len(others) != 1:
                return _of_several(others), nullable
            schema = others[0]
        if not isinstance(schema, Mapping):
            return {}, True
        kinds = schema.get("type")
        if isinstance(kinds, list):
            nullable = nullable or "null" in kinds
            rest = [kind for kind in kinds if kind != "null"]
            schema = {**schema, "type": rest[0] if len(rest) == 1 else None}
        return schema, nullable

    def _found(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return {}
        place: Any = self._root
        for part in reference[2:].split("/"):
            if not isinstance(place, Mapping):
                return {}
            place = place.get(part.replace("~1", "/").replace("~0", "~"))
        return place

    def _shape(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        if "const" in schema:
            return {"kind": Kind.CHOICE, "choices": (schema["const"],)}
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return {"kind": Kind.CHOICE, "choices": tuple(schema["enum"][:MOST_LISTED])}
        kind = schema.get("type")
        if kind == "boolean":
            return {"kind": Kind.FLAG}
        if kind in ("integer", "number"):
            return _bounds(schema, whole=kind == "integer")
        if kind == "string":
            least, most = _length(schema, "minLength", "maxLength")
            return {"kind": Kind.TEXT, "least": least, "most": most}
        if kind == "array":
            least, most = _length(schema, "minItems", "maxItems")
            item = (
                self.field("", schema["items"], required=True, depth=depth + 1)
                if isinstance(schema.get("items"), Mapping)
                else None
            )
            return {"kind": Kind.LIST, "least": least, "most": most, "item": item}
        properties = schema.get("properties")
        if isinstance(properties, Mapping) and properties:
            required = schema.get("required")
            names = required if isinstance(required, list) else []
            fields = tuple(
                self.field(str(key), part, required=key in names, depth=depth + 1)
                for key, part in list(properties.items())[:200]
            )
            closed = schema.get("additionalProperties") is False
            return {"kind": Kind.OBJECT, "fields": fields, "closed": closed}
        return {"kind": Kind.JSON}


def _is_null(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"


def _of_several(parts: Sequence[Any]) -> Mapping[str, Any]:
    """Constants become one list of choices; whatever else differs is written as JSON."""
    found: list[Any] = []
    for part in parts:
        if not isinstance(part, Mapping):
            return {}
        if "const" in part:
            found.append(part["const"])
        elif isinstance(part.get("enum"), list):
            found += part["enum"]
        else:
            kinds = {each.get("type") for each in parts if isinstance(each, Mapping)}
            return {"type": "number"} if kinds == {"integer", "number"} else {}
    return {"enum": found}


def _bounds(schema: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    low, high = _limit(schema, "minimum"), _limit(schema, "maximum")
    over, under = _limit(schema, "exclusiveMinimum"), _limit(schema, "exclusiveMaximum")
    if whole:
        low = ceil(low) if low is not None else None
        high = floor(high) if high is not None else None
        over = floor(over) + 1 if over is not None else None
        under = ceil(under) - 1 if under is not None else None
    lows = [bound for bound in (low, over) if bound is not None]
    highs = [bound for bound in (high, under) if bound is not None]
    kind = Kind.INTEGER if whole else Kind.NUMBER
    return {
        "kind": kind,
        "low": max(lows) if lows else None,
        "high": min(highs) if highs else None,
    }


def _limit(schema: Mapping[str, Any], key: str) -> float | None:
    value = schema.get(key)
    if isinstance(value, (int, float)) and type(value) is not bool and abs(value) < 1e300:
        return value
    return None


def _length(schema: Mapping[str, Any], least: str, most: str) -> tuple[int, int | None]:
    low, high = schema.get(least), schema.get(most)
    return (
        min(low, 10_000) if type(low) is int and low > 0 else 0,
        high if type(high) is int and high >= 0 else None,
    )


def _between(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    if low is not None:
        return f" of at least {low:g}"
    return f" of at most {high:g}" if high is not None else ""


def _number(said: str, *, whole: bool) -> Any:
    try:
        return int(said)
    except ValueError:
        pass
    try:
        value = float(said)
    except ValueError:
        return said
    return int(value) if whole and value.is_integer() else value
