"""The log of a run: every episode, in one SQLite file from which every number is computed.

``results/README.md`` documents the tables.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

from openenv_tui.errors import StoreError
from openenv_tui.evaluation.stats import Sums
from openenv_tui.model import Action, ForfeitKind, MatchRecord, Outcome

SCHEMA_VERSION = 2
READ_VERSIONS = (1, 2)
"""In the first one ``lost`` has no ``kind``."""
FILE_NAME = "run.sqlite"
SCHEMA = f"""
PRAGMA user_version = {SCHEMA_VERSION};
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE rows (row INTEGER PRIMARY KEY, policy TEXT NOT NULL, opponent TEXT);
CREATE TABLE episodes (
  row INTEGER NOT NULL, episode INTEGER NOT NULL, seat INTEGER NOT NULL, seed INTEGER NOT NULL,
  outcome INTEGER, return REAL, steps INTEGER NOT NULL, complete INTEGER NOT NULL,
  actions BLOB NOT NULL, returns TEXT, forfeit TEXT, forfeit_seat INTEGER, message TEXT,
  PRIMARY KEY (row, episode)
) WITHOUT ROWID;
CREATE TABLE lost (row INTEGER NOT NULL, episode INTEGER NOT NULL, message TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'lost');
"""
UPGRADE = f"""
BEGIN;
ALTER TABLE lost ADD COLUMN kind TEXT NOT NULL DEFAULT 'lost';
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""
COLUMNS = ("row", "episode", "seat", "seed", "outcome", "return", "steps", "complete", "actions",
           "returns", "forfeit", "forfeit_seat", "message")  # fmt: skip
USUAL = 9
"""So many of the columns say all there is to say of most episodes."""


def _insert(columns: int) -> str:
    places = ", ".join("?" * columns)
    return f"INSERT OR REPLACE INTO episodes ({', '.join(COLUMNS[:columns])}) VALUES ({places})"


INSERT_USUAL, INSERT_WHOLE = _insert(USUAL), _insert(len(COLUMNS))

CUT = "cut off"
"""The message of an episode that this side's limit on steps ended."""

Entry: TypeAlias = tuple[Any, ...]
"""One line of ``episodes``: its first columns, or all of them."""

WIN, LOSS, DRAW = Outcome.WIN, Outcome.LOSS, Outcome.DRAW


class Counts(NamedTuple):
    """What the log says of one row.

    Attributes:
        known: episodes of which the return is known.
        units: independent units for the mean return: complete deals, or episodes.
        forfeits: kind -> number, by the row's own policy.
        cut: episodes that this side's limit on steps ended.
    """

    episodes: int
    wins: int
    draws: int
    losses: int
    steps: int
    known: int
    total: float
    units: Sums
    forfeits: dict[str, int]
    lost: int
    cut: int = 0


class Line(NamedTuple):
    """An episode as it is stored; see ``MatchRecord``.

    Attributes:
        outcome: 1, 0 or -1 for the row's own policy; None where nobody can tell.
        total: its return; None where it is not known.
    """

    episode: int
    seat: int
    seed: int
    outcome: int | None
    total: float | None
    complete: bool
    actions: tuple[Action, ...]
    forfeit: str | None


def entry(row: int, episode: int, seat: int, record: MatchRecord, *, whole: bool = False) -> Entry:
    """The line of the log for a match in which the row's policy had that seat.

    Args:
        whole: everybody's return is written down, also where it could be worked out by replay.
    """
    _, seed, _, returns, outcomes, decisions, history, complete, forfeit, cut = record
    outcome = outcomes[seat]
    code = 1 if outcome is WIN else -1 if outcome is LOSS else 0 if outcome is DRAW else None
    # A bytearray and an int, not bytes and a bool: sqlite3 takes those as they are, and asks a
    # chain of adapters about every other value, which takes longer than storing the line.
    try:
        actions = bytearray(cast("tuple[int, ...]", history))
        actions.insert(0, 1)
    except (ValueError, TypeError):
        actions = _wide(history)
    usual = (
        row,
        episode,
        seat,
        seed,
        code,
        returns[seat],
        decisions,
        1 if complete else 0,
        actions,
    )
    if forfeit is None and len(returns) <= 2 and not cut and not whole:
        # Of two, the other's return can be worked out by replay; most logs are of such games.
        return usual
    said = (
        (forfeit.kind.value, forfeit.seat, forfeit.message)
        if forfeit
        else (None, None, CUT if cut else None)
    )
    return (*usual, json.dumps(returns), *said)


def _wide(history: Sequence[Action]) -> bytearray:
    try:
        return bytearray(b"\x08") + struct.pack(f"<{len(history)}q", *history)
    except struct.error:
        return bytearray(b"\x00" + json.dumps(history, default=str).encode())


