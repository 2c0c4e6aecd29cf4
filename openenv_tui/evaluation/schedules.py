"""Who meets whom in a tournament: one format a function, one line each in ``FORMATS``.

Entrants are numbers here, in the order in which they were named, which is also how they are
seeded. A format is a generator: it yields a round, is sent what came of it, and yields the next,
so that the pairings of a round follow from the results alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from itertools import combinations, combinations_with_replacement
from math import ceil, comb, log2
from typing import Final, NamedTuple, TypeAlias

from openenv_tui.evaluation.matching import first_matching

MOST_TABLES: Final = 60
"""So many combinations of entrants are all played; of more, a balanced choice is."""
PLAY_OFFS: Final = 5
"""So often a drawn pairing of a knockout goes on for some deals; then the higher seed does."""
EQUAL: Final = 1e-9
"""Mean returns that differ by less are equal."""


class Field(NamedTuple):
    """Who takes part.

    Attributes:
        entrants: how many, at least 2.
        seats: of the game, at least 2.
        anchor: number of whom a gauntlet is run against.
        rounds: of a Swiss tournament; None for the usual number.
    """

    entrants: int
    seats: int = 2
    anchor: int = 0
    rounds: int | None = None


class Bout(NamedTuple):
    """Some entrants at one table.

    Attributes:
        lineup: who sits there, one for each seat; the first is who the row is about.
        extra: only some deals more, because the pairing was drawn.
    """

    lineup: tuple[int, ...]
    extra: bool = False


Round: TypeAlias = tuple[Bout, ...]
Means: TypeAlias = Mapping[int, float]
"""Entrant -> mean return for each seat that was his, of one bout."""
Course: TypeAlias = Generator[Round, Sequence[Means], tuple[int, ...]]
"""Ends with the order that the format itself makes: of a Swiss tournament its standing, of a
knockout who won it; () where every pairing counts the same."""


class Format(NamedTuple):
    """A way to hold a tournament.

    Attributes:
        course: its rounds.
        bouts: how many there will be, play-offs left out.
        about: in a sentence, for captions and help.
    """

    course: Callable[[Field], Course]
    bouts: Callable[[Field], int]
    about: str


def tables(entrants: int, seats: int) -> list[tuple[int, ...]]:
    """Lineups in which everybody meets everybody, and everybody sits equally often.

    With as many entrants as seats or more: every combination, or a balanced choice of them where
    these are more than ``MOST_TABLES``. With fewer: all of them at every table, and every
    combination of them on the seats that are left.
    """
    if entrants < seats:
        left = combinations_with_replacement(range(entrants), seats - entrants)
        return [_alone_first((*range(entrants), *more)) for more in left]
    if comb(entrants, seats) <= MOST_TABLES or seats == 2:
        return list(combinations(range(entrants), seats))
    return _balanced(entrants, seats)


def _alone_first(lineup: Sequence[int]) -> tuple[int, ...]:
    """The row of a lineup is about who has the fewest of its seats."""
    seats = Counter(lineup)
    return tuple(sorted(lineup, key=lambda one: (seats[one], one)))


def _balanced(entrants: int, seats: int) -> list[tuple[int, ...]]:
    """A few tables, each moved once around all entrants, so that everybody sits equally often.

    Two entrants meet where their distance around is one within a table, so tables are added until
    every distance is (Bose 1939, "On the construction of balanced incomplete block designs").
    """
    left = set(range(1, entrants // 2 + 1))
    found = []
    while left:
        table = [0, min(left)]
        while len(table) < seats:
            free = [one for one in range(entrants) if one not in table]
            table.append(max(free, key=lambda one: len(left & _distances([*table, one], entrants))))
        left -= _distances(table, entrants)
        found += [tuple(sorted((one + by) % entrants for one in table)) for by in range(entrants)]
    return list(dict.fromkeys(found))


def _distances(table: Sequence[int], entrants: int) -> set[int]:
    """Around all entrants, the shorter way."""
    ways = {(one - other) % entrants for one in table for other in table if one != other}
    return {min(way, entrants - way) for way in ways}


def round_robin(field: Field) -> Course:
    """Everybody meets everybody, in one round."""
    yield tuple(Bout(lineup) for lineup in tables(field.entrants, field.seats))
    return ()


def gauntlet(field: Field) -> Course:
    """Everybody meets the anchor, who takes all seats but one."""
    others = (one for one in range(field.entrants) if one != field.anchor)
    yield tuple(Bout((one, *[field.anchor] * (field.seats - 1))) for one in others)
    return ()


class Duel(NamedTuple):
    """Two entrants, the one with the smaller number first."""

    one: int
    other: int

    def bouts(self, seats: int, *, extra: bool = False) -> Round:
        """Every mixture of the two around the table; of two seats that is the one pairing."""
        both = (self.one, self.other)
        return tuple(
            Bout(tuple(both[place] for place in lineup), extra) for lineup in tables(2, seats)
        )

    def margin(self, means: Sequence[Means]) -> float:
        """By how much the first one's mean return is the greater, over all mixtures; 0 if equal."""
        found = sum(each[self.one] - each[self.other] for each in means) / len(means)
        return 0.0 if abs(found) < EQUAL else found


