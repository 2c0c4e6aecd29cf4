"""A run cut into pieces, each of about the same time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        todo: row -> the episodes to play, in spans.
        seconds: how long a piece should take.
    """

    def __init__(self, todo: Mapping[int, Sequence[range]], seconds: float) -> None:
        self._todo = todo
        self._seconds = seconds
        self._size = dict.fromkeys(todo, 1)
        self._ended: set[int] = set()

    def __iter__(self) -> Iterator[Chunk]:
        left = {row: deque(spans) for row, spans in self._todo.items()}
        while any(left.values()):
            for row, spans in left.items():
                if row in self._ended:
                    spans.clear()
                if spans:
                    span = spans.popleft()
                    stop = min(span.start + self._size[row], span.stop)
                    if stop < span.stop:
                        spans.appendleft(range(stop, span.stop))
                    yield Chunk(row, span.start, stop)

    def end(self, row: int) -> None:
        """No more of this row is needed."""
        self._ended.add(row)

    def took(self, chunk: Chunk, seconds: float) -> None:
        """Learn how long a piece took."""
        size = chunk.stop - chunk.start
        if seconds < self._seconds:
            self._size[chunk.row] = max(self._size[chunk.row], min(2 * size, MOST))
        elif seconds > 2 * self._seconds:
            self._size[chunk.row] = max(1, size // 2)


def gaps(played: Iterable[int], episodes: int) -> list[range]:
    """The spans of 0 .. ``episodes`` - 1 that are not among ``played``, which ascends."""
    found, start = [], 0
    for episode in played:
        if episode > start:
            found.append(range(start, episode))
        start = episode + 1
    if start < episodes:
        found.append(range(start, episodes))
    return found
