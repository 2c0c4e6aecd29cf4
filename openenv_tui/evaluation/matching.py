"""Pairs everybody with somebody, where not all pairs are allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

PRIME: Final = (1 << 61) - 1


def first_matching(
    number: int, allowed: Callable[[int, int], bool]
) -> list[tuple[int, int]] | None:
    """Pairs of 0 .. ``number`` - 1, everybody in one, or None if that cannot be.

    0 is paired with the smallest number that leaves the others a way to be paired; then the
    smallest of who is left, and so on.

    Args:
        number: an even one.
        allowed: whether two, the smaller one first, may be a pair.
    """
    left, found = list(range(number)), []
    if not can_be_paired(left, allowed):
        return None
    while left:
        one, *others = left
        for other in others:
            rest = [each for each in others if each != other]
            if allowed(one, other) and can_be_paired(rest, allowed):
                found.append((one, other))
                left = rest
                break
    return found


def can_be_paired(left: Sequence[int], allowed: Callable[[int, int], bool]) -> bool:
    """Whether a graph has a perfect matching.

    That is whether the determinant of its Tutte matrix is not identically zero, which shows at
    random numbers: Lovász (1979), "On determinants, matchings and random algorithms". A matching
    is overlooked with a chance of at most len(left) / 2**61; none is imagined.
    """
    size = len(left)
    # The same numbers for the same question.
    rng = Random(size)
    matrix = [[0] * size for _ in left]
    for a in range(size):
        for b in range(a + 1, size):
            if allowed(left[a], left[b]):
                matrix[a][b] = rng.randrange(1, PRIME)
                matrix[b][a] = PRIME - matrix[a][b]
    return _full_rank(matrix)


def _full_rank(matrix: list[list[int]]) -> bool:
    """Gauss's elimination modulo ``PRIME``."""
    size = len(matrix)
    for column in range(size):
        pivot = next((row for row in range(column, size) if matrix[row][column]), None)
        if pivot is None:
            return False
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        inverse = pow(matrix[column][column], -1, PRIME)
        for row in range(column + 1, size):
            factor = matrix[row][column] * inverse % PRIME
            if factor:
                above = matrix[column]
                matrix[row] = [
                    (value - factor * over) % PRIME
                    for value, over in zip(matrix[row], above, strict=True)
                ]
    return True
