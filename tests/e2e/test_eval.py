"""The command line as a user and a script meet it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = [sys.executable, "-m", "openenv_tui"]


def openenv_tui(*arguments, cwd, check=None, **options):
    done = subprocess.run(
        [*PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False,
        stdin=subprocess.DEVNULL, **options,
    )  # fmt: skip
    if check is not None:
        assert done.returncode == check, done.stderr
    return done


def test_an_evaluation_leaves_a_run_that_can_be_shown_and_exported(tmp_path):
    done = openenv_tui("eval", "catch", "-p", "random", "-p", "tracker", "-n", "60", "--seed", "1",
                       "--json", "-f", "latex", "-f", "html", cwd=tmp_path, check=0)  # fmt: skip
    printed = json.loads(done.stdout)
    (folder,) = (tmp_path / "results").iterdir()
    assert printed["run"] == folder.name
    assert sorted(path.name for path in folder.iterdir()) == [
        "manifest.json", "run.sqlite", "summary.csv", "summary.html", "summary.md", "summary.tex",
    ]  # fmt: skip
    assert json.loads((folder / "manifest.json").read_text())["plan"]["seed"] == 1
    shown = openenv_tui("show", folder.name, "--json", cwd=tmp_path, check=0)
    assert json.loads(shown.stdout) == printed
    markdown = openenv_tui("export", "latest", "-f", "md", cwd=tmp_path, check=0)
    assert markdown.stdout == (folder / "summary.md").read_text()
    assert folder.name in openenv_tui("runs", cwd=tmp_path, check=0).stdout


def test_stdout_of_a_pipe_has_no_escape_sequences(tmp_path):
    done = openenv_tui("eval", "catch", "-p", "random", "-n", "20", cwd=tmp_path, check=0)
    assert "win rate" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["eval", "cach"], 2, "did you mean 'catch'"),
        (["eval", "catch", "-p", "trackr"], 2, "did you mean 'tracker'"),
        (["eval", "tic_tac_toe", "-p", "tracker"], 2, "cannot play tic_tac_toe: it plays only"),
        (["eval"], 2, "which game?"),
        (["eval", "catch", "-f", "docx"], 2, "no format named 'docx'"),
        (["eval", "catch", "--env", "ws://127.0.0.1:9", "-n", "1"], 3, "127.0.0.1:9"),
        (["eval", "catch", "--out", "/proc/nowhere"], 2, "cannot write to /proc/nowhere"),
        (["show", "nothing"], 2, "no run named 'nothing'"),
        (["evl"], 2, "did you mean 'eval'"),
    ],
)  # fmt: skip
def test_bad_input_gets_words_and_a_code_and_no_traceback(arguments, code, words, tmp_path):
    done = openenv_tui(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_ctrl_c_keeps_what_is_done(tmp_path):
    process = subprocess.Popen(
        [*PROGRAM, "eval", "2048", "-p", "random", "-n", "1000000", "--out", "run"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    log = tmp_path / "run" / "run.sqlite-wal"
    while not (log.exists() and log.stat().st_size > 100_000) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert "2048" in stdout
    shown = json.loads(openenv_tui("show", "run", "--json", cwd=tmp_path, check=0).stdout)
    assert 0 < shown["rows"][0]["episodes"] < 1_000_000


def test_ctrl_c_stops_the_workers_too(tmp_path):
    process = subprocess.Popen(
        [*PROGRAM, "eval", "2048", "-p", "random", "-n", "1000000", "--jobs", "2", "--out", "run"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    log = tmp_path / "run" / "run.sqlite-wal"
    while not (log.exists() and log.stat().st_size > 100_000) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr


def test_a_policy_that_ends_its_process_is_named_as_a_cause(tmp_path):
    (tmp_path / "fatal.py").write_text("import os\ndef play(observation, rng):\n    os._exit(3)\n")
    done = openenv_tui("eval", "catch", "-p", "./fatal.py:play", "-n", "50", "--jobs", "2",
                       cwd=tmp_path)  # fmt: skip
    assert done.returncode == 1
    assert "a worker process ended unexpectedly" in done.stderr


def test_a_full_disk_is_an_error_and_what_was_stored_is_kept(tmp_path):
    limit = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000,) * 2); "
    )
    limit += "sys.argv = sys.argv[1:]; runpy.run_module('openenv_tui', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", limit, "openenv-tui", "eval", "2048", "-p", "random", "-n", "2000",
         "--out", "run"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "the disk failed or is full" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_users_own_policies_and_envs_folders_are_not_in_the_way(tmp_path):
    for name in ("policies", "envs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
    (tmp_path / "policies" / "mine.py").write_text(
        "class Mine:\n    def act(self, observation, rng):\n        return 1\n"
    )
    done = openenv_tui("eval", "catch", "-p", "policies.mine:Mine", "-p", "stay", "-n", "40",
                       "--jobs", "2", "--json", cwd=tmp_path, check=0)  # fmt: skip
    mine, stay = json.loads(done.stdout)["rows"]
    assert mine["wins"] == stay["wins"]


def test_help_loads_none_of_the_heavy_packages(tmp_path):
    code = (
        "import sys; from openenv_tui.cli import run; run(['--help']); "
        "print([m for m in ('textual', 'pandas', 'scipy', 'pyspiel', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          cwd=tmp_path, env={**os.environ, "NO_COLOR": "1"})  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_game_and_policy_is_listed(tmp_path):
    games = json.loads(openenv_tui("games", "--json", cwd=tmp_path, check=0).stdout)
    assert len(games) == 110
    policies = json.loads(openenv_tui("policies", "catch", "--json", cwd=tmp_path, check=0).stdout)
    names = [policy["policy"] for policy in policies]
    assert "tracker" in names
    assert "tactician" not in names
    assert all(policy["about"] for policy in policies)
