"""Runs that somebody broke: every command says in words what is wrong, and never a traceback."""

from __future__ import annotations

import json
import shutil
import sqlite3

import pytest

from openenv_tui.cli import run
from openenv_tui.evaluation.folder import MANIFEST
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.evaluation.store import FILE_NAME

PLAN = Plan("catch", ("random", "tracker"), episodes=20, seed=1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "whole"
    run_plan(PLAN, folder)
    return folder


@pytest.fixture
def broken(whole, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(whole, tmp_path / "broken")


def in_log(statement):
    def change(folder):
        with sqlite3.connect(folder / FILE_NAME) as db:
            db.executescript(statement)
        db.close()

    return change


def in_file(at, data):
    def change(folder):
        with (folder / FILE_NAME).open("r+b") as file:
            file.seek(at)
            file.write(data)

    return change


def in_manifest(**values):
    def change(folder):
        manifest = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).write_text(json.dumps(manifest | {"finished": None} | values))

    return change


def planned(**values):
    return {"game": "catch", "policies": ["random"]} | values


def torn_manifest(folder):
    (folder / MANIFEST).write_text((folder / MANIFEST).read_text()[:100])


DAMAGES = {
    "the header": in_file(0, b"garbage!" * 4),
    "a page": in_file(4096, b"\xff" * 8000),
    "no meta": in_log("DELETE FROM meta"),
    "half the meta": in_log("DELETE FROM meta WHERE key = 'deal'"),
    "meta that is no JSON": in_log("UPDATE meta SET value = '{oops' WHERE key = 'deal'"),
    "no table": in_log("DROP TABLE episodes"),
    "text for actions": in_log("UPDATE episodes SET actions = 'text' WHERE episode = 3"),
    "actions that are no JSON": in_log("UPDATE episodes SET actions = x'00ff' WHERE episode = 3"),
    "no actions": in_log("UPDATE episodes SET actions = x'' WHERE episode = 3"),
    "text for a return": in_log("UPDATE episodes SET return = 'x' WHERE episode = 3"),
    "a seat that is none": in_log("UPDATE episodes SET seat = 7 WHERE episode = 3"),
    "a game that is none": in_log("UPDATE meta SET value = '\"katch\"' WHERE key = 'game'"),
    "no log": lambda folder: (folder / FILE_NAME).unlink(),
    "an empty log": lambda folder: (folder / FILE_NAME).write_bytes(b""),
    "no manifest": lambda folder: (folder / MANIFEST).unlink(),
    "a torn manifest": torn_manifest,
    "another version": in_manifest(openenv_tui="9.9"),
    "a plan that is none": in_manifest(plan=[1]),
    "a plan that cannot be": in_manifest(plan=planned(jobs="x")),
    "a renamed game": in_manifest(plan=planned(game="katch")),
    "a policy that is gone": in_manifest(plan=planned(policies=["./gone.py:Gone"])),
    "odd values": in_manifest(packages=None, command=5, formats=7, objects="x"),
}  # fmt: skip

COMMANDS = [
    ["show"],
    ["show", "--follow"],
    ["export"],
    ["verify"],
    ["resume"],
    ["rerun", "--out", "again"],
    ["compare", "whole"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_broken_run_is_said_in_words(damage, command, broken, whole, capsys):
    shutil.copytree(whole, "whole")
    damage(broken)
    # An exception that nobody expected would come through here.
    code = run([*command, "broken"])
    said = capsys.readouterr().err
    assert code in (0, 1, 2, 130)
    assert code != 2 or said.splitlines()[-1].startswith("error: ")


@pytest.mark.parametrize(
    ("damage", "command", "words"),
    [
        ("another version", "resume", "make the run again with: openenv-tui rerun broken"),
        ("no log", "rerun", "cannot be compared with those of before: there is no run in"),
        ("an empty log", "resume", "40 of 40 episodes are left"),
        ("no log", "resume", "40 of 40 episodes are left"),
        ("a policy that is gone", "rerun", "there is no file ./gone.py"),
        ("a renamed game", "rerun", "no game named 'katch'; did you mean 'catch'?"),
        ("no manifest", "resume", "has no manifest.json that can be read"),
        ("the header", "show", "it is no log of a run, or its beginning was overwritten"),
        ("text for actions", "verify", "the log is damaged: 'text' are no actions"),
        ("half the meta", "show", "the log does not say its deal"),
    ],
)
def test_what_is_said_names_the_way_on(damage, command, words, broken, capsys):
    DAMAGES[damage](broken)
    run([command, "broken"])
    assert words in capsys.readouterr().err


def test_verify_names_the_episode_that_is_not_as_stored(broken, capsys):
    in_log("UPDATE episodes SET return = 0.5 WHERE row = 1 AND episode = 3")(broken)
    assert run(["verify", "broken"]) == 1
    assert "episode 3 of tracker: the return is 1, and 0.5 is stored" in capsys.readouterr().out
