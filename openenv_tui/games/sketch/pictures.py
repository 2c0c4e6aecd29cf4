"""Arrays that are pictures: boards, maps, planes and images, whatever way they are sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from math import isqrt, prod
from typing import TYPE_CHECKING, Any, Final

from openenv_tui.games.sketch.fields import Field
from openenv_tui.games.sketch.grids import (
    MOST_COLUMNS,
    MOST_ROWS,
    coded_grid,
    coded_image,
    codes_of,
    letter_codes,
    number_grid,
)
from openenv_tui.games.sketch.numbers import array, is_number, number
from openenv_tui.views import Fact, GridView, PixelsView, View

if TYPE_CHECKING:
    from openenv_tui.games.sketch.numbers import Array

SAMPLE: Final = 4096
MOST_NUMBERS: Final = 100
"""Fields of a board of many different numbers; more are drawn as an image."""
WIDEST_BOARD: Final = 12
LEAST_IMAGE: Final = 8
"""Dots on a side of what is taken for an image."""
MOST_LETTERS: Final = 20_000
DOTS: Final = (" ", ".", "#", "_", "-", "*")
"""Letters that say that lines of text are a map."""
SIDES: Final = (
    ("height", "width"), ("rows", "cols"), ("rows", "columns"), ("h", "w"),
    ("n_rows", "n_cols"), ("num_rows", "num_cols"), ("nrows", "ncols"),
)  # fmt: skip
SHAPES: Final = ("shape", "size", "dims", "dimensions")
SQUARES: Final = ("board", "grid", "map", "cells", "tiles", "squares")
"""Names of flat lists that are square boards where nothing says otherwise."""


def picture(field: Field) -> View | None:
    """What a list draws, if it draws anything."""
    value = field.value
    if not isinstance(value, (list, tuple)) or len(value) < 2:
        return None
    if isinstance(value[0], str) or _nested_in(value, str):
        return _letters(field)
    values = array(value)
    if values is None:
        return None
    if values.ndim == 1:
        shape = shape_of(field, values.size)
        if shape is None:
            return None
        values = values.reshape(shape)
    return _drawn(values, field.schema, boolean=_is_boolean(value))


def _drawn(values: Array, schema: Mapping[str, Any], *, boolean: bool) -> View | None:
    import numpy as np

    if values.ndim == 4:
        # Frames, the newest last.
        return _drawn(values[-1], schema, boolean=boolean)
    if not np.isfinite(values).all():
        return number_grid(values) if values.ndim == 2 and _is_small(values) else None
    if values.ndim == 3:
        return _cube(values, schema)
    return _matrix(values, schema, boolean=boolean) if values.ndim == 2 else None


# Numbers in rows and columns.


def _matrix(values: Array, schema: Mapping[str, Any], *, boolean: bool = False) -> View | None:
    import numpy as np

    height, width = values.shape
    if min(height, width) < 2:
        return None
    low, high = float(values.min()), float(values.max())
    sample = values.reshape(-1)[:: max(1, values.size // SAMPLE)]
    if low > -100 and high < 100 and (sample == np.floor(sample)).all():
        codes = None
        if (values == np.floor(values)).all():
            found = np.bincount((values.reshape(-1) - low).astype(np.int64)).tolist()
            counts = {int(low) + place: count for place, count in enumerate(found) if count}
            codes = codes_of(counts, boolean=boolean)
        if codes and height <= MOST_ROWS and width <= MOST_COLUMNS:
            return coded_grid(values.astype(np.int64).tolist(), codes, schema)
        if codes:
            return coded_image(values, codes)
    if _is_small(values):
        return number_grid(values)
    if min(height, width) >= LEAST_IMAGE:
        return _shaded(values, low, high)
    return None


def _is_small(values: Array) -> bool:
    return values.size <= MOST_NUMBERS and values.shape[1] <= WIDEST_BOARD


def _shaded(values: Array, low: float, high: float) -> PixelsView:
    """The least value black and the greatest white, unless they are brightnesses already."""
    import numpy as np

    facts: tuple[Fact, ...] = ()
    if not (low >= 0 and 64 < high <= 255):
        facts = (Fact("black", number(low)), Fact("white", number(high)))
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.nan_to_num((values - low) / ((high - low) or 1) * 255)
    grey = values.clip(0, 255).astype(np.uint8)
    return PixelsView(grey.shape[1], grey.shape[0], grey.repeat(3).tobytes(), facts)


# Several values to a place.


def _cube(values: Array, schema: Mapping[str, Any]) -> View | None:
    import numpy as np

    one = _one_of_several(values)
    if one is not None:
        return _matrix(one, schema)
    if values.shape[2] not in (1, 3, 4) and values.shape[0] in (1, 3):
        values = np.moveaxis(values, 0, 2)
    height, width, depth = values.shape
    if depth == 1:
        return _matrix(values[:, :, 0], schema)
    low, high = float(values.min()), float(values.max())
    if depth not in (3, 4) or min(height, width) < 4 or low < 0 or high > 255:
        return None
    dots = values[:, :, :3] * (255 if high <= 1 else 1)
    return PixelsView(width, height, dots.astype(np.uint8).tobytes())


def _one_of_several(values: Array) -> Array | None:
    """Planes of which at most one is set at a place, as one plane of numbers; None if not so.

    The first plane is 0, as planes often begin with the empty field; so is a place without any.
    """
    import numpy as np

    for axis in (2, 0):
        others = [values.shape[side] for side in range(3) if side != axis]
        if values.shape[axis] < 2 or min(others) < 2:
            continue
        if not np.isin(np.moveaxis(values, axis, 0)[:, 0], (0, 1)).all():
            return None
        if not ((values == 0) | (values == 1)).all():
            return None
        sums = values.sum(axis=axis)
        if sums.max() != 1:
            continue
        first = 0 if sums.min() == 1 else 1
        planes: Array = (values.argmax(axis=axis) + first) * (sums > 0)
        return planes.astype(np.float64)
    return None


# Letters in rows and columns.


def _letters(field: Field) -> GridView | None:
    rows: list[Any] = list(field.value[: MOST_ROWS + 1])
    if isinstance(rows[0], str):
        rows = _as_map(rows) or _reshaped(field) or []
    if not 2 <= len(rows) <= MOST_ROWS or not all(_is_row(row, len(rows[0])) for row in rows):
        return None
    if not 2 <= len(rows[0]) <= MOST_COLUMNS:
        return None
    letters = [letter for row in rows for letter in row]
    longest = max(map(len, letters))
    if longest > 8 or (longest > 2 and len(letters) > MOST_NUMBERS):
        return None
    view = coded_grid(rows, letter_codes(Counter(letters)), field.schema)
    return view if longest <= 2 else GridView(view.rows, ruled=True)


def _is_row(row: Any, width: int) -> bool:
    return (
        isinstance(row, (list, tuple, str))
        and len(row) == width
        and all(isinstance(letter, str) for letter in row)
    )


def _as_map(lines: list[str]) -> list[str] | None:
    """Lines of one length and of few letters, such as walls and floors."""
    if len(lines) < 3 or not all(isinstance(line, str) and len(line) < 201 for line in lines):
        return None
    letters = Counter("".join(lines))
    even = len({len(line) for line in lines}) == 1 and len(lines[0]) > 2
    is_map = even and len(letters) <= 12 and letters.most_common(1)[0][0] in DOTS
    return lines if is_map else None


def _reshaped(field: Field) -> list[Any] | None:
    """A flat list of single letters, in rows."""
    value = field.value
    if len(value) > MOST_LETTERS or not all(isinstance(v, str) and len(v) < 3 for v in value):
        return None
    shape = shape_of(field, len(value))
    if shape is None or len(shape) != 2:
        return None
    width = shape[1]
    return [value[start : start + width] for start in range(0, len(value), width)]


# Flat lists and their shapes.


def shape_of(field: Field, length: int) -> tuple[int, ...] | None:
    """The rows and columns (and depth) of a flat list, as its neighbours tell."""
    for shape in _told_shapes(field):
        if len(shape) in (2, 3) and prod(shape) == length and min(shape) > 1 - (len(shape) == 3):
            return shape
    side = isqrt(length)
    if side * side == length and side > 2 and field.key.lower() in SQUARES:
        return side, side
    return None


def _told_shapes(field: Field) -> Iterator[tuple[int, ...]]:
    siblings = field.siblings
    lower = {str(key).lower(): siblings[key] for key, _ in zip(siblings, range(200), strict=False)}
    own = field.key.lower()
    # A shape of the same name first: screen_shape for screen.
    for key in sorted(lower, key=lambda key: not key.startswith(own)):
        if key.endswith(SHAPES):
            yield from _as_shape(lower[key])
    for down, across in SIDES:
        for prefix in (f"{own}_", "", "grid_", "board_", "map_", "screen_"):
            sides = lower.get(prefix + down), lower.get(prefix + across)
            if all(isinstance(side, int) and is_number(side) for side in sides):
                yield from _as_shape(sides)


def _as_shape(value: Any) -> Iterator[tuple[int, ...]]:
    if isinstance(value, int) and is_number(value):
        yield value, value
    if isinstance(value, (list, tuple)) and len(value) in (2, 3):
        sides = [side for side in value if isinstance(side, int) and 0 < side < 10_000]
        if len(sides) == len(value):
            yield tuple(sides)


def _is_boolean(value: Any) -> bool:
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return isinstance(value, bool)


def _nested_in(value: Any, kind: type) -> bool:
    return isinstance(value[0], (list, tuple)) and bool(value[0]) and isinstance(value[0][0], kind)
