"""Grids of few different values: a colour and a letter for each, and what they mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from openenv_tui.games.sketch.numbers import number
from openenv_tui.views import CODES, Cell, Fact, GridView, PixelsView, Tone

if TYPE_CHECKING:
    from openenv_tui.games.sketch.numbers import Array

MOST_CODES: Final = len(CODES) + 1
WIDEST_CODE: Final = 99
MOST_ROWS, MOST_COLUMNS = 100, 100
"""A larger grid is drawn as an image."""
BACKGROUND: Final = (" ", ".", "_", "-", "0")
"""Letters for an empty field, the surest first."""

COLOURS: Final = (
    0x4C78A8, 0xE39A3B, 0x54A24B, 0xD0504E, 0xB69AD6, 0x4FB3AC,
    0xC9A227, 0xE08DB0, 0x8C6D4F, 0x9AA4B1, 0xA3C13F, 0x6A6FD1,
)  # fmt: skip
"""The codes' colours in an image, as in the app's theme."""
GROUND: Final = 0x202020

NAMED: Final = re.compile(r"(?<![\w.])(-?\d{1,2}) ?(?:[:=→]|->|[-–—] ) ?([A-Za-z][\w /'-]{0,22})")
NAMED_AFTER: Final = re.compile(r"([A-Za-z][\w'-]{0,22}) ?(?:=|\() ?(-?\d{1,2})(?![\w.])")


class Code(NamedTuple):
    """One value of a grid, with the field that stands for it, and how often it is there."""

    value: int | str
    cell: Cell
    times: int


# Which letter and tone each value gets.


def codes_of(counts: Mapping[int, int], *, boolean: bool = False) -> list[Code] | None:
    """A field for each whole number; None where they are too many, or too large."""
    values = sorted(counts)
    if len(values) > MOST_CODES or max(map(abs, values), default=0) > WIDEST_CODE:
        return None
    background = _background(counts)
    tones = _tones([value for value in values if value != background])
    signs = -1 in counts and set(values) <= {-1, 0, 1}
    glyphs = {1: "X", -1: "O"} if signs else {1: "#"} if boolean else {}
    return [
        Code(v, Cell("·") if v == background else Cell(glyphs.get(v, str(v)), tones[v]), counts[v])
        for v in sorted(values, key=lambda value: (value != background, value < 0, abs(value)))
    ]


def letter_codes(counts: Mapping[str, int]) -> list[Code]:
    """A field for each letter; many different ones get no colours."""
    letters = sorted(counts)
    empty = next((letter for letter in BACKGROUND if letter in counts), None)
    others = [letter for letter in letters if letter != empty]
    coloured = len(others) < MOST_CODES
    tones = _tones([sum(map(ord, letter)) for letter in others]) if coloured else {}
    return [
        Code(
            v,
            Cell("·" if v in (" ", "") else v)
            if v == empty
            else Cell(v, tones.get(sum(map(ord, v)), Tone.STRONG)),
            counts[v],
        )
        for v in letters
    ]


def _background(counts: Mapping[int, int]) -> int | None:
    """The value of an empty field: 0, or what most of the grid consists of."""
    if 0 in counts:
        return 0
    value, count = Counter(counts).most_common(1)[0]
    return value if 2 * count > sum(counts.values()) and len(counts) > 1 else None


def _tones(values: Sequence[int]) -> dict[int, Tone]:
    """A tone for each value: the same from step to step, as far as others leave it free."""
    free = list(CODES)
    tones: dict[int, Tone] = {}
    for value in values:
        wanted = CODES[(value - 1 if value > 0 else 1 - value - 1) % len(CODES)]
        tones[value] = wanted if wanted in free else (free or list(CODES))[0]
        if tones[value] in free:
            free.remove(tones[value])
    return tones


# Grids.


def coded_grid(
    rows: Sequence[Sequence[Any]], codes: Sequence[Code], schema: Mapping[str, Any]
) -> GridView:
    """A coloured grid with its legend."""
    cells = {code.value: code.cell for code in codes}
    drawn = tuple(tuple([cells[value] for value in row]) for row in rows)
    return GridView(drawn, legend=legend(codes, schema))


def legend(codes: Sequence[Code], schema: Mapping[str, Any]) -> tuple[tuple[Cell, str], ...]:
    """What each field stands for: its value, its name where the schema tells it, how many."""
    if len(codes) > MOST_CODES:
        return ()
    names = names_in(schema)
    entries: list[tuple[Cell, str]] = []
    for code in codes:
        value = "" if code.cell.text == str(code.value) else f"{code.value!s} "
        name = names.get(str(code.value), "")
        entries.append((code.cell, f"{value}{name} ×{code.times:,}".replace("  ", " ").strip()))
    return tuple(entries)


def coded_image(values: Array, codes: Sequence[Code]) -> PixelsView:
    """The same for a grid that is too large for letters: a dot for each field."""
    import numpy as np

    low = int(values.min())
    palette = np.zeros((int(values.max()) - low + 1, 3), np.uint8)
    for code in codes:
        assert isinstance(code.value, int)
        rgb = COLOURS[CODES.index(code.cell.tone)] if code.cell.tone in CODES else GROUND
        palette[code.value - low] = (rgb >> 16, rgb >> 8 & 255, rgb & 255)
    dots = palette[values.astype(np.int64) - low]
    height, width = values.shape
    size = Fact("size", f"{height} x {width}")
    counted = "  ".join(f"{code.value} ×{code.times:,}" for code in codes)
    return PixelsView(width, height, dots.tobytes(), (size,), counted)


def number_grid(values: Array) -> GridView:
    """A small board of numbers, the greater in warmer tones."""
    tiles = [tone for tone in Tone if tone.value.startswith("tile-")]
    ranks = {value: rank for rank, value in enumerate(sorted(set(values.reshape(-1).tolist())))}
    step = max(1, -(-len(ranks) // len(tiles)))

    def cell(value: float) -> Cell:
        if value == 0 or value not in ranks:
            return Cell("·" if value == 0 else number(value))
        text = number(int(value) if value.is_integer() else round(value, 3))
        return Cell(text, tiles[min(ranks[value] // step, len(tiles) - 1)])

    rows = tuple(tuple(cell(value) for value in row) for row in values.tolist())
    return GridView(rows, ruled=True)


# Names of values.


def names_in(schema: Mapping[str, Any]) -> dict[str, str]:
    """Value -> its name, from the words of a description or from named choices."""
    items: Any = schema
    names: dict[str, str] = {}
    for _ in range(4):
        if not isinstance(items, Mapping):
            break
        names = {**_described(items.get("description")), **_chosen(items), **names}
        items = items.get("items")
    return names


def _described(words: Any) -> dict[str, str]:
    if not isinstance(words, str):
        return {}
    words = words[:2000]
    found = {value: name.strip() for value, name in NAMED.findall(words)}
    if len(found) < 2:
        found = {value: name.strip() for name, value in NAMED_AFTER.findall(words)}
    return found if len(found) > 1 else {}


def _chosen(schema: Mapping[str, Any]) -> dict[str, str]:
    names: dict[str, str] = {}
    values = schema.get("enum")
    for key in ("x-enum-varnames", "x-enumNames", "enumNames"):
        given = schema.get(key)
        if isinstance(values, list) and isinstance(given, list):
            names |= {str(value): str(name) for value, name in zip(values, given, strict=False)}
    for choice in schema.get("oneOf") or ():
        if isinstance(choice, Mapping) and "const" in choice and "title" in choice:
            names[str(choice["const"])] = str(choice["title"])
    return names
