"""Plays a run's stored actions on the engine again, and looks whether all came out as stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from math import isclose
from pathlib import Path
from typing import Any, Final, cast

from openenv_tui.errors import OpenEnvTuiError, UsageError
from openenv_tui.evaluation.folder import read_manifest
from openenv_tui.evaluation.store import FILE_NAME, Line, Store
from openenv_tui.model import Outcome
from openenv_tui.rule import judged

MOST_FOUND: Final = 20
"""So many differences are told; more are counted."""
CODES: Final = {Outcome.WIN: 1, Outcome.DRAW: 0, Outcome.LOSS: -1, None: None}
NEWS: Final = 1_000


@dataclass
class Verification:
    """What came of it.

    Attributes:
        run: its name.
        same: episodes whose history ends the game with the stored return and outcome.
        forfeits: that ended by a fault of a policy; their moves were legal, and the game was open.
        untold: episodes of which the log holds no history that could be played, as of a server
            that moves for others unseen.
        different: episodes that came out in another way.
        found: the first of those, in words.
    """

    run: str
    same: int = 0
    forfeits: int = 0
    untold: int = 0
    different: int = 0
    found: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """In a sentence."""
        told = [f"{self.same:,} episodes came out as stored"]
        told += [f"{self.forfeits:,} forfeits were legal up to the fault"] if self.forfeits else []
        told += [f"{self.untold:,} cannot be played from the log"] if self.untold else []
        told += [f"{self.different:,} CAME OUT DIFFERENTLY"] if self.different else []
        return "; ".join(told)

    def to_dict(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        return asdict(self)


def verify_run(folder: Path, tell: Callable[[int, int], None] | None = None) -> Verification:
    """Replay every episode of a kept run.

    Args:
        folder: the run's.
        tell: told (episodes done, of all) now and then.

    Raises:
        StoreError: it cannot be read.
        UsageError: it is not of an OpenSpiel game, so there is no engine for it.
    """
    store = Store(folder / FILE_NAME, new=False)
    try:
        meta = store.meta()
        replayer = _Replayer(str(meta["game"]), _rule(folder))
        rows = store.rows()
        total = sum(store.number(row) for row in range(len(rows)))
        found = Verification(folder.name)
        for done, (policy, line) in enumerate(_lines(store, rows), start=1):
            problem = replayer.problem(line, found)
            if problem is not None:
                found.different += 1
                if len(found.found) < MOST_FOUND:
                    found.found.append(f"episode {line.episode} of {policy}: {problem}")
            if tell is not None and (done % NEWS == 0 or done == total):
                tell(done, total)
        return found
    finally:
        store.close()


def _rule(folder: Path) -> str:
    plan = read_manifest(folder).get("plan", {})
    return str(plan.get("win", "")) if isinstance(plan, dict) else ""


def _lines(store: Store, rows: Sequence[tuple[str, str | None]]) -> Iterator[tuple[str, Line]]:
    for row, (policy, _) in enumerate(rows):
        for line in store.lines(row):
            yield policy, line


class _Replayer:
    """Plays histories on one game.

    Args:
        game: with its parameters.
        rule: of outcomes, if the run had one of its own.
    """

    def __init__(self, game: str, rule: str) -> None:
        from arena_env.arena import Arena

        try:
            self._arena = Arena(game)
        except OpenEnvTuiError as error:
            raise UsageError(
                f"there is no engine here for {game}, so nothing can be played again: {error}"
            ) from error
        self._game = judged(self._arena.game, rule)

    def problem(self, line: Line, found: Verification) -> str | None:
        """What is not as stored; None if all is, which is then counted."""
        if not line.complete:
            return self._partly(line, found)
        try:
            ending = self._arena.replayed(_numbers(line), line.seed)
        except OpenEnvTuiError as error:
            return error.happened
        if ending is None:
            return "the stored actions do not end the game"
        if not 0 <= line.seat < len(ending.returns):
            return f"there is no seat {line.seat} in this game"
        total = ending.returns[line.seat]
        if (
            not isinstance(line.total, float)
            or total is None
            or not isclose(total, line.total, abs_tol=1e-9)
        ):
            return f"the return is {total:g}, and {line.total} is stored"
        outcome = CODES[self._game.judge(ending, line.seat, self._arena.observe)]
        if outcome != line.outcome:
            return f"the outcome is {outcome}, and {line.outcome} is stored"
        found.same += 1
        return None

    def _partly(self, line: Line, found: Verification) -> str | None:
        """Only this side's actions are known: with the seed that is enough on our own engines."""
        if line.forfeit is None:
            found.untold += 1
            return None
        try:
            step = self._arena.reset(line.seed)
            at = 0
            while step.ending is None and at + len(step.observations) <= len(line.actions):
                width = len(step.observations)
                step = self._arena.step(_numbers(line)[at : at + width])
                at += width
        except OpenEnvTuiError:
            found.untold += 1
            return None
        if step.ending is not None:
            return "it is stored as a forfeit, and the game was over"
        found.forfeits += 1
        return None


def _equal(total: float, stored: object) -> bool:
    """A damaged log may hold anything."""
    return isinstance(stored, float) and isclose(total, stored, abs_tol=1e-9)


def _numbers(line: Line) -> Sequence[int]:
    """The actions of an OpenSpiel game are numbers."""
    return cast("Sequence[int]", line.actions)
