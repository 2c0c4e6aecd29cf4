"""Which games of a run are shown: of every row its best, its median and its worst, or others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.store import Store

WORDS = ("best", "median", "worst", "forfeit")
MOST_CHOSEN = 48
"""So many choices at most, so that the page stays small."""
SIDE_BY_SIDE = 2
"""So many games of a deal are shown, in step."""


class Chosen(NamedTuple):
    """A deal of a row, and why it is shown.

    Attributes:
        reason: such as "best".
        episodes: of the deal, one for each seat that the row's policy had.
    """

    row: int
    reason: str
    episodes: tuple[int, ...]


@dataclass(frozen=True)
class Wish:
    """What is to be shown.

    Attributes:
        words: some of ``WORDS``.
        episodes: numbers of episodes, of every row.
    """

    words: tuple[str, ...] = WORDS
    episodes: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Wish:
        """Read ``best,worst``, ``17,42``, or ``none``.

        Raises:
            UsageError: it is something else.
        """
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if parts == ["none"]:
            return cls(())
        odd = next((p for p in parts if p not in WORDS and not p.isdecimal()), None)
        if odd is not None or not parts:
            raise UsageError(
                f"cannot choose games by '{odd or text}': expected {', '.join(WORDS)}, numbers of "
                "episodes, or none; several with commas, as in best,worst,17"
            )
        numbers = tuple(int(part) for part in parts if part.isdecimal())
        return cls(tuple(part for part in parts if part in WORDS), numbers)


def choose(store: Store, meta: Mapping[str, Any], wish: Wish, order: Sequence[int]) -> list[Chosen]:
    """The deals to be shown.

    Args:
        order: the rows, the best first. Where there are many, each has fewer games, and the last
            rows may have none.
    """
    each = max(1, MOST_CHOSEN // max(1, len(order)))
    words = wish.words
    if len(words) > each:
        words = ("median",) if "median" in words and each < len(WORDS) - 1 else words[:each]
    deal = int(meta.get("deal", 1))
    found: list[Chosen] = []
    for row in order:
        places = [number // deal for number in wish.episodes]
        reasons = [f"episode {number}" for number in wish.episodes]
        named = _by_return(store, row, deal, words)
        chosen = [*zip(reasons, places, strict=True), *named]
        found += [Chosen(row, why, _episodes(store, row, deal, at)) for why, at in chosen]
    return [one for one in found if one.episodes][:MOST_CHOSEN]


def _by_return(store: Store, row: int, deal: int, words: Sequence[str]) -> list[tuple[str, int]]:
    """(why, number of the deal); where several are alike, the first of them."""
    means = store.deal_means(row, deal) if set(words) & {"best", "median", "worst"} else []
    found = []
    if means:
        half = sum(number for _, number, _ in means) / 2
        seen = accumulate(number for _, number, _ in means)
        median = next(
            first for (_, _, first), upto in zip(means, seen, strict=True) if upto >= half
        )
        places = {"best": means[-1][2], "median": median, "worst": means[0][2]}
        found = _merged([(word, places[word]) for word in words if word in places])
    elif set(words) - {"forfeit"}:
        found = [("the first", 0)]
    faults = store.fault_messages(row, 1) if "forfeit" in words else []
    return found + [("forfeit", first // deal) for _, _, first, _, _ in faults]


def _merged(named: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """A deal that is several things is shown once."""
    reasons: dict[int, list[str]] = {}
    for word, place in named:
        reasons.setdefault(place, []).append(word)
    return [(listed(words), place) for place, words in reasons.items()]


def listed(words: Sequence[str]) -> str:
    """Words as a sentence has them: ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _episodes(store: Store, row: int, deal: int, at: int) -> tuple[int, ...]:
    there = range(at * deal, at * deal + deal)
    return tuple(n for n in there if store.entry(row, n) is not None)[:SIDE_BY_SIDE]
