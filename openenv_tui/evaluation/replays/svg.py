"""Scenes as SVG that needs nothing else: one, or all of them moving."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from openenv_tui.evaluation.replays.colours import GROUND, PAPER, look
from openenv_tui.evaluation.replays.scenes import Scene
from openenv_tui.render import Line
from openenv_tui.render.inks import runs
from openenv_tui.render.lines import columns

COLUMN, LINE, MARGIN = 8.4, 18, 14
"""Of letters 14 high, in the picture's units."""
FONT: Final = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace"
LAST: Final = 4
"""So many times as long as the others the last moment is shown."""


def still(scene: Scene, title: str) -> str:
    """One moment."""
    return _document([scene], title, _group(scene))


def moving(scenes: Sequence[Scene], title: str, seconds: float) -> str:
    """All moments, one after another and over again; a viewer that cannot move shows the first.

    Args:
        scenes: in order; at least one.
        title: for who cannot see it.
        seconds: for which each is shown; the last one for longer.
    """
    if len(scenes) == 1:
        return still(scenes[0], title)
    total = len(scenes) - 1 + LAST
    parts = []
    for number, scene in enumerate(scenes):
        begin, end = number / total, min(1.0, (number + 1) / total)
        if number == len(scenes) - 1:
            end = 1.0
        parts.append(_shown(_group(scene), begin, end, total * seconds))
    return _document(scenes, title, "\n".join(parts))


def _shown(group: str, begin: float, end: float, total: float) -> str:
    """A group that is visible for a part of the time."""
    times = [(0.0, "hidden"), (begin, "visible"), (end, "hidden")]
    if begin == 0:
        times = times[1:]
    if end >= 1:
        times = times[:-1]
    values = ";".join(value for _, value in times)
    keys = ";".join(f"{time:.6g}" for time, _ in times)
    first = "visible" if begin == 0 else "hidden"
    return (
        f'<g visibility="{first}"><animate attributeName="visibility" calcMode="discrete" '
        f'values="{values}" keyTimes="{keys}" dur="{total:.6g}s" repeatCount="indefinite"/>'
        f"{group}</g>"
    )


def _document(scenes: Sequence[Scene], title: str, body: str) -> str:
    width = max(scene.width for scene in scenes) * COLUMN + 2 * MARGIN
    height = max(len(scene.lines) for scene in scenes) * LINE + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height}" '
        f'width="{width:.1f}" height="{height}" role="img" aria-label="{escape(title)}">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>text{{font:14px {FONT};white-space:pre}}</style>\n"
        f'<rect width="100%" height="100%" fill="{GROUND}"/>\n{body}\n</svg>\n'
    )


def _group(scene: Scene) -> str:
    return "".join(_line(line, number) for number, line in enumerate(scene.lines))


def _line(line: Line, number: int) -> str:
    """Grounds first, then letters, each run at its own column so that nothing drifts."""
    drawn, at = [], 0
    top = MARGIN + number * LINE
    for run in runs(line):
        width = columns(run.text) * COLUMN
        ink, ground = look(run.tone)
        x = MARGIN + at * COLUMN
        if ground is not None:
            drawn.append(
                f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{LINE}" fill="{ground}"/>'
            )
        if not run.text.isspace():
            lead = len(run.text) - len(run.text.lstrip(" "))
            letters = run.text.strip(" ")
            weight = ' font-weight="bold"' if run.strong else ""
            drawn.append(
                f'<text x="{x + lead * COLUMN:.1f}" y="{top + 13}" fill="{ink or PAPER}"{weight} '
                f'textLength="{columns(letters) * COLUMN:.1f}" lengthAdjust="spacingAndGlyphs">'
                f"{escape(letters)}</text>"
            )
        at += columns(run.text)
    return "".join(drawn)
