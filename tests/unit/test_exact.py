"""Exact values: published numbers, OpenSpiel's own algorithms, and what is refused."""

from __future__ import annotations

import time

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms import exploitability
from open_spiel.python.algorithms.best_response import BestResponsePolicy
from open_spiel.python.algorithms.expected_game_score import policy_value
from open_spiel.python.policy import TabularPolicy, UniformRandomPolicy

from openenv_tui import cache
from openenv_tui.errors import NoExactValueError
from openenv_tui.evaluation.exact import kept
from openenv_tui.evaluation.exact.enumerated import Enumerated
from openenv_tui.evaluation.exact.graph import Limits, enumerate_game, walked
from openenv_tui.evaluation.exact.odds import Watched
from openenv_tui.evaluation.exact.positions import PICTURED, position_key
from openenv_tui.evaluation.exact.value import averaged, values
from openenv_tui.evaluation.plan import Cast
from openenv_tui.games import load_game
from openenv_tui.games.openspiel import load_engine
from openenv_tui.policy import Policy


class Lopsided(Policy):
    """Prefers an action that depends on all that it knows, never alike at both seats."""

    def action_probabilities(self, observation):
        legal = observation.legal_actions
        liked = hash((observation.player, observation.tensor)) % len(legal)
        each = 0.4 / len(legal)
        return {a: each + (0.6 if i == liked else 0) for i, a in enumerate(legal)}


def lopsided(name):
    """It, weighed here; and the same as OpenSpiel's own kind of policy."""
    game = load_engine(name)
    theirs, policy = TabularPolicy(game), Lopsided()
    show = Enumerated(name)._show
    for state, row in zip(theirs.states, theirs.action_probability_array, strict=True):
        given = policy.action_probabilities(show.seen(state, state.current_player(), 0))
        row[:] = [given.get(action, 0.0) for action in range(len(row))]
    return Enumerated(name, Cast({"lopsided": policy})), theirs


@pytest.mark.parametrize(
    ("game", "policy", "win", "mean"),
    [
        ("catch", "random", 0.2, -0.6),
        ("catch", "stay", 0.2, -0.6),
        ("catch", "tracker", 1.0, 1.0),
        ("cliff_walking", "cliff_walker", 1.0, -9.0),
        ("cliff_walking", "first", 0.0, -100.0),
    ],
)
def test_what_is_known_of_games_for_one(game, policy, win, mean):
    (found,) = Enumerated(game).values([policy])
    assert found.win == pytest.approx(win)
    assert found.mean_return == pytest.approx(mean)
    assert found.win + found.draw + found.loss == pytest.approx(1)


def test_random_play_of_tic_tac_toe():
    first, second = Enumerated("tic_tac_toe").values(["random", "random"])
    assert first[:3] == pytest.approx((0.5849, 0.1270, 0.2881), abs=5e-5)
    assert second[:3] == pytest.approx((0.2881, 0.1270, 0.5849), abs=5e-5)


def test_kuhn_poker_between_random_players_and_at_equilibrium():
    game = Enumerated("kuhn_poker")
    assert game.values(["random", "random"])[0].mean_return == pytest.approx(0.125)
    equal = game.values(["kuhn_equilibrium", "kuhn_equilibrium"])
    assert equal[0].mean_return == pytest.approx(-1 / 18)
    assert averaged(equal).mean_return == pytest.approx(0)


@pytest.mark.parametrize("name", ["kuhn_poker", "leduc_poker", "kuhn_poker(players=3)"])
def test_values_are_those_of_openspiel(name):
    game, theirs = lopsided(name)
    players = game.game.info.players
    expected = policy_value(load_engine(name).new_initial_state(), [theirs] * players)
    found = [each.mean_return for each in game.values(["lopsided"] * players)]
    assert found == pytest.approx(list(expected))


@pytest.mark.parametrize("name", ["kuhn_poker", "kuhn_poker(players=3)", "leduc_poker"])
def test_nash_conv_is_that_of_openspiel(name):
    game, theirs = lopsided(name)
    expected = exploitability.nash_conv(load_engine(name), theirs, use_cpp_br=name[0] == "l")
    assert game.response("lopsided").nash_conv == pytest.approx(expected)


@pytest.mark.parametrize("player", [0, 1])
def test_a_best_response_is_worth_what_openspiel_says(player):
    game, theirs = lopsided("kuhn_poker")
    engine = load_engine("kuhn_poker")
    expected = BestResponsePolicy(engine, player, theirs).value(engine.new_initial_state())
    assert game.response("lopsided").best[player] == pytest.approx(expected)


