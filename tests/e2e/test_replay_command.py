"""`replay` of stored games from the command line, where there is no terminal."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of six games for each of two policies."""
    place = tmp_path_factory.mktemp("results") / "small"
    run_plan(Plan("tic_tac_toe", policies=("random", "first"), episodes=6, seed=5), place)
    return place


def replay(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "openenv_tui", "replay", *map(str, arguments)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def test_a_game_is_printed_move_by_move(folder):
    done = replay(folder, "1:3", "--plain")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].startswith("Tic-Tac-Toe, seed ")
    assert "\n1. " in done.stdout
    assert "\x1b" not in done.stdout


def test_a_policy_may_be_named_in_place_of_its_row(folder):
    assert replay(folder, "3", "-p", "first", "--plain").stdout == (
        replay(folder, "1:3", "--plain").stdout
    )


def test_games_are_listed_where_there_is_no_terminal(folder):
    done = replay(folder)
    assert done.stdout.count("\n0:") == 6
    assert "* row 0: random against random" in done.stderr
    lost = json.loads(replay(folder, "--list", "--only", "losses", "--json").stdout)
    assert {game["outcome"] for game in lost["games"]} <= {"lost"}
    assert lost["total"] == len(lost["games"])


@pytest.mark.parametrize("name", ["game.txt", "game.svg", "game.anim.svg", "game.cast"])
def test_a_pair_is_exported_in_every_format(folder, name, tmp_path):
    done = replay(folder, "0", "--pair", "--export", tmp_path / name)
    assert (done.returncode, done.stdout) == (0, "")
    content = (tmp_path / name).read_text(encoding="utf-8")
    assert "Episode 1" in content
    if name.endswith(".svg"):
        ElementTree.fromstring(content)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["17", "--plain"], "there is no episode 17: there are 0 to 5"),
        (["x"], "expected EPISODE or ROW:EPISODE"),
        (["1:2", "-p", "first"], "and not both"),
        (["0", "--export", "game.gif"], "expected .txt, .svg, .anim.svg, .cast"),
        (["0", "--at", "99", "--export", "game.svg"], "there is no moment 99"),
        (["0"], "there is no terminal to draw on"),
    ],
)
def test_what_cannot_be_is_said_in_words(folder, arguments, said):
    done = replay(folder, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
