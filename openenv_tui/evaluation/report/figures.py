"""What the report's figures show, without saying how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import NamedTuple, TypeAlias

from openenv_tui.evaluation.report.spread import Spread


class Estimate(NamedTuple):
    """A value with its interval, and the exact value where it is known."""

    label: str
    value: float
    low: float
    high: float
    exact: float | None = None


@dataclass(frozen=True)
class Forest:
    """Estimates one below the other on one axis.

    Attributes:
        name: of its file.
        axis: what is measured.
        reference: a value that means neither good nor bad; None for none.
        digits: decimals of its values; None to choose them by their size.
    """

    name: str
    title: str
    axis: str
    estimates: tuple[Estimate, ...]
    reference: float | None = None
    digits: int | None = None

    def written(self, value: float) -> str:
        """A value with as many decimals as all of them."""
        if self.digits is not None:
            return f"{value:,.{self.digits}f}"
        most = max(abs(estimate.value) for estimate in self.estimates)
        return f"{value:,.{3 if most < 100 else 1 if most < 1000 else 0}f}"

    @property
    def words(self) -> str:
        """The same for who cannot see it."""
        told = [f"{e.label} {e.value:.4g} from {e.low:.4g} to {e.high:.4g}" for e in self.estimates]
        return f"{self.title}: {'; '.join(told)}."

    @property
    def span(self) -> Axis:
        """The axis that holds every interval."""
        ends = [end for e in self.estimates for end in (e.low, e.high, e.value, e.exact)]
        return axis([*ends, self.reference])


@dataclass(frozen=True)
class Strips:
    """Distributions one below the other on one axis."""

    name: str
    title: str
    axis: str
    spreads: tuple[Spread, ...]

    @property
    def words(self) -> str:
        told = [f"{s.label}: half of all from {s.lower:.4g} to {s.upper:.4g}, median {s.median:.4g}"
                for s in self.spreads]  # fmt: skip
        return f"{self.title}. {'; '.join(told)}."

    @property
    def span(self) -> Axis:
        return axis([end for each in self.spreads for end in (each.least, each.most)])


class Dot(NamedTuple):
    """The mean of some consecutive episodes, with its interval; ``at`` is the middle one."""

    at: float
    mean: float
    low: float
    high: float


class Curve(NamedTuple):
    """How a row's returns went over its episodes."""

    label: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Curves:
    """Curves in one picture.

    Attributes:
        window: so many episodes are averaged in each dot.
    """

    name: str
    title: str
    window: int
    curves: tuple[Curve, ...]

    @property
    def words(self) -> str:
        told = [
            f"{c.label} from {c.dots[0].mean:.4g} to {c.dots[-1].mean:.4g}" for c in self.curves
        ]
        return f"{self.title}: {'; '.join(told)}."

    @property
    def span(self) -> Axis:
        return axis(
            [end for curve in self.curves for dot in curve.dots for end in (dot.low, dot.high)]
        )

    @property
    def along(self) -> Axis:
        """The axis of the episodes."""
        last = max(curve.dots[-1].at for curve in self.curves) + self.window / 2
        return axis([0.0, last])


@dataclass(frozen=True)
class Heat:
    """A matrix of numbers: how the one on the left did against the one on top.

    Attributes:
        values: by row, then column; None where the two did not meet.
        texts: what is written in each field.
        low, middle, high: the values of the darkest colours and of none.
    """

    name: str
    title: str
    about: str
    left: tuple[str, ...]
    top: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    texts: tuple[tuple[str, ...], ...]
    low: float
    middle: float
    high: float

    @property
    def words(self) -> str:
        return f"{self.title}: {len(self.left)} rows and {len(self.top)} columns."

    def shade(self, row: int, column: int) -> int:
        """From -4 (the lowest) to 4; 0 is the middle, and where there is no value."""
        value = self.values[row][column]
        if value is None:
            return 0
        end = self.high if value >= self.middle else self.low
        part = 0.0 if end == self.middle else (value - self.middle) / abs(end - self.middle)
        return max(-4, min(4, round(4 * part)))


Figure: TypeAlias = Forest | Strips | Curves | Heat


class Axis(NamedTuple):
    """A stretch of numbers with round ticks in it."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def part(self, value: float) -> float:
        """Where a value lies, from 0 (low) to 1 (high)."""
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


def axis(values: list[float | None], about: int = 5) -> Axis:
    """An axis that holds all finite values, with a little room, and some ``about`` ticks."""
    known = [value for value in values if value is not None and isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    room = 0.03 * (high - low) or 0.5
    low, high = low - room, high + room
    step = _round_step((high - low) / about)
    first = floor(low / step) + 1
    ticks = [step * number for number in range(first, first + 2 * about + 2)]
    return Axis(low, high, tuple(tick for tick in ticks if low <= tick <= high))


def _round_step(rough: float) -> float:
    """The next of 1, 2, 5, 10, 20, ... (or 0.1, 0.2, ...)."""
    unit = 10.0 ** floor(log10(rough))
    return next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough * 0.999)


def shown(value: float) -> str:
    """A tick or a return in few letters: ``12,000``, ``0.25``, ``-1``."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.4g}"
    return "0" if abs(value) < 1e-12 else text
