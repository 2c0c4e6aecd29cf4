"""What a user writes after ``--env``: the embedded engine, or a server's address."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit, urlunsplit

from openenv_tui.errors import UsageError

LOCAL: Final = "local"
SCHEMES: Final = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}
ENDPOINT: Final = "/ws"


def websocket_url(target: str) -> str:
    """The URL of a server's WebSocket.

    Args:
        target: a ws, wss, http or https URL, or ``host:port``. Where OpenEnv's ``/ws`` is missing
            it is added: to every http URL, which is the address of the whole server, and to a
            WebSocket's without a path.

    Raises:
        UsageError: it is none of these.
    """
    written = target if "://" in target else f"ws://{target}"
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError as error:
        raise _unreadable(target, str(error)) from error
    if parts.scheme not in SCHEMES:
        raise _unreadable(target, f"'{parts.scheme}' is no scheme of a server")
    if not parts.hostname or any(c.isspace() for c in target):
        raise _unreadable(target, "it names no host")
    if written != target and port is None:
        raise _unreadable(target, "the port is missing")
    return urlunsplit(
        (SCHEMES[parts.scheme], parts.netloc, _path(parts.scheme, parts.path), parts.query, "")
    )


def _path(scheme: str, path: str) -> str:
    bare = path.rstrip("/")
    if bare.endswith(ENDPOINT) or (bare and scheme.startswith("ws")):
        return path
    return bare + ENDPOINT


def _unreadable(target: str, problem: str) -> UsageError:
    return UsageError(
        f"cannot use '{target}' as an environment: {problem}; "
        "expected local, ws://host:port, http://host:port or host:port"
    )
