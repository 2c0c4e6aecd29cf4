"""An environment's folder, as OpenEnv lays it out: its server runs as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from openenv_tui.connection.launch import (
    Tell,
    Variables,
    free_port,
    last_lines,
    wait_until_healthy,
)
from openenv_tui.errors import LaunchError, UsageError

MANIFEST: Final = "openenv.yaml"
LINE: Final = re.compile(r"(?P<key>\w+):\s*(?P<value>[^#\s].*?)\s*(?:#.*)?")
APP: Final = re.compile(r"[\w.]+:\w+")
READY_SECONDS: Final = 180.0
GRACE_SECONDS: Final = 5.0
LOG_BYTES: Final = 64 * 1024

# What runs the server. Its input is a pipe from this program: when that ends, however this program
# ended, so does the server.
RUNNER: Final = """
import os, runpy, signal, sys, threading, time
def mind_the_parent():
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(3)
    os._exit(1)
threading.Thread(target=mind_the_parent, daemon=True).start()
sys.argv = ["uvicorn", sys.argv[1], "--host", "127.0.0.1", "--port", sys.argv[2]]
runpy.run_module("uvicorn", run_name="__main__", alter_sys=True)
"""


class FolderServer:
    """The server of a folder.

    Args:
        folder: with an ``openenv.yaml``.
        app: such as ``server.app:app``.
        variables: for its environment.

    Attributes:
        port: at which it will listen.
        address: of its WebSocket.
    """

    def __init__(self, folder: Path, app: str, variables: Variables) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"ws://127.0.0.1:{self.port}/ws"
        self._log = tempfile.TemporaryFile(prefix="openenv-tui-")  # noqa: SIM115 - ``close`` does
        # As OpenEnv's own images run it: from the folder, whose modules are found by their short
        # names; and by those of the package too.
        found = [str(folder), str(folder.parent), os.environ.get("PYTHONPATH", "")]
        surroundings = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, found)),
            "PYTHONUNBUFFERED": "1",
            **dict(variables),
        }
        try:
            self._process = subprocess.Popen(
                [_interpreter(folder), "-c", RUNNER, app, str(self.port)],
                cwd=folder,
                env=surroundings,
                stdin=subprocess.PIPE,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            self._log.close()
            raise LaunchError(f"cannot start the server of {folder}: {error.strerror}") from error

    def ended(self) -> str | None:
        """How it ended; None while it runs."""
        code = self._process.poll()
        return None if code is None else f"ended with code {code}"

    def log(self) -> str:
        if self._log.closed:
            return ""
        # Read at a place of its own: the server's writing goes on at the end.
        size = os.fstat(self._log.fileno()).st_size
        start = max(0, size - LOG_BYTES)
        text = os.pread(self._log.fileno(), LOG_BYTES, start).decode(errors="replace")
        return last_lines(text)

    def close(self) -> None:
        if self._log.closed:
            return
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        for number in (signal.SIGTERM, signal.SIGKILL):
            # The whole group: a server may have started others.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
                break
        self._log.close()


def launch(path: str, variables: Variables, tell: Tell, stop: threading.Event) -> FolderServer:
    """Start a folder's server; see ``launch`` of the package."""
    folder = Path(path).expanduser().resolve()
    app = app_of(folder)
    tell(f"starting {app} of {folder}")
    server = FolderServer(folder, app, variables)
    name = f"the server of {folder}"
    try:
        wait_until_healthy(server.port, name, server.ended, server.log, READY_SECONDS, tell, stop)
    except BaseException:
        server.close()
        raise
    return server


def app_of(folder: Path) -> str:
    """The application that a folder's manifest names, such as ``server.app:app``.

    Raises:
        UsageError: it is no environment's folder.
    """
    manifest = folder / MANIFEST
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}; the path of an environment was expected")
    try:
        text = manifest.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{folder} is no environment's folder: {MANIFEST} cannot be read; `openenv init` makes "
            "one"
        ) from error
    found = {m["key"]: m["value"].strip("'\"") for m in map(LINE.fullmatch, text.splitlines()) if m}
    app = found.get("app", "server.app:app")
    if not APP.fullmatch(app):
        raise UsageError(f"{manifest}: app is '{app}'; module:object was expected, server.app:app")
    return app


def _interpreter(folder: Path) -> str:
    """The folder's own Python where it has one, else this one."""
    for place in (".venv/bin/python", "venv/bin/python", ".venv/Scripts/python.exe"):
        if (folder / place).exists():
            return str(folder / place)
    return sys.executable
