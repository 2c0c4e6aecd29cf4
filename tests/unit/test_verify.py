"""A log that is true to the game, one that is not, and a run that is made again."""

import json
import re
import sqlite3

import pytest

from openenv_tui.cli import run
from openenv_tui.errors import UsageError
from openenv_tui.evaluation.compare import same_episodes
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.evaluation.store import FILE_NAME
from openenv_tui.evaluation.verify import verify_run
from tests.support.servers import our_server

GAMES = ["catch", "2048", "blackjack", "cliff_walking", "tic_tac_toe", "kuhn_poker",
         "goofspiel(num_cards=4)", "backgammon", "liars_dice"]  # fmt: skip


def kept(place, game="catch", *policies, **options):
    settings = {"episodes": 20, "seed": 1, **options}
    run_plan(Plan(game, policies or ("random",), **settings), place)
    return place


def spoil(place, statement):
    with sqlite3.connect(place / FILE_NAME) as log:
        log.execute(statement)
    log.close()


@pytest.mark.parametrize("game", GAMES)
def test_a_run_is_true_to_its_game(tmp_path, game):
    found = verify_run(kept(tmp_path / "run", game))
    assert (found.same, found.different) == (20, 0)


def test_forfeits_were_legal_up_to_the_fault(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "faulty.py").write_text(
        "def late(observation, rng):\n"
        "    return observation.legal_actions[0] if observation.ply < 4 else -1\n"
    )
    found = verify_run(kept(tmp_path / "run", "tic_tac_toe", "./faulty.py:late", "random"))
    assert found.forfeits >= 15
    assert (found.same + found.forfeits, found.different) == (40, 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE episodes SET return = 0.5 WHERE episode = 3", "return is -1, and 0.5 is stored"),
        ("UPDATE episodes SET outcome = 1 WHERE episode = 3", "outcome is -1, and 1 is stored"),
        ("UPDATE episodes SET actions = x'01000101' WHERE episode = 3", "do not end the game"),
        ("UPDATE episodes SET actions = x'0163' WHERE episode = 3", "action 0 .* not legal"),
    ],
)
def test_what_was_changed_in_the_log_is_found(tmp_path, capsys, change, words):
    place = kept(tmp_path / "run", "catch", "first", seed=2)
    spoil(place, change)
    found = verify_run(place)
    assert (found.same, found.different) == (19, 1)
    assert re.search(words, found.found[0])
    assert run(["verify", str(place)]) == 1
    assert "1 CAME OUT DIFFERENTLY" in capsys.readouterr().out
    assert run(["verify", str(place), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["different"] == 1


def test_a_rule_of_ones_own_is_judged_again(tmp_path):
    found = verify_run(kept(tmp_path / "run", "blackjack", win="return >= 0"))
    assert (found.same, found.different) == (20, 0)


def test_a_run_on_our_server_is_true_too(tmp_path):
    with our_server("kuhn_poker") as (_, address):
        found = verify_run(kept(tmp_path / "run", "", env=address))
    assert (found.same, found.different) == (20, 0)


def test_without_an_engine_nothing_is_played_again(tmp_path):
    place = kept(tmp_path / "run")
    spoil(place, "UPDATE meta SET value = '\"thermostat\"' WHERE key = 'game'")
    with pytest.raises(UsageError, match="no engine here for thermostat"):
        verify_run(place)


def test_a_run_is_made_again(tmp_path, capsys):
    place = kept(tmp_path / "run", "tic_tac_toe", "random", "first")
    assert run(["rerun", str(place), "--out", str(tmp_path / "again"), "--plain"]) == 0
    assert "40 of 40 episodes are those of run, action by action" in capsys.readouterr().err
    assert same_episodes(place, tmp_path / "again") == (40, 40)