def unpack_actions(blob: bytes) -> tuple[Action, ...]:
    """The actions of an episode.

    A width in bytes (1 or 8) and little-endian integers; or 0 and a JSON array, where actions are
    forms.
    """
    if blob[:1] == b"\x01":
        return tuple(blob[1:])
    if blob[:1] == b"\x00":
        return tuple(json.loads(blob[1:]))
    return struct.unpack(f"<{(len(blob) - 1) // 8}q", blob[1:])


class Store:
    """A run's log. One process writes it; others may read meanwhile.

    Args:
        path: the SQLite file, or ":memory:".
        new: make it; otherwise it has to be there.

    Raises:
        StoreError: it cannot be made, or is not a log of this version.
    """

    def __init__(self, path: Path | str, *, new: bool) -> None:
        self.path = str(path)
        if not new and not Path(path).is_file():
            raise StoreError(f"there is no run in {Path(path).parent}: {FILE_NAME} is missing")
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            if new:
                # In this mode a torn write is undone when the file is opened again, and the
                # folder can be copied as it is once nobody writes.
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.executescript(SCHEMA)
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
        except (sqlite3.Error, OSError) as error:
            raise self._failure(error) from error
        self._version = version
        if version not in READ_VERSIONS:
            self._db.close()
            known = " and ".join(map(str, READ_VERSIONS))
            raise StoreError(
                f"{path} is a log of version {version}, and this program reads {known}"
            )

    def describe(self, meta: dict[str, Any], rows: Sequence[tuple[str, str | None]]) -> None:
        """Write what the run is, before its first episode.

        Args:
            meta: JSON values.
            rows: (policy, opponent) of each row.
        """
        self._write("INSERT OR REPLACE INTO meta VALUES (?, ?)",
                    [(key, json.dumps(value)) for key, value in meta.items()])  # fmt: skip
        self._write("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)",
                    [(number, *row) for number, row in enumerate(rows)])  # fmt: skip

    def add(self, entries: Iterable[Entry]) -> None:
        """Log episodes, all of them or none.

        Raises:
            StoreError: the disk is full, or the file cannot be written.
        """
        entries = list(entries)
        usual = [line for line in entries if len(line) == USUAL]
        whole = [line for line in entries if len(line) > USUAL]
        self._write_all([(INSERT_USUAL, usual), (INSERT_WHOLE, whole)])

    def add_lost(self, row: int, episode: int, kind: str, message: str) -> None:
        """Log an episode whose session was lost; it is to be played again."""
        self._write("INSERT INTO lost VALUES (?, ?, ?, ?)", [(row, episode, message, kind)])

    def go_on(self) -> None:
        """Make ready to log more episodes of a run that is there."""
        try:
            self._db.execute("PRAGMA synchronous = NORMAL")
            if self._version == 1:
                self._db.executescript(UPGRADE)
                self._version = SCHEMA_VERSION
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def forget(self, row: int, start: int = 0) -> None:
        """Take the episodes of a row from ``start`` on out of the log."""
        self._write("DELETE FROM episodes WHERE row = ? AND episode >= ?", [(row, start)])

    def results(self, row: int, start: int = 0) -> list[tuple[int, int | None, float | None]]:
        """(episode, outcome, return) of a row from ``start`` on, by episode."""
        return self._read(
            "SELECT episode, outcome, return FROM episodes WHERE row = ? AND episode >= ? "
            "ORDER BY episode",
            (row, start),
        )

    def meta(self) -> dict[str, Any]:
        """What ``describe`` was given."""
        return {key: json.loads(value) for key, value in self._read("SELECT key, value FROM meta")}

    def rows(self) -> list[tuple[str, str | None]]:
        """(policy, opponent) of each row."""
        return [(p, o) for p, o in self._read("SELECT policy, opponent FROM rows ORDER BY row")]

    def played(self, row: int) -> list[int]:
        """The numbers of the episodes of one row, ascending."""
        return [number for (number,) in self._read(
            "SELECT episode FROM episodes WHERE row = ? ORDER BY episode", (row,))]  # fmt: skip

    def lost(self) -> dict[str, int]:
        """Kind -> number of the sessions that were lost."""
        kind = "'lost'" if self._version == 1 else "kind"
        return dict(self._read(f"SELECT {kind} AS k, COUNT(*) FROM lost GROUP BY k ORDER BY k"))

    def episodes(self, row: int) -> list[Entry]:
        """The lines of one row, by episode."""
        return self._read("SELECT * FROM episodes WHERE row = ? ORDER BY episode", (row,))

    def lines(self, row: int) -> Iterator[Line]:
        """The episodes of one row, one after another, as what ``verify`` needs of them.

        Raises:
            StoreError: the file is damaged.
        """
        try:
            for found in self._db.execute(
                "SELECT episode, seat, seed, outcome, return, complete, actions, forfeit "
                "FROM episodes WHERE row = ? ORDER BY episode",
                (row,),
            ):
                episode, seat, seed, outcome, total, complete, blob, forfeit = found
                actions = unpack_actions(blob)
                yield Line(episode, seat, seed, outcome, total, bool(complete), actions, forfeit)
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def deals(self, row: int) -> list[tuple[int, int, int | None, float]]:
        """(seat, seed, outcome, return) of a row's episodes whose return is known."""
        return self._read(
            "SELECT seat, seed, outcome, return FROM episodes "
            "WHERE row = ? AND return IS NOT NULL ORDER BY episode",
            (row,),
        )

    def tally(self, row: int, seat: int | None = None) -> list[tuple[float, int]]:
        """(return, number of episodes) of a row, ascending; of one seat alone if it is named."""
        return self._read(
            "SELECT return, COUNT(*) FROM episodes WHERE row = ? AND return IS NOT NULL "
            "AND (?2 IS NULL OR seat = ?2) GROUP BY return ORDER BY return",
            (row, seat),
        )

    def stretches(self, row: int, length: int) -> list[tuple[int, int, float, float]]:
        """(first episode, episodes, sum of returns, sum of their squares) of consecutive ones."""
        return self._read(
            "SELECT MIN(episode), COUNT(*), TOTAL(return), TOTAL(return * return) FROM episodes "
            "WHERE row = ? AND return IS NOT NULL GROUP BY episode / ? ORDER BY 1",
            (row, length),
        )

    def deal_means(self, row: int, deal: int) -> list[tuple[int, float]]:
        """(number of the deal, mean return) of a row's complete deals, the least return first."""
        return self._read(
            "SELECT episode / ?2 AS d, AVG(return) AS u FROM episodes WHERE row = ?1 GROUP BY d "
            "HAVING COUNT(return) = ?2 ORDER BY u, d",
            (row, deal),
        )

    def faults(self, row: int, most: int) -> list[tuple[str, int, int, str, int]]:
        """(kind, 1 if by the row's own policy, first episode, message, number), the most first."""
        return self._read(
            "SELECT forfeit, forfeit_seat = seat AS own, MIN(episode), message, COUNT(*) AS n "
            "FROM episodes WHERE row = ? AND forfeit IS NOT NULL GROUP BY forfeit, own, message "
            "ORDER BY n DESC, MIN(episode) LIMIT ?",
            (row, most),
        )

    def entry(self, row: int, episode: int) -> Entry | None:
        """The line of one episode; None if it is not there."""
        found = self._read("SELECT * FROM episodes WHERE row = ? AND episode = ?", (row, episode))
        return found[0] if found else None

    def counts(self, row: int, deal: int) -> Counts:
        """Count one row.

        Args:
            deal: how many consecutive episodes share a deal, and so are one unit; 1 for none.
        """
        (totals,) = self._read(
            "SELECT COUNT(*), TOTAL(outcome = 1), TOTAL(outcome = 0), TOTAL(outcome = -1), "
            "TOTAL(steps), COUNT(return), TOTAL(return), COUNT(forfeit), "
            f"TOTAL(forfeit IS NULL AND message = '{CUT}') "
            "FROM episodes WHERE row = ?",
            (row,),
        )
        (units,) = self._read(
            "SELECT COUNT(*), TOTAL(u), TOTAL(u * u) FROM (SELECT AVG(return) AS u FROM episodes "
            "WHERE row = ? GROUP BY episode / ? HAVING COUNT(return) = ?)",
            (row, deal, deal),
        )
        forfeits = (
            self._read(
                "SELECT forfeit, COUNT(*) FROM episodes WHERE row = ? AND forfeit_seat = seat "
                "GROUP BY forfeit",
                (row,),
            )
            if totals[7]
            else []
        )
        (lost,) = self._read("SELECT COUNT(*) FROM lost WHERE row = ?", (row,))
        return Counts(
            episodes=totals[0],
            wins=int(totals[1]),
            draws=int(totals[2]),
            losses=int(totals[3]),
            steps=int(totals[4]),
            known=totals[5],
            total=totals[6],
            units=Sums(*units),
            forfeits={kind.value: 0 for kind in ForfeitKind} | dict(forfeits),
            lost=lost[0],
            cut=int(totals[8]),
        )

    def close(self) -> None:
        """Leave one complete file behind."""
        # Where it is read-only or full, the log beside the file is read the next time.
        with suppress(sqlite3.Error):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()

    def _write(self, statement: str, values: Sequence[Entry]) -> None:
        self._write_all([(statement, values)])

    def _write_all(self, statements: Sequence[tuple[str, Sequence[Entry]]]) -> None:
        try:
            self._db.execute("BEGIN")
            for statement, values in statements:
                self._db.executemany(statement, values)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise self._failure(error) from error

    def _read(self, statement: str, values: Entry = ()) -> list[Entry]:
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> StoreError:
        return StoreError(
            f"{self.path}: {error}. Is the disk full or the folder read-only? What was stored "
            "before is kept; name another folder with --out"
        )
