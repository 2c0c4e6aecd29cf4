"""How an audit is printed: on one screen, whatever its size."""

import pytest

from openenv_tui.cli.audit import _print
from openenv_tui.connection.audit import Audit
from openenv_tui.connection.finding import Finding, Verdict

FOUND = Audit(
    "ws://127.0.0.1:8000/ws",
    "guess",
    True,
    tuple(
        Finding(f"topic {number}", Verdict.NOTE, "what was found " * 3, "what it means " * 4)
        for number in range(11)
    ),
)


@pytest.fixture
def terminal(monkeypatch):
    def sized(columns, lines):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("LINES", str(lines))

    return sized


def test_a_large_terminal_shows_a_table(terminal, capsys):
    terminal(160, 48)
    _print(FOUND, plain=False)
    assert "what it means for an evaluation" in capsys.readouterr().out


def test_a_small_one_shows_lines_that_fit(terminal, capsys):
    terminal(80, 24)
    _print(FOUND, plain=False)
    said = capsys.readouterr().out.splitlines()
    assert len(said) < 24
    assert max(map(len, said)) <= 80
    assert "! topic 10: what was found" in "\n".join(said)
