"""The rounds of a tournament, drawn from its log: the same log always gives the same pairings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from openenv_tui.evaluation.plan import Plan, Tournament
from openenv_tui.evaluation.schedules import FORMATS, Field, Means, Round
from openenv_tui.evaluation.store import Store
from openenv_tui.evaluation.table import watches

PLAY_OFF: Final = 0.1
"""Of a pairing's episodes, so many more are played at a time where it was drawn."""


@dataclass(frozen=True)
class Draw:
    """What is known of a tournament's pairings by now.

    Attributes:
        plan: its rows are the pairings of all rounds so far, the one to be played included.
        number: of that round, from 1.
        ahead: episodes of the rounds after it, play-offs left out.
        over: the rounds that are over, each with the mean returns at its tables.
        order: that the format itself makes of the entrants, once all is over.
    """

    plan: Plan
    number: int
    ahead: int
    over: tuple[tuple[Round, tuple[Means, ...]], ...] = ()
    order: tuple[int, ...] = ()


class _Rows:
    """The pairings so far, each with how many episodes it has.

    Args:
        plan: of the tournament.
        players: seats of the game.
    """

    def __init__(self, plan: Plan, players: int) -> None:
        self._wish = plan
        self._players = players
        self._lengths: dict[tuple[int, ...], int] = {}

    def lengthen(self, lineup: tuple[int, ...], *, extra: bool) -> tuple[int, range]:
        """Ask for more episodes of a lineup; gives its row, and which these are."""
        start = self._lengths.get(lineup, 0)
        whole = self._wish.episodes
        deal = self._players * (2 if len(set(lineup[1:])) > 1 else 1)
        more = deal * max(1, round(PLAY_OFF * whole / deal)) if extra else whole
        self._lengths[lineup] = start + more
        return list(self._lengths).index(lineup), range(start, start + more)

    @property
    def plan(self) -> Plan:
        """The plan with these rows."""
        names = [[self._wish.policies[one] for one in lineup] for lineup in self._lengths]
        return replace(
            self._wish,
            policies=tuple(name for name, *_ in names),
            against=tuple(_shortest(others) for _, *others in names),
            lengths=tuple(self._lengths.values()),
        )


def _shortest(others: Sequence[str]) -> tuple[str, ...]:
    """Of a plan's opponents, the last one takes all seats that are left."""
    while len(others) > 1 and others[-1] == others[-2]:
        others = others[:-1]
    return tuple(others)


def drawn(plan: Plan, log: Store | None, players: int) -> Draw:
    """The pairings up to the first round that is not over, or all of them.

    Args:
        plan: of the tournament; any other plan has all its rows from the beginning.
        log: what was played; None before anything was.
        players: seats of the game, at least 2 in a tournament.
    """
    if plan.tournament is None:
        return Draw(plan, 1, 0)
    field = field_of(plan.tournament, plan.policies, players)
    form, rows = FORMATS[plan.tournament.format], _Rows(plan, players)
    course, number, bouts = form.course(field), 1, 0
    enough = _enough(log)
    told: list[tuple[Round, tuple[Means, ...]]] = []
    order: tuple[int, ...] = ()
    round_ = next(course)
    while True:
        places = [rows.lengthen(bout.lineup, extra=bout.extra) for bout in round_]
        bouts += sum(not bout.extra for bout in round_)
        over = log is not None and all(
            row in enough or log.number_within(row, span) == len(span) for row, span in places
        )
        if log is None or not over:
            break
        means = tuple(
            _means(log, row, span, bout.lineup)
            for bout, (row, span) in zip(round_, places, strict=True)
        )
        told.append((round_, means))
        try:
            round_ = course.send(means)
        except StopIteration as end:
            order = end.value
            break
        number += not any(bout.extra for bout in round_)
    ahead = plan.episodes * max(0, form.bouts(field) - bouts)
    return Draw(rows.plan, number, ahead, tuple(told), order)


def field_of(tournament: Tournament, entrants: Sequence[str], players: int) -> Field:
    """Who takes part, by numbers."""
    anchor = entrants.index(tournament.anchor) if tournament.anchor else 0
    return Field(len(entrants), players, anchor, tournament.rounds)


def in_whole_deals(plan: Plan, players: int) -> Plan:
    """The plan with as many more episodes as it takes for every pairing to end with a deal."""
    first = drawn(plan, None, players).plan
    deal = players * max(first.orders(row, players) for row in range(len(first.policies)))
    return replace(plan, episodes=deal * ceil(plan.episodes / deal))


def _enough(log: Store | None) -> set[int]:
    """The rows that ended early by the run's own rule."""
    stops = [] if log is None else watches(log)
    return {row for row, watch in enumerate(stops) if watch.verdict.enough}


def _means(log: Store, row: int, span: range, lineup: Sequence[int]) -> Means:
    """The mean return of each entrant at a table, for each of his seats."""
    players = len(lineup)
    arrangements = players * (2 if len(set(lineup[1:])) > 1 else 1)
    # A row that had enough before this round has no more to say than it had then.
    found = log.means(row, span, players, arrangements) or log.means(
        row, range(span.stop), players, arrangements
    )
    totals, seats = dict.fromkeys(lineup, 0.0), dict.fromkeys(lineup, 0)
    for arrangement, seat, episodes, *means in found:
        for player, mean in enumerate(means):
            place = (player - seat) % players
            if arrangement >= players and place:
                # In the second half the others sit the other way round.
                place = players - place
            if mean is not None:
                totals[lineup[place]] += episodes * mean
                seats[lineup[place]] += episodes
    return {one: totals[one] / max(1, seats[one]) for one in lineup}
