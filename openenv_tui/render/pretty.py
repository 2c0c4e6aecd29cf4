"""JSON laid out for reading: a line for each field, short lists and rows of numbers on one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any, Final

from openenv_tui.render.lines import printable

LARGEST: Final = 2**20
"""Letters. Of what is longer the beginning is shown, as it is."""
SHOWN: Final = 2**16
INDENT: Final = "  "


def pretty(text: str, width: int) -> list[str]:
    """The lines of a frame; what is no JSON is broken into lines as it is.

    Args:
        text: from anywhere.
        width: columns; a long string or name is broken too.
    """
    if len(text) > LARGEST:
        head = f"({len(text):,} letters; these are the first {SHOWN:,})"
        return [head, *_broken(text[:SHOWN], width)]
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _broken(text, width)
    return pretty_value(value, width)


def pretty_value(value: Any, width: int) -> list[str]:
    """The lines of a value that JSON can hold."""
    try:
        lines = list(_lines(value, "", "", width))
    except RecursionError:
        lines = [json.dumps(value)]
    return [part for line in lines for part in _fitted(line, width)]


def _lines(value: Any, indent: str, label: str, width: int) -> Iterator[str]:
    short = _short(value, width - len(indent) - len(label) - 1)
    if short is not None:
        yield f"{indent}{label}{short}"
        return
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    yield f"{indent}{label}{opening}"
    inner = indent + INDENT
    if isinstance(value, Mapping):
        for place, (name, item) in enumerate(value.items(), start=1):
            comma = "," if place < len(value) else ""
            yield from _ended(_lines(item, inner, f"{_scalar(str(name))}: ", width), comma)
    elif any(isinstance(item, (Mapping, list)) for item in value):
        for place, item in enumerate(value, start=1):
            comma = "," if place < len(value) else ""
            yield from _ended(_lines(item, inner, "", width), comma)
    else:
        room = max(20, width - len(inner))
        yield from (inner + line for line in _filled([_scalar(item) for item in value], room))
    yield indent + closing


def _ended(lines: Iterator[str], comma: str) -> Iterator[str]:
    """The lines, with a comma after the last one."""
    last = None
    for line in lines:
        if last is not None:
            yield last
        last = line
    yield f"{last}{comma}"


def _short(value: Any, room: int) -> str | None:
    """The value on one line; None where it has more parts than are read on one."""
    if not isinstance(value, (Mapping, list)):
        return _scalar(value)
    if isinstance(value, Mapping):
        return "{}" if not value else None
    if any(isinstance(item, (Mapping, list)) for item in value) or len(value) * 2 > room:
        return None
    written = f"[{', '.join(map(_scalar, value))}]"
    return written if len(written) <= room else None


def _filled(words: list[str], room: int) -> Iterator[str]:
    """Words with commas between them, as many on each line as fit."""
    line = ""
    for place, word in enumerate(words, start=1):
        more = word + ("," if place < len(words) else "")
        if line and len(line) + 1 + len(more) > room:
            yield line
            line = more
        else:
            line = f"{line} {more}" if line else more
    if line:
        yield line


def _scalar(value: Any) -> str:
    return printable(json.dumps(value, ensure_ascii=False)).replace("\n", " ")


def _fitted(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    space = line[: len(line) - len(line.lstrip())] + INDENT
    broken = wrap(
        line,
        width,
        subsequent_indent=space if len(space) < width // 2 else "",
        drop_whitespace=False,
        break_on_hyphens=False,
    )
    return broken or [line]


def _broken(text: str, width: int) -> list[str]:
    lines = printable(text).split("\n")
    return [part for line in lines for part in (_fitted(line, width) if line else [""])]
