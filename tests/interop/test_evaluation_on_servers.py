"""The evaluation runner against servers: the official framework's, ours, and ones that die."""

from __future__ import annotations

import pytest

from openenv_tui import evaluate
from openenv_tui.errors import ConnectionFailedError, GameError, UnreachableError
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import load_run, run_plan
from tests.support.servers import NO_OPENENV, official_server, openenv_installed, our_server

needs_openenv = pytest.mark.skipif(not openenv_installed(), reason=NO_OPENENV)
HEURISTICS = {
    "catch": "tracker",
    "2048": "first",
    "blackjack": "basic_strategy",
    "cliff_walking": "cliff_walker",
    "tic_tac_toe": "tactician",
    "kuhn_poker": "kuhn_equilibrium",
}


@pytest.fixture(scope="module")
def official():
    others = [f"{game}/{seat}/{opponent}" for game, seat, opponent in (
        ("2048", 0, "random"), ("blackjack", 0, "random"), ("cliff_walking", 0, "random"),
        ("tic_tac_toe", 1, "last"), ("kuhn_poker", 0, "first"),
    )]  # fmt: skip
    with official_server("catch", *others) as address:
        yield {
            "catch": address,
            **{other.partition("/")[0]: f"{address}/{other}/ws" for other in others},
        }


@needs_openenv
@pytest.mark.parametrize("game", HEURISTICS)
def test_every_game_is_evaluated_on_the_official_framework(official, game):
    result = evaluate("", policies=["random", HEURISTICS[game]], episodes=6, env=official[game])
    assert result.table.game == game
    for row in result.rows:
        assert row.episodes == row.wins + row.draws + row.losses == 6
        assert row.mean_return is not None
        assert sum(row.forfeits.values()) == row.lost_sessions == 0


@needs_openenv
def test_the_table_says_that_an_official_server_fixes_seat_and_opponent(official):
    table = evaluate("", policies=["tactician"], episodes=4, env=official["tic_tac_toe"]).table
    assert table.rows[0].opponent == "server:last"
    assert "Seat 1 alone" in table.pairing
    assert table.rows[0].losses == 0


@needs_openenv
def test_another_game_than_the_server_serves_is_refused(official):
    with pytest.raises(GameError, match="catch"):
        evaluate("kuhn_poker", policies=["random"], episodes=1, env=official["catch"])


@pytest.mark.parametrize("game", ["catch", "kuhn_poker", "matrix_pd", "kuhn_poker(players=3)"])
def test_rows_are_equal_near_and_far(game):
    options = {"policies": ["random", "first"], "episodes": 24, "seed": 11}
    with our_server("catch") as (_, address):
        far = evaluate(game, env=address, **options)
    assert far.rows == evaluate(game, **options).rows


def test_one_session_is_enough():
    with our_server("catch", sessions=1) as (_, address):
        result = evaluate("", policies=["tracker"], episodes=20, env=address)
    assert result.rows[0].wins == 20


def test_a_server_killed_in_a_run_is_an_error_and_what_was_played_is_kept(tmp_path):
    with our_server("catch") as (process, address):

        def kill(progress):
            process.kill()

        with pytest.raises(ConnectionFailedError, match=r"nothing listens.*openenv-tui resume"):
            run_plan(
                Plan("", ("random",), episodes=100_000, seed=1, env=address, give_up=1),
                tmp_path / "run",
                progress=kill,
            )
    (row,) = load_run(tmp_path / "run").rows
    assert 0 < row.episodes < 100_000


def test_an_address_where_nobody_listens_is_an_error_at_once():
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9"):
        evaluate("catch", policies=["random"], episodes=1, env="ws://127.0.0.1:9")


@needs_openenv
def test_the_table_says_that_an_official_server_ignores_seeds(official):
    table = evaluate("", policies=["random"], episodes=2, env=official["catch"]).table
    assert table.pairing == "The server deals by dice of its own, so episodes are not shared"
