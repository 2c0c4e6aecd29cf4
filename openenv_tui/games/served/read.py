"""Reading fields strictly: what a server sends is data, and may be anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from openenv_tui.errors import WireError
from openenv_tui.games.forms import shown

MOST: Final = 250
"""Rows or columns of a board."""


def matrix(fields: Mapping[str, Any], name: str) -> list[list[int]]:
    """A board: rows of integers, all of one length, the top row first.

    Raises:
        WireError: it is missing, or anything else.
    """
    rows = fields.get(name)
    if isinstance(rows, list) and 0 < len(rows) <= MOST and isinstance(rows[0], list):
        width = len(rows[0])
        if 0 < width <= MOST and all(
            isinstance(row, list) and len(row) == width and all(type(v) is int for v in row)
            for row in rows
        ):
            return rows
    raise WireError(f"'{name}' has to be rows of integers, not {shown(rows)}")


def integer(fields: Mapping[str, Any], name: str) -> int:
    """A whole number.

    Raises:
        WireError: it is missing, or anything else.
    """
    value = fields.get(name)
    if type(value) is int:
        return value
    raise WireError(f"'{name}' has to be a whole number, not {shown(value)}")


def place(value: Any) -> tuple[int, int] | None:
    """A pair of integers; None if it is anything else."""
    if isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value):
        return value[0], value[1]
    return None
