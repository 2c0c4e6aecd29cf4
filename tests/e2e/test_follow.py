"""`show --follow`: a run that another process plays."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from openenv_tui.errors import StoreError
from openenv_tui.evaluation.folder import claimed, start_manifest
from openenv_tui.evaluation.following import State, follow, state_of
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import load_run, run_plan

pytestmark = pytest.mark.timeout(300)

PROGRAM = [sys.executable, "-m", "openenv_tui"]


@contextmanager
def played(folder, episodes):
    """A run in a process of its own; its log is there already."""
    command = ["eval", "catch", "-p", "random", "-p", "tracker", "-n", str(episodes)]
    process = subprocess.Popen(
        [*PROGRAM, *command, "--out", str(folder), "--seed", "1", "--plain"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 100
        while not stored(folder):
            assert time.monotonic() < until
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def stored(folder):
    try:
        return sum(row.episodes for row in load_run(folder).rows)
    except StoreError:
        return 0


def follower(folder, *options):
    return subprocess.Popen(
        [*PROGRAM, "show", str(folder), "--follow", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_run_is_followed_to_its_end(tmp_path):
    with played(tmp_path / "run", 6_000):
        looks = list(follow(tmp_path / "run"))
    assert {look.state for look in looks[:-1]} == {State.PLAYED}
    assert looks[-1].state is State.FINISHED
    done = [look.progress.done for look in looks if look.progress]
    assert done == sorted(done)
    assert done[-1] == 12_000
    assert looks[-1].result == load_run(tmp_path / "run")


def test_the_table_comes_on_stdout_when_the_run_is_over(tmp_path):
    with played(tmp_path / "run", 4_000):
        watcher = follower(tmp_path / "run", "--json")
        told, _ = watcher.communicate(timeout=200)
    assert watcher.returncode == 0
    assert [row["episodes"] for row in json.loads(told)["rows"]] == [4_000, 4_000]


def test_a_run_whose_process_is_killed_says_how_to_go_on(tmp_path):
    with played(tmp_path / "run", 10_000_000) as process:
        watcher = follower(tmp_path / "run", "--plain")
        time.sleep(1)
        process.kill()
        told, said = watcher.communicate(timeout=100)
    assert "the process that played it is gone; resume with: openenv-tui resume" in said
    assert "tracker" in told
    assert watcher.returncode == 130


def test_leaving_ends_the_view_and_not_the_run(tmp_path):
    with played(tmp_path / "run", 10_000_000) as process:
        watcher = follower(tmp_path / "run", "--plain")
        time.sleep(2)
        watcher.send_signal(signal.SIGINT)
        _, said = watcher.communicate(timeout=100)
        before = stored(tmp_path / "run")
        time.sleep(1)
        assert stored(tmp_path / "run") > before
        assert process.poll() is None
    assert "the run goes on" in said
    assert "Traceback" not in said


def test_a_run_is_followed_from_before_its_first_word(tmp_path):
    with claimed(tmp_path):
        start_manifest(tmp_path, Plan("catch", ("random",)), [], [], [])
        look = next(follow(tmp_path))
    assert (look.state, look.result, look.progress) == (State.PLAYED, None, None)
    assert state_of(tmp_path) is State.GONE


def test_a_folder_without_a_run_is_not_followed(tmp_path):
    with pytest.raises(StoreError, match="there is no run in"):
        next(follow(tmp_path))


def test_a_complete_run_is_shown_at_once(tmp_path):
    run_plan(Plan("catch", ("random",), episodes=3, seed=1), tmp_path / "run")
    (look,) = follow(tmp_path / "run")
    assert look.state is State.FINISHED
