"""What a user writes after ``--env``: the embedded engine, an address, or what is to be started."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from openenv_tui.errors import UsageError

LOCAL: Final = "local"
SCHEMES: Final = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}
ENDPOINT: Final = "/ws"
HUB: Final = "hub:"
DOCKER: Final = "docker:"
KIND: Final = re.compile(r"[\w.-]+:")
"""How a target begins that is no path: a scheme, a kind, or a host with its port."""
SPACE: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
EXPECTED: Final = (
    "expected local, ws://host:port, http://host:port, host:port, docker:IMAGE, hub:OWNER/NAME, "
    "the folder of an environment, or @NAME of your own servers"
)


def is_folder(target: str) -> bool:
    """Whether it is meant as a path: by its letters, or because an environment is there."""
    if target == LOCAL or target.startswith("@") or KIND.match(target):
        return False
    looks_so = target.startswith((".", "~")) or "/" in target
    return looks_so or (Path(target) / "openenv.yaml").is_file()


def space_name(target: str) -> str:
    """The name of a Space in addresses: small letters, and - for everything else.

    Args:
        target: hub:OWNER/NAME.

    Raises:
        UsageError: it is not of that form.
    """
    space = target.removeprefix(HUB)
    if not SPACE.fullmatch(space):
        raise UsageError(f"cannot use '{target}': expected hub:OWNER/NAME, as in hub:me/my_env")
    return re.sub(r"[^a-z0-9]", "-", space.lower())


def as_image(target: str) -> str:
    """The image of a Space, as a target that is started here.

    Raises:
        UsageError: it is no Space.
    """
    if target.startswith(DOCKER):
        return target
    if not target.startswith(HUB):
        raise UsageError(f"--docker runs the image of a Space, hub:OWNER/NAME; not of '{target}'")
    return f"{DOCKER}registry.hf.space/{space_name(target)}:latest"


def websocket_url(target: str) -> str:
    """The URL of a server's WebSocket.

    Args:
        target: a ws, wss, http or https URL, ``host:port``, or ``hub:OWNER/NAME``. Where OpenEnv's
            ``/ws`` is missing it is added: to every http URL, which is the address of the whole
            server, and to a WebSocket's without a path.

    Raises:
        UsageError: it is none of these.
    """
    if target.startswith(HUB):
        return f"wss://{space_name(target)}.hf.space{ENDPOINT}"
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
        raise _unreadable(target, "the port is missing (a game is named without --env)")
    return urlunsplit(
        (SCHEMES[parts.scheme], parts.netloc, _path(parts.scheme, parts.path), parts.query, "")
    )


def _path(scheme: str, path: str) -> str:
    bare = path.rstrip("/")
    if bare.endswith(ENDPOINT) or (bare and scheme.startswith("ws")):
        return path
    return bare + ENDPOINT


def _unreadable(target: str, problem: str) -> UsageError:
    return UsageError(f"cannot use '{target}' as an environment: {problem}; {EXPECTED}")
