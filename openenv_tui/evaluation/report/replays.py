"""Keeps a picture of every moment of stored games.

The pictures are those of the screens, made by the game's own adapter from the stored actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.evaluation.replays.stored import Shelf, Stored
from openenv_tui.evaluation.store import Store
from openenv_tui.model import Observation
from openenv_tui.render import Line, full_height, render
from openenv_tui.views import TextView, View

WIDTH, HEIGHT = 44, 16
"""Columns and lines of a picture; two stand side by side on a screen, and one fits a phone."""
TEXT_WIDTH, TEXT_HEIGHT = 100, 60
FRAMES = 1500
"""Of all games of a page; long games are shown without their middle."""
FEWEST_FRAMES = 40


class Frame(NamedTuple):
    """One moment.

    Attributes:
        move: what led to it, in words.
        pictures: what each of the viewers sees.
    """

    move: str
    pictures: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class Replay:
    """A game that can be stepped through.

    Attributes:
        title: who sat where.
        end: how it ended.
        viewers: whose pictures there are, in words; ("",) where everybody sees the same.
        frames: from the start to the end.
        problem: why there are no frames, or none after the last; "" where all is well.
    """

    title: str
    end: str
    viewers: tuple[str, ...]
    frames: tuple[Frame, ...]
    problem: str = ""


class Projector:
    """Replays episodes of one run.

    Args:
        store: its log.
        game: with its parameters.
        frames: the most for each game.

    Raises:
        OpenEnvTuiError: there is no engine here for the game.
    """

    def __init__(self, store: Store, game: str, frames: int) -> None:
        self._shelf = Shelf(store, game)
        self._most = frames

    @property
    def title(self) -> str:
        """What a person calls the game."""
        return self._shelf.game.title

    def replay(self, row: int, episode: int) -> Replay:
        """One stored game, moment by moment."""
        stored = self._shelf.stored(row, episode)
        viewers = self._shelf.viewers(stored)
        named = [f"seen by {stored.names[v]} (seat {v})" for v in viewers]
        frames: tuple[Frame, ...] = ()
        problem = stored.problem
        if not problem:
            try:
                frames = self._frames(stored, viewers)
            except OpenEnvTuiError as error:
                problem = f"The stored actions cannot be played: {error.happened}."
        told = tuple(named) if len(viewers) > 1 else ("",)
        return Replay(stored.title, stored.end, told, frames, problem)

    def _frames(self, stored: Stored, viewers: Sequence[int]) -> tuple[Frame, ...]:
        total = sum(1 for _ in self._shelf.walk(stored))
        shown = set(_kept(total, self._most))
        found: list[Frame] = []
        gap = 0
        for ply in self._shelf.walk(stored):
            if ply.number in shown:
                left_out = f" (after {gap:,} moves that are left out)" if gap else ""
                pictures = tuple(self._picture(ply.seen[viewer]) for viewer in viewers)
                found.append(Frame(ply.move + left_out, pictures))
                gap = 0
            else:
                gap += 1
        return tuple(found)

    def _picture(self, seen: Observation) -> tuple[Line, ...]:
        view = self._shelf.game.view(seen)
        width, height = _room(view)
        # Without colours of its own a picture is made of toned letters alone.
        return render(view, width, height, colour=False).lines


def frames_each(games: int) -> int:
    """How many frames a game may have where so many are shown."""
    return max(FEWEST_FRAMES, FRAMES // max(1, games))


def _room(view: View) -> tuple[int, int]:
    if isinstance(view, TextView):
        return TEXT_WIDTH, min(TEXT_HEIGHT, full_height(view, TEXT_WIDTH, TEXT_HEIGHT))
    return WIDTH, HEIGHT


def _kept(total: int, most: int) -> Iterator[int]:
    """The numbers of the moments that are shown: all, or the first few and the last."""
    if total <= most:
        return iter(range(total))
    first = most // 4
    return chain(range(first), range(total - (most - first), total))
