"""The figures as SVG and PDF files for papers, drawn by matplotlib."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openenv_tui.errors import MissingExtraError, StoreError
from openenv_tui.evaluation.report.figures import Curves, Figure, Forest, Heat, Strips, shown
from openenv_tui.render import printable

try:
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Sheet
except ImportError as error:
    raise MissingExtraError("figures for papers", "report") from error

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SETTINGS: Any = {
    "font.size": 8, "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6,
    "pdf.fonttype": 42, "svg.hashsalt": "openenv-tui", "text.usetex": False,
    "text.parse_math": False,
}  # fmt: skip
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a7a00", "#4b4f57")
"""Of Okabe and Ito (2008), "Color universal design", which the colour-blind tell apart too."""
LINES = ("-", "--", ":")
WIDTH = 3.4
"""Inches: one column of most papers."""
LONGEST_LABEL = 40


def save(figures: Sequence[Figure], folder: Path) -> list[Path]:
    """Write each figure as NAME.svg and NAME.pdf; the same figure always gives the same bytes.

    Raises:
        StoreError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [path for figure in figures for path in _save(figure, folder)]
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror or error}") from error


def _save(figure: Figure, folder: Path) -> Iterator[Path]:
    with mpl.rc_context(SETTINGS):
        sheet = Sheet(figsize=_size(figure), layout="constrained")
        _draw(figure, sheet.add_subplot())
        for suffix, canvas, date in (
            ("svg", FigureCanvasSVG(sheet), "Date"),
            ("pdf", FigureCanvasPdf(sheet), "CreationDate"),
        ):
            path = folder / f"{figure.name}.{suffix}"
            canvas.print_figure(path, metadata={date: None})
            yield path


def _size(figure: Figure) -> tuple[float, float]:
    match figure:
        case Forest(estimates=estimates):
            return WIDTH, 0.6 + 0.25 * len(estimates)
        case Strips(spreads=spreads):
            return WIDTH, 0.6 + 0.45 * len(spreads)
        case Curves():
            return WIDTH, 2.4
        case Heat(left=left, top=top):
            return max(WIDTH, 1.4 + 0.55 * len(top)), 0.9 + 0.3 * len(left)


def _draw(figure: Figure, axes: Axes) -> None:
    match figure:
        case Forest():
            _forest(figure, axes)
        case Strips():
            _strips(figure, axes)
        case Curves():
            _curves(figure, axes)
        case Heat():
            _heat(figure, axes)


def _forest(figure: Forest, axes: Axes) -> None:
    if figure.reference is not None:
        axes.axvline(figure.reference, color="0.6", linewidth=0.8)
    for place, one in enumerate(figure.estimates):
        axes.plot((one.low, one.high), (place, place), color=COLOURS[0], linewidth=1.5)
        axes.plot(one.value, place, "o", color=COLOURS[0], markersize=4)
        if one.exact is not None:
            axes.plot(one.exact, place, "|", color=COLOURS[1], markersize=9)
    _name_rows(axes, [one.label for one in figure.estimates])
    axes.set_xlabel(figure.axis)


def _strips(figure: Strips, axes: Axes) -> None:
    span = figure.span.high - figure.span.low
    for place, one in enumerate(figure.spreads):
        peak = max(bar.share for bar in one.bars)
        for bar in one.bars:
            width = bar.high - bar.low or 0.025 * span
            left = bar.low if bar.high > bar.low else bar.low - width / 2
            high = 0.7 * bar.share / peak
            axes.bar(left, -high, width, bottom=place + 0.35, align="edge", color="#8fb8e3")
        axes.plot((one.lower, one.upper), (place + 0.42,) * 2, color="black", linewidth=1)
        axes.plot(one.median, place + 0.42, "o", color="black", markersize=2.5)
    _name_rows(axes, [one.label for one in figure.spreads])
    axes.set_xlabel(figure.axis)


def _curves(figure: Curves, axes: Axes) -> None:
    for number, curve in enumerate(figure.curves):
        at = [dot.at for dot in curve.dots]
        colour = COLOURS[number % len(COLOURS)]
        low, high = [dot.low for dot in curve.dots], [dot.high for dot in curve.dots]
        axes.fill_between(at, low, high, color=colour, alpha=0.15, linewidth=0)
        line = LINES[number // len(COLOURS) % len(LINES)]
        means = [dot.mean for dot in curve.dots]
        axes.plot(at, means, line, color=colour, linewidth=1.2, label=_short(curve.label))
    axes.set_xlabel("episode")
    axes.set_ylabel(f"mean return of {figure.window} episodes")
    axes.legend(frameon=False)


def _heat(figure: Heat, axes: Axes) -> None:
    shades = [[figure.shade(r, c) for c in range(len(figure.top))] for r in range(len(figure.left))]
    axes.imshow(shades, cmap="PuOr", vmin=-6, vmax=6, aspect="auto")
    for row, texts in enumerate(figure.texts):
        for column, text in enumerate(texts):
            axes.text(column, row, text, ha="center", va="center", fontsize=7)
    axes.set_xticks(range(len(figure.top)), list(map(_short, figure.top)), rotation=30, ha="right")
    _name_rows(axes, figure.left)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _name_rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), list(map(_short, labels)))
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    if axes.get_xaxis().get_scale() == "linear" and not axes.images:
        axes.get_xaxis().set_major_formatter(lambda value, _: shown(value))


def _short(label: str) -> str:
    label = printable(label)
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
