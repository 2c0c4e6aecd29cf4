"""What ``--help`` prints."""

import pytest

from openenv_tui.cli import COMMANDS, run


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches_with_lines_as_they_were_written(name, capsys):
    assert run([name, "--help"]) == 0
    told = capsys.readouterr().out
    assert f"openenv-tui {name}" in told
    assert "\\b" not in told
