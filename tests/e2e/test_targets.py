"""Servers that are started here: a folder's and a container's, and those one gave names."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from openenv_tui import evaluate
from openenv_tui.connection import connect
from openenv_tui.connection.launch import launch
from openenv_tui.errors import UsageError
from tests.support.docker_engine import docker_engine, gone
from tests.support.servers import NO_OPENENV, openenv_installed, our_server

PROGRAM = [sys.executable, "-m", "openenv_tui"]
ARENA = Path(__file__).parents[2] / "envs" / "arena_env"
needs_openenv = pytest.mark.skipif(not openenv_installed(), reason=NO_OPENENV)


def run(*arguments, **settings):
    return subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
    )


def listening(port):
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def soon(condition, seconds=10.0):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


# A folder.


@pytest.fixture
def folder(tmp_path):
    """The smallest of environments' folders, whose server needs no framework."""
    place = tmp_path / "tiny_env"
    (place / "server").mkdir(parents=True)
    (place / "openenv.yaml").write_text("name: tiny\napp: server.app:app  # the application\n")
    return place


def app(folder, text):
    (folder / "server" / "app.py").write_text(textwrap.dedent(text))


@needs_openenv
def test_a_folder_is_evaluated_and_its_server_stops(tmp_path):
    done = run(
        *("eval", "--env", str(ARENA), "catch", "-p", "tracker", "-n", "20", "--seed", "1"),
        *("--out", str(tmp_path / "run"), "--plain"),
    )
    assert done.returncode == 0, done.stderr
    assert "20/0/0" in done.stdout
    assert f"catch on {ARENA}" in done.stdout.replace("\n", "")
    assert "is ready after" in done.stderr


@needs_openenv
def test_a_folder_gets_its_variables_and_is_played(tmp_path):
    done = run("watch", "--env", str(ARENA), "-p", "first", "--plain", "-e", "ARENA_GAME=blackjack")
    assert done.returncode == 0, done.stderr
    assert "Blackjack" in done.stdout


@needs_openenv
def test_a_folder_is_audited():
    done = run("audit", str(ARENA), "--plain", "--seconds", "0.2")
    assert done.returncode == 0, done.stderr
    assert "seed" in done.stdout


@needs_openenv
def test_the_library_starts_and_stops_it_too():
    with connect(str(ARENA), "catch") as environment:
        assert environment.reset(3).observations
    result = evaluate("catch", ["tracker"], episodes=5, env=str(ARENA))
    assert result.rows[0].wins == 5


def test_a_server_that_dies_is_quoted(folder):
    app(folder, "print('the weights are missing')\nraise SystemExit(3)")
    done = run("play", "--env", str(folder), "--plain")
    assert done.returncode == 3
    assert "ended with code 3 before it was ready" in done.stderr
    assert "  | the weights are missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_none_is_said(tmp_path):
    done = run("play", "--env", str(tmp_path), "--plain")
    assert (done.returncode, "openenv.yaml cannot be read" in done.stderr) == (2, True)
    done = run("play", "--env", "./nowhere", "--plain")
    assert (done.returncode, "there is no folder" in done.stderr) == (2, True)


def test_a_manifest_without_sense_is_said(folder):
    (folder / "openenv.yaml").write_text("app: import os\n")
    with pytest.raises(UsageError, match="module:object was expected"):
        launch(str(folder))


HEALTHY = """
    import subprocess, sys
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("child", child.pid, flush=True)
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})
"""


def child_of(server):
    assert soon(lambda: "child" in server.log())
    return int(server.log().split("child ")[1].split()[0])


def alive(number):
    try:
        with open(f"/proc/{number}/stat") as file:
            return file.read().split()[2] != "Z"
    except OSError:
        return False


@needs_openenv  # for uvicorn
@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")
def test_the_whole_family_of_a_server_is_stopped(folder):
    app(folder, HEALTHY)
    server = launch(str(folder))
    child = child_of(server)
    assert alive(child)
    server.close()
    server.close()
    assert soon(lambda: not alive(child))
    assert not listening(server.port)


@needs_openenv
@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")
def test_a_server_does_not_outlive_a_program_that_is_killed(folder):
    app(folder, HEALTHY)
    code = (
        "import sys, time\n"
        "from openenv_tui.connection.launch import launch\n"
        "print(launch(sys.argv[1]).port, flush=True)\n"
        "time.sleep(600)\n"
    )
    program = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE)
    port = int(program.stdout.readline())
    assert listening(port)
    program.send_signal(signal.SIGKILL)
    program.wait()
    program.stdout.close()
    assert soon(lambda: not listening(port))


# A container. No engine runs where these tests do: they talk to a stand-in for its API.


@pytest.fixture
def engine(tmp_path, monkeypatch):
    with docker_engine(tmp_path) as (engine, address):
        monkeypatch.setenv("DOCKER_HOST", address)
        yield engine


def test_a_container_is_played_and_removed(engine):
    done = run("watch", "--env", "docker:catch:latest", "-p", "tracker", "--plain")
    assert done.returncode == 0, done.stderr
    assert "Caught!" in done.stdout
    assert "the container of catch:latest is ready after" in done.stderr
    assert gone(engine)
    assert len(engine.removed) == 1


