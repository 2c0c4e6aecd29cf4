"""Plays an episode again that somebody forfeited, where the plan says so."""

from __future__ import annotations

from openenv_tui.evaluation.forfeits import attempt_seed
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.store import Entry, entry, replayed
from openenv_tui.match import Match
from openenv_tui.model import MatchRecord


class Attempts:
    """The attempts at one episode: each with a seed of its own, that follows from the deal's.

    They depend on nothing else, so that they are the same in whatever process they are made, and
    an episode is in the log with all of them or not at all.

    Args:
        plan: says how many there may be.
        first: the first of them, played.
        line: of the log, for it.
        whole: as of ``entry``.
    """

    def __init__(self, plan: Plan, first: Match, line: Entry, *, whole: bool) -> None:
        self._most = plan.attempts
        self._first = self._last = first
        self._lines = [line]
        self._whole = whole

    @property
    def next(self) -> Match | None:
        """What is to be played now; None if the last one stands."""
        record = self._last.record
        if record is None or record.forfeit is None or len(self._lines) >= self._most:
            return None
        self._last = self._first.again(attempt_seed(self._first.seed, len(self._lines)))
        return self._last

    def add(self, record: MatchRecord) -> None:
        """What came of it."""
        row, episode, seat = self._lines[0][:3]
        self._lines.append(entry(row, episode, seat, record, whole=self._whole))

    @property
    def line(self) -> Entry:
        """Of the last attempt, with those that were forfeited before it."""
        *earlier, last = self._lines
        return replayed(last, earlier) if earlier else last
