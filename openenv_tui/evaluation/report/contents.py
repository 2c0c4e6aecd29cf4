"""What a report says, read from a run's log and its manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.evaluation.exact.rows import with_exact_values
from openenv_tui.evaluation.folder import read_manifest
from openenv_tui.evaluation.report import tournament
from openenv_tui.evaluation.report.choice import Chosen, Wish, choose
from openenv_tui.evaluation.report.figures import (
    Curve,
    Curves,
    Dot,
    Estimate,
    Figure,
    Forest,
    Strips,
)
from openenv_tui.evaluation.report.replays import Projector, Replay, frames_each
from openenv_tui.evaluation.report.spread import Spread, shared_bins, spread
from openenv_tui.evaluation.standings import Standings, standings_of
from openenv_tui.evaluation.stats import Interval, Sums, mean_interval
from openenv_tui.evaluation.store import FILE_NAME, Store
from openenv_tui.evaluation.table import Row, Table, tabulate

Told: TypeAlias = "float | None"

WINDOWS = 60
"""A learning curve has about so many dots."""
LEAST_WINDOW = 5
MOST_STRIPS = 24
"""So many rows have their distribution drawn; all are in the table of quantiles."""
FAULTS_EACH = 5
"""So many different messages of forfeits are shown for each row."""


class SeatResult(NamedTuple):
    """How a row's policy did in one seat."""

    label: str
    seat: int
    number: int
    mean: float
    interval: Interval


class Fault(NamedTuple):
    """Forfeits of one kind and one message."""

    label: str
    kind: str
    own: bool
    first: int
    message: str
    number: int


class Shown(NamedTuple):
    """Replays of one deal, in step."""

    label: str
    reason: str
    replays: tuple[Replay, ...]


@dataclass(frozen=True)
class Contents:
    """All that the page says.

    Attributes:
        title: what a person calls the game.
        labels: of the table's rows, in its order; each is different.
        figures: in the order of the page.
        standings: of a tournament.
        unreplayed: why no game is shown; "" where some are, or none was asked for.
    """

    title: str
    table: Table
    labels: tuple[str, ...]
    meta: Mapping[str, Any]
    manifest: Mapping[str, Any]
    figures: tuple[Figure, ...]
    spreads: tuple[Spread, ...]
    seats: tuple[SeatResult, ...]
    faults: tuple[Fault, ...]
    shown: tuple[Shown, ...]
    unreplayed: str = ""
    standings: Standings | None = None


def read_run(folder: Path, wish: Wish) -> Contents:
    """Read all of a kept run.

    Raises:
        StoreError: there is none, or it cannot be read.
        OpenEnvTuiError: its log is not complete.
    """
    store = Store(folder / FILE_NAME, new=False)
    try:
        return _read(store, folder, wish)
    except (KeyError, TypeError) as error:
        raise OpenEnvTuiError(f"{folder}: the log is not complete: {error} is missing") from error
    finally:
        store.close()


def _read(store: Store, folder: Path, wish: Wish) -> Contents:
    meta = store.meta()
    table = replace(with_exact_values(tabulate(store), meta), run=folder.name)
    numbers = store.rows()
    order = [numbers.index((row.policy, row.opponent)) for row in table.rows]
    found = standings_of(store)
    labels = _labels(table.rows, pairings=found is not None)
    named = dict(zip(order, labels, strict=True))
    spreads = _spreads(store, named)
    title, shown, unreplayed = _shown(store, meta, wish, named)
    return Contents(
        title=title,
        table=table,
        labels=labels,
        meta=meta,
        manifest=read_manifest(folder),
        figures=tuple(_figures(store, meta, table, named, spreads, found)),
        spreads=spreads,
        seats=tuple(_seats(store, meta, named)),
        faults=tuple(
            Fault(label, kind, bool(own), first, message, number)
            for row, label in named.items()
            for kind, own, first, message, number in store.fault_messages(row, FAULTS_EACH)
        ),
        shown=shown,
        unreplayed=unreplayed,
        standings=found,
    )


def _labels(rows: tuple[Row, ...], *, pairings: bool) -> tuple[str, ...]:
    """The policies' names, with their opponents where a policy may have several rows."""
    often = Counter(row.policy for row in rows)
    return tuple(
        f"{row.policy} v {row.opponent}"
        if row.opponent and (pairings or often[row.policy] > 1)
        else row.policy
        for row in rows
    )


