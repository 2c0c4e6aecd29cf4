"""`play`, `watch` and the bare command: in lines of text, and on a terminal."""

import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from fcntl import ioctl

import pytest

from tests.support.servers import our_server

PROGRAM = [sys.executable, "-m", "openenv_tui"]
ESCAPE = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|[PX^_\]].*?(\x1b\\|\x07)|.)", re.DOTALL)


def run(*arguments, answers="", **settings):
    return subprocess.run(
        [*PROGRAM, *arguments],
        input=answers,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | settings,
    )


class Terminal:
    """A program on a pseudo-terminal, its keyboard and what it has drawn."""

    def __init__(self, process, channel):
        self.process = process
        self.channel = channel
        self.drawn = b""

    def types(self, keys):
        os.write(self.channel, keys.encode())

    def waits_for(self, words, seconds=20.0):
        until = time.monotonic() + seconds
        while words not in ESCAPE.sub(b"", self.drawn).decode(errors="replace"):
            assert time.monotonic() < until, self.drawn[-3000:]
            self._read(0.1)

    def exits(self, seconds=20.0):
        until = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < until:
            self._read(0.1)
        self._read(0.1)
        return self.process.wait(1)

    def _read(self, seconds):
        if select.select([self.channel], [], [], seconds)[0]:
            try:
                self.drawn += os.read(self.channel, 65536)
            except OSError:  # Linux's way to say that the other end is closed
                time.sleep(0.05)


@contextmanager
def terminal(command, **settings):
    channel, end = pty.openpty()
    ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    ordinary = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(
        command,
        stdin=end,
        stdout=end,
        stderr=end,
        env=os.environ | ordinary | settings,
        start_new_session=True,
    )
    os.close(end)
    try:
        yield Terminal(process, channel)
    finally:
        process.kill()
        process.wait()
        os.close(channel)


def test_watch_in_lines_prints_every_step_and_the_conclusion():
    done = run("watch", "catch", "-p", "tracker", "--seed", "3", "--plain")
    assert done.returncode == 0
    assert done.stdout.count("seat 0, tracker:") == 9
    assert done.stdout.endswith("Caught! (return 1)\n")
    assert "\x1b" not in done.stdout


def test_play_in_lines_takes_keys_names_and_beginnings():
    done = run("play", "catch", "--seed", "3", "--plain", answers="r\nRIGHT\n" + "stay\n" * 7)
    assert done.returncode == 0
    assert done.stdout.endswith("Caught! (return 1)\n")


def test_the_end_of_the_input_leaves_politely():
    done = run("play", "kuhn_poker", "--seed", "3", "--plain")
    assert done.returncode == 0
    assert done.stdout.endswith("You left the game.\n")
    assert not done.stderr


def test_an_impossible_answer_is_asked_for_again():
    done = run("play", "tic_tac_toe", "--seed", "3", "--plain", answers="5\n5\nfly\n")
    assert "'5' is not possible now" in done.stdout
    assert "'fly' is not possible now" in done.stdout


def test_the_opponents_moves_are_said_where_everybody_may_see_them():
    done = run("play", "tic_tac_toe", "--opponent", "last", "--plain", answers="5\n")
    assert "Seat 1, last: bottom right" in done.stdout


def test_hidden_cards_stay_hidden_in_lines():
    done = run("watch", "kuhn_poker", "-p", "first", "-p", "first", "--seed", "5", "--plain")
    assert "as seat 0 sees it" in done.stdout
    assert "[??]" in done.stdout or "░" in done.stdout


def test_lines_are_ascii_where_stdout_takes_no_more():
    done = run("watch", "catch", "-p", "tracker", "--plain", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["play", "catch"], "add --plain"),
        (["watch", "catch", "-p", "tracker"], "add --plain"),
        ([], "openenv-tui --help"),
        (["play"], "which game?"),
        (["play", "ctch", "--plain"], "did you mean 'catch'?"),
        (["play", "catch", "--plain", "--seat", "1"], "seat 1 cannot be played"),
        (["play", "catch", "--plain", "--opponent", "random"], "no other seat"),
        (["play", "tic_tac_toe", "--plain", "--opponent", "minmax"], "did you mean 'minimax'?"),
        (["play", "tic_tac_toe", "--plain", "--opponent", "tracker"], "cannot play tic_tac_toe"),
        (["watch", "catch", "-p", "tracker", "-p", "stay", "--plain"], "has 1 seat"),
    ],
)
def test_what_cannot_be_is_said_on_stderr_with_exit_code_2(arguments, said):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_server_that_is_not_there_has_exit_code_3():
    done = run("play", "--env", "ws://127.0.0.1:9", "--plain")
    assert done.returncode == 3
    assert "127.0.0.1:9" in done.stderr


