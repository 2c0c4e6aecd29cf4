"""Tournaments as a user and a script meet them."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

PROGRAM = [sys.executable, "-m", "openenv_tui"]
THREE = ("-p", "random", "-p", "first", "-p", "kuhn_equilibrium")
SWISS = ("tournament", "kuhn_poker", *THREE, "-p", "last", "-n", "4000", "--seed", "3",
         "--format", "swiss", "--rounds", "3")  # fmt: skip


def openenv_tui(*arguments, cwd, check=0):
    done = subprocess.run(
        [*PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == check, done.stderr
    return done


def rows_of(folder):
    with closing(sqlite3.connect(folder / "run.sqlite")) as log:
        return log.execute("SELECT COUNT(*) FROM rows").fetchone()[0]


def started(folder, rows, *arguments):
    """A run that plays, once its log has so many rows."""
    process = subprocess.Popen(
        [*PROGRAM, *arguments, "--out", str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        time.sleep(0.02)
        try:
            if rows_of(folder) >= rows:
                break
        except sqlite3.Error:
            pass
    return process


@pytest.mark.parametrize("form", ["round-robin", "gauntlet", "swiss", "knockout"])
def test_every_format_leaves_a_run_that_all_commands_take(form, tmp_path):
    done = openenv_tui("tournament", "kuhn_poker", *THREE, "-n", "20", "--seed", "1", "--format",
                       form, "--json", "--out", "run", cwd=tmp_path)  # fmt: skip
    printed = json.loads(done.stdout)
    assert printed["tournament"]["format"] == form
    names = {entrant["name"] for entrant in printed["tournament"]["entrants"]}
    assert names == set(THREE[1::2])
    assert json.loads(openenv_tui("show", "run", "--json", cwd=tmp_path).stdout) == printed
    assert "0 of" not in openenv_tui("verify", "run", cwd=tmp_path).stdout
    again = openenv_tui("rerun", "run", "--out", "again", cwd=tmp_path).stderr
    total = sum(row["episodes"] for row in printed["rows"])
    assert f"{total} of {total} episodes are those of run" in again
    assert "the same" in openenv_tui("compare", "run", "again", cwd=tmp_path).stdout
    assert "kuhn_equilibrium" in openenv_tui("export", "run", "-f", "csv", cwd=tmp_path).stdout
    assert "again" in openenv_tui("runs", ".", cwd=tmp_path).stdout


def test_a_swiss_tournament_that_was_killed_goes_on_to_the_same_table(tmp_path):
    whole = json.loads(openenv_tui(*SWISS, "--json", "--out", "whole", cwd=tmp_path).stdout)
    for number, rows in enumerate((1, 3, 5)):
        folder = tmp_path / f"killed{number}"
        process = started(folder, rows, *SWISS)
        process.kill()
        process.communicate()
        resumed = openenv_tui("resume", str(folder), "--json", cwd=tmp_path)
        assert json.loads(resumed.stdout) == {**whole, "run": folder.name}


def test_ctrl_c_in_the_second_round_keeps_what_was_played(tmp_path):
    process = started(tmp_path / "run", 3, *SWISS[:8], "-n", "400000", *SWISS[10:])
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert "go on with: openenv-tui resume" in stderr
    assert "kuhn_poker" in stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "which game?"),
        (["kuhn_poker"], "name at least two policies"),
        (["kuhn_poker", "-p", "random"], "needs at least two policies"),
        (["kuhn_poker", "-p", "random", "-p", "tracker"], "cannot play kuhn_poker"),
        (["kuhn_poker", *THREE, "--anchor", "frist"], "did you mean 'first'"),
        (["kuhn_poker", *THREE, "--rounds", "2"], "only a Swiss tournament has --rounds"),
        (["kuhn_poker", *THREE, "--format", "swis"], "'swis' is not one of"),
    ],
)
def test_what_cannot_be_is_refused_with_words(arguments, words, tmp_path):
    done = openenv_tui("tournament", *arguments, cwd=tmp_path, check=2)
    assert words in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["eval", "tournament"])
def test_several_games_make_one_folder_that_can_be_shown_and_exported(command, tmp_path):
    games = ("--game", "kuhn_poker", "--game", "tic_tac_toe")
    done = openenv_tui(command, *games, "-p", "random", "-p", "first", "-n", "20", "--seed", "1",
                       "--json", cwd=tmp_path)  # fmt: skip
    printed = json.loads(done.stdout)
    assert [each["game"] for each in printed["games"]] == ["kuhn_poker", "tic_tac_toe"]
    assert {row["policy"] for row in printed["across"]} == {"random", "first"}
    assert json.loads(openenv_tui("show", "--json", cwd=tmp_path).stdout) == printed
    assert "across the games" in openenv_tui("export", printed["run"], cwd=tmp_path).stdout
    listed = openenv_tui("runs", cwd=tmp_path)
    assert f"{printed['run']} holds several games: kuhn_poker, tic_tac_toe" in listed.stderr
    assert f"{printed['run']}/tic_tac_toe" in listed.stdout
    again = openenv_tui("resume", cwd=tmp_path, check=2)
    assert "is complete already" in again.stderr