def _figures(
    store: Store,
    meta: Mapping[str, Any],
    table: Table,
    named: Mapping[int, str],
    spreads: tuple[Spread, ...],
    found: Standings | None,
) -> list[Figure]:
    drawn = _ranking(meta, table, named) if found is None else list(tournament.figures(found))
    if spreads:
        drawn.append(Strips("returns", "Returns of the episodes", "return", spreads[:MOST_STRIPS]))
    if meta.get("learn"):
        curves, window = _curves(store, meta, named)
        drawn += [Curves("learning", "Return by episode", window, curves)] if curves else []
    return drawn


def _ranking(meta: Mapping[str, Any], table: Table, named: Mapping[int, str]) -> list[Figure]:
    several = int(meta.get("players", 1)) > 1
    rows = list(zip(named.values(), table.rows, strict=True))
    found: list[Figure] = []
    if returns := _estimates((label, row.mean_return, row.mean_return_low, row.mean_return_high,
                              row.exact_mean_return) for label, row in rows):  # fmt: skip
        measured, even = "mean return, 95 % interval", 0.0 if several else None
        found.append(Forest("mean-return", "Mean return", measured, returns, even))
    if rates := _estimates((label, row.win_rate, row.win_rate_low, row.win_rate_high,
                            row.exact_win_rate) for label, row in rows):  # fmt: skip
        measured, even = "share of episodes won, 95 % interval", 0.5 if several else None
        found.append(Forest("win-rate", "Win rate", measured, rates, even))
    return found


def _estimates(rows: Iterable[tuple[str, Told, Told, Told, Told]]) -> tuple[Estimate, ...]:
    """(label, value, low, high, exact) of the rows whose value is known."""
    return tuple(
        Estimate(label, value, low, high, exact)
        for label, value, low, high, exact in rows
        if value is not None and low is not None and high is not None
    )


def _spreads(store: Store, named: Mapping[int, str]) -> tuple[Spread, ...]:
    tallies = {label: store.tally(row) for row, label in named.items()}
    tallies = {label: tally for label, tally in tallies.items() if tally}
    bins = shared_bins(list(tallies.values()))
    return tuple(spread(label, tally, bins) for label, tally in tallies.items())


def _curves(
    store: Store, meta: Mapping[str, Any], named: Mapping[int, str]
) -> tuple[tuple[Curve, ...], int]:
    deal = int(meta["deal"])
    rough = max(LEAST_WINDOW, int(meta["episodes"]) // WINDOWS)
    # A window holds whole deals, or the seats of its episodes would not be balanced.
    window = -(-rough // deal) * deal
    curves = []
    for row, label in named.items():
        dots = []
        for first, number, total, squares in store.stretches(row, window):
            sums = Sums(number, total, squares)
            low, high = mean_interval(sums, meta["min_utility"], meta["max_utility"])
            dots.append(Dot(first + (number - 1) / 2, sums.mean, low, high))
        if len(dots) > 1:
            curves.append(Curve(label, tuple(dots)))
    return tuple(curves), window


def _seats(store: Store, meta: Mapping[str, Any], named: Mapping[int, str]) -> list[SeatResult]:
    players = int(meta.get("players", 1))
    if players < 2 or meta.get("tournament"):
        return []
    found = []
    for row, label in named.items():
        for seat in range(players):
            sums = _sums(store.tally(row, seat))
            if sums.number:
                interval = mean_interval(sums, meta["min_utility"], meta["max_utility"])
                found.append(SeatResult(label, seat, sums.number, sums.mean, interval))
    return found


def _sums(tally: list[tuple[float, int]]) -> Sums:
    number = sum(count for _, count in tally)
    total = sum(value * count for value, count in tally)
    return Sums(number, total, sum(value * value * count for value, count in tally))


def _shown(
    store: Store, meta: Mapping[str, Any], wish: Wish, named: Mapping[int, str]
) -> tuple[str, tuple[Shown, ...], str]:
    """The game's title, the games, and why there are none."""
    chosen = choose(store, meta, wish, list(named))
    game = str(meta["game"])
    try:
        projector = Projector(store, game, frames_each(sum(len(one.episodes) for one in chosen)))
    except OpenEnvTuiError:
        return game, (), f"There is no engine here for {game}, so no game can be shown."
    return projector.title, tuple(_deal(projector, one, named) for one in chosen), ""


def _deal(projector: Projector, chosen: Chosen, named: Mapping[int, str]) -> Shown:
    replays = tuple(projector.replay(chosen.row, episode) for episode in chosen.episodes)
    many = len(chosen.episodes) > 1
    numbers = " and ".join(f"{number:,}" for number in chosen.episodes)
    where = f"episode{'s' if many else ''} {numbers}"
    reason = where if chosen.reason.startswith("episode") else f"{chosen.reason}: {where}"
    return Shown(named[chosen.row], reason, replays)