def test_the_exploitability_of_random_play_in_kuhn_poker():
    found = Enumerated("kuhn_poker").response("random").exploitability
    assert found == pytest.approx(0.458, abs=5e-4)
    engine = load_engine("kuhn_poker")
    expected = exploitability.exploitability(engine, UniformRandomPolicy(engine))
    assert found == pytest.approx(expected)


def test_nobody_gains_against_an_equilibrium_or_against_perfect_play():
    assert Enumerated("kuhn_poker").response("kuhn_equilibrium").nash_conv == pytest.approx(0)
    assert Enumerated("tic_tac_toe").response("tactician").nash_conv == pytest.approx(0)


def test_the_best_response_to_random_tic_tac_toe_is_what_minimax_with_expectation_finds():
    known = {}

    def best(state, player):
        if state.is_terminal():
            return state.returns()[player]
        if str(state) not in known:
            after = [best(state.child(action), player) for action in state.legal_actions()]
            mine = state.current_player() == player
            known[str(state)] = max(after) if mine else sum(after) / len(after)
        return known[str(state)]

    state = load_engine("tic_tac_toe").new_initial_state()
    assert Enumerated("tic_tac_toe").response("random").best[0] == pytest.approx(best(state, 0))


SMALL = {
    "breakthrough": "breakthrough(rows=4,columns=2)",
    "catch": "catch(rows=5,columns=3)",
    "cliff_walking": "cliff_walking(horizon=7)",
    "connect_four": "connect_four(rows=3,columns=3,x_in_row=3)",
    "nim": "nim(pile_sizes=1;2;3)",
    "tic_tac_toe": "tic_tac_toe",
}


@pytest.mark.parametrize("short", sorted(PICTURED))
def test_positions_merged_and_histories_apart_give_the_same(short):
    name = SMALL[short]
    game, engine = Enumerated(name), load_engine(name)
    whole = enumerate_game(engine)
    assert game.states < whole.states
    assert short != "tic_tac_toe" or (game.states, whole.states) == (5_478, 549_946)
    choices = np.diff(whole.first)[whole.source]
    odds = np.where(whole.mover[whole.source] < 0, whole.chance, 1 / choices)
    apart = values(whole, odds, game._judged(whole))
    for one, other in zip(game.values(["random"] * len(apart)), apart, strict=True):
        assert tuple(one) == pytest.approx(tuple(other))


class Copycat(Policy):
    """Plays next to where the other side played last: what came before is not on the board."""

    def action_probabilities(self, observation):
        last = observation.history[-1] if observation.history else 0
        near = min(observation.legal_actions, key=lambda a: (abs(a - last), a))
        return {near: 1.0}


def test_a_policy_that_looks_at_the_history_is_weighed_by_histories():
    game = Enumerated("tic_tac_toe", Cast({"copycat": Copycat()}))

    def walk(state):
        if state.is_terminal():
            return state.returns()[0]
        legal = state.legal_actions()
        if state.current_player() == 1:
            return sum(walk(state.child(a)) for a in legal) / len(legal)
        last = state.history()[-1] if state.history() else 0
        return walk(state.child(min(legal, key=lambda a: (abs(a - last), a))))

    expected = walk(load_engine("tic_tac_toe").new_initial_state())
    assert game.values(["copycat", "random"])[0].mean_return == pytest.approx(expected)
    with pytest.raises(NoExactValueError, match="how a position came about"):
        game.response("copycat")


class Walked(Policy):
    """Looks at the tensor, which in Cliff Walking is all that was done."""

    def action_probabilities(self, observation):
        assert observation.tensor
        return dict.fromkeys(observation.legal_actions, 0.25)


def test_too_many_histories_are_refused_in_words():
    game = Enumerated("cliff_walking", Cast({"walked": Walked()}), limits=Limits(5000))
    with pytest.raises(NoExactValueError, match=r"walked looks at how .* more than 5,000 states"):
        game.values(["walked"])


@pytest.mark.parametrize(
    ("game", "reason"),
    [
        ("connect_four", "more than 3,000 states"),
        ("blackjack", "more than 3,000 states"),
        ("matrix_pd", "choose at once"),
        ("crossword", "not all listed"),
    ],
)
def test_games_that_cannot_be_walked_are_refused_in_words(game, reason):
    with pytest.raises(NoExactValueError, match=reason):
        Enumerated(game, limits=Limits(3000))


