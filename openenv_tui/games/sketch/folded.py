"""Any JSON in few lines: what is deep, long or much is folded, and says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from openenv_tui.games.sketch.numbers import number

DEEPEST: Final = 4
MOST_ITEMS: Final = 12
MOST_LINES: Final = 120
LONGEST: Final = 120
"""Letters of a text, and of what stands in one line."""
SHORT: Final = 60


def folded(value: Any) -> str:
    """The value as JSON on as few lines as are read with ease."""
    lines = list(islice(_lines(value, 0, ""), MOST_LINES + 1))
    if len(lines) > MOST_LINES:
        lines[-1] = "…"
    return "\n".join(lines)


def inline(value: Any, letters: int = LONGEST) -> str:
    """The value in one line; what is too long ends in an ellipsis."""
    pieces: list[str] = []
    left = letters
    for piece in _pieces(value, 0):
        pieces.append(piece)
        left -= len(piece)
        if left < 0:
            return "".join(pieces)[: letters - 1] + "…"
    return "".join(pieces)


def scalar(value: Any) -> str:
    """A value that is no list and no object, as JSON."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        cut = value[:LONGEST] + "…" if len(value) > LONGEST else value
        return json.dumps(cut, ensure_ascii=False)
    return f"<{type(value).__name__}>"


def _lines(value: Any, depth: int, label: str) -> Iterator[str]:
    space = "  " * depth
    short = inline(value, SHORT)
    if depth >= DEEPEST or not _has_items(value) or not short.endswith("…"):
        yield f"{space}{label}{short if _has_items(value) else scalar(value)}"
        return
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    yield f"{space}{label}{opening}"
    for name, item in islice(_items(value), MOST_ITEMS):
        yield from _lines(item, depth + 1, name)
    if len(value) > MOST_ITEMS:
        yield f"{space}  … {len(value) - MOST_ITEMS:,} more"
    yield f"{space}{closing}"


def _pieces(value: Any, depth: int) -> Iterator[str]:
    if not _has_items(value):
        yield scalar(value)
        return
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    if depth > DEEPEST:
        yield f"{opening}…{closing}"
        return
    yield opening
    for place, (name, item) in enumerate(islice(_items(value), MOST_ITEMS)):
        yield (", " if place else "") + name
        yield from _pieces(item, depth + 1)
    if len(value) > MOST_ITEMS:
        yield f", … {len(value) - MOST_ITEMS:,} more"
    yield closing


def _has_items(value: Any) -> bool:
    return isinstance(value, (Mapping, list, tuple))


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield f"{scalar(str(name))}: ", item
    else:
        for item in value:
            yield "", item
