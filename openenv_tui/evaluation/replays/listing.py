"""The games of a policy as a list: how each went, and which of them are wanted."""

from __future__ import annotations

from contextlib import closing
from typing import Final, NamedTuple

from openenv_tui.evaluation.replays.stored import WON, Run
from openenv_tui.evaluation.store import FILE_NAME, Store

KINDS: Final = ("all", "wins", "draws", "losses", "forfeits")
OUTCOMES: Final = {"wins": 1, "draws": 0, "losses": -1}
MOST: Final = 5_000
"""Nobody scrolls further."""


class Game(NamedTuple):
    """One line of the list.

    Attributes:
        outcome: for the row's policy: won, drew, lost, or ended where nobody can tell.
        total: its return; None where it is not known.
        steps: decisions of this side.
        forfeit: the kind of a forfeit; None where none ended it.
    """

    row: int
    episode: int
    seat: int
    seed: int
    outcome: str
    total: float | None
    steps: int
    forfeit: str | None

    @property
    def name(self) -> str:
        """What ``replay`` calls it, such as ``0:17``."""
        return f"{self.row}:{self.episode}"


class Listing(NamedTuple):
    """Games of one row.

    Attributes:
        games: by episode; at most ``MOST``.
        total: how many there are in all.
    """

    games: tuple[Game, ...]
    total: int


def listing(run: Run, row: int, kind: str = "all", most: int = MOST) -> Listing:
    """The games of a row that are of a kind.

    Args:
        run: whose games.
        row: its number.
        kind: one of ``KINDS``.
        most: so many of them at most.

    Raises:
        StoreError: the log cannot be read.
    """
    with closing(Store(run.folder / FILE_NAME, new=False)) as store:
        found = store.summaries(row, OUTCOMES.get(kind), forfeits=kind == "forfeits", most=most)
        number = store.number_of(row, OUTCOMES.get(kind), forfeits=kind == "forfeits")
    games = tuple(
        Game(row, episode, seat, seed, WON[outcome], total, steps, forfeit)
        for episode, seat, seed, outcome, total, steps, forfeit in found
    )
    return Listing(games, number)


def as_lines(found: Listing) -> str:
    """The list as plain text."""
    lines = [f"{'game':<10} {'seat':>4} {'outcome':<8} {'return':>10} {'steps':>6}  seed"]
    for game in found.games:
        total = "?" if game.total is None else f"{game.total:g}"
        fault = f"  forfeit: {game.forfeit}" if game.forfeit else ""
        lines.append(
            f"{game.name:<10} {game.seat:>4} {game.outcome:<8} {total:>10} {game.steps:>6}  "
            f"{game.seed}{fault}"
        )
    left = found.total - len(found.games)
    return "\n".join([*lines, *([f"and {left:,} more"] if left else [])])