class Slow(Policy):
    def action_probabilities(self, observation):
        time.sleep(0.02)
        return {0: 1.0}


def test_who_takes_too_long_is_given_up():
    with pytest.raises(NoExactValueError, match=r"longer than 0\.02 s to walk"):
        Enumerated("connect_four", limits=Limits(seconds=0.02))
    game = Enumerated("kuhn_poker", Cast({"slow": Slow()}), limits=Limits(seconds=0.05))
    with pytest.raises(NoExactValueError, match=r"slow thinks for longer than 0\.05 s"):
        game.values(["slow", "random"])


class Broken(Policy):
    def __init__(self, given):
        self.given = given

    def action_probabilities(self, observation):
        return self.given


@pytest.mark.parametrize("given", [{0: 0.5}, {7: 1.0}, {0: 1.5, 1: -0.5}, {0: float("nan")}, [1]])
def test_probabilities_that_cannot_be_are_refused(given):
    game = Enumerated("kuhn_poker", Cast({"broken": Broken(given)}))
    with pytest.raises(NoExactValueError, match=r"broken .*cannot be|broken failed"):
        game.values(["broken", "random"])


@pytest.mark.parametrize("policy", ["mcts", "scripted(actions='4')"])
def test_a_policy_without_probabilities_is_refused(policy):
    with pytest.raises(NoExactValueError, match="gives no probabilities"):
        Enumerated("tic_tac_toe").values([policy, "random"])


def test_a_rule_of_the_user_decides_outcomes():
    (found,) = Enumerated("cliff_walking", rule="steps <= 9").values(["cliff_walker"])
    assert found.win == 1.0
    (found,) = Enumerated("cliff_walking", rule="return > -5").values(["cliff_walker"])
    assert (found.win, found.loss) == (0.0, 1.0)
    (found,) = Enumerated("catch", rule="score > 1").values(["random"])
    assert (found.win, found.mean_return) == (None, pytest.approx(-0.6))


@pytest.fixture
def kept_apart(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(kept, "WORTH_KEEPING", 10)
    kept._graph.cache_clear()
    yield tmp_path
    kept._graph.cache_clear()


def test_a_graph_is_read_from_disk_again_and_a_damaged_one_made_again(kept_apart, monkeypatch):
    before = kept.game_graph("catch", Limits(1000))
    (file,) = [each for each in kept_apart.rglob("*") if each.is_file()]
    kept._graph.cache_clear()
    with monkeypatch.context() as patch:
        patch.delattr(kept, "enumerate_game")
        again = kept.game_graph("catch", Limits(1000))
    assert again.history(100) == before.history(100)
    assert again.telling == before.telling
    file.write_bytes(file.read_bytes()[:-20])
    kept._graph.cache_clear()
    assert kept.game_graph("catch", Limits(1000)).states == before.states


def test_where_nothing_can_be_kept_nothing_is_missed(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "folder"))
    (tmp_path / "file").write_text("in the way")
    cache.keep("graphs", "key", b"body")
    assert cache.recall("graphs", "key") is None


def test_the_states_are_walked_by_the_histories_that_led_there():
    name = "catch(rows=4,columns=3)"
    engine = load_engine(name)
    graph = enumerate_game(engine, key=position_key(load_game(name).info))
    for ply, state, number in walked(graph, engine, 0):
        assert state.history() == graph.history(number)
        assert len(state.history()) == ply
        assert state.current_player() == 0


def test_what_a_policy_looks_at_is_noted():
    game = Enumerated("tic_tac_toe")
    seen = game._show.seen(load_engine("tic_tac_toe").new_initial_state(), 0, 0)
    source = Watched(seen._source)
    seen._source = source
    assert seen.legal_actions == tuple(range(9))
    assert not source.looked
    assert len(seen.tensor) == 27
    assert seen.history == ()
    assert seen.text
    assert source.looked == {"tensor", "history", "text"}
    assert seen.action_names[0] == "x(0,0)"
    assert (seen.return_so_far, seen.metadata) == (0.0, {})


def test_pyspiel_and_this_program_agree_on_who_moves():
    from openenv_tui.evaluation.exact import graph

    assert int(pyspiel.PlayerId.CHANCE) == graph.CHANCE
    assert int(pyspiel.PlayerId.SIMULTANEOUS) == graph.SIMULTANEOUS
    assert int(pyspiel.PlayerId.TERMINAL) == graph.TERMINAL
