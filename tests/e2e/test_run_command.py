"""Runs from a file, as a user and a script meet them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

GOOD = """
game = "catch"
policies = ["random", "tracker"]
episodes = 40
seed = 3
[thresholds]
tracker.win_rate = ">= 0.99"
"""


def openenv_tui(*arguments, cwd, check=0):
    done = subprocess.run(
        [sys.executable, "-m", "openenv_tui", *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == check, done.stderr
    return done


def test_the_example_that_it_prints_works(tmp_path):
    example = openenv_tui("run", "--example", cwd=tmp_path).stdout
    (tmp_path / "experiment.toml").write_text(example)
    done = openenv_tui("run", "experiment.toml", "--json", "--out", "run", cwd=tmp_path)
    assert [each["game"] for each in json.loads(done.stdout)["games"]] == [
        "kuhn_poker", "tic_tac_toe",
    ]  # fmt: skip
    assert done.stderr.count("met: ") == 4


def test_a_file_gives_the_run_that_the_options_give(tmp_path):
    (tmp_path / "experiment.toml").write_text(GOOD)
    one = openenv_tui("run", "experiment.toml", "--json", "--out", "a/run", cwd=tmp_path).stdout
    other = openenv_tui("eval", "catch", "-p", "random", "-p", "tracker", "-n", "40", "--seed", "3",
                        "--json", "--out", "b/run", cwd=tmp_path).stdout  # fmt: skip
    assert json.loads(one) == json.loads(other)


def test_a_threshold_that_is_missed_is_an_exit_code_and_a_line(tmp_path):
    (tmp_path / "experiment.toml").write_text(GOOD + 'random.win_rate = ">= 0.9"\n')
    done = openenv_tui("run", "experiment.toml", cwd=tmp_path, check=1)
    assert "met: catch: tracker: win_rate is 1, >= 0.99" in done.stderr
    assert "MISSED: catch: random: win_rate is " in done.stderr


def test_what_is_wrong_with_a_file_is_said_with_its_line(tmp_path):
    (tmp_path / "experiment.toml").write_text(GOOD.replace("episodes", "epsiodes"))
    done = openenv_tui("run", "experiment.toml", cwd=tmp_path, check=2)
    expected = "line 4: there is no 'epsiodes'; did you mean 'episodes'?"
    assert f"error: experiment.toml, {expected}" in done.stderr
    assert "which file?" in openenv_tui("run", cwd=tmp_path, check=2).stderr


def test_the_schema_is_the_one_in_the_documentation(tmp_path):
    printed = openenv_tui("run", "--schema", cwd=tmp_path).stdout
    kept = Path(__file__).parents[2] / "docs" / "experiment.schema.json"
    assert printed == kept.read_text()
