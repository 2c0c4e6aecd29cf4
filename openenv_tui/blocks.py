"""Drawings made of block characters, each of which is two by two small squares, magnified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

BLOCKS: Final = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By number: 1 stands for the upper left square, 2 upper right, 4 lower left, 8 lower right."""


def magnified(lines: Sequence[str], times: int) -> list[str]:
    """The drawing with every small square ``times`` as wide and as high.

    A letter that is no block is repeated instead.
    """
    if times == 1 or any(letter not in BLOCKS for line in lines for letter in line):
        return [_repeated(line, times) for line in lines for _ in range(times)]
    squares = [row for line in lines for row in _squares(line)]
    large = [[s for s in row for _ in range(times)] for row in squares for _ in range(times)]
    return [_letters(upper, lower) for upper, lower in zip(large[::2], large[1::2], strict=True)]


def _repeated(line: str, times: int) -> str:
    return "".join(letter * times for letter in line)


def _squares(line: str) -> tuple[list[bool], list[bool]]:
    """The upper and the lower row of squares."""
    numbers = [BLOCKS.index(letter) for letter in line]
    upper = [bool(number & bit) for number in numbers for bit in (1, 2)]
    lower = [bool(number & bit) for number in numbers for bit in (4, 8)]
    return upper, lower


def _letters(upper: Sequence[bool], lower: Sequence[bool]) -> str:
    corners = zip(upper[::2], upper[1::2], lower[::2], lower[1::2], strict=True)
    return "".join(BLOCKS[a + 2 * b + 4 * c + 8 * d] for a, b, c, d in corners)
