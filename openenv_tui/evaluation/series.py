"""Several games in one run: a folder with an ordinary run for each, and a table across them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from math import isfinite, sqrt
from pathlib import Path
from typing import Any, Final, NamedTuple

from openenv_tui.errors import StoreError, UsageError
from openenv_tui.evaluation.folder import read_manifest
from openenv_tui.evaluation.runner import Evaluation, load_run
from openenv_tui.evaluation.store import FILE_NAME, Store
from openenv_tui.evaluation.table import Row

SCORES: Final = (
    "Score: for each game the mean return between the least (0) and the greatest return (1) that "
    "the game has, or wins and half the draws where these have no limits; then the mean over the "
    "games, each of equal weight. Brackets: 95 % intervals for these games, the half-widths of the "
    "games combined as those of independent samples."
)


class Score(NamedTuple):
    """What a policy reaches on one game, in [0, 1].

    Attributes:
        half: half-width of the 95 % interval; None where it is not known.
    """

    value: float
    half: float | None


@dataclass(frozen=True)
class Across:
    """One policy over all games of a series.

    Attributes:
        score: mean over the games, in [0, 1]; ``low`` and ``high`` are of its 95 % interval, None
            where one game's is not known.
        games: game -> score.
        rank: by score, from 1; equal scores share a rank.
    """

    policy: str
    score: float
    low: float | None
    high: float | None
    games: Mapping[str, float]
    rank: int


@dataclass(frozen=True)
class Series:
    """Runs of several games, by the same policies.

    Attributes:
        folder: with a folder for each game in it.
        results: of the games that were begun.
        rows: across the games, best first; () until all have been played a little.
        notes: what a reader might overlook.
        interrupted: not everything was played.
    """

    folder: Path
    results: tuple[Evaluation, ...]
    rows: tuple[Across, ...]
    notes: tuple[str, ...]
    interrupted: bool

    def __str__(self) -> str:
        from openenv_tui.evaluation.show_series import as_text

        return as_text(self)

    @property
    def caption(self) -> str:
        """How the games were made comparable."""
        games = ", ".join(result.table.game for result in self.results)
        return f"{games}. {SCORES}"

    def to_dict(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        return {
            "run": self.folder.name,
            "games": [result.to_dict() for result in self.results],
            "across": [asdict(row) for row in self.rows],
            "caption": self.caption,
            "notes": list(self.notes),
        }


def games_of(folder: Path) -> dict[str, Path]:
    """Game -> folder of its run, of a series; {} if it is not one."""
    games = read_manifest(folder).get("games", {})
    return {game: folder / name for game, name in games.items()}


def load_series(folder: Path) -> Series:
    """A kept series, every number computed from the logs again.

    Raises:
        StoreError: nothing of it was played, or a log cannot be read.
    """
    games = games_of(folder)
    begun = {game: place for game, place in games.items() if (place / FILE_NAME).is_file()}
    if not begun:
        raise StoreError(f"nothing of {folder} was played yet; begin with: openenv-tui resume")
    results = tuple(load_run(place) for place in begun.values())
    missing = [game for game in games if game not in begun]
    notes = [f"{game} was not begun" for game in missing]
    rows: tuple[Across, ...] = ()
    try:
        rows = _across({result.table.game: _scores(result) for result in results})
    except UsageError as error:
        notes.append(str(error))
    interrupted = bool(missing) or any(map(_left_open, begun.values()))
    return Series(folder, results, rows, tuple(notes), interrupted)


def _left_open(place: Path) -> bool:
    manifest = read_manifest(place)
    return not manifest.get("finished") or bool(manifest.get("interrupted"))


def _across(games: Mapping[str, Mapping[str, Score]]) -> tuple[Across, ...]:
    """The policies that played all games, best first."""
    first, *others = games.values()
    everybody = [name for name in first if all(name in other for other in others)]
    parts = {name: [scores[name] for scores in games.values()] for name in everybody}
    means = {name: _mean(scores) for name, scores in parts.items()}
    found = []
    for name in sorted(everybody, key=lambda one: -means[one].value):
        value, half = means[name]
        low, high = (None, None) if half is None else (max(0, value - half), min(1, value + half))
        rank = 1 + sum(other.value > value for other in means.values())
        each = {game: scores[name].value for game, scores in games.items()}
        found.append(Across(name, value, low, high, each, rank))
    return tuple(found)


def _mean(scores: Sequence[Score]) -> Score:
    """Of independent samples at equal weight."""
    number = len(scores)
    halves = [score.half for score in scores if score.half is not None]
    half = sqrt(sum(h * h for h in halves)) / number if len(halves) == number else None
    return Score(sum(score.value for score in scores) / number, half)


class _Told(NamedTuple):
    """A policy's results on one game: of its row, or of all its pairings in a tournament."""

    name: str
    mean_return: float | None
    mean_half: float | None
    score: float | None
    win_half: float | None


def _told(result: Evaluation) -> list[_Told]:
    if result.standings is not None:
        return [
            _Told(each.name, each.mean_return.value, _half(*each.mean_return[1:]), each.score,
                  _half(*each.win_rate[1:]))
            for each in result.standings.entrants
        ]  # fmt: skip
    return [
        _Told(row.policy, row.mean_return, _half(row.mean_return_low, row.mean_return_high),
              _wins(row), _half(row.win_rate_low, row.win_rate_high))
        for row in result.rows
    ]  # fmt: skip


def _wins(row: Row) -> float | None:
    judged = row.wins + row.draws + row.losses
    return (row.wins + row.draws / 2) / judged if judged else None


def _half(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else (high - low) / 2


def _scores(result: Evaluation) -> dict[str, Score]:
    """Policy -> its score on one game.

    Raises:
        UsageError: returns have no limits, and nobody says what a win is.
    """
    assert result.folder is not None
    with closing(Store(result.folder / FILE_NAME, new=False)) as log:
        meta = log.meta()
    least, most = meta["min_utility"], meta["max_utility"]
    limits = None not in (least, most) and isfinite(least) and isfinite(most) and least < most
    found = {}
    for each in _told(result):
        if limits and each.mean_return is not None:
            half = None if each.mean_half is None else each.mean_half / (most - least)
            found[each.name] = Score((each.mean_return - least) / (most - least), half)
        elif each.score is not None:
            found[each.name] = Score(each.score, each.win_half)
        else:
            raise UsageError(
                f"there is no table across the games: returns of {result.table.game} have no "
                "limits, and nobody says what a win is; say it with --win"
            )
    return found
