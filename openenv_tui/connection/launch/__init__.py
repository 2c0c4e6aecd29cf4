"""Servers that are started here and stopped again: one module for each kind of target."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Final, Protocol, TypeAlias
from urllib.error import URLError
from urllib.request import urlopen

from openenv_tui.connection.targets import is_folder
from openenv_tui.errors import LaunchError
from openenv_tui.registry import Registry
from openenv_tui.render import printable

Variables: TypeAlias = "Sequence[tuple[str, str]]"
"""Names and values in the environment of the server's process."""
Tell: TypeAlias = "Callable[[str], None]"
"""Told in words how far it is."""

LAST_LINES: Final = 20
"""Of a log, shown when a server dies."""
BEAT: Final = 0.1
"""Seconds between two looks at a server that starts."""
NEWS: Final = 5.0
"""Seconds between two words about it."""


class Launched(Protocol):
    """A server that was started here."""

    @property
    def address(self) -> str:
        """Of its WebSocket, ws://127.0.0.1:PORT/ws."""

    def log(self) -> str:
        """The last lines of what it wrote, fit to be shown."""

    def close(self) -> None:
        """Stop it, and remove what it left; twice does no harm."""


Launcher: TypeAlias = "Callable[[str, Variables, Tell, threading.Event], Launched]"
"""(what stands after the colon, variables, tell, stop) -> a server that answers."""

LAUNCHERS: Registry[Launcher] = Registry(
    "kind of target",
    {
        "docker": "openenv_tui.connection.launch.docker:launch",
        "folder": "openenv_tui.connection.launch.folder:launch",
    },
    group="openenv_tui.launchers",
)


def silent(_: str) -> None:
    """Nobody is told."""


def launches(target: str) -> bool:
    """Whether the server has to be started first."""
    return _kind(target)[0] in LAUNCHERS


def launch(
    target: str,
    variables: Variables = (),
    tell: Tell = silent,
    stop: threading.Event | None = None,
) -> Launched:
    """Start the server and wait until it answers.

    Args:
        target: such as docker:IMAGE, or the path of an environment's folder.
        variables: for its environment.
        tell: told how far it is.
        stop: gives up soon after it is set.

    Raises:
        UsageError: there is no such target.
        LaunchError: it does not start; the text holds the last lines of its log.
    """
    kind, rest = _kind(target)
    return LAUNCHERS.load(kind)(rest, variables, tell, stop or threading.Event())


async def launched(target: str, variables: Variables = (), tell: Tell = silent) -> Launched:
    """``launch``, awaited; when it is cancelled, what has been started is stopped."""
    stop = threading.Event()
    starting = asyncio.ensure_future(asyncio.to_thread(launch, target, variables, tell, stop))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        stop.set()
        starting.add_done_callback(_close_again)
        raise


def _close_again(starting: asyncio.Future[Launched]) -> None:
    if not starting.cancelled() and starting.exception() is None:
        starting.result().close()


@contextmanager
def standing(target: str, variables: Variables = (), tell: Tell = silent) -> Iterator[str]:
    """The address of a target's server, which is started and stopped if that is needed."""
    if not launches(target):
        yield target
        return
    server = launch(target, variables, tell)
    try:
        yield server.address
    finally:
        server.close()


def wait_until_healthy(
    port: int,
    name: str,
    alive: Callable[[], str | None],
    log: Callable[[], str],
    seconds: float,
    tell: Tell,
    stop: threading.Event,
) -> None:
    """Wait until GET /health answers on a port of this machine.

    Args:
        port: where it will listen.
        name: what messages call it.
        alive: why it is not alive any more; None while it is.
        log: its last lines.
        seconds: for all of it.
        tell: told how long it has taken.
        stop: gives up soon after it is set.

    Raises:
        LaunchError: it died, or never answered.
    """
    began = said = monotonic()
    while not _healthy(port):
        if (end := alive()) is not None:
            raise LaunchError(f"{name} {end} before it was ready{_quoted(log())}")
        waited = monotonic() - began
        if stop.is_set():
            raise LaunchError(f"{name} was stopped before it was ready")
        if waited > seconds:
            raise LaunchError(
                f"{name} does not answer GET /health within {seconds:.0f} s{_quoted(log())}"
            )
        if monotonic() - said >= NEWS:
            said = monotonic()
            tell(f"{name} is starting, {waited:.0f} s so far")
        stop.wait(BEAT)
    tell(f"{name} is ready after {monotonic() - began:.1f} s")


def free_port() -> int:
    """A port of this machine at which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def last_lines(text: str) -> str:
    """The end of a log, without what could drive a terminal."""
    return "\n".join(printable(text).splitlines()[-LAST_LINES:])


def _quoted(log: str) -> str:
    lines = "".join(f"\n  | {line}" for line in log.splitlines())
    return f"; its last lines:{lines}" if lines else "; it wrote nothing"


def _healthy(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return int(answer.status) == 200
    except (URLError, OSError, ValueError):
        return False


def _kind(target: str) -> tuple[str, str]:
    if is_folder(target):
        return "folder", target
    kind, sign, rest = target.partition(":")
    return (kind, rest) if sign and kind != "folder" and not rest.startswith("//") else ("", target)
