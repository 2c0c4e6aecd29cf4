"""The log of a run: every episode, in one SQLite file from which every number is computed.

``results/README.md`` documents the tables.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

from openenv_tui.errors import StoreError
from openenv_tui.evaluation.opening import log_failure, opened_to_read, opened_to_write
from openenv_tui.evaluation.stats import Sums
from openenv_tui.model import Action, ForfeitKind, MatchRecord, Outcome

SCHEMA_VERSION = 2
READ_VERSIONS = (1, 2)
"""In the first one ``lost`` has no ``kind``."""
FILE_NAME = "run.sqlite"
SCHEMA = f"""
BEGIN;
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
COMMIT;
"""
UPGRADE = f"""
BEGIN;
ALTER TABLE lost ADD COLUMN kind TEXT NOT NULL DEFAULT 'lost';
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""
CHANGES = {0: SCHEMA, 1: UPGRADE}
"""Version of a log -> what makes one of this version of it."""
COLUMNS = ("row", "episode", "seat", "seed", "outcome", "return", "steps", "complete", "actions",
           "returns", "forfeit", "forfeit_seat", "message")  # fmt: skip
USUAL = 9
"""So many of the columns say all there is to say of most episodes."""


def _insert(columns: int) -> str:
    places = ", ".join("?" * columns)
    return f"INSERT OR REPLACE INTO episodes ({', '.join(COLUMNS[:columns])}) VALUES ({places})"


INSERT_USUAL, INSERT_WHOLE = _insert(USUAL), _insert(len(COLUMNS))

MOST_JOINED = 12
"""Deals of more episodes are grouped."""

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


def _unreadable(path: str, version: int) -> str:
    if version == 0:
        return f"{path} holds nothing yet: the run was ended before its first episode"
    known = " and ".join(map(str, READ_VERSIONS))
    return f"{path} is a log of version {version}, and this program reads {known}"


