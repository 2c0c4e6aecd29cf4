"""What became better or worse between two runs, on the deals that both of them played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from typing import Any, Final, NamedTuple

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.paired import LEVEL, holm, mcnemar, mean_test, welch_freedom
from openenv_tui.evaluation.stats import CONFIDENCE, Interval, Sums, mean_interval, t_quantile
from openenv_tui.evaluation.store import FILE_NAME, Store

FEW: Final = 30
"""Shared deals below which a note says that little can be told."""


@dataclass(frozen=True)
class Change:
    """One row of both runs, side by side.

    Attributes:
        policy: its name; in both runs, or "A -> B".
        opponent: None in games for one.
        deals: that both runs played; 0 where they share none, and the test is not paired.
        episodes: in both runs, of those deals; of all deals where none is shared.
        before: mean return in the first run.
        after: in the second one.
        difference: after - before; ``low`` and ``high`` are of its 95 % interval.
        win_rate_before: None where no outcome is known.
        p_value: of "the mean return is the same".
        p_adjusted: by Holm, over all rows of the comparison.
        p_wins: exact McNemar on the episodes that only one of the runs won; None if unpaired.
        verdict: "better", "worse", "cannot be told", or "the same" if every return is.
    """

    policy: str
    opponent: str | None
    deals: int
    episodes: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    win_rate_before: float | None
    win_rate_after: float | None
    p_value: float
    p_adjusted: float
    p_wins: float | None
    verdict: str


@dataclass(frozen=True)
class Comparison:
    """Two runs of one game.

    Attributes:
        before: name of the first run.
        after: of the second one.
        changes: one for each row that both have.
        notes: what a reader might overlook.
    """

    before: str
    after: str
    game: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...]

    @property
    def worse(self) -> tuple[Change, ...]:
        """The rows that became worse beyond doubt."""
        return tuple(change for change in self.changes if change.verdict == "worse")

    @property
    def caption(self) -> str:
        """How it was compared."""
        return (
            f"{self.game}: {self.after} against {self.before}. Paired by seed, seat and opponent, "
            "one unit a deal; brackets: 95 % intervals of the difference of mean returns, Student's"
            f" t. Verdicts: Holm over {len(self.changes)} rows at 5 %. Wins: exact McNemar."
        )

    def to_dict(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        return {**asdict(self), "changes": [asdict(change) for change in self.changes]}


class Episode(NamedTuple):
    """What is compared of an episode."""

    total: float
    won: bool | None


class Played(NamedTuple):
    """What a run has of one row: (seat, seed) -> episode, of those whose return is known."""

    policy: str
    opponent: str | None
    episodes: Mapping[tuple[int, int], Episode]


def compare_runs(before: Path, after: Path) -> Comparison:
    """Compare two kept runs.

    Raises:
        StoreError: one of them cannot be read.
        UsageError: they are of different games, or have no row in common.
    """
    one, other = _read(before), _read(after)
    if one[0] != other[0]:
        raise UsageError(
            f"{before.name} is of {one[0]}, and {after.name} of {other[0]}: only runs of the same "
            "game can be compared"
        )
    pairs = list(_matched(one[1], other[1]))
    if not pairs:
        raise UsageError(
            f"{before.name} and {after.name} have no row in common: "
            f"{_names(one[1])} in one, {_names(other[1])} in the other"
        )
    changes = [_change(first, second) for first, second in pairs]
    adjusted = holm([change.p_value for change in changes])
    judged = tuple(_judged(change, p) for change, p in zip(changes, adjusted, strict=True))
    return Comparison(before.name, after.name, one[0], judged, tuple(_notes(judged)))


def same_episodes(before: Path, after: Path) -> tuple[int, int]:
    """How many episodes of two runs are equal, action by action, and how many the first one has.

    Raises:
        StoreError: one of them cannot be read.
    """
    one, other = (Store(place / FILE_NAME, new=False) for place in (before, after))
    try:
        rows = range(len(one.rows()))
        pairs = [
            (one.lines(row), {line.episode: line for line in other.lines(row)}) for row in rows
        ]
        told = [line == there.get(line.episode) for lines, there in pairs for line in lines]
        return sum(told), len(told)
    finally:
        one.close()
        other.close()


def _read(folder: Path) -> tuple[str, list[Played]]:
    store = Store(folder / FILE_NAME, new=False)
    try:
        rows = [
            Played(policy, opponent, {
                (seat, seed): Episode(total, None if outcome is None else outcome == 1)
                for seat, seed, outcome, total in store.deals(row)
            })
            for row, (policy, opponent) in enumerate(store.rows())
        ]  # fmt: skip
        return str(store.meta()["game"]), rows
    finally:
        store.close()


def _matched(before: Sequence[Played], after: Sequence[Played]) -> Iterator[tuple[Played, Played]]:
    """Rows of the same policy and opponent; and what is left over, if that is one row in each."""
    left = {(row.policy, row.opponent): row for row in after}
    alone = []
    for row in before:
        found = left.pop((row.policy, row.opponent), None)
        if found is not None:
            yield row, found
        else:
            alone.append(row)
    if len(alone) == len(left) == 1:
        (other,) = left.values()
        if alone[0].opponent == other.opponent:
            yield alone[0], other


def _change(before: Played, after: Played) -> Change:
    name = before.policy
    if after.policy != name:
        name = f"{name} -> {after.policy}"
    shared = before.episodes.keys() & after.episodes.keys()
    if not shared:
        return _unpaired(name, before, after)
    deals: dict[int, list[float]] = {}
    for seat, seed in shared:
        one, other = before.episodes[seat, seed], after.episodes[seat, seed]
        deals.setdefault(seed, []).append(other.total - one.total)
    differences = [sum(each) / len(each) for each in deals.values()]
    sums = Sums(len(differences), sum(differences), sum(d * d for d in differences))
    low, high = mean_interval(sums, float("-inf"), float("inf"))
    first = [before.episodes[key] for key in shared]
    second = [after.episodes[key] for key in shared]
    return Change(
        name, before.opponent, len(deals), len(shared), _mean(first), _mean(second), sums.mean,
        low, high, _wins(first), _wins(second), mean_test(sums), 1.0,
        mcnemar(
            sum(bool(b.won) and a.won is False for a, b in zip(first, second, strict=True)),
            sum(bool(a.won) and b.won is False for a, b in zip(first, second, strict=True)),
        ),
        "",
    )  # fmt: skip


def _unpaired(name: str, before: Played, after: Played) -> Change:
    """Welch (1947), "The generalization of Student's problem": runs that share no deal."""
    first, second = list(before.episodes.values()), list(after.episodes.values())
    if not first or not second:
        raise UsageError(f"no return of {name} is known in one of the runs")
    one, other = _sums(first), _sums(second)
    difference = other.mean - one.mean
    error = sqrt(one.variance / one.number + other.variance / other.number)
    freedom = welch_freedom(one, other)
    half = t_quantile(0.5 + CONFIDENCE / 2, freedom) * error
    # A p-value by the same t: that of the difference in units of its error.
    p_value = _two_sided(abs(difference) / error, freedom) if error else float(difference == 0)
    interval = Interval(difference - half, difference + half)
    return Change(
        name, before.opponent, 0, min(len(first), len(second)), one.mean, other.mean, difference,
        interval.low, interval.high, _wins(first), _wins(second), p_value, 1.0, None, "",
    )  # fmt: skip


def _judged(change: Change, adjusted: float) -> Change:
    if change.difference == change.low == change.high == 0:
        verdict = "the same"
    elif adjusted >= LEVEL:
        verdict = "cannot be told"
    else:
        verdict = "better" if change.difference > 0 else "worse"
    return Change(**{**asdict(change), "p_adjusted": adjusted, "verdict": verdict})


def _notes(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        if not change.deals:
            yield (
                f"the runs share no deal of {change.policy} (other seeds?), so the test is "
                "Welch's, on separate episodes"
            )
        elif change.deals < FEW:
            yield f"only {change.deals} deals of {change.policy} are shared: little can be told"


def _names(rows: Sequence[Played]) -> str:
    return ", ".join(
        f"{row.policy} v {row.opponent}" if row.opponent else row.policy for row in rows
    )


def _sums(episodes: Sequence[Episode]) -> Sums:
    totals = [each.total for each in episodes]
    return Sums(len(totals), sum(totals), sum(t * t for t in totals))


def _mean(episodes: Sequence[Episode]) -> float:
    return sum(each.total for each in episodes) / len(episodes)


def _wins(episodes: Sequence[Episode]) -> float | None:
    known = [each.won for each in episodes if each.won is not None]
    return sum(known) / len(known) if known else None


def _two_sided(t: float, freedom: float) -> float:
    from scipy.special import stdtr

    return 2 * float(stdtr(freedom, -t))