def _fought(
    duels: Sequence[Duel], seats: int, *, extra: bool = False
) -> Generator[Round, Sequence[Means], list[float]]:
    """One round of duels, and the margin of each."""
    means = yield tuple(bout for duel in duels for bout in duel.bouts(seats, extra=extra))
    tables_each = seats - 1
    parts = [means[at : at + tables_each] for at in range(0, len(means), tables_each)]
    return [duel.margin(part) for duel, part in zip(duels, parts, strict=True)]


def swiss_rounds(field: Field) -> int:
    """As many as a knockout would have, unless it was asked for another number."""
    return ceil(log2(field.entrants)) if field.rounds is None else field.rounds


def swiss(field: Field) -> Course:
    """Round by round, neighbours in the standing meet who have not met.

    The greater mean return is a point, an equal one half of it. Of an odd number of entrants one
    has a bye, which is a point too: the last in the standing of those who had the fewest. The
    standing is by points, then by the sum of the margins, then by the order of entry.
    """
    points = dict.fromkeys(range(field.entrants), 0.0)
    margins = dict.fromkeys(range(field.entrants), 0.0)
    met: Counter[Duel] = Counter()
    byes: Counter[int] = Counter()

    def standing() -> list[int]:
        return sorted(points, key=lambda one: (-points[one], -margins[one], one))

    for _ in range(swiss_rounds(field)):
        duels, resting = paired(standing(), met, byes)
        for duel, margin in zip(duels, (yield from _fought(duels, field.seats)), strict=True):
            met[duel] += 1
            won = (margin > 0) + (margin == 0) / 2
            points[duel.one] += won
            points[duel.other] += 1 - won
            margins[duel.one] += margin
            margins[duel.other] -= margin
        if resting is not None:
            byes[resting] += 1
            points[resting] += 1
    return tuple(standing())


def paired(
    standing: Sequence[int], met: Mapping[Duel, int], byes: Mapping[int, int]
) -> tuple[list[Duel], int | None]:
    """The duels of a round, and who has a bye.

    Byes go to those who had the fewest. Subject to that nobody meets again whom he has met, as
    long as that can be, and then as seldom as can be. Subject to that the first in the standing
    meets the nearest one, then the first of who is left, and so on ("Monrad").

    Args:
        standing: the entrants, best first.
        met: how often two of them met.
        byes: how often each had one.
    """
    odd = len(standing) % 2 == 1
    fewest = min(byes.get(one, 0) for one in standing)
    # The bye is one entrant more, at the end of the standing.
    places = [*standing, None] if odd else [*standing]

    def may(most: int, one: int, other: int) -> bool:
        first, second = places[one], places[other]
        if first is None or second is None:
            resting = first if second is None else second
            return resting is not None and byes.get(resting, 0) == fewest
        return met.get(_duel(first, second), 0) <= most

    for most in range(max(met.values(), default=0) + 1):
        found = first_matching(len(places), partial(may, most))
        if found is not None:
            break
    assert found is not None
    pairs = [(places[one], places[other]) for one, other in found]
    duels = [_duel(one, other) for one, other in pairs if one is not None and other is not None]
    resting = [one for one, other in pairs if other is None]
    return duels, resting[0] if resting else None


def _duel(one: int, other: int) -> Duel:
    return Duel(min(one, other), max(one, other))


def bracket(entrants: int) -> list[int | None]:
    """The places of a knockout in their order, a power of two of them; None: no entrant, a bye.

    The first two seeds can meet only in the last round, the first four in the last two, and so
    on; byes go to the first seeds.
    """
    order = [0]
    while len(order) < entrants:
        size = 2 * len(order)
        order = [seed for one in order for seed in (one, size - 1 - one)]
    return [seed if seed < entrants else None for seed in order]


def knockout(field: Field) -> Course:
    """Who has the greater mean return goes on.

    A drawn pairing goes on for some more deals, up to ``PLAY_OFFS`` times, until these are not
    drawn; then the higher seed goes on.
    """
    alive = bracket(field.entrants)
    while len(alive) > 1:
        pairs = list(zip(alive[::2], alive[1::2], strict=True))
        duels = [_duel(one, other) for one, other in pairs if one is not None and other is not None]
        beaten = {None, *(yield from _losers(duels, field.seats))}
        alive = [one if other in beaten else other for one, other in pairs]
    return tuple(one for one in alive if one is not None)


def _losers(duels: Sequence[Duel], seats: int) -> Generator[Round, Sequence[Means], list[int]]:
    """Who does not go on, after as many play-offs as it takes."""
    found, left = [], list(duels)
    for again in range(1 + PLAY_OFFS):
        if not left:
            break
        margins = yield from _fought(left, seats, extra=again > 0)
        told = list(zip(left, margins, strict=True))
        found += [duel.other if margin > 0 else duel.one for duel, margin in told if margin]
        left = [duel for duel, margin in told if not margin]
    return found + [duel.other for duel in left]


def _tables_of(field: Field) -> int:
    return len(tables(field.entrants, field.seats))


FORMATS: Final[Mapping[str, Format]] = {
    "round-robin": Format(round_robin, _tables_of, "Everybody meets everybody"),
    "gauntlet": Format(gauntlet, lambda f: f.entrants - 1, "Everybody meets the anchor"),
    "swiss": Format(
        swiss,
        lambda f: swiss_rounds(f) * (f.entrants // 2) * (f.seats - 1),
        "Each round pairs neighbours in the standing who have not met",
    ),
    "knockout": Format(
        knockout, lambda f: (f.entrants - 1) * (f.seats - 1), "Who loses a pairing is out"
    ),
}  # fmt: skip
