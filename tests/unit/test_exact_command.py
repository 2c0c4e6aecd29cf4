"""``openenv-tui exact``, as a user types it."""

from __future__ import annotations

import json

import pytest

from openenv_tui.cli import run


def exact(capsys, *arguments):
    code = run(["exact", *arguments])
    return code, *capsys.readouterr()


def test_a_pairing_is_given_at_each_seat_and_on_average(capsys):
    code, out, _ = exact(capsys, "kuhn_poker", "-p", "cfr", "-p", "random", "--json")
    found = json.loads(out)
    (pairing,) = found["pairings"]
    assert code == 0
    assert (pairing["policy"], pairing["opponent"]) == ("cfr", "random")
    assert pairing["mean_return"] == pytest.approx(0.1447, abs=5e-5)
    assert pairing["win_rate"] == pytest.approx(0.4833, abs=5e-5)
    seats = [seat["mean_return"] for seat in pairing["seats"]]
    assert sum(seats) / 2 == pytest.approx(pairing["mean_return"])


def test_best_responses_and_exploitability_are_given(capsys):
    _, out, _ = exact(capsys, "kuhn_poker", "-p", "random", "--json")
    found = json.loads(out)
    (policy,) = found["policies"]
    assert policy["best_responses"] == pytest.approx([0.5, 5 / 12])
    assert policy["nash_conv"] == pytest.approx(11 / 12)
    assert policy["exploitability"] == pytest.approx(11 / 24)
    assert found["states"] == 58
    assert found["pairings"][0]["opponent"] == "random"


def test_a_game_for_one_says_how_far_a_policy_falls_short(capsys):
    code, out, _ = exact(capsys, "cliff_walking", "-p", "cliff_walker", "-p", "first")
    assert code == 0
    assert "falls short by" in out
    assert "91.0000" in out
    assert "-9.0000" in out


def test_one_policy_without_probabilities_does_not_hide_the_others(capsys):
    code, out, _ = exact(
        capsys, "tic_tac_toe", "-p", "tactician", "-p", "mcts", "--opponent", "random"
    )
    assert code == 0
    assert "0.9556" in out
    assert "Note: mcts gives no probabilities." in out


def test_three_players_sit_in_every_seat(capsys):
    _, out, _ = exact(capsys, "kuhn_poker(players=3)", "-p", "random", "-p", "first", "--json")
    found = json.loads(out)
    assert [len(each["seats"]) for each in found["pairings"]] == [3, 3]
    assert found["pairings"][0]["mean_return"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tic_tac_toe", "-p", "mcts"], "mcts gives no probabilities"),
        (["tic_tac_toe", "-p", "random", "--limit", "100"], "more than 100 states"),
        (["kuhn_poker", "-p", "tracker"], "it plays only catch"),
        (["matrix_pd", "-p", "random"], "choose at once"),
        (["catch", "-p", "random", "--win", "often"], "cannot read the rule"),
    ],
)
def test_what_cannot_be_is_said_in_words(capsys, arguments, words):
    code, out, err = exact(capsys, *arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_nothing_but_text_reaches_a_pipe(capsys):
    _, out, _ = exact(capsys, "catch", "-p", "random")
    assert "\x1b" not in out
    assert "0.2000" in out
