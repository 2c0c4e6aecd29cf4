"""An image of an environment, run by the local Docker engine through its own SDK."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from openenv_tui.connection.launch import Tell, Variables, last_lines, wait_until_healthy
from openenv_tui.errors import LaunchError, MissingExtraError, UsageError
from openenv_tui.render import printable

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

PORT: Final = "8000/tcp"
"""Where OpenEnv's images listen, unless they say otherwise."""
READY_SECONDS: Final = 120.0
GRACE_SECONDS: Final = 5
LABEL: Final = "openenv-tui"

# Removes the container when this program ends without having done so.
GUARD: Final = """
import sys
sys.stdin.buffer.read()
import docker
client = docker.from_env()
try:
    client.containers.get(sys.argv[1]).remove(force=True)
except docker.errors.NotFound:
    pass
"""


class ContainerServer:
    """A container that was started here.

    Args:
        client: of the engine; owned from now on.
        container: owned from now on.
        image: its name.
    """

    def __init__(self, client: DockerClient, container: Container, image: str) -> None:
        self._client = client
        self._container = container
        self._image = image
        self._closed = False
        self._guard = subprocess.Popen(
            [sys.executable, "-c", GUARD, str(container.id)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.port = 0

    @property
    def address(self) -> str:
        """Of its WebSocket."""
        return f"ws://127.0.0.1:{self.port}/ws"

    def find_port(self) -> None:
        """Ask the engine where the container's port came out.

        Raises:
            LaunchError: it ended at once, or its port is not published.
        """
        self._container.reload()
        ports: dict[str, Any] = self._container.attrs["NetworkSettings"]["Ports"] or {}
        published = [place for places in ports.values() for place in places or ()]
        if not published:
            raise LaunchError(
                f"the container of {self._image} {self.ended() or 'publishes no port'}; "
                f"its last lines:\n{self.log()}"
            )
        self.port = int(published[0]["HostPort"])

    def ended(self) -> str | None:
        """How it ended; None while it runs."""
        self._container.reload()
        if self._container.status in ("created", "running", "restarting"):
            return None
        code = self._container.attrs.get("State", {}).get("ExitCode")
        return f"ended with code {code}"

    def log(self) -> str:
        try:
            return last_lines(self._container.logs(tail=20).decode(errors="replace"))
        except Exception as error:
            return f"(the engine gives no log: {printable(str(error))})"

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        # Each in its own right: a container that cannot be stopped can still be removed.
        with suppress(Exception):
            self._container.stop(timeout=GRACE_SECONDS)
        with suppress(Exception):
            self._container.remove(force=True)
        assert self._guard.stdin is not None
        with suppress(OSError):
            self._guard.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._guard.wait(GRACE_SECONDS)
        self._client.close()


def launch(image: str, variables: Variables, tell: Tell, stop: threading.Event) -> ContainerServer:
    """Run an image; see ``launch`` of the package."""
    if not image or image.startswith("-") or any(letter.isspace() for letter in image):
        raise UsageError(f"'{image}' is no name of an image; expected docker:IMAGE[:TAG]")
    try:
        import docker
        from docker.errors import APIError, DockerException, ImageNotFound
    except ImportError as error:
        raise MissingExtraError("docker:IMAGE", "docker") from error
    try:
        client = docker.from_env()
        client.ping()
    except DockerException as error:
        raise LaunchError(
            f"the Docker engine cannot be reached ({printable(str(error))}); is it running, and "
            "may you use it? DOCKER_HOST says where it is"
        ) from error
    server: ContainerServer | None = None
    try:
        ports = _ports(client, image, tell, stop)
        tell(f"starting a container of {image}")
        container = client.containers.run(
            image,
            detach=True,
            environment=dict(variables),
            labels={LABEL: "1"},
            ports=dict.fromkeys(ports, ("127.0.0.1", None)),
        )
        server = ContainerServer(client, container, image)
        server.find_port()
        name = f"the container of {image}"
        wait_until_healthy(server.port, name, server.ended, server.log, READY_SECONDS, tell, stop)
    except ImageNotFound as error:
        client.close()
        raise LaunchError(f"there is no image {image}: {_said(error)}") from error
    except APIError as error:
        (server or client).close()
        raise LaunchError(f"the Docker engine refuses {image}: {_said(error)}") from error
    except BaseException:
        (server or client).close()
        raise
    return server


def _ports(client: DockerClient, image: str, tell: Tell, stop: threading.Event) -> list[str]:
    """The ports that an image says it listens at; it is fetched first if it is not here."""
    from docker.errors import ImageNotFound

    try:
        found = client.images.get(image)
    except ImageNotFound:
        _pull(client, image, tell, stop)
        found = client.images.get(image)
    exposed = (found.attrs.get("Config") or {}).get("ExposedPorts") or {}
    return [PORT] if PORT in exposed or not exposed else sorted(exposed)[:1]


def _pull(client: DockerClient, image: str, tell: Tell, stop: threading.Event) -> None:
    tell(f"fetching {image}")
    name, _, tag = image.rpartition(":")
    if not name or "/" in tag:
        name, tag = image, "latest"
    told = ""
    for line in client.api.pull(name, tag=tag, stream=True, decode=True):
        if stop.is_set():
            raise LaunchError(f"fetching {image} was stopped")
        if "error" in line:
            raise LaunchError(f"cannot fetch {image}: {printable(str(line['error']))}")
        said = printable(str(line.get("status", "")))
        if said and said != told and not line.get("progressDetail"):
            tell(f"{image}: {said}")
            told = said


def _said(error: Exception) -> str:
    return printable(str(getattr(error, "explanation", None) or error))
