"""A person at a real terminal plays an evaluation, leaves, and comes back."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from dataclasses import replace

import pytest

from openenv_tui.evaluation.compare import same_episodes
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.match import play
from openenv_tui.specs import PolicySpec
from tests.support.servers import our_server

PROGRAM = [sys.executable, "-m", "openenv_tui"]
DOWN = b"\x1b[B"


class Terminal:
    """A program on a terminal of its own, whose stdout goes elsewhere."""

    def __init__(self, *arguments, cwd):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.program = subprocess.Popen(
            [*PROGRAM, *arguments],
            stdin=slave,
            stderr=slave,
            stdout=subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        os.close(slave)
        self.drawn = ""

    def sees(self, words, seconds=30.0):
        """Wait until something is drawn after what was seen before."""
        until = time.monotonic() + seconds
        while words not in self.drawn:
            assert time.monotonic() < until, f"{words!r} did not come: {self.drawn[-2000:]!r}"
            self._read(0.1)
        self.drawn = self.drawn.partition(words)[2]

    def press(self, *keys):
        for key in keys:
            os.write(self.master, key)
            self._read(0.03)

    def ends(self):
        """Its exit code and what it wrote on stdout."""
        while self.program.poll() is None:
            self._read(0.1)
        told = self.program.stdout.read()
        self.program.stdout.close()
        os.close(self.master)
        return self.program.returncode, told

    def _read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 65536).decode(errors="replace")
            except OSError:
                return
            self.drawn += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data)


def rows(told):
    return {row["policy"]: row for row in json.loads(told)["rows"]}


EVAL = ["eval", "catch", "-p", "human", "-p", "tracker", "-n", "3", "--seed", "1", "--json"]


def test_a_person_plays_all_their_games_on_a_terminal(tmp_path):
    terminal = Terminal(*EVAL, "--out", "run", cwd=tmp_path)
    for number in (1, 2, 3):
        terminal.sees(f"game {number} of 3")
        terminal.sees("Your turn")
        terminal.press(*[DOWN] * 9)
        terminal.sees("the table" if number == 3 else f"game {number + 1} of 3")
        time.sleep(0.5)
        terminal.press(b"\r")
    code, told = terminal.ends()
    assert code == 0
    found = rows(told)
    assert (found["human"]["episodes"], found["human"]["mean_steps"]) == (3, 9.0)
    assert found["tracker"]["wins"] == 3
    again = subprocess.run(
        [*PROGRAM, "show", "run", "--json"], capture_output=True, cwd=tmp_path, check=True
    )
    assert json.loads(again.stdout)["rows"] == json.loads(told)["rows"]


def test_a_person_leaves_and_is_seated_again(tmp_path):
    terminal = Terminal(*EVAL, "--out", "run", cwd=tmp_path)
    terminal.sees("game 1 of 3")
    terminal.sees("Your turn")
    terminal.press(*[DOWN] * 9)
    terminal.sees("game 2 of 3")
    time.sleep(0.5)
    terminal.press(b"q")
    code, told = terminal.ends()
    assert code == 130
    assert rows(told)["human"]["episodes"] == 1
    terminal = Terminal("resume", "run", "--json", cwd=tmp_path)
    for number in (2, 3):
        terminal.sees(f"game {number} of 3")
        terminal.sees("Your turn")
        terminal.press(*[DOWN] * 9)
        terminal.sees("the table" if number == 3 else "game 3 of 3")
        time.sleep(0.5)
        terminal.press(b"\r")
    code, told = terminal.ends()
    assert (code, rows(told)["human"]["episodes"]) == (0, 3)


def lines(*arguments, said, cwd):
    return subprocess.run(
        [*PROGRAM, *arguments], input=said, capture_output=True, text=True, cwd=cwd, timeout=60
    )


def test_in_lines_of_text_the_board_is_on_stderr_and_the_table_on_stdout(tmp_path):
    done = lines(*EVAL, "--plain", said="stay\n" * 27, cwd=tmp_path)
    assert done.returncode == 0
    assert rows(done.stdout)["human"]["episodes"] == 3
    assert "Game 3 of 3, deal 3" in done.stderr
    assert "choose:" in done.stderr


def test_the_end_of_the_input_leaves_and_resume_seats_again(tmp_path):
    done = lines(*EVAL, "--plain", "--out", "run", said="stay\n" * 10, cwd=tmp_path)
    assert done.returncode == 130
    assert "You left; the games that are over are kept." in done.stderr
    again = lines("resume", "run", "--plain", "--json", said="stay\n" * 18, cwd=tmp_path)
    assert again.returncode == 0
    assert "Game 2 of 3" in again.stderr
    assert rows(again.stdout)["human"]["episodes"] == 3


@pytest.mark.parametrize("command", [EVAL, ["watch", "catch", "-p", "human", "--plain"]])
def test_where_nobody_can_be_seated_it_says_so(command, tmp_path):
    done = lines(*command, said="", cwd=tmp_path)
    assert done.returncode == 2
    assert "'human'" in done.stderr
    assert not os.listdir(tmp_path)


class Stand:
    """Answers in a person's place as a policy would."""

    def __call__(self, games):
        with games.connect() as environment:
            games.seat(PolicySpec.parse("first").build(), environment)
            while (now := games.next()) is not None:
                games.finished(play(environment, now.match(games.game, environment.opponents)))


def test_a_person_plays_the_same_games_on_a_server(tmp_path):
    plan = Plan("kuhn_poker", ("human", "random"), episodes=6, seed=2)
    run_plan(plan, tmp_path / "near", host=Stand())
    with our_server("kuhn_poker") as (_, address):
        run_plan(replace(plan, env=address), tmp_path / "far", host=Stand())
    assert same_episodes(tmp_path / "near", tmp_path / "far") == (12, 12)
