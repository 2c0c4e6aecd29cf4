"""Files that are there whole or not at all, whatever happens in the middle of a write."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

PART = ".part"
"""How the names of files end that are being written."""


def write_whole(path: Path, content: str | bytes) -> None:
    """Put a file in its place at once, and wait until the disk has it.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    part = path.with_name(f".{path.name}{PART}")
    data = content.encode() if isinstance(content, str) else content
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise
    settle(path.parent)


def settle(folder: Path) -> None:
    """Wait until the disk has the names in a folder; a file's name is not a part of the file."""
    # Not every system opens folders, and not every drive can be waited for.
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
