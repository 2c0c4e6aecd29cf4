"""A row's intervals and scores, each by the method that fits its data, and that method's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final

from openenv_tui.evaluation.sample import Sample, sums
from openenv_tui.evaluation.stats import Interval, Sums, bounded, mean_interval, rate_interval

if TYPE_CHECKING:
    from openenv_tui.evaluation.table import Row

NAMES: Final = {"score": "score intervals", "t": "Student's t", "bca": "the BCa bootstrap"}
"""Of the methods for mean returns, as captions call them."""
LISTED: Final = 3
"""So many gains are listed by policy; of more, the least and the greatest are said."""


@dataclass(frozen=True)
class Scores:
    """What is said of returns that are scores; see ``resampling``."""

    iqm: float
    interval: Interval
    quantiles: Mapping[str, float]


@dataclass(frozen=True)
class Estimates:
    """What a sample says of a row.

    Attributes:
        rate: of the win rate; ``rate_method``: "wilson", or "score" where episodes share deals.
        mean: of the mean return; ``mean_method``: "score", "t", "bca", or "equal" where nothing
            varied.
        gain: of pairing; see ``Sample.gain``.
        scores: None where there are few different returns.
    """

    rate: Interval
    rate_method: str
    mean: Interval
    mean_method: str
    gain: float | None
    scores: Scores | None


def estimates(
    sample: Sample,
    wins: int,
    judged: int,
    bounds: tuple[float, float],
    seed: Sequence[int] | None,
) -> Estimates:
    """Every estimate of one row.

    Args:
        sample: its complete deals.
        wins: of all its episodes.
        judged: how many of them have a known outcome.
        bounds: the least and the greatest return of the game.
        seed: of what is resampled, one for each row; None to resample nothing, as while a run
            goes on.
    """
    rates = sums(sample.rates)
    clustered = sample.episodes > 1 and rates.number > 1
    mean, method = _mean(sample, bounds, seed)
    return Estimates(
        rate=rate_interval(wins, judged, rates),
        rate_method="score" if clustered else "wilson",
        mean=mean,
        mean_method=method,
        gain=sample.gain,
        scores=None if seed is None else _scores(sample, seed),
    )


def _mean(
    sample: Sample, bounds: tuple[float, float], seed: Sequence[int] | None
) -> tuple[Interval, str]:
    units = sums(sample.units)
    if not units.number or not units.vary:
        return mean_interval(units, *_reach(units, bounds)), "equal"
    if seed is not None:
        from openenv_tui.evaluation.resampling import bca_interval, needs_bootstrap

        if needs_bootstrap(sample.units):
            return bca_interval(sample.units, seed), "bca"
    return mean_interval(units, *bounds), "score" if bounded(*bounds) else "t"


def _reach(units: Sums, bounds: tuple[float, float]) -> tuple[float, float]:
    """Bounds for a mean of equal units: there is always something that was not seen.

    Where a game has no bound, nobody can say how far that lies; it is taken to be as far as the
    mean is from 0, and 1 at least, so that no interval claims that nothing else can happen.
    """
    if not units.number:
        return bounds
    far = max(1.0, abs(units.mean))
    least, most = bounds
    return (
        least if isfinite(least) else units.mean - far,
        most if isfinite(most) else units.mean + far,
    )


def _scores(sample: Sample, seed: Sequence[int]) -> Scores | None:
    from openenv_tui.evaluation.resampling import (
        interquartile_mean,
        interquartile_mean_interval,
        many_valued,
        quantiles,
    )

    if sample.episodes > 1 or not many_valued(sample.scores):
        return None
    return Scores(
        interquartile_mean(sample.scores),
        interquartile_mean_interval(sample.scores, seed),
        quantiles(sample.scores),
    )


def methods(rows: Sequence[Row], unit: str) -> str:
    """The sentence of a caption that says how intervals were made.

    Args:
        unit: of the intervals, such as "one unit a deal".
    """
    found = {row.mean_return_method for row in rows} & NAMES.keys() or {"score"}
    means = " and ".join(
        NAMES[method] + (f" ({_policies(rows, method)})" if len(found) > 1 else "")
        for method in sorted(found, reverse=True)
    )
    middle = any(row.iqm is not None for row in rows)
    iqm = "; IQM: the mean of the middle half of the returns, by the bootstrap" if middle else ""
    return f"Brackets: 95 % intervals, Wilson's for rates, {means} for mean returns ({unit}){iqm}."


def gains(rows: Sequence[Row]) -> str:
    """The sentences of a caption that say how many episodes shared deals have saved."""
    paired = _listed((row.policy, row.pairing_gain) for row in rows)
    shared = _listed((row.policy, row.shared_gain) for row in rows)
    said = [f"pairing is worth {paired} times as many separate episodes"] if paired else []
    if shared:
        first = rows[0].policy
        said.append(f"sharing deals with {first} is worth {shared} times as many episodes")
    sentence = "; ".join(said)
    return f" {sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def _listed(found: Iterable[tuple[str, float | None]]) -> str:
    known = [(policy, gain) for policy, gain in found if gain is not None]
    if len(known) > LISTED:
        values = [gain for _, gain in known]
        return f"{min(values):.1f} to {max(values):.1f}"
    return ", ".join(f"{gain:.1f} ({policy})" for policy, gain in known)


def _policies(rows: Sequence[Row], method: str) -> str:
    return ", ".join(row.policy for row in rows if row.mean_return_method == method)
