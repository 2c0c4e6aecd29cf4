"""Opening the log of a run so that no crash, power cut or full disk makes it unreadable."""

from __future__ import annotations

import shlex
import shutil
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from openenv_tui.errors import StoreError

ADVICE = {
    "FULL": "the disk is full; what was stored before is kept: make room, and go on with: {resume}",
    "READONLY": "it can only be read here; what is stored is kept: `show` and `export` read it",
    "CANTOPEN": "it cannot be opened here: is the folder yours, and can it be written?",
    "NOTADB": "it is no log of a run, or its beginning was overwritten: take a copy from elsewhere",
    "CORRUPT": "it is damaged: `sqlite3 run.sqlite .recover` may save what can be saved",
    "BUSY": "another program holds it: wait until that ends",
    "LOCKED": "another program holds it: wait until that ends",
    "IOERR": "the disk failed or is full; what was stored before is kept: make room, and go on "
    "with: {resume}",
}
"""By the first word of SQLite's name for what happened."""

UNWRITABLE = ("CANTOPEN", "READONLY", "IOERR", "FULL")
"""Even to be read, a log that was not closed needs a file beside it."""


def opened_to_write(path: str) -> sqlite3.Connection:
    """A log that may be killed at any moment.

    Raises:
        sqlite3.Error: it cannot be opened or made.
    """
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    # In this mode a torn write is undone when the file is opened again, others read meanwhile,
    # and the folder can be copied as it is once nobody writes.
    db.execute("PRAGMA journal_mode = WAL")
    # What a table has shown is on the disk: about four times a second, so it costs next to nothing.
    db.execute("PRAGMA synchronous = FULL")
    return db


def opened_to_read(path: str) -> sqlite3.Connection:
    """A log that nothing is changed of, wherever it lies and however its writer ended.

    Raises:
        sqlite3.Error: it is no log, or damaged.
        OSError: it cannot be read.
    """
    try:
        return _read_only(Path(path))
    except sqlite3.OperationalError as error:
        if _what(error) not in UNWRITABLE:
            raise
    return _copied(Path(path))


def log_failure(path: str, error: Exception) -> StoreError:
    """What went wrong with a log, and what to do."""
    resume = f"openenv-tui resume {shlex.quote(str(Path(path).parent))}"
    advice = ADVICE.get(_what(error), "what was stored before is kept")
    return StoreError(f"{path}: {error}; {advice.format(resume=resume)}")


def _what(error: Exception) -> str:
    name = getattr(error, "sqlite_errorname", "")
    return str(name).removeprefix("SQLITE_").partition("_")[0]


def _read_only(path: Path) -> sqlite3.Connection:
    # A log that was closed is one file, and reading it leaves no others behind.
    closed = not path.with_name(f"{path.name}-wal").exists()
    db = sqlite3.connect(
        f"{path.resolve().as_uri()}?{'immutable=1' if closed else 'mode=ro'}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        db.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error:
        db.close()
        raise
    return db


def _copied(path: Path) -> sqlite3.Connection:
    """In memory: in a folder that cannot be written, or on a full disk."""
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    with TemporaryDirectory() as folder:
        for each in (path, path.with_name(f"{path.name}-wal")):
            if each.is_file():
                shutil.copyfile(each, Path(folder) / each.name)
        there = sqlite3.connect(Path(folder) / path.name)
        try:
            there.backup(memory)
        finally:
            there.close()
    return memory
