"""What the shell is offered after a tab."""

import os
import shutil
import subprocess
import sys

import pytest

from openenv_tui.connection.profiles import Profile, write_profiles

PROGRAM = "import sys; from openenv_tui.cli import main; main()"


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def offered(line, program=PROGRAM):
    """The names that bash would be given; the last word is the one under way."""
    asked = {
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
        "_OPENENV_TUI_COMPLETE": "bash_complete",
    }
    told = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **asked}, capture_output=True, text=True
    )
    assert told.stderr == ""
    return [each.partition(",")[2] for each in told.stdout.split()]


def test_commands_are_offered():
    assert offered("openenv-tui re") == ["resume", "replay", "rerun", "report"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("openenv-tui play ti", "tic_tac_toe"),
        ("openenv-tui eval catch -p mc", "mcts"),
        ("openenv-tui eval --game 2", "2048"),
        ("openenv-tui play catch --opponent tr", "tracker"),
        ("openenv-tui export -f js", "jsonl"),
        ("openenv-tui show la", "latest"),
        ("openenv-tui watch --th", "--theme"),
    ],
)
def test_names_are_offered_where_they_belong(line, name):
    assert name in offered(line)


def test_servers_with_names_and_runs_on_disk_are_offered(tmp_path):
    write_profiles({"work": Profile("ws://127.0.0.1:9")})
    (tmp_path / "results" / "night").mkdir(parents=True)
    (tmp_path / "results" / "night" / "run.sqlite").touch()
    assert offered("openenv-tui play --env @") == ["@work"]
    assert offered("openenv-tui servers remove w") == ["work"]
    assert offered("openenv-tui resume ni") == ["night"]


def test_a_tab_after_nonsense_offers_nothing_and_says_nothing():
    assert offered("openenv-tui nonsense x") == []


def test_a_damaged_file_is_no_matter_for_a_tab(tmp_path):
    folder = tmp_path / "config" / "openenv-tui"
    folder.mkdir(parents=True)
    (folder / "servers.toml").write_text("[home\n")
    assert "local" not in offered("openenv-tui play --env @")


def test_the_second_tab_loads_neither_the_engine_nor_the_toolkit():
    offered("openenv-tui play ca")
    watching = (
        "import atexit, sys\n"
        "heavy = {'pyspiel', 'numpy', 'textual', 'pandas', 'scipy'}\n"
        "tell = lambda: print(*(f'plain,!{n}' for n in heavy & set(sys.modules)), sep='\\n')\n"
        "atexit.register(tell)\n"
    )
    names = offered("openenv-tui play ca", watching + PROGRAM)
    assert "catch" in names
    assert not [name for name in names if name.startswith("!")]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script_that_asks_this_program(shell):
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, "completion", shell], capture_output=True, text=True
    )
    assert told.returncode == 0
    assert f"_OPENENV_TUI_COMPLETE={shell}_complete" in told.stdout
    assert "openenv-tui" in told.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_a_real_bash_completes_a_game(tmp_path):
    program = tmp_path / "openenv-tui"
    program.write_text(f"#!{sys.executable}\n{PROGRAM}\n")
    program.chmod(0o755)
    script = (
        'eval "$(openenv-tui completion bash)"; COMP_WORDS=(openenv-tui play tic_); COMP_CWORD=2; '
        '_openenv_tui_completion openenv-tui tic_ play; echo "${COMPREPLY[@]}"'
    )
    told = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert told.stdout.split() == ["tic_tac_toe"]
