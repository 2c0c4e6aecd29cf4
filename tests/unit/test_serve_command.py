"""openenv-tui serve: what cannot be served is said, without a traceback."""

import socket

import pytest

from openenv_tui.cli import run


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ctch"], "did you mean 'catch'"),
        (["catch", "--agent-player", "x"], "a player's number from 0; not 'x'"),
        (["catch", "--agent-player", "1"], "no player 1"),
        (["tic_tac_toe", "--opponent", "mtcs"], "did you mean 'mcts'"),
        (["tic_tac_toe", "--opponent", "tracker"], "cannot play tic_tac_toe"),
        (["catch", "--host", "no.such.host.invalid"], "cannot listen at no.such.host.invalid"),
        (["catch", "--max-sessions", "0"], "--max-sessions"),
    ],
)
def test_what_cannot_be_served_is_said(capsys, arguments, says):
    assert run(["serve", "--port", "0", *arguments]) == 2
    out, err = capsys.readouterr()
    assert says in err
    assert out == ""


def test_a_port_that_is_taken_is_said(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert run(["serve", "catch", "--port", port]) == 2
    assert f"port {port} of 127.0.0.1 is taken" in capsys.readouterr().err
