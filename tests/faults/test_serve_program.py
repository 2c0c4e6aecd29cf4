"""`serve` as a program: several processes, its log, its limits, and its end."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect as dial
from websockets.exceptions import ConnectionClosed

from arena_env.server import fast
from arena_env.server.fast import serve
from openenv_tui import evaluate
from openenv_tui.connection import connect_async

PROGRAM = [sys.executable, "-m", "openenv_tui", "serve", "--port", "0"]
NEEDS_PROC = pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")


class Server:
    """A server that runs as a program, and what it has said."""

    def __init__(self, process):
        self.process = process
        self.said = ""
        self.address = ""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def begins(self):
        assert self.says(r"at (ws://[^,]+),", 30)
        self.address = re.search(r"at (ws://[^,]+),", self.said)[1]

    def _read(self):
        for line in self.process.stderr:
            self.said += line

    def says(self, pattern, seconds=10.0):
        until = time.monotonic() + seconds
        while not re.search(pattern, self.said) and time.monotonic() < until:
            time.sleep(0.02)
        return re.search(pattern, self.said) is not None

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        code = self.process.wait(20)
        self.reader.join(20)
        return code

    @property
    def workers(self):
        """Process ids of the children that serve."""
        found = []
        for place in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = place.read_text().rpartition(")")[2].split()
                command = (place.parent / "cmdline").read_text()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and "spawn_main" in command:
                found.append(int(place.parent.name))
        return found


@contextmanager
def served(*arguments):
    process = subprocess.Popen([*PROGRAM, *arguments], stderr=subprocess.PIPE, text=True)
    server = Server(process)
    try:
        server.begins()
        yield server
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        # Its workers hold the other end too, until they have noticed.
        server.reader.join(20)
        process.stderr.close()


def gone(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def soon(condition, seconds=15.0):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def test_without_a_name_it_serves_whatever_a_client_asks_for():
    with served() as server:
        for game in ("tic_tac_toe", "kuhn_poker", "catch(rows=5)"):
            result = evaluate(game, ["random"], episodes=4, env=server.address, seed=1)
            assert result.table.game.partition("(")[0] == game.partition("(")[0]
        assert server.stop() == 0
    assert re.search(r"Stopped after \d+ episodes and [\d,]+ steps\.", server.said)


def test_the_log_says_who_came_and_what_was_played():
    with served("tic_tac_toe") as server:
        evaluate("tic_tac_toe", ["random"], episodes=4, env=server.address, seed=1, sessions=1)
        assert server.says(r"session \d+ of 127\.0\.0\.1:\d+ is open")
        assert server.says(r"tic_tac_toe, all seats, 5 episodes, \d+ steps; the client left")
        server.stop(signal.SIGTERM)


def test_a_quiet_one_says_nothing_of_it():
    with served("catch", "--quiet") as server:
        evaluate("catch", ["random"], episodes=2, env=server.address, seed=1)
        server.stop()
    assert "session" not in server.said


async def test_sessions_hear_that_the_server_stops():
    with served("catch", "--workers", "2") as server:
        async with dial(f"{server.address}/ws") as socket:
            await socket.send('{"type":"state"}')
            await socket.recv()
            server.process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(socket.recv(), 15)
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "the server stops")
        assert server.stop() == 0
    assert "the server stops" in server.said


def test_several_processes_play_the_same_episodes():
    with served("tic_tac_toe", "--workers", "2", "--quiet") as server:
        far = evaluate("tic_tac_toe", ["random"], episodes=40, env=server.address, seed=3)
        assert server.stop() == 0
    near = evaluate("tic_tac_toe", ["random"], episodes=40, seed=3)
    assert far.rows == near.rows


async def test_processes_share_the_number_of_sessions():
    with served("catch", "--workers", "3", "--max-sessions", "4") as server:
        sockets = [await dial(f"{server.address}/ws") for _ in range(4)]
        for socket in sockets:
            await socket.send('{"type":"state"}')
            assert json.loads(await socket.recv())["type"] == "state"
        late = await dial(f"{server.address}/ws")
        refused = json.loads(await late.recv())
        assert refused["data"]["code"] == "CAPACITY_REACHED"
        assert refused["data"]["max_sessions"] == 4
        await sockets[0].close()
        assert await _let_in(server.address)
        for socket in (*sockets[1:], late):
            await socket.close()
        assert server.says("is turned away: 4 of 4 sessions are taken")


async def _let_in(address):
    for _ in range(100):
        async with dial(f"{address}/ws") as socket:
            await socket.send('{"type":"state"}')
            if json.loads(await socket.recv())["type"] == "state":
                return True
        await asyncio.sleep(0.05)
    return False


@NEEDS_PROC
def test_a_worker_that_dies_is_replaced():
    with served("catch", "--workers", "2") as server:
        assert soon(lambda: len(server.workers) == 2)
        victim = server.workers[0]
        os.kill(victim, signal.SIGKILL)
        assert server.says(r"worker \d ended with code -9; another takes its place")
        assert soon(lambda: len(server.workers) == 2 and victim not in server.workers)
        assert evaluate("catch", ["tracker"], episodes=5, env=server.address).rows[0].wins == 5
        assert server.stop() == 0


@NEEDS_PROC
def test_workers_that_die_again_and_again_end_the_server():
    with served("catch", "--workers", "2") as server:
        killed = set()
        until = time.monotonic() + 60
        while server.process.poll() is None and time.monotonic() < until:
            for worker in set(server.workers) - killed:
                killed.add(worker)
                os.kill(worker, signal.SIGKILL)
            time.sleep(0.02)
        assert server.process.wait(10) == 1
        assert server.says("worker processes ended within 60 s")
    assert "Traceback" not in server.said


@NEEDS_PROC
def test_workers_do_not_outlive_a_server_that_is_killed():
    with served("catch", "--workers", "2") as server:
        assert soon(lambda: len(server.workers) == 2)
        workers = server.workers
        server.process.kill()
        server.process.wait()
        assert soon(lambda: all(map(gone, workers)))


def test_what_cannot_be_served_is_said_before_any_process_is_started():
    done = subprocess.run(
        [*PROGRAM, "ctch", "--workers", "2"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "did you mean 'catch'" in done.stderr) == (2, True)


# Limits.


async def test_an_opponent_that_thinks_too_much_is_refused():
    async with serve("tic_tac_toe", port=0, effort=100) as port:
        address = f"127.0.0.1:{port}"
        environment = await connect_async(address, seat=0, opponent="mcts(simulations=50)")
        assert (await environment.reset(1)).observations
        await environment.close()
        for opponent in (
            "mcts(simulations=1000000000)",
            "mcts(simulations=20, rollouts=20)",
            "epsilon_greedy(base=mcts(simulations=200), epsilon=0.5)",
        ):
            with pytest.raises(Exception, match="an opponent of effort 100"):
                await connect_async(address, seat=0, opponent=opponent)


async def test_the_servers_own_opponent_may_think_as_it_likes():
    async with serve("tic_tac_toe", port=0, effort=1, opponent="mcts(simulations=30)") as port:
        environment = await connect_async(f"127.0.0.1:{port}", seat=0)
        assert (await environment.reset(1)).observations
        await environment.close()


async def test_a_request_that_is_too_large_is_closed_with_its_code():
    said = []
    async with (
        serve("catch", port=0, max_request=2048, log=said.append) as port,
        dial(f"ws://127.0.0.1:{port}/ws") as socket,
    ):
        await socket.send("x" * 4096)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd.code == 1009
    assert "a request was too large" in said[-1]


async def test_who_says_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(fast, "OPENING_SECONDS", 0.2)
    async with serve("catch", port=0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_connections_beyond_all_measure_are_dropped(monkeypatch):
    monkeypatch.setattr(fast, "MAX_CONNECTIONS", 2)
    async with serve("catch", port=0, max_sessions=1) as port:
        waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        ends = await asyncio.gather(
            *(asyncio.wait_for(reader.read(), 1) for reader, _ in waiting), return_exceptions=True
        )
        dropped = [end for end in ends if end == b"" or isinstance(end, ConnectionError)]
        assert len(dropped) == 2
        for _, writer in waiting:
            writer.close()


async def test_the_log_holds_no_control_characters():
    said = []
    async with (
        serve("catch", port=0, log=said.append) as port,
        dial(f"ws://127.0.0.1:{port}/ws") as socket,
    ):
        await socket.send(json.dumps({"type": "reset", "data": {"game": "\x1b[2Jcatch"}}))
        await socket.recv()
        await socket.send("[]")
        await socket.recv()
        await socket.wait_closed()
    assert all(line.isprintable() for line in said)
    assert "a request is a JSON object" in said[-1]
