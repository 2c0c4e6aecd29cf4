"""Runs that are killed, whose disk is full, or whose machine loses its power."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from openenv_tui.evaluation.folder import MANIFEST
from openenv_tui.evaluation.store import FILE_NAME

# Whole runs in processes of their own: on a busy machine each takes its time.
pytestmark = pytest.mark.timeout(600)

PROGRAM = [sys.executable, "-m", "openenv_tui"]
EVAL = ["eval", "tic_tac_toe", "-p", "random", "-p", "tactician", "--seed", "5", "--plain"]
EPISODES = 4_000


def program(*arguments, **options):
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300, **options
    )


def shown(folder):
    """The table again, and everything that was stored, from the log alone."""
    done = program("show", folder, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["rows"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The table of a run that nothing happens to, and how long it takes."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    began = time.monotonic()
    assert program(*EVAL, "-n", EPISODES, "--out", folder).returncode == 0
    return shown(folder), time.monotonic() - began


def going_on(folder, *options):
    """Begin a run, or go on with what is there."""
    begun = (folder / MANIFEST).exists()
    wanted = ["resume", folder, "--plain"] if begun else [*EVAL, "-n", EPISODES, "--out", folder]
    return subprocess.Popen(
        [*PROGRAM, *map(str, wanted), *([] if begun else options)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed(process, seconds):
    """Whether it still ran when it was killed, with no chance to say goodbye."""
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def ended_well(process):
    try:
        _, said = process.communicate(timeout=300)
    finally:
        process.kill()
    # What is left may be nothing but the summaries, and even these may be there.
    assert process.returncode == 0 or "is complete already" in said, said


@pytest.mark.parametrize(("seed", "jobs"), [(1, 1), (2, 1), (3, 1), (4, 2)])
def test_a_run_that_is_killed_five_times_ends_with_the_undisturbed_table(
    seed, jobs, tmp_path, undisturbed
):
    table, seconds = undisturbed
    moments = random.Random(seed)
    folder = tmp_path / "run"
    for _ in range(5):
        # Most of a second goes by before the first episode: moments of that are moments too.
        killed(going_on(folder, "--jobs", str(jobs)), moments.uniform(0.2, seconds))
    ended_well(going_on(folder, "--jobs", str(jobs)))
    assert shown(folder) == table
    assert not [each.name for each in folder.iterdir() if each.name.endswith("-wal")]


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no list of processes here")
def test_a_killed_run_leaves_no_worker_behind(tmp_path):
    process = going_on(tmp_path / "run", "--jobs", "2")
    workers = set()
    while len(workers) < 2:
        assert process.poll() is None
        workers = {pid for pid in descendants(process.pid) if "spawn_main" in command_of(pid)}
        time.sleep(0.05)
    assert killed(process, 0.5)
    until = time.monotonic() + 10
    while any("spawn_main" in command_of(pid) for pid in workers):
        assert time.monotonic() < until, "workers wait for ever for a parent that is gone"
        time.sleep(0.1)


def descendants(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [int(child) for child in children.read().split()]


def command_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as command:
            return command.read()
    except OSError:
        return ""


def test_a_power_cut_at_any_moment_leaves_a_log_that_is_read_and_gone_on_with(
    tmp_path, undisturbed
):
    table, _ = undisturbed
    moments = random.Random(7)
    folder = tmp_path / "run"
    process = going_on(folder)
    while not (folder / FILE_NAME).exists():
        time.sleep(0.02)
    cuts = []
    while process.poll() is None and len(cuts) < 6:
        time.sleep(moments.uniform(0.02, 0.2))
        # What the disk holds at one moment, without what the system would still have written.
        process.send_signal(signal.SIGSTOP)
        cuts.append(shutil.copytree(folder, tmp_path / f"cut{len(cuts)}"))
        process.send_signal(signal.SIGCONT)
    ended_well(process)
    numbers = [torn(cut, moments) for cut in cuts]
    assert numbers == sorted(numbers)
    ended_well(going_on(cuts[-1]))
    assert shown(cuts[-1]) == table


def torn(folder, moments):
    """How many episodes are read after the newest write has gone only in part to the disk."""
    newest = folder / f"{FILE_NAME}-wal"
    (folder / f"{FILE_NAME}-shm").unlink(missing_ok=True)
    if newest.exists() and newest.stat().st_size:
        os.truncate(newest, max(0, newest.stat().st_size - moments.randrange(1, 4096)))
    done = program("show", folder, "--json")
    if done.returncode:
        assert "was ended before its first episode" in done.stderr
        return 0
    return sum(row["episodes"] for row in json.loads(done.stdout)["rows"])


def limited(size):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def test_a_file_that_may_not_grow_ends_the_run_in_words_and_keeps_the_rest(tmp_path, undisturbed):
    folder = tmp_path / "run"
    done = program(*EVAL, "-n", EPISODES, "--out", folder, preexec_fn=limited(300_000))
    assert done.returncode == 2
    assert "what was stored before is kept: make room, and go on with" in done.stderr
    assert "Traceback" not in done.stderr
    assert sum(row["episodes"] for row in shown(folder)) < 2 * EPISODES
    ended_well(going_on(folder))
    assert shown(folder) == undisturbed[0]


@contextmanager
def disk(place, size):
    """A disk of its own."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def remount(place, option):
    command = ["mount", "-o", f"remount,{option}", str(place)]
    subprocess.run(command, check=True, capture_output=True)


def test_a_full_disk_ends_the_run_in_words_and_it_goes_on_when_there_is_room(tmp_path, undisturbed):
    with disk(tmp_path / "disk", "400k") as place:
        done = program(*EVAL, "-n", EPISODES, "--out", place / "run")
        assert done.returncode == 2
        assert "the disk is full" in done.stderr
        assert "Traceback" not in done.stderr
        (place / "filler").write_bytes(bytes(room(place)))
        assert 0 < sum(row["episodes"] for row in shown(place / "run")) < 2 * EPISODES
        (place / "filler").unlink()
        remount(place, "size=64m")
        ended_well(going_on(place / "run"))
        assert shown(place / "run") == undisturbed[0]


def room(place):
    found = os.statvfs(place)
    return found.f_bavail * found.f_bsize


def test_a_disk_that_is_full_from_the_start_is_said_so(tmp_path):
    with disk(tmp_path / "disk", "16k") as place:
        (place / "filler").write_bytes(bytes(room(place)))
        done = program(*EVAL, "-n", 10, "--out", place / "run")
        assert done.returncode == 2
        assert "No space left on device" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_run_on_a_disk_that_is_only_read_is_shown_and_not_gone_on_with(tmp_path):
    with disk(tmp_path / "disk", "8m") as place:
        process = going_on(place / "run")
        while not (place / "run" / FILE_NAME).exists():
            time.sleep(0.02)
        killed(process, 0.5)
        remount(place, "ro")
        assert len(shown(place / "run")) == 2
        done = program("resume", place / "run")
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert "can only be read" in done.stderr