class Store:
    """A run's log. One process writes it; others may read meanwhile.

    Args:
        path: the SQLite file, or ":memory:".
        new: write it, and make what is not there yet; otherwise it is only read.

    Raises:
        StoreError: it cannot be made, or is not a log of this version.
    """

    def __init__(self, path: Path | str, *, new: bool) -> None:
        self.path = str(path)
        if not new and not Path(path).is_file():
            raise StoreError(f"there is no run in {Path(path).parent}: {FILE_NAME} is missing")
        self._writes = new
        try:
            self._db = opened_to_write(self.path) if new else opened_to_read(self.path)
            self._version = self._read_version()
            if new and self._version in CHANGES:
                self._db.executescript(CHANGES[self._version])
                self._version = self._read_version()
        except (sqlite3.Error, OSError) as error:
            raise log_failure(self.path, error) from error
        if self._version not in READ_VERSIONS:
            self._db.close()
            raise StoreError(_unreadable(self.path, self._version))

    def _read_version(self) -> int:
        version: int = self._db.execute("PRAGMA user_version").fetchone()[0]
        return version

    @property
    def described(self) -> bool:
        """Whether it says what the run is; a run may be killed before that."""
        return bool(self._read("SELECT 1 FROM meta LIMIT 1"))

    def describe(self, meta: dict[str, Any], rows: Sequence[tuple[str, str | None]]) -> None:
        """Write what the run is, before its first episode.

        Args:
            meta: JSON values.
            rows: (policy, opponent) of each row.
        """
        # All of it or nothing: a log that says what it is says everything.
        self._write_all([
            ("INSERT OR REPLACE INTO meta VALUES (?, ?)",
             [(key, json.dumps(value)) for key, value in meta.items()]),
            ("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)",
             [(number, *row) for number, row in enumerate(rows)]),
        ])  # fmt: skip

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

    @contextmanager
    def still(self) -> Iterator[None]:
        """All that is read meanwhile is of one moment, also while another process writes."""
        with suppress(sqlite3.Error):
            self._db.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                self._db.execute("COMMIT")

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

    def played(self, row: int) -> Iterator[int]:
        """The numbers of the episodes of one row, ascending."""
        try:
            for (episode,) in self._db.execute(
                "SELECT episode FROM episodes WHERE row = ? ORDER BY episode", (row,)
            ):
                yield episode
        except sqlite3.Error as error:
            raise log_failure(self.path, error) from error

    def number(self, row: int) -> int:
        """Of the episodes of one row."""
        ((found,),) = self._read("SELECT COUNT(*) FROM episodes WHERE row = ?", (row,))
        return int(found)

    def number_within(self, row: int, span: range) -> int:
        """How many of the episodes in ``span`` a row has."""
        (found,) = self._read(
            "SELECT COUNT(*) FROM episodes WHERE row = ? AND episode >= ? AND episode < ?",
            (row, span.start, span.stop),
        )
        return int(found[0])

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
            raise log_failure(self.path, error) from error

    def means(self, row: int, span: range, players: int, arrangements: int) -> list[Entry]:
        """Mean returns of a row's episodes in ``span``, for each arrangement of the table.

        Args:
            row: of the run.
            span: of episodes.
            players: seats of the game.
            arrangements: so many consecutive episodes are played in different ones.

        Returns:
            (arrangement, seat of the row's policy, episodes, mean return of player 0, 1, ...). A
            return that is not stored is the other's with its sign changed, in games for two; the
            outcome stands in for one that nobody told.
        """
        told = ", ".join(
            f"AVG(COALESCE(json_extract(returns, '$[{player}]'), CASE WHEN seat = {player} THEN "
            f"IFNULL(return, outcome) WHEN {players} = 2 THEN -IFNULL(return, outcome) END))"
            for player in range(players)
        )
        return self._read(
            f"SELECT episode % ? AS arrangement, seat, COUNT(*), {told} FROM episodes "
            "WHERE row = ? AND episode >= ? AND episode < ? GROUP BY arrangement",
            (arrangements, row, span.start, span.stop),
        )

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
            f"TOTAL(forfeit IS NULL AND message = '{CUT}'), TOTAL(return * return) "
            "FROM episodes WHERE row = ?",
            (row,),
        )
        units = Sums(totals[5], totals[6], totals[9]) if deal == 1 else self._units(row, deal)
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
            units=units,
            forfeits={kind.value: 0 for kind in ForfeitKind} | dict(forfeits),
            lost=lost[0],
            cut=int(totals[8]),
        )

    def _units(self, row: int, deal: int) -> Sums:
        """Sums over the means of complete deals of at least two episodes.

        The episodes of a deal lie side by side, so a join finds them in less than half the time
        that grouping takes, which sorts them first.
        """
        others = range(1, min(deal, MOST_JOINED))
        if deal > MOST_JOINED:
            source = (
                "SELECT AVG(return) AS u FROM episodes WHERE row = :row GROUP BY episode / :deal "
                "HAVING COUNT(return) = :deal"
            )
        else:
            total = "".join(f" + e{place}.return" for place in others)
            joins = "".join(
                f" JOIN episodes e{place} ON e{place}.row = e0.row "
                f"AND e{place}.episode = e0.episode + {place}"
                for place in others
            )
            source = (
                f"SELECT (e0.return{total}) / :deal AS u FROM episodes e0{joins} "
                "WHERE e0.row = :row AND e0.episode % :deal = 0"
            )
        (units,) = self._read(
            f"SELECT COUNT(u), TOTAL(u), TOTAL(u * u) FROM ({source})", {"row": row, "deal": deal}
        )
        return Sums(*units)

    def close(self) -> None:
        """Leave one complete file behind."""
        # On a full disk it stays in two files, which are read together the next time.
        if self._writes:
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
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
            raise log_failure(self.path, error) from error

    def _read(self, statement: str, values: Entry | Mapping[str, Any] = ()) -> list[Entry]:
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise log_failure(self.path, error) from error
