"""Plays stored games again, and keeps a picture of every moment.

The pictures are those of the screens, made by the game's own adapter from the stored actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, cast

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.evaluation.sides import lineup, orders
from openenv_tui.evaluation.store import Store, unpack_actions
from openenv_tui.render import Line, full_height, render
from openenv_tui.views import TextView, View

if TYPE_CHECKING:
    from arena_env.arena import Arena, Moment

WIDTH, HEIGHT = 44, 16
"""Columns and lines of a picture; two stand side by side on a screen, and one fits a phone."""
TEXT_WIDTH, TEXT_HEIGHT = 100, 60
FRAMES = 1500
"""Of all games of a page; long games are shown without their middle."""
FEWEST_FRAMES = 40
WON = {1: "won", 0: "drew", -1: "lost", None: "ended"}


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
        from arena_env.arena import Arena

        self._store = store
        self._arena: Arena = Arena(game)
        self._most = frames

    @property
    def title(self) -> str:
        """What a person calls the game."""
        return self._arena.game.title

    def replay(self, row: int, episode: int) -> Replay:
        """One stored game, moment by moment."""
        line = self._store.entry(row, episode)
        assert line is not None
        _, _, seat, seed, outcome, total, _, complete, blob, _, fault, by, message = line
        names = self._names(row, seat, episode)
        end = f"{names[seat]} {WON[outcome]}" + ("" if total is None else f", return {total:g}")
        if fault is not None:
            end += f"; {names[by]} forfeited ({fault}): {message}"
        viewers = self._viewers(seat)
        title = ", ".join(f"seat {place}: {name}" for place, name in enumerate(names))
        title = f"Episode {episode:,}" + (f" · {title}" if len(names) > 1 else "")
        told = [f"seen by {names[v]} (seat {v})" for v in viewers] if len(viewers) > 1 else [""]
        actions = cast("tuple[int, ...]", unpack_actions(blob))
        frames: tuple[Frame, ...] = ()
        problem = ""
        try:
            walk = self._arena.walked if complete else self._chosen
            total_moments = sum(1 for _ in walk(actions, seed))
            if not complete and fault is None:
                problem = "The server moved for others unseen, so this game cannot be shown."
            else:
                frames = self._frames(walk(actions, seed), total_moments, viewers, names)
        except OpenEnvTuiError as error:
            problem = f"The stored actions cannot be played: {error.happened}."
        return Replay(title, end, tuple(told), frames, problem)

    def _frames(
        self, moments: Iterator[Moment], total: int, viewers: Sequence[int], names: Sequence[str]
    ) -> tuple[Frame, ...]:
        shown = set(_kept(total, self._most))
        found: list[Frame] = []
        move, gap = "The start", 0
        for number, moment in enumerate(moments):
            if number in shown:
                left_out = f" (after {gap:,} moves that are left out)" if gap else ""
                pictures = tuple(self._picture(viewer) for viewer in viewers)
                found.append(Frame(move + left_out, pictures))
                gap = 0
            else:
                gap += 1
            said = [
                f"{names[seen.player]}: {self._arena.game.action_name(seen, action)}"
                for seen, action in zip(moment.acting, moment.actions, strict=False)
            ]
            move = f"{number + 1}. {'; '.join(said)}"
        return tuple(found)

    def _picture(self, viewer: int) -> tuple[Line, ...]:
        view = self._arena.game.view(self._arena.observe(viewer))
        width, height = _room(view)
        # Without colours of its own a picture is made of toned letters alone.
        return render(view, width, height, colour=False).lines

    def _chosen(self, actions: tuple[int, ...], seed: int) -> Iterator[Moment]:
        """Of the actions of this side alone: chance follows from the seed, up to the fault."""
        from arena_env.arena import Moment

        step = self._arena.reset(seed)
        at = 0
        while step.ending is None:
            taken = actions[at : at + len(step.observations)]
            yield Moment(step.observations, taken)
            if len(taken) < len(step.observations):
                return
            step = self._arena.step(taken)
            at += len(taken)
        yield Moment((), ())

    def _viewers(self, seat: int) -> tuple[int, ...]:
        """Whose pictures are shown: both players' where they see different things."""
        info = self._arena.game.info
        if info.players == 2 and not info.perfect_information:
            return (seat, 1 - seat)
        return (seat,)

    def _names(self, row: int, seat: int, episode: int) -> tuple[str, ...]:
        """Who sat where: the others follow the row's policy, in either order by turns."""
        policy, opponent = self._store.rows()[row]
        players = self._arena.game.info.players
        others = lineup(opponent, players)
        if episode // players % orders(others):
            others = others[::-1]
        return tuple(
            policy if place == seat else others[(place - seat - 1) % players]
            for place in range(players)
        )


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
