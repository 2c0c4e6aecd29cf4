"""The log of a run: every episode, in one SQLite file from which every number is computed.

``results/README.md`` documents the tables.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from openenv_tui.errors import StoreError, UsageError
from openenv_tui.evaluation.forfeits import ForfeitRule
from openenv_tui.evaluation.opening import log_failure, opened_to_read, opened_to_write
from openenv_tui.evaluation.scored import ALL, COLUMNS, REPLAYED, faulty, scored
from openenv_tui.evaluation.stats import Sums
from openenv_tui.model import Action, ForfeitKind, MatchRecord, Outcome

if TYPE_CHECKING:
    from openenv_tui.evaluation.clusters import Floats

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
USUAL = 9
"""So many of the columns say all there is to say of most episodes."""


def _insert(columns: int) -> str:
    places = ", ".join("?" * columns)
    return f"INSERT OR REPLACE INTO episodes ({', '.join(COLUMNS[:columns])}) VALUES ({places})"


INSERT_USUAL, INSERT_WHOLE = _insert(USUAL), _insert(len(COLUMNS))
INSERT_REPLAYED = f"""
INSERT OR REPLACE INTO replayed ({ALL}, attempt) VALUES ({", ".join("?" * (len(COLUMNS) + 1))})
"""

CHOSEN = """
WHERE row = ?1 AND (?2 IS NULL OR outcome = ?2) AND (NOT ?3 OR forfeit IS NOT NULL)
"""

MOST_JOINED = 12
"""Deals of more episodes are grouped."""

LEFT = "left"
"""The kind of a lost episode that a person did not finish."""

CUT = "cut off"
"""The message of an episode that this side's limit on steps ended."""

Entry: TypeAlias = tuple[Any, ...]
"""One line of ``episodes``: its first columns, or all of them; and then those of its attempts that
were forfeited and played again.
"""

WIN, LOSS, DRAW = Outcome.WIN, Outcome.LOSS, Outcome.DRAW


class Counts(NamedTuple):
    """What the log says of one row.

    Attributes:
        known: episodes of which the return is known.
        forfeits: kind -> number, by the row's own policy.
        cut: episodes that this side's limit on steps ended.
        left_out: episodes that do not count, because somebody forfeited them.
    """

    episodes: int
    wins: int
    draws: int
    losses: int
    steps: int
    known: int
    total: float
    forfeits: dict[str, int]
    lost: int
    cut: int = 0
    left_out: int = 0


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


def replayed(line: Entry, earlier: Sequence[Entry]) -> Entry:
    """The line of an episode that was played again.

    Args:
        line: of its last attempt.
        earlier: of those before, in order; all of them forfeits.
    """
    return (*_padded(line), tuple(map(_padded, earlier)))


def _padded(line: Entry) -> Entry:
    return (*line, *[None] * (len(COLUMNS) - len(line)))


def _wide(history: Sequence[Action]) -> bytearray:
    try:
        return bytearray(b"\x08") + struct.pack(f"<{len(history)}q", *history)
    except struct.error:
        return bytearray(b"\x00" + json.dumps(history, default=str).encode())


def unpack_actions(blob: bytes) -> tuple[Action, ...]:
    """The actions of an episode.

    A width in bytes (1 or 8) and little-endian integers; or 0 and a JSON array, where actions are
    forms.

    Raises:
        StoreError: they are no such thing.
    """
    try:
        if blob[:1] == b"\x01":
            return tuple(blob[1:])
        if blob[:1] == b"\x00":
            return tuple(json.loads(blob[1:]))
        if blob[:1] == b"\x08":
            return struct.unpack(f"<{(len(blob) - 1) // 8}q", blob[1:])
    except (ValueError, TypeError, struct.error) as error:
        raise StoreError(f"the log is damaged: actions that cannot be read: {error}") from error
    raise StoreError(f"the log is damaged: {blob!r:.40} are no actions")


