"""Figures as SVG that stands in the page: its style sheet colours them, in light and in dark.

Widths are percentages of the room, heights are pixels, so that letters keep their size on a phone.
"""

from __future__ import annotations

from html import escape

from openenv_tui.evaluation.report.figures import (
    Axis,
    Curve,
    Curves,
    Estimate,
    Forest,
    Strips,
    shown,
)
from openenv_tui.evaluation.report.spread import Spread
from openenv_tui.render import printable

LEFT, WIDE = 3.0, 94.0
"""Percent of the width before the axis begins, and for the axis."""
FOOT = 44
"""Pixels below a figure for ticks and what is measured."""
LONGEST_LABEL = 38
KINDS = 6
"""So many colours, and then the same dashed."""


def draw(figure: Forest | Strips | Curves) -> str:
    """An ``svg`` element."""
    match figure:
        case Forest():
            return _forest(figure)
        case Strips():
            return _strips(figure)
        case Curves():
            return _curves(figure)


def _forest(figure: Forest) -> str:
    span, each = figure.span, 46
    height = each * len(figure.estimates)
    parts = _grid(span, height, figure.axis)
    if figure.reference is not None:
        x = _x(span, figure.reference)
        parts.append(f'<line class="ref" x1="{x}" x2="{x}" y1="0" y2="{height}"/>')
    for number, estimate in enumerate(figure.estimates):
        parts.append(_estimate(figure, estimate, number * each))
    return _whole(parts, height + FOOT, figure.words)


def _estimate(figure: Forest, estimate: Estimate, top: int) -> str:
    span = figure.span
    low, value, high = (_x(span, v) for v in (estimate.low, estimate.value, estimate.high))
    y = top + 32
    exact = ""
    if estimate.exact is not None:
        x = _x(span, estimate.exact)
        exact = f'<line class="exact" x1="{x}" x2="{x}" y1="{y - 9}" y2="{y + 9}"/>'
    told = f"{shown(estimate.value)} [{shown(estimate.low)}, {shown(estimate.high)}]"
    return (
        f"<g><title>{_said(estimate.label)}: {told}</title>"
        f'<text class="label" x="0" y="{top + 16}">{_label(estimate.label)}</text>'
        f'<text class="value" x="100%" y="{top + 16}" text-anchor="end">'
        f"{figure.written(estimate.value)}</text>"
        f'<line class="whisker" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>{exact}'
        f'<circle class="mark" cx="{value}" cy="{y}" r="5"/></g>'
    )


def _strips(figure: Strips) -> str:
    span, each = figure.span, 92
    height = each * len(figure.spreads)
    parts = _grid(span, height, figure.axis)
    for number, one in enumerate(figure.spreads):
        parts.append(_strip(one, span, number * each + 8))
    return _whole(parts, height + FOOT, figure.words)


def _strip(one: Spread, span: Axis, top: int) -> str:
    base, room = top + 76, 46
    peak = max(bar.share for bar in one.bars)
    parts = [f'<text class="label" x="0" y="{top + 10}">{_label(one.label)}</text>']
    alone = one.bars[0].low == one.bars[0].high
    for bar in one.bars:
        high = max(1.0, room * bar.share / peak)
        left, right = span.part(bar.low), span.part(bar.high)
        if alone:
            left, right = left - 0.014, right + 0.014
        words = shown(bar.low) if alone else f"{shown(bar.low)} to {shown(bar.high)}"
        parts.append(
            f'<rect class="bar" x="{LEFT + WIDE * left:.2f}%" width="{WIDE * (right - left):.2f}%" '
            f'y="{base - high:.1f}" height="{high:.1f}">'
            f"<title>{words}: {bar.share:.1%}</title></rect>"
        )
        if alone:
            parts.append(
                f'<text class="share" x="{_x(span, bar.low)}" y="{base - high - 4:.1f}" '
                f'text-anchor="middle">{_percent(bar.share)}</text>'
            )
    lower, upper, median = (_x(span, value) for value in (one.lower, one.upper, one.median))
    y = base + 5
    parts.append(
        f"<g><title>Median {shown(one.median)}, half of all from {shown(one.lower)} to "
        f'{shown(one.upper)}</title><line class="half" x1="{lower}" x2="{upper}" y1="{y}" '
        f'y2="{y}"/><circle class="median" cx="{median}" cy="{y}" r="4"/></g>'
    )
    return "".join(parts)


def _curves(figure: Curves) -> str:
    height, along, span = 260, figure.along, figure.span
    parts = _grid(along, height, "episode")
    for tick in span.ticks:
        y = height * (1 - span.part(tick))
        parts.append(
            f'<line class="grid" x1="{LEFT}%" x2="{LEFT + WIDE}%" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{LEFT + 0.5}%" y="{y - 4:.1f}">{shown(tick)}</text>'
        )
    lines = "".join(_curve(c, n, along, span) for n, c in enumerate(figure.curves))
    # Lines know no percentages, so they have a room of their own, which may be stretched.
    parts.append(
        f'<svg x="{LEFT}%" y="0" width="{WIDE}%" height="{height}" viewBox="0 0 1000 1000" '
        f'preserveAspectRatio="none">{lines}</svg>'
    )
    return _whole(parts, height + FOOT, figure.words)


def _curve(curve: Curve, number: int, along: Axis, span: Axis) -> str:
    def place(at: float, value: float) -> str:
        return f"{1000 * along.part(at):.0f},{1000 * (1 - span.part(value)):.0f}"

    there = [place(dot.at, dot.high) for dot in curve.dots]
    back = [place(dot.at, dot.low) for dot in reversed(curve.dots)]
    line = " ".join(place(dot.at, dot.mean) for dot in curve.dots)
    kind = f"k{number % KINDS}{' dashed' if number >= KINDS else ''}"
    return (
        f'<polygon class="band {kind}" points="{" ".join([*there, *back])}"/>'
        f'<polyline class="curve {kind}" points="{line}"><title>{_said(curve.label)}</title>'
        "</polyline>"
    )


def _grid(span: Axis, height: int, measured: str) -> list[str]:
    """The axis below, its ticks, and lines up from them."""
    parts = [
        f'<line class="axis" x1="{LEFT}%" x2="{LEFT + WIDE}%" y1="{height}" y2="{height}"/>',
        f'<text class="measured" x="50%" y="{height + 38}" text-anchor="middle">'
        f"{_said(measured)}</text>",
    ]
    for tick in span.ticks:
        x = _x(span, tick)
        parts.append(
            f'<line class="grid" x1="{x}" x2="{x}" y1="0" y2="{height}"/>'
            f'<text class="tick" x="{x}" y="{height + 18}" text-anchor="middle">'
            f"{shown(tick)}</text>"
        )
    return parts


def _whole(parts: list[str], height: int, words: str) -> str:
    return (
        f'<svg class="chart" role="img" width="100%" height="{height}" '
        f'aria-label="{_said(words)}">{"".join(parts)}</svg>'
    )


def _x(span: Axis, value: float) -> str:
    return f"{LEFT + WIDE * span.part(value):.2f}%"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.005 else "<1%".replace("<", "&lt;")


def _label(text: str) -> str:
    return _said(text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…")


def _said(text: str) -> str:
    return escape(printable(text))
