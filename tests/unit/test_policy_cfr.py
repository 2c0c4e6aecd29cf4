"""Counterfactual regret minimisation, and what is kept of it."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from openenv_tui import cache
from openenv_tui.errors import SpecError
from openenv_tui.evaluation.exact.enumerated import Enumerated
from openenv_tui.evaluation.exact.value import averaged
from openenv_tui.games import load_game
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.seeding import Rng
from openenv_tui.specs import PolicySpec
from openenv_tui_policies import cfr


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cfr.solved.cache_clear()
    yield tmp_path
    cfr.solved.cache_clear()


def balanced(one, other):
    game = Enumerated("kuhn_poker")
    return averaged([game.values([one, other])[0], game.values([other, one])[1]])


def test_against_random_play_it_earns_most_and_wins_less_than_half():
    found = balanced("cfr", "random")
    assert found.mean_return == pytest.approx(0.1447, abs=5e-5)
    assert found.win == pytest.approx(0.483, abs=5e-4)


def test_whoever_always_bets_wins_more_hands_against_it_and_loses():
    found = balanced("always(action=Bet)", "cfr")
    assert found.mean_return == pytest.approx(-0.1122, abs=5e-5)
    assert found.win == pytest.approx(0.594, abs=5e-4)


def test_more_iterations_and_cfr_plus_come_closer_to_equilibrium():
    game = Enumerated("kuhn_poker")
    far, near, nearest = (
        game.response(spec).exploitability
        for spec in ("cfr(iterations=10)", "cfr", "cfr(plus=true)")
    )
    assert 0 < nearest < near < far
    assert near < 0.001


def test_it_acts_as_often_as_it_says():
    policy = PolicySpec("cfr").build()
    policy.begin(EpisodeContext(load_game("kuhn_poker").info, 0))
    jack = (1.0, 0.0, 1.0, *[0.0] * 8)
    seen, rng = Observation.of(0, (0, 1), tensor=jack), Rng(1)
    chosen = Counter(policy.act(seen, rng) for _ in range(4000))
    assert chosen[1] / 4000 == pytest.approx(policy.action_probabilities(seen)[1], abs=0.02)


def test_games_of_perfect_information_are_known_by_their_history():
    name = "nim(pile_sizes=1;2;3)"
    found = Enumerated(name).values(["cfr(iterations=200)", "random"])
    assert PolicySpec("cfr").build().unfit(load_game(name).info) is None
    # 1 xor 2 xor 3 is 0, so whoever begins loses against perfect play, which random play is not.
    assert found[0].mean_return > 0.3


@pytest.mark.parametrize(
    ("game", "reason"),
    [
        ("tic_tac_toe", "at most 20,000 histories"),
        ("catch", "two or more"),
        ("matrix_pd", "in turn"),
        ("dou_dizhu", "all that a player knows"),
    ],
)
def test_it_says_clearly_what_it_does_not_solve(game, reason):
    assert reason in PolicySpec("cfr").build().unfit(load_game(game).info)


def test_it_solves_three_player_kuhn_and_leduc():
    for game in ("kuhn_poker(players=3)", "leduc_poker"):
        assert PolicySpec("cfr").build().unfit(load_game(game).info) is None


def test_no_iterations_are_refused():
    with pytest.raises(SpecError, match="from 1, not 0"):
        PolicySpec("cfr", {"iterations": 0}).build()


def test_what_is_solved_is_kept_and_read_again(empty_cache, monkeypatch):
    first = cfr.solved("kuhn_poker", 20, False)
    cfr.solved.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(cfr.pyspiel, "CFRSolver", None)
        assert cfr.solved("kuhn_poker", 20, False) == first


@pytest.mark.parametrize("damage", ["cut", "other", "empty"])
def test_what_is_damaged_is_solved_again(empty_cache, damage):
    first = cfr.solved("kuhn_poker", 20, False)
    (file,) = [each for each in empty_cache.rglob("*") if each.is_file()]
    content = file.read_bytes()
    file.write_bytes({"cut": content[:-5], "other": b"x" + content[1:], "empty": b""}[damage])
    cfr.solved.cache_clear()
    assert cfr.solved("kuhn_poker", 20, False) == first
    assert file.read_bytes() == content


def test_what_another_version_kept_is_not_taken(empty_cache):
    cache.keep(cfr.KIND, cache.engine_key(cfr.FORMAT, "kuhn_poker", 20, False), b"[1, 2]")
    assert len(cfr.solved("kuhn_poker", 20, False)) == 12


SOLVE = """
from openenv_tui_policies.cfr import solved
print(sorted(solved("kuhn_poker", 300, False).items()))
"""


def test_processes_that_solve_at_once_do_not_disturb_each_other(empty_cache):
    running = [
        subprocess.Popen([sys.executable, "-c", SOLVE], stdout=subprocess.PIPE) for _ in range(3)
    ]
    said = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert said[0]
    assert len(set(said)) == 1
    assert len([each for each in empty_cache.rglob("*") if each.is_file()]) == 1