class Meta(dict[str, Any]):
    """What a log says of its run; what it does not say is an error in words."""

    def __missing__(self, key: str) -> Any:
        raise StoreError(
            f"the log does not say its {key}: it is damaged, or its run was ended before its first "
            "episode, and then `openenv-tui resume` goes on with it"
        )


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
        self._rule: ForfeitRule | None = None
        self._known_rule: ForfeitRule | None = None
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
        if meta.get("forfeits") == ForfeitRule.REPLAY:
            try:
                self._db.execute(REPLAYED)
            except sqlite3.Error as error:
                raise log_failure(self.path, error) from error
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
        whole = [line[: len(COLUMNS)] for line in entries if len(line) > USUAL]
        again = [
            (*attempt, number)
            for line in entries
            if len(line) > len(COLUMNS)
            for number, attempt in enumerate(line[-1])
        ]
        statements = [(INSERT_USUAL, usual), (INSERT_WHOLE, whole)]
        self._write_all(statements + ([(INSERT_REPLAYED, again)] if again else []))

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
        where = "WHERE row = ? AND episode >= ?", [(row, start)]
        tables = ("episodes", "replayed") if self._replays else ("episodes",)
        self._write_all([(f"DELETE FROM {table} {where[0]}", where[1]) for table in tables])

    def results(self, row: int, start: int = 0) -> list[tuple[int, int | None, float | None]]:
        """(episode, outcome, return) of a row from ``start`` on, by episode."""
        return self._read(
            f"SELECT episode, outcome, return FROM {self._scored} WHERE row = ? AND episode >= ? "
            "ORDER BY episode",
            (row, start),
        )

    def meta(self) -> Meta:
        """What ``describe`` was given.

        Raises:
            StoreError: it cannot be read; also whoever asks for what it does not say gets that.
        """
        written = self._read("SELECT key, value FROM meta")
        try:
            return Meta({key: json.loads(value) for key, value in written})
        except (ValueError, TypeError) as error:
            raise StoreError(f"{self.path} is damaged: meta cannot be read: {error}") from error

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

    def faults_by_place(self, row: int, players: int, orders: int) -> list[Entry]:
        """(kind, seats after the row's policy, other way round, number) of a row's forfeits.

        Args:
            row: of the run.
            players: of the game.
            orders: in how many orders the others sit around the row's policy.
        """
        return self._read(
            "SELECT forfeit, (forfeit_seat - seat + ?) % ? AS by, episode % (? * ?) / ? AS around, "
            f"COUNT(*) FROM {self._faulty} WHERE row = ? AND forfeit IS NOT NULL GROUP BY 1, 2, 3",
            (players, players, players, orders, players, row),
        )

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
            f"SELECT episode % ? AS arrangement, seat, COUNT(*), {told} FROM {self._scored} "
            "WHERE row = ? AND episode >= ? AND episode < ? GROUP BY arrangement",
            (arrangements, row, span.start, span.stop),
        )

    def numbers(self, row: int, columns: Sequence[str], most: int | None = None) -> Floats:
        """Some columns of a row's episodes, by episode, as numbers; NaN for what is not known.

        Args:
            row: of the run.
            columns: names, or expressions of them.
            most: episodes from this number on are left out.

        Returns:
            Shape (episodes, columns).
        """
        import numpy as np

        told = ", ".join(f"IFNULL({column}, 9e999)" for column in columns)
        try:
            # As a stream: a list of a million tuples takes far more room than their numbers.
            found = self._db.execute(
                f"SELECT {told} FROM {self._scored} WHERE row = ? AND episode < ? ORDER BY episode",
                (row, 1 << 62 if most is None else most),
            )
            flat = np.fromiter(chain.from_iterable(found), float)
        except sqlite3.Error as error:
            raise log_failure(self.path, error) from error
        except ValueError as error:
            raise StoreError(f"{self.path} is damaged: it holds what is no number") from error
        flat[flat == np.inf] = np.nan
        return flat.reshape(-1, len(columns))

    def deals(self, row: int) -> list[tuple[int, int, int | None, float]]:
        """(seat, seed, outcome, return) of a row's episodes whose return is known."""
        found = self._read(
            f"SELECT seat, seed, outcome, return FROM {self._scored} "
            "WHERE row = ? AND return IS NOT NULL ORDER BY episode",
            (row,),
        )
        if any(type(total) is not float for _, _, _, total in found):
            raise StoreError(f"{self.path} is damaged: it holds what is no number")
        return found

    def tally(self, row: int, seat: int | None = None) -> list[tuple[float, int]]:
        """(return, number of episodes) of a row, ascending; of one seat alone if it is named."""
        return self._read(
            f"SELECT return, COUNT(*) FROM {self._scored} WHERE row = ? AND return IS NOT NULL "
            "AND (?2 IS NULL OR seat = ?2) GROUP BY return ORDER BY return",
            (row, seat),
        )

    def stretches(self, row: int, length: int) -> list[tuple[int, int, float, float]]:
        """(first episode, episodes, sum of returns, sum of their squares) of consecutive ones."""
        return self._read(
            "SELECT MIN(episode), COUNT(*), TOTAL(return), TOTAL(return * return) "
            f"FROM {self._scored} WHERE row = ? AND return IS NOT NULL "
            "GROUP BY episode / ? ORDER BY 1",
            (row, length),
        )

    def deal_means(self, row: int, deal: int) -> list[tuple[float, int, int]]:
        """(mean return, number of complete deals with it, the first of them), ascending."""
        return self._read(
            "SELECT u, COUNT(*), MIN(d) FROM (SELECT episode / ?2 AS d, AVG(return) AS u "
            f"FROM {self._scored} WHERE row = ?1 GROUP BY d HAVING COUNT(return) = ?2) "
            "GROUP BY u ORDER BY u",
            (row, deal),
        )

    def fault_messages(self, row: int, most: int) -> list[tuple[str, int, int, str, int]]:
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

    def summaries(
        self, row: int, outcome: int | None, *, forfeits: bool, most: int
    ) -> list[tuple[int, int, int, int | None, float | None, int, str | None]]:
        """(episode, seat, seed, outcome, return, steps, forfeit) of a row's games, by episode.

        Args:
            row: of the run.
            outcome: of those with this one alone; None for any.
            forfeits: of those alone that a forfeit ended.
            most: so many of them.
        """
        return self._read(
            "SELECT episode, seat, seed, outcome, return, steps, forfeit FROM episodes "
            f"{CHOSEN} ORDER BY episode LIMIT ?4",
            (row, outcome, forfeits, most),
        )

    def number_of(self, row: int, outcome: int | None, *, forfeits: bool) -> int:
        """How many games ``summaries`` would tell of without a limit."""
        ((found,),) = self._read(
            f"SELECT COUNT(*) FROM episodes {CHOSEN}", (row, outcome, forfeits)
        )
        return int(found)

    def counts(self, row: int, deal: int) -> Counts:
        """Count one row.

        Args:
            deal: how many consecutive episodes share a deal, and so are one unit; 1 for none.
        """
        (totals,) = self._read(
            "SELECT COUNT(*), TOTAL(outcome = 1), TOTAL(outcome = 0), TOTAL(outcome = -1), "
            "TOTAL(steps), COUNT(return), TOTAL(return), COUNT(forfeit), "
            f"TOTAL(forfeit IS NULL AND message = '{CUT}') "
            f"FROM {self._scored} WHERE row = ?",
            (row,),
        )
        known, total, excluded = totals[5], totals[6], self._by is ForfeitRule.EXCLUDED
        if excluded and deal > 1 and (units := self.units(row, deal)).number:
            # Of a deal that lost one of its games the others are of some seats only.
            known, total = units.number * deal, units.total * deal
        forfeits = self.faults_by_kind(row) if totals[7] or self._replays else {}
        own = {kind: number for (kind, mine), number in forfeits.items() if mine}
        (lost,) = self._read("SELECT COUNT(*) FROM lost WHERE row = ?", (row,))
        return Counts(
            episodes=totals[0],
            wins=int(totals[1]),
            draws=int(totals[2]),
            losses=int(totals[3]),
            steps=int(totals[4]),
            known=known,
            total=total,
            forfeits={kind.value: 0 for kind in ForfeitKind} | own,
            lost=lost[0],
            cut=int(totals[8]),
            left_out=totals[7] if excluded else 0,
        )

    def faults_by_kind(self, row: int) -> dict[tuple[str, bool], int]:
        """(kind, by the row's own policy) -> number of a row's forfeits."""
        found = self._read(
            f"SELECT forfeit, forfeit_seat = seat AS own, COUNT(*) FROM {self._faulty} "
            "WHERE row = ? AND forfeit IS NOT NULL GROUP BY forfeit, own",
            (row,),
        )
        return {(kind, bool(own)): number for kind, own, number in found}

    def lost_kinds(self, row: int) -> dict[str, int]:
        """Kind -> number of the sessions of a row that were lost."""
        kind = "'lost'" if self._version == 1 else "kind"
        return dict(
            self._read(
                f"SELECT {kind} AS k, COUNT(*) FROM lost WHERE row = ? GROUP BY k ORDER BY k",
                (row,),
            )
        )

    @contextmanager
    def counting(self, rule: ForfeitRule | None) -> Iterator[None]:
        """Count forfeits by another rule than that of the run; None for that of the run.

        Raises:
            UsageError: they would have had to be played again.
        """
        if rule is ForfeitRule.REPLAY and not self._replays:
            raise UsageError(
                "no forfeit of this run was played again, so nobody knows what would have come of "
                "it; that is asked for when a run is made: eval --forfeits replay"
            )
        before, self._rule = self._rule, rule or self._rule
        try:
            yield
        finally:
            self._rule = before

    @property
    def _of_run(self) -> ForfeitRule:
        if self._known_rule is None and self.described:
            self._known_rule = ForfeitRule(self.meta().get("forfeits") or ForfeitRule.LOSS)
        return self._known_rule or ForfeitRule.LOSS

    @property
    def _by(self) -> ForfeitRule:
        return self._rule or self._of_run

    @property
    def _replays(self) -> bool:
        return self._of_run is ForfeitRule.REPLAY

    @property
    def _scored(self) -> str:
        return scored(self._by, replayed=self._replays)

    @property
    def _faulty(self) -> str:
        return faulty(self._by, replayed=self._replays)

    def units(self, row: int, deal: int) -> Sums:
        """Sums over the mean returns of a row's complete deals.

        The episodes of a deal lie side by side, so a join finds them in less than half the time
        that grouping takes, which sorts them first.
        """
        others = range(1, min(deal, MOST_JOINED))
        if deal > MOST_JOINED:
            source = (
                f"SELECT AVG(return) AS u FROM {self._scored} WHERE row = :row "
                "GROUP BY episode / :deal HAVING COUNT(return) = :deal"
            )
        else:
            total = "".join(f" + e{place}.return" for place in others)
            joins = "".join(
                f" JOIN {self._scored} e{place} ON e{place}.row = e0.row "
                f"AND e{place}.episode = e0.episode + {place}"
                for place in others
            )
            source = (
                f"SELECT (e0.return{total}) / :deal AS u FROM {self._scored} e0{joins} "
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
