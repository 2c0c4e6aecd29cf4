"""The pages of docs/, done as they say."""

from __future__ import annotations

import asyncio
import re
import shlex
import sys
from pathlib import Path

import pytest

from openenv_tui import evaluate
from openenv_tui.cli import run
from openenv_tui.connection import connect
from openenv_tui.connection.audit import brief
from openenv_tui.render import plain
from tests.support.servers import NO_OPENENV, openenv_installed, running

PAGE = Path(__file__).parents[2] / "docs" / "point-it-at-your-environment.md"
NUMBERS = PAGE.with_name("what-the-numbers-mean.md")
ON_A_FREE_PORT = """
    import socket
    bound = socket.create_server(("127.0.0.1", 0))
    print(bound.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[bound])
"""


@pytest.fixture(autouse=True)
def nothing_imported_stays(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.partition(".")[0] == "mine":
            del sys.modules[name]


@pytest.mark.skipif(not openenv_installed(), reason=NO_OPENENV)
def test_the_page_from_nothing_to_a_table(tmp_path, monkeypatch):
    server, policy = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "guess.py").write_text(
        server.replace("    uvicorn.run(app, port=8000)\n", ON_A_FREE_PORT)
    )
    (tmp_path / "mine.py").write_text(policy)
    monkeypatch.chdir(tmp_path)
    with running(str(tmp_path / "guess.py")) as (_, port):
        address = f"ws://127.0.0.1:{port}"
        with connect(address) as environment:
            (seen,) = environment.reset(1).observations
            assert environment.game.keys(seen) == {str(n): n for n in range(10)}
            assert "guess" in plain(environment.game.view(seen))
        (said,) = [
            each.said for each in asyncio.run(brief(address)).findings if each.topic == "seed"
        ]
        assert said.startswith("honoured")
        result = evaluate(
            "", ["random", "./mine.py:Halving"], env=address, episodes=60, seed=1,
            win="return > 0",
        )  # fmt: skip
    best, other = result.rows
    assert best.policy == "./mine.py:Halving"
    assert best.win_rate == 1.0 > other.win_rate
    assert "same episodes" in result.table.pairing


def test_the_folder_of_the_page_is_a_target(tmp_path):
    (server, *_), (manifest,) = (
        re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(), re.DOTALL)
        for kind in ("python", "yaml")
    )
    (tmp_path / "guess.py").write_text(server)
    (tmp_path / "openenv.yaml").write_text(manifest)
    with connect(str(tmp_path)) as environment:
        (seen,) = environment.reset(1).observations
    assert seen.fields["hint"] == "guess"


SHOWN = re.findall(r"```console\n\$ openenv-tui (.*?)\n(.*?)```", NUMBERS.read_text(), re.DOTALL)


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_every_number_of_the_page_comes_out_again(command, output, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(shlex.split(command)) == 0
    assert capsys.readouterr().out == output
