"""An evaluation through every fault: episodes are played again, and nothing is counted twice."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openenv_tui.errors import (
    ConnectionFailedError,
    EpisodeFailsError,
    GaveUpError,
    StoreError,
    UsageError,
)
from openenv_tui.evaluation.engines import sessions
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import load_run, resume_run, run_plan
from openenv_tui.evaluation.store import FILE_NAME
from tests.faults.proxy import EPISODE_KINDS, HARMLESS, faulty
from tests.support.servers import NO_OPENENV, official_server, openenv_installed, our_server

needs_openenv = pytest.mark.skipif(not openenv_installed(), reason=NO_OPENENV)
GAME, EPISODES = "tic_tac_toe", 10
POLICIES = ("random", "first")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    for name, seconds in (("FIRST_PAUSE", 0.01), ("LONGEST_PAUSE", 0.1), ("LONGEST_QUEUE", 0.1)):
        monkeypatch.setattr(sessions, name, seconds)


@pytest.fixture(scope="module")
def server():
    with our_server("catch") as (_, address):
        yield address


@pytest.fixture
def proxy(server):
    with faulty(server) as proxy:
        proxy.delay = 0.6
        yield proxy


@pytest.fixture(scope="module")
def undisturbed():
    return run_plan(Plan(GAME, POLICIES, episodes=EPISODES, seed=7), keep=False).table


@pytest.fixture(scope="module")
def opening(server):
    """How many answers there are before the first episode: the audit, and a session's probe."""
    with faulty(server) as proxy:
        (row,) = run_plan(Plan(GAME, ("first",), episodes=2, env=proxy.address), keep=False).rows
        return proxy.answers - round(row.episodes * (1 + row.mean_steps))


def plan_for(proxy, **options):
    options = {"episodes": EPISODES, "seed": 7, "timeout": 0.4, "give_up": 5, **options}
    return Plan(GAME, POLICIES, env=proxy.address, **options)


def without_losses(table):
    return [replace(row, lost_sessions=0) for row in table.rows]


def lines(folder):
    with closing(sqlite3.connect(folder / FILE_NAME)) as log:
        return log.execute("SELECT row, episode FROM episodes").fetchall()


@pytest.mark.parametrize("fault", [*EPISODE_KINDS, *HARMLESS])
def test_the_table_is_that_of_an_undisturbed_run(proxy, fault, undisturbed, opening):
    proxy.faults = {opening + 5: fault, opening + 40: fault}
    table = run_plan(plan_for(proxy, sessions=1), keep=False).table
    assert proxy.done == [fault, fault]
    assert without_losses(table) == list(undisturbed.rows)
    losses = 0 if fault in HARMLESS else 2
    assert sum(row.lost_sessions for row in table.rows) == sum(table.lost.values()) == losses
    assert set(table.lost) == ({EPISODE_KINDS[fault]} if losses else set())


@pytest.mark.parametrize("fault", ["drop", "restart", "stall", "twice", "garbage", "error"])
def test_several_sessions_lose_each_its_own_episode(proxy, fault, undisturbed, opening):
    proxy.faults = {opening + number: fault for number in (11, 17, 31, 33, 47)}
    table = run_plan(plan_for(proxy, sessions=4), keep=False).table
    assert without_losses(table) == list(undisturbed.rows)
    assert not any(sum(row.forfeits.values()) for row in table.rows)


def test_lost_sessions_are_stored_with_their_kind(proxy, tmp_path, opening):
    proxy.faults = {opening + 3: "drop", opening + 20: "error", opening + 33: "garbage"}
    result = run_plan(plan_for(proxy, sessions=1), tmp_path / "run")
    assert result.table.lost == {"drop": 1, "error reply": 1, "garbage": 1}
    assert "played again: drop 1, error reply 1, garbage 1" in result.table.warnings[-1]
    assert load_run(tmp_path / "run").table.lost == result.table.lost


@needs_openenv
@pytest.mark.parametrize("fault", ["drop", "restart", "late", "error", "large garbage"])
def test_on_an_official_server_every_episode_is_played_too(official, fault):
    with faulty(official) as proxy:
        proxy.delay = 0.6
        stored = []
        plan = replace(plan_for(proxy), game="", sessions=2, episodes=300)

        def begun(progress):
            if not stored and progress.done:
                stored.append(progress.done)
                proxy.faults = {proxy.answers + number: fault for number in (3, 40)}

        result = run_plan(plan, keep=False, progress=begun)
    assert [row.episodes for row in result.rows] == [300, 300]
    assert 1 <= sum(row.lost_sessions for row in result.rows) <= 2
    assert not any(sum(row.forfeits.values()) for row in result.rows)


@pytest.fixture(scope="module")
def official():
    with official_server("tic_tac_toe", "catch/0/random", "tic_tac_toe/1/random") as address:
        yield address


def test_a_run_fits_itself_to_the_sessions_that_a_server_gives(proxy, undisturbed):
    proxy.most = 2
    table = run_plan(plan_for(proxy, sessions=6), keep=False).table
    assert proxy.peak == 2
    assert proxy.refused >= 1
    assert table.rows == undisturbed.rows


def test_a_run_takes_more_sessions_when_some_become_free(proxy):
    proxy.most = 1
    stop = threading.Event()

    def look(progress):
        proxy.most = 4
        if proxy.peak == 4:
            stop.set()

    run_plan(plan_for(proxy, sessions=4, episodes=100_000), keep=False, progress=look, stop=stop)
    assert proxy.peak == 4