def test_a_wrong_name_is_said_before_the_screen_is_taken():
    with terminal([*PROGRAM, "play", "ctch"]) as user:
        assert user.exits() == 2
        assert b"did you mean 'catch'?" in user.drawn
        assert b"\x1b[?1049h" not in user.drawn


def test_a_game_is_played_on_a_terminal_and_left():
    with terminal([*PROGRAM, "play", "catch", "--seed", "3"]) as user:
        user.waits_for("Your turn")
        user.types("\x1b[C\x1b[C" + "\x1b[B" * 7)
        user.waits_for("Caught!")
        user.types("q")
        assert user.exits() == 0
        assert user.drawn.count(b"\x1b[?1049l") == 1


def test_the_lobby_opens_and_quits():
    with terminal(PROGRAM) as user:
        user.waits_for("110 games")
        user.types("\x11")
        assert user.exits() == 0


BROKEN = """
import sys
from openenv_tui.cli import main
from openenv_tui.tui.screens.table import TableScreen

def broken(self):
    token = "do-not-tell"
    raise RuntimeError("nobody expected this")

TableScreen._title = broken
main(["play", "catch"])
"""


def test_a_crash_leaves_the_terminal_sane_and_says_where_the_traceback_is(tmp_path):
    command = [sys.executable, "-c", BROKEN]
    with terminal(command, HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path)) as user:
        assert user.exits() == 1
        assert b"\x1b[?1049l" in user.drawn
        assert b"nobody expected this" in user.drawn
        assert b"Traceback" not in user.drawn
    (log,) = tmp_path.rglob("crash-*.log")
    assert "nobody expected this" in log.read_text()
    assert "do-not-tell" not in log.read_text().replace('token = "do-not-tell"', "")


@pytest.mark.parametrize("game", ["catch", "kuhn_poker", "goofspiel(num_cards=3)", "blackjack"])
def test_what_was_recorded_is_shown_again_without_the_server(tmp_path, game):
    path = tmp_path / "game.jsonl"
    with our_server(game) as (_, address):
        told = run(
            *("watch", "--env", address, "-p", "random", "--seed", "5", "--plain"),
            *("--record", str(path)),
        )
    assert told.returncode == 0, told.stderr
    assert f"frames are in {path}" in told.stderr
    again = run("replay", str(path), "--plain")
    assert again.returncode == 0, again.stderr
    assert "1 episode" in again.stderr
    _, _, shown = again.stdout.partition("Episode 1 of 1\n")
    assert shown.strip() == told.stdout.replace("random", "recorded").strip()


def test_a_persons_game_is_recorded_too(tmp_path):
    path = tmp_path / "game.jsonl"
    with our_server("catch") as (_, address):
        played = run(
            "play", "--env", address, "--plain", "--record", str(path), answers="left\n" * 3
        )
    assert played.returncode == 0, played.stderr
    again = run("replay", str(path), "--plain")
    assert "3. seat 0, recorded: LEFT" in again.stdout
    assert "The recording ends here" in again.stdout


def test_what_cannot_be_recorded_or_replayed_is_said(tmp_path):
    local = run("play", "catch", "--plain", "--record", str(tmp_path / "game.jsonl"))
    assert (local.returncode, "local is no server" in local.stderr) == (2, True)
    foreign = tmp_path / "notes.txt"
    foreign.write_text("nothing")
    other = run("replay", str(foreign))
    assert (other.returncode, "no recording of frames" in other.stderr) == (2, True)
    gone = run("replay", str(tmp_path / "none"), "--plain")
    assert (gone.returncode, "cannot read" in gone.stderr) == (2, True)
