"""A run cut into pieces, each of about the same time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

MOST = 5_000


class Chunk(NamedTuple):
    """The episodes start .. stop - 1 of a row."""

    row: int
    start: int
    stop: int


class Chunks:
    """All rows side by side, a piece of each in turn, so that the whole table forms at once.

    Pieces begin with one episode, and grow or shrink by the time that they took.

    Args:
        rows: the rows to play.
        episodes: for each row.
        seconds: how long a piece should take.
    """

    def __init__(self, rows: Sequence[int], episodes: int, seconds: float) -> None:
        self._rows = tuple(rows)
        self._episodes = episodes
        self._seconds = seconds
        self._size = dict.fromkeys(rows, 1)

    def __iter__(self) -> Iterator[Chunk]:
        at = dict.fromkeys(self._rows, 0)
        while any(start < self._episodes for start in at.values()):
            for row, start in at.items():
                stop = min(start + self._size[row], self._episodes)
                if start < stop:
                    at[row] = stop
                    yield Chunk(row, start, stop)

    def took(self, chunk: Chunk, seconds: float) -> None:
        """Learn how long a piece took."""
        size = chunk.stop - chunk.start
        if seconds < self._seconds:
            self._size[chunk.row] = max(self._size[chunk.row], min(2 * size, MOST))
        elif seconds > 2 * self._seconds:
            self._size[chunk.row] = max(1, size // 2)