def test_a_server_that_is_full_at_first_is_asked_again(proxy, undisturbed):
    proxy.full = 3
    assert run_plan(plan_for(proxy), keep=False).table.rows == undisturbed.rows


def test_a_server_that_was_gone_for_a_moment_is_waited_for(proxy, undisturbed, opening):
    proxy.faults = {opening + 12: "refuse", opening + 40: "refuse"}
    table = run_plan(plan_for(proxy, sessions=3), keep=False).table
    assert without_losses(table) == list(undisturbed.rows)


def test_a_server_that_stays_away_ends_the_run_with_everything_stored(proxy, tmp_path):
    notes = []

    def look(progress):
        notes.append(progress.note)
        proxy.always = lambda _: "drop"
        proxy.refuse()

    with pytest.raises(GaveUpError, match=r"gave up after 0\.6 s.*openenv-tui resume") as caught:
        run_plan(plan_for(proxy, episodes=3000, give_up=0.6), tmp_path / "run", progress=look)
    assert caught.value.exit_code == 3
    assert any("nothing listens there" in note for note in notes)
    kept = load_run(tmp_path / "run")
    assert kept.interrupted
    assert 0 < sum(row.episodes for row in kept.rows) < 6000


def test_giving_up_can_be_resumed_to_the_undisturbed_table(proxy, tmp_path, undisturbed, opening):
    def dead(_):
        return "drop" if proxy.answers > opening + 60 else None

    proxy.always = dead
    with pytest.raises(ConnectionFailedError):
        run_plan(plan_for(proxy, give_up=0.2, sessions=2), tmp_path / "run")
    proxy.always = lambda _: None
    result = resume_run(tmp_path / "run")
    assert without_losses(result.table) == list(undisturbed.rows)
    assert len(set(lines(tmp_path / "run"))) == len(lines(tmp_path / "run")) == 2 * EPISODES


def test_an_episode_that_fails_every_time_ends_the_run(proxy, tmp_path, opening):
    steps = Counter()

    def third_step(asked):
        if proxy.answers <= opening:
            return None
        steps["n"] = 0 if asked["type"] == "reset" else steps["n"] + 1
        return "error" if steps["n"] == 3 else None

    proxy.always = third_step
    words = r"episode 0 of random was lost 5 times in a row.*the engine fell over"
    with pytest.raises(EpisodeFailsError, match=words):
        run_plan(plan_for(proxy, sessions=1), tmp_path / "run")
    assert load_run(tmp_path / "run").table.lost == {"error reply": 5}


def test_a_run_can_be_stopped_while_its_server_is_away(proxy, tmp_path):
    stop = threading.Event()

    def look(progress):
        if progress.note:
            stop.set()
        proxy.always = lambda _: "drop"
        proxy.refuse()

    result = run_plan(
        plan_for(proxy, episodes=3000, give_up=60), tmp_path / "run", progress=look, stop=stop
    )
    assert result.interrupted


@needs_openenv
def test_a_server_that_comes_back_with_another_game_is_not_played_on(official, tmp_path):
    with faulty(official) as proxy:

        def swap(progress):
            if not proxy.done:
                proxy.upstream(f"{official}/catch/0/random/ws")
                proxy.next("drop")

        plan = replace(plan_for(proxy, episodes=5000, sessions=1), game="")
        with pytest.raises(ConnectionFailedError, match="serves catch, not tic_tac_toe"):
            run_plan(plan, tmp_path / "run", progress=swap)
        with pytest.raises(UsageError, match="serves catch, not tic_tac_toe"):
            resume_run(tmp_path / "run")
        proxy.upstream(f"{official}/tic_tac_toe/1/random/ws")
        with pytest.raises(UsageError, match=r"seats \[0\] were played, .* offers \[1\] now"):
            resume_run(tmp_path / "run")


FAULTS = st.sampled_from([*EPISODE_KINDS, *HARMLESS])


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    faults=st.dictionaries(st.integers(1, 150), FAULTS, max_size=8),
    most=st.integers(1, 4),
    wanted=st.integers(1, 4),
)
def test_whatever_happens_all_is_played_or_all_that_was_played_is_kept(
    server, undisturbed, opening, tmp_path_factory, faults, most, wanted
):
    folder = tmp_path_factory.mktemp("schedule") / "run"
    with faulty(server) as proxy:
        proxy.faults = {opening + number: fault for number, fault in faults.items()}
        proxy.most, proxy.delay = most, 0.3
        plan = plan_for(proxy, sessions=wanted, timeout=0.2, give_up=3)
        try:
            table = run_plan(plan, folder).table
        except ConnectionFailedError:
            table = None
        stored = lines(folder)
        assert len(stored) == len(set(stored))
        if table is None:
            proxy.faults = {}
            table = resume_run(folder).table
    assert without_losses(table) == list(undisturbed.rows)


def test_errors_of_resuming_are_words(tmp_path):
    run_plan(Plan("catch", ("random",), episodes=3, seed=1), tmp_path / "run")
    with pytest.raises(UsageError, match="is complete already"):
        resume_run(tmp_path / "run")
    with pytest.raises(StoreError, match="there is no run in"):
        resume_run(tmp_path)