def test_an_image_is_fetched_and_gets_its_variables(engine, tmp_path):
    done = run(
        *("eval", "--env", "docker:tic_tac_toe", "-e", "GAME=kuhn_poker", "-p", "random"),
        *("-n", "10", "--out", str(tmp_path / "run"), "--plain"),
    )
    assert done.returncode == 0, done.stderr
    assert "fetching tic_tac_toe" in done.stderr
    assert "kuhn_poker on docker:tic_tac_toe" in done.stdout
    assert gone(engine)


def test_a_run_on_a_container_is_resumed_on_another(engine, tmp_path):
    out = tmp_path / "run"
    first = subprocess.Popen(
        [*PROGRAM, "eval", "--env", "docker:catch:latest", "-p", "random", "-n", "100000",
         "--seed", "1", "--out", str(out), "--plain"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert soon(lambda: (out / "run.sqlite").exists(), 60)
    time.sleep(1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stderr.close()
    # The guard of a container removes it when its program is gone.
    assert gone(engine)
    again = subprocess.Popen(
        [*PROGRAM, "resume", str(out), "--plain"], stderr=subprocess.PIPE, text=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    for line in again.stderr:
        if "episodes are left" in line:
            break
    again.send_signal(signal.SIGINT)
    _, said = again.communicate(timeout=60)
    assert again.returncode == 130, said
    assert gone(engine)


def test_a_container_that_dies_is_quoted_and_removed(engine):
    done = run("play", "--env", "docker:broken", "--plain")
    assert done.returncode == 3
    assert "ended with code 7" in done.stderr
    assert "no licence found" in done.stderr
    assert "Traceback" not in done.stderr
    assert gone(engine)


def test_an_image_that_nobody_has_is_said(engine):
    done = run("play", "--env", "docker:nobody/has:this", "--plain")
    assert (done.returncode, "refuses nobody/has:this: pull access" in done.stderr) == (3, True)


def test_no_engine_is_said():
    done = run("play", "--env", "docker:catch", "--plain", DOCKER_HOST="unix:///nowhere.sock")
    assert done.returncode == 3
    assert "the Docker engine cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_name_of_an_image_is_said():
    done = run("play", "--env", "docker:", "--plain")
    assert (done.returncode, "docker:IMAGE[:TAG]" in done.stderr) == (2, True)


def test_a_space_runs_here_by_its_image(engine):
    done = run("watch", "--env", "hub:Me/my_env", "--docker", "-p", "tracker", "--plain")
    assert done.returncode == 0, done.stderr
    assert "fetching registry.hf.space/me-my-env:latest" in done.stderr
    assert gone(engine)


# Servers with names.


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "openenv-tui" / "servers.toml"


def test_a_server_is_given_a_name_and_used_by_it(kept, tmp_path):
    with our_server("tic_tac_toe") as (_, address):
        added = run(
            "servers", "add", "home", address, "--game", "catch", "--header", "X-Team: blue"
        )
        assert (added.returncode, "@home is" in added.stderr) == (0, True)
        played = run("watch", "--env", "@home", "-p", "tracker", "--plain")
        assert "Caught!" in played.stdout, played.stderr
        done = run(
            *("eval", "--env", "@home", "-p", "tracker", "-n", "5", "--plain"),
            *("--out", str(tmp_path / "run")),
        )
        assert "5/0/0" in done.stdout, done.stderr
        assert f"catch on {address}" in done.stdout.replace("\n", "")
    listed = run("servers")
    assert "@home" in listed.stdout
    assert run("servers", "remove", "home").returncode == 0
    assert "none yet" in run("servers").stderr


def test_a_token_is_named_and_never_kept(kept):
    run("servers", "add", "work", "ws://127.0.0.1:9", "--token-variable", "WORK_TOKEN")
    unset = run("play", "--env", "@work", "--plain")
    assert (unset.returncode, "expected in $WORK_TOKEN" in unset.stderr) == (2, True)
    refused = run("play", "--env", "@work", "--plain", WORK_TOKEN="secret")
    assert (refused.returncode, "secret" in refused.stderr + kept.read_text()) == (3, False)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("[work\n", "cannot read"),
        ("[work]\ngame = 'catch'\n", "has no target"),
        ("[work]\ntarget = 'ws://h:1'\ntoken = 'x'\n", "has token; known are target"),
        ("[work]\ntarget = '@work'\n", "names another profile"),
        ("[work]\ntarget = 'ws://h:1'\nheaders = 3\n", "texts were expected"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(kept, written, words):
    kept.parent.mkdir(parents=True)
    kept.write_text(written)
    done = run("play", "--env", "@work", "--plain")
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr


def test_names_that_cannot_be_are_refused(kept):
    assert run("servers", "add", "a b", "ws://h:1").returncode == 2
    assert run("servers", "add", "work", "ftp://h").returncode == 2
    unknown = run("play", "--env", "@wrok", "--plain")
    assert (unknown.returncode, "no server named 'wrok'" in unknown.stderr) == (2, True)
