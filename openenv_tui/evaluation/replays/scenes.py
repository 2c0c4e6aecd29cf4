"""A stored game as pictures one after another: what every file of it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from openenv_tui.evaluation.replays.stored import Replayed
from openenv_tui.render import Line, Span, full_height, plain, printable, render
from openenv_tui.render.lines import columns, cropped, line_columns
from openenv_tui.views import TextView, Tone

WIDTH, HEIGHT = 44, 18
"""Columns and lines of a board."""
TEXT_WIDTH, TEXT_HEIGHT = 100, 60
GAP: Final = 3
MOST: Final = 2_000
"""Moments of one file."""


class Scene(NamedTuple):
    """A moment, ready to be written down: lines of equal meaning at equal places."""

    lines: tuple[Line, ...]

    @property
    def width(self) -> int:
        """Of the longest line, in columns."""
        return max(map(line_columns, self.lines), default=0)


class Shown(NamedTuple):
    """Whose view of which game."""

    replayed: Replayed
    viewer: int

    @property
    def heading(self) -> str:
        """Above a board: who looks."""
        return f"{self.replayed.stored.names[self.viewer]} (seat {self.viewer})"


def boards(replayed: Replayed, pair: Replayed | None) -> tuple[Shown, ...]:
    """What stands side by side: both games of a deal; of one game what each player saw."""
    if pair is not None:
        return tuple(Shown(each, each.stored.seat) for each in (replayed, pair))
    return tuple(Shown(replayed, viewer) for viewer in replayed.viewers)


def scene(replayed: Replayed, number: int, pair: Replayed | None = None) -> Scene:
    """The picture of a moment; a game that is over waits for the other one."""
    shown = boards(replayed, pair)
    title = f"{replayed.game.title} · {replayed.run}"
    lines: list[Line] = [(Span(printable(title), Tone.MUTED),)]
    games = (replayed,) if pair is None else (replayed, pair)
    for each in games:
        at = min(number, each.last)
        end = f" · {each.stored.end}" if at == each.last else ""
        lines.append((Span(printable(each.stored.title)),))
        move = printable(f"{each.plies[at].move}{end}")
        lines.append((Span(f"{at}/{each.last} ", Tone.MUTED), Span(move, strong=True)))
    pictures = [_board(each, min(number, each.replayed.last), len(shown) > 1) for each in shown]
    return Scene((*lines, (), *_beside(pictures)))


def scenes(replayed: Replayed, pair: Replayed | None = None) -> Iterator[Scene]:
    """All moments in order, until both games are over."""
    last = replayed.last if pair is None else max(replayed.last, pair.last)
    for number in range(min(last + 1, MOST)):
        yield scene(replayed, number, pair)


def text(replayed: Replayed, pair: Replayed | None = None) -> str:
    """The whole game as plain text, one picture below the other; then the other game."""
    return "\n".join(_told(each) for each in (replayed, pair) if each is not None)


def _told(replayed: Replayed) -> str:
    told = [f"{replayed.game.title}, seed {replayed.stored.seed}: {replayed.stored.title}"]
    for ply in replayed.plies:
        told.append(f"\n{ply.move}")
        for viewer in replayed.viewers:
            if len(replayed.viewers) > 1:
                told.append(f"as seat {viewer} sees it:")
            told.append(plain(replayed.view(ply.number, viewer), height=200))
    return "\n".join(printable_lines([*told, "", f"{replayed.stored.end}."])) + "\n"


def printable_lines(lines: Sequence[str]) -> list[str]:
    """Without control characters, but of several lines still."""
    return ["\n".join(map(printable, line.split("\n"))) for line in lines]


def _board(shown: Shown, number: int, headed: bool) -> tuple[Line, ...]:
    view = shown.replayed.view(number, shown.viewer)
    width, height = WIDTH, HEIGHT
    if isinstance(view, TextView):
        width = TEXT_WIDTH
        height = min(TEXT_HEIGHT, full_height(view, TEXT_WIDTH, TEXT_HEIGHT))
    head: tuple[Line, ...] = ((Span(printable(shown.heading), Tone.MUTED),),) if headed else ()
    # Without colours of its own a picture is made of toned letters alone.
    drawn = render(view, width, height, colour=False).lines
    return (*(cropped(line, width) for line in head), *drawn)


def _beside(pictures: Sequence[tuple[Line, ...]]) -> list[Line]:
    """Pictures side by side, each as wide as its widest line."""
    rows: list[Line] = []
    widths = [max(WIDTH, *map(line_columns, p)) if p else WIDTH for p in pictures]
    for number in range(max(map(len, pictures), default=0)):
        line: list[Span] = []
        for place, (picture, width) in enumerate(zip(pictures, widths, strict=True)):
            part = picture[number] if number < len(picture) else ()
            line += part
            if place < len(pictures) - 1:
                used = sum(columns(span.text) for span in part)
                line.append(Span(" " * (width - used + GAP)))
        rows.append(tuple(line))
    return rows
