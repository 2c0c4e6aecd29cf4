"""What took long to work out, kept in the user's cache folder.

Nothing here is needed: whatever is missing, damaged or cannot be written is worked out again.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

DIGEST_BYTES = 16


def engine_key(*parts: object) -> str:
    """A key that changes with the engine's version, as what is worked out from it may."""
    return "\x1f".join([version("open_spiel"), *map(str, parts)])


def recall(kind: str, key: str) -> bytes | None:
    """What ``keep`` was given under that key; None if it is not there or is damaged."""
    try:
        content = _path(kind, key).read_bytes()
    except OSError:
        return None
    digest, body = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    return body if digest == blake2b(body, digest_size=DIGEST_BYTES).digest() else None


def keep(kind: str, key: str, body: bytes) -> None:
    """Keep it, if the disk allows; readers in other processes see all of it or nothing."""
    path = _path(kind, key)
    digest = blake2b(body, digest_size=DIGEST_BYTES).digest()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as beside:
            try:
                beside.write(digest + body)
                beside.close()
                os.replace(beside.name, path)
            except OSError:
                os.unlink(beside.name)
                raise


def _path(kind: str, key: str) -> Path:
    from platformdirs import user_cache_path

    name = blake2b(key.encode(), digest_size=DIGEST_BYTES).hexdigest()
    return user_cache_path("openenv-tui", appauthor=False) / kind / name
