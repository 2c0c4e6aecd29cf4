"""One run seed becomes a seed for every episode, seat and shuffle.

Everything here is a keyless BLAKE2b hash of what it is derived from, so the numbers are the same
in every process, on every machine and in every version of Python.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b
from random import Random
from struct import Struct
from typing import Final, NoReturn

SEED_BITS: Final = 53
"""Seeds travel as JSON numbers, and 53 bits are what every JSON parser keeps exact."""

_WORDS = Struct("<8Q")
_COUNTER = Struct("<QQ")
_from_bytes = int.from_bytes
_NO_WORDS: list[int] = []
_MASK = (1 << 64) - 1
_STEP: Final = 2.0**-53


def drawn_seed(seed: int | None = None) -> int:
    """``seed``, or a new one if there is none."""
    return secrets.randbits(SEED_BITS) if seed is None else seed


def derive(seed: int, *path: int | str) -> int:
    """The seed, in 0 .. 2**53 - 1, that belongs to this place under ``seed``.

    Args:
        seed: the seed it descends from; any integer.
        path: what the new seed is for, such as ``("deal", 17)``.
    """
    text = "\x1f".join([str(seed), *map(str, path)])
    digest = blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> (64 - SEED_BITS)


class Seeds:
    """The seeds of a numbered family, such as the deals of a run: cheaper than ``derive`` each.

    Args:
        seed: the seed that they descend from.
        path: what the family is for.
    """

    def __init__(self, seed: int, *path: int | str) -> None:
        self._family = derive(seed, *path)
        self._number, self._seed = -1, 0

    def __getitem__(self, number: int) -> int:
        """The seed, in 0 .. 2**53 - 1, of that number in the family."""
        # The seats of one deal ask one after the other.
        if number != self._number:
            digest = blake2b(_COUNTER.pack(self._family, number), digest_size=8).digest()
            self._seed = _from_bytes(digest, "little") >> (64 - SEED_BITS)
            self._number = number
        return self._seed


class Rng(Random):
    """A ``random.Random`` that costs nothing to seed.

    The Mersenne Twister spends as long on seeding as a whole game of tic-tac-toe takes. This one
    is BLAKE2b in counter mode: eight 64-bit words for each block, the first made when the first
    number is asked for. Every method of ``random.Random`` works; only the stream differs.
    """

    def __init__(self, seed: int = 0, stream: int = 0) -> None:
        super().__init__(0)
        self.restart(seed, stream)

    def restart(self, seed: int, stream: int = 0) -> None:
        """Begin again from ``seed``; streams of one seed are independent of each other."""
        self._seed = seed & _MASK
        self._block = stream << 40 & _MASK
        self._words: list[int] = _NO_WORDS
        self.gauss_next: float | None = None  # ``gauss`` makes two numbers at once and keeps one

    def _word(self) -> int:
        words = self._words
        if not words:
            self._words = words = self._next_block()
        return words.pop()

    def _next_block(self) -> list[int]:
        block = self._block
        self._block = block + 1
        return list(_WORDS.unpack(blake2b(_COUNTER.pack(self._seed, block)).digest()))

    def random(self) -> float:
        """A float in [0, 1), a multiple of 2**-53."""
        words = self._words
        if not words:
            self._words = words = self._next_block()
        return (words.pop() >> 11) * _STEP

    def getrandbits(self, k: int, /) -> int:
        """An integer of ``k`` random bits."""
        if k < 0:
            raise ValueError("number of bits must be non-negative")
        value = 0
        for _ in range(k // 64):
            value = value << 64 | self._word()
        rest = k % 64
        return value << rest | self._word() >> (64 - rest) if rest else value

    def seed(self, a: object = None, version: int = 2) -> None:
        """Take an integer, as ``restart`` does."""
        if isinstance(a, int):
            self.restart(a)

    def getstate(  # type: ignore[override]
        self,
    ) -> tuple[int, int, tuple[int, ...], float | None]:
        """Seed, next block, the words of this block that are left, and what ``gauss`` keeps."""
        return self._seed, self._block, tuple(self._words), self.gauss_next

    def setstate(  # type: ignore[override]
        self, state: tuple[int, int, tuple[int, ...], float | None]
    ) -> None:
        """Go on from what ``getstate`` gave."""
        self._seed, self._block, words, self.gauss_next = state
        self._words = list(words)

    def __reduce__(self) -> NoReturn:
        raise TypeError("an Rng is not to be pickled: send its seed")
