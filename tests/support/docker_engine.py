"""A stand-in for the Docker engine: its HTTP API on a unix socket, its containers processes.

It answers what the docker SDK asks to fetch, run, look at, stop and remove a container, in the
words of the engine's API (version 1.43). A "container" is one of this project's servers, run as a
process with the container's environment, at the port that was asked to be published.
"""

from __future__ import annotations

import json
import os
import re
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from openenv_tui.connection.launch import free_port

HERE = Path(__file__).parent
API = "1.43"
FAIL = "import sys, time; print('no licence found'); time.sleep(0.3); sys.exit(7)"


class Engine:
    """What the stand-in holds.

    Attributes:
        here: images that need not be fetched.
        remote: images that can be fetched.
        containers: id -> what is known of it.
        removed: ids, in order.
        calls: "METHOD path" of every request.
    """

    def __init__(self) -> None:
        self.here = {"catch:latest"}
        self.remote = {"tic_tac_toe:latest", "broken:latest", "registry.hf.space/me-my-env:latest"}
        self.containers = {}
        self.removed = []
        self.calls = []
        self.lock = threading.Lock()

    def create(self, asked):
        number = f"{len(self.containers) + len(self.removed) + 1:064x}"
        ports = asked["HostConfig"]["PortBindings"]
        assert set(ports) == {"8000/tcp"}, ports
        assert ports["8000/tcp"][0]["HostIp"] == "127.0.0.1", ports
        self.containers[number] = {
            "image": asked["Image"],
            "env": dict(each.split("=", 1) for each in asked.get("Env") or ()),
            "labels": asked.get("Labels"),
            "port": free_port(),
            "process": None,
            "log": b"",
        }
        return number

    def start(self, container):
        game = container["env"].get("GAME") or container["image"].partition(":")[0]
        program = [sys.executable, "-m", "openenv_tui", "serve", game, "--port"]
        program.append(str(container["port"]))
        if "broken" in container["image"]:
            program = [sys.executable, "-c", FAIL]
        elif "registry" in container["image"]:
            program[4] = "catch"
        container["process"] = process = subprocess.Popen(
            program,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | container["env"],
        )

        def read():
            for line in process.stdout:
                container["log"] += line

        container["reader"] = threading.Thread(target=read, daemon=True)
        container["reader"].start()

    def stop(self, container):
        if container["process"] is not None:
            container["process"].kill()
            container["process"].wait()
            container["reader"].join()
            container["process"].stdout.close()

    def described(self, number):
        container = self.containers[number]
        code = container["process"].poll() if container["process"] else None
        port = [{"HostIp": "127.0.0.1", "HostPort": str(container["port"])}]
        running = container["process"] is not None and code is None
        return {
            "Id": number,
            "Name": "/happy_container",
            "Image": "sha256:1",
            "Config": {"Tty": False, "Image": container["image"], "Labels": container["labels"]},
            "State": {
                "Status": "running" if running else "exited",
                "Running": running,
                "ExitCode": code or 0,
            },
            "NetworkSettings": {"Ports": {"8000/tcp": port} if running else {}},
        }


def tagged(name):
    """An image without a tag is the latest one."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def engine(self):
        return self.server.engine

    def do_GET(self):
        self.answer("GET")

    def do_POST(self):
        self.answer("POST")

    def do_DELETE(self):
        self.answer("DELETE")

    def answer(self, method):
        parts = urlsplit(self.path)
        path = re.sub(r"^/v\d+\.\d+", "", unquote(parts.path))
        asked = parse_qs(parts.query)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.engine.lock:
            self.engine.calls.append(f"{method} {path}")
        for pattern, found in ROUTES.items():
            if match := re.fullmatch(pattern, f"{method} {path}"):
                found(self, *match.groups(), asked=asked, body=json.loads(body) if body else {})
                return
        self.say(404, {"message": f"the stand-in knows no {method} {path}"})

    def say(self, status, content, kind="application/json"):
        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Api-Version", API)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def container(self, number):
        found = self.engine.containers.get(number)
        if found is None:
            self.say(404, {"message": f"No such container: {number}"})
        return found

    def ping(self, **_):
        self.say(200, b"OK", "text/plain")

    def version(self, **_):
        self.say(200, {"ApiVersion": API, "MinAPIVersion": "1.24", "Version": "24.0"})

    def image(self, name, **_):
        name = tagged(name)
        if name not in self.engine.here:
            self.say(404, {"message": f"No such image: {name}"})
            return
        config = {"ExposedPorts": {"8000/tcp": {}}}
        self.say(200, {"Id": "sha256:1", "RepoTags": [name], "Config": config})

    def pull(self, asked, **_):
        name = f"{asked['fromImage'][0]}:{asked['tag'][0]}"
        if name not in self.engine.remote:
            self.say(404, {"message": f"pull access denied for {name}"})
            return
        lines = [
            {"status": f"Pulling from {name}"},
            {"status": "Downloading", "progressDetail": {"current": 1, "total": 2}},
            {"status": "Pull complete", "progressDetail": {}},
        ]
        self.engine.here.add(name)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in [*(json.dumps(each).encode() + b"\r\n" for each in lines), b""]:
            self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")

    def create(self, body, **_):
        if tagged(body["Image"]) not in self.engine.here:
            self.say(404, {"message": f"No such image: {body['Image']}"})
            return
        self.say(201, {"Id": self.engine.create(body), "Warnings": []})

    def start(self, number, **_):
        if container := self.container(number):
            self.engine.start(container)
            self.say(204, b"")

    def look(self, number, **_):
        if self.container(number):
            self.say(200, self.engine.described(number))

    def logs(self, number, **_):
        if container := self.container(number):
            text = container["log"]
            # The engine's framing: stream 1, three zero bytes, the length, the text.
            frame = b"\x01\x00\x00\x00" + len(text).to_bytes(4) + text if text else b""
            self.say(200, frame, "application/vnd.docker.multiplexed-stream")

    def stop(self, number, **_):
        if container := self.container(number):
            self.engine.stop(container)
            self.say(204, b"")

    def remove(self, number, **_):
        if container := self.container(number):
            self.engine.stop(container)
            del self.engine.containers[number]
            self.engine.removed.append(number)
            self.say(204, b"")

    def log_message(self, *_):
        pass


ROUTES = {
    r"GET /_ping|HEAD /_ping": Answers.ping,
    r"GET /version": Answers.version,
    r"GET /images/(.+)/json": Answers.image,
    r"POST /images/create": Answers.pull,
    r"POST /containers/create": Answers.create,
    r"POST /containers/(\w+)/start": Answers.start,
    r"GET /containers/(\w+)/json": Answers.look,
    r"GET /containers/(\w+)/logs": Answers.logs,
    r"POST /containers/(\w+)/stop": Answers.stop,
    r"DELETE /containers/(\w+)": Answers.remove,
}


class Listener(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def get_request(self):
        request, _ = super().get_request()
        return request, ("engine", 0)


@contextmanager
def docker_engine(folder):
    """The stand-in; gives it and the value of DOCKER_HOST."""
    # The path of a unix socket has to be short.
    place = str(folder / "e.sock")
    with Listener(place, Answers) as server:
        server.engine = engine = Engine()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield engine, f"unix://{place}"
        finally:
            server.shutdown()
            for container in engine.containers.values():
                engine.stop(container)


def gone(engine, seconds=10.0):
    """Whether every container is removed, soon."""
    until = time.monotonic() + seconds
    while engine.containers and time.monotonic() < until:
        time.sleep(0.05)
    return not engine.containers
