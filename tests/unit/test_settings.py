"""Settings: a file, variables that win over it, and words where it is wrong."""

import json
import tomllib

import pytest
from click.testing import CliRunner

from openenv_tui import settings
from openenv_tui.cli import cli
from openenv_tui.errors import UsageError
from openenv_tui.evaluation.folder import new_folder
from openenv_tui.settings import example, read_settings, settings_file, write_setting


@pytest.fixture(autouse=True)
def configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for each in settings.SETTINGS:
        monkeypatch.delenv(each.variable, raising=False)


def write(text):
    settings_file().parent.mkdir(exist_ok=True)
    settings_file().write_text(text)


def test_without_a_file_everything_is_as_usual():
    assert read_settings() == settings.Settings()


def test_the_example_says_what_is_so_anyway():
    write(example())
    assert read_settings() == settings.Settings()
    assert set(tomllib.loads(example())) == {*settings.BY_NAME, "keys"}


def test_the_file_is_obeyed_and_a_variable_wins_over_it(monkeypatch):
    write('speed = 8\nascii = true\n[keys]\n"table.new" = "f11"\n')
    assert read_settings().speed == 8.0
    assert read_settings().ascii is True
    assert read_settings().keys == {"table.new": "f11"}
    monkeypatch.setenv("OPENENV_TUI_ASCII", "0")
    assert read_settings().ascii is False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('theme = "nord"\n\nspeeed = 2\n', "line 3: no setting is called 'speeed'; .* 'speed'"),
        ("# fast\nspeed = 0\n", "line 2: speed is 0; expected a number from above 0"),
        ('ascii = "maybe"\n', "line 1: ascii is 'maybe'; expected \"auto\", true or false"),
        ("seed = -1\n", "line 1: seed is -1"),
        ("speed = \n", "line 1"),
        ("[keys]\ntable.new = 3\n", "line 2: a key was expected"),
        ("keys = 3\n", r"line 1: a table \[keys\] was expected"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, words):
    write(text)
    with pytest.raises(UsageError, match=words):
        read_settings()


def test_a_variable_that_makes_no_sense_is_named(monkeypatch):
    monkeypatch.setenv("OPENENV_TUI_SPEED", "fast")
    with pytest.raises(UsageError, match=r"\$OPENENV_TUI_SPEED: speed is 'fast'"):
        read_settings()


def test_writing_one_setting_leaves_comments_and_others_alone():
    write('# mine\ntheme = "nord" # at night\n\n[keys]\n"table.new" = "f11"\n')
    write_setting("theme", "ansi-dark")
    write_setting("speed", 4.0)
    write_setting("table.same", "f8", "keys")
    text = settings_file().read_text()
    assert "# mine" in text
    assert "# at night" in text
    assert read_settings().theme == "ansi-dark"
    assert read_settings().speed == 4.0
    assert read_settings().keys == {"table.new": "f11", "table.same": "f8"}


def test_a_setting_taken_away_is_as_usual_again():
    write_setting("speed", 4.0)
    write_setting("speed", None)
    assert read_settings().speed == settings.Settings().speed


def test_runs_go_to_the_folder_that_is_set(tmp_path):
    write_setting("results", str(tmp_path / "kept"))
    assert new_folder(None, "catch").parent == tmp_path / "kept"


def test_the_command_tells_values_and_who_said_so(monkeypatch):
    write("speed = 8\n")
    monkeypatch.setenv("OPENENV_TUI_ASCII", "1")
    told = json.loads(CliRunner().invoke(cli, ["settings", "--json"]).stdout)
    assert told["settings"]["speed"] == 8.0
    sources = [told["sources"][name] for name in ("speed", "ascii", "theme")]
    assert sources == ["file", "$OPENENV_TUI_ASCII", "default"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('theme = "nrod"\n', "line 1: no theme is called 'nrod'; did you mean 'nord'?"),
        ('[keys]\n"table.knew" = "f11"\n', "line 2: no binding is called 'table.knew'"),
        ('[keys]\n"table.new" = "fifteen"\n', "line 2: 'fifteen' is no key"),
        ('[keys]\n"table.new" = "f6"\n', "line 2: f6 is already the key of"),
    ],
)
def test_the_command_finds_themes_and_keys_that_cannot_be(text, words):
    write(text)
    result = CliRunner().invoke(cli, ["settings"])
    assert isinstance(result.exception, UsageError)
    assert words in str(result.exception)


def test_two_keys_may_change_places():
    write('[keys]\n"table.new" = "f6,r"\n"table.same" = "f5,s"\n')
    assert CliRunner().invoke(cli, ["settings"]).exit_code == 0


def test_the_names_of_what_keys_do_are_listed():
    told = json.loads(CliRunner().invoke(cli, ["settings", "--keys", "--json"]).stdout)
    assert told["table.new"] == "f5,r"
    assert told["app.screenshot"] == "f12,ctrl+s"
