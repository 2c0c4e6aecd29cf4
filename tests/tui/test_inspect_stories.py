"""The inspector, over real servers."""

import json
from pathlib import Path

import pytest

from openenv_tui.connection.recording import read_recording
from openenv_tui.connection.recording import recorded as recording
from openenv_tui.errors import RecordingEndsError
from openenv_tui.tui.app import OpenEnvTuiApp
from openenv_tui.tui.replay import open_replay
from openenv_tui.tui.screens import table_for
from openenv_tui.tui.sitting import Setup, open_sitting
from openenv_tui.wire.tape import Tape
from tests.support.servers import NO_OPENENV, openenv_installed, our_server, zoo_server
from tests.tui.conftest import User

ARENA = Path(__file__).parents[2] / "envs" / "arena_env"
needs_openenv = pytest.mark.skipif(not openenv_installed(), reason=NO_OPENENV)


@pytest.fixture(scope="module")
def catch():
    with our_server("catch") as (_, address):
        yield address


async def test_one_key_shows_the_frames_in_order(table, catch):
    async with table(None, target=catch, size=(100, 30)) as user:
        await user.waits_for("Your turn")
        await user.press("left", "f3")
        await user.waits_for("round trip")
        await user.waits_for("frame 8: observation, received")
        rows = [line.split("▕")[0].split() for line in user.sees().splitlines()[3:11]]
        assert [row[-1] for row in rows] == [
            "state", "state", "reset", "observation", "reset", "observation", "step", "observation",
        ]  # fmt: skip
        assert '"type": "observation"' in user.sees()
        await user.press("escape")
        await user.waits_for("Your turn")


async def test_what_was_sent_is_found_and_copied(table, catch):
    async with table(None, target=catch, size=(100, 30)) as user:
        await user.waits_for("Your turn")
        await user.press("right", "f3")
        await user.waits_for("frame 8")
        await user.press("slash")
        await user.type("action_id")
        await user.press("enter")
        await user.waits_for("frame 7: step, sent")
        await user.press("c")
        await user.waits_for("Copied")
        assert json.loads(user.app.clipboard) == {"type": "step", "data": {"action_id": 2}}
        await user.press("n")
        await user.press("slash", *["backspace"] * 9)
        await user.type("nowhere")
        await user.press("enter")
        await user.waits_for("'nowhere' is in none of the frames")


async def test_a_frame_of_ones_own_is_answered_and_the_game_goes_on(table, catch):
    async with table(None, target=catch, size=(100, 30)) as user:
        await user.waits_for("Your turn")
        await user.press("f3")
        await user.waits_for("frame 6")
        await user.press("up", "s", "ctrl+u")
        await user.type("no json")
        await user.press("enter")
        await user.waits_for("frame 8: error, received by hand")
        await user.press("t")
        await user.waits_for("frame 10: state, received by hand")
        await user.waits_for('"game_name": "catch"')
        await user.press("escape")
        await user.waits_for("the board is right again after the next move")
        await user.press("left")
        await user.waits_for("1 LEFT")


async def test_the_schema_is_shown(table, catch):
    async with table(None, target=catch, size=(100, 40)) as user:
        await user.waits_for("Your turn")
        await user.press("f3", "m")
        await user.waits_for("schema, as the server tells it")
        await user.waits_for('"title": "ArenaAction"')


async def test_without_a_server_it_says_so(table):
    async with table("catch", size=(80, 24)) as user:
        await user.press("f3")
        await user.waits_for("There is no server here")
        await user.press("s")
        await user.waits_for("Nobody is there to be sent anything")


async def test_while_policies_play_the_frames_come_in(table, catch):
    async with table(None, target=catch, person=False, size=(100, 30)) as user:
        await user.press("plus", "plus", "plus", "plus", "f3")
        await user.waits_for("24 frames")
        await user.waits_for("frame 24: observation")


async def test_the_inspector_as_a_picture(catch, snapshot):
    ticks = iter(range(1000))
    setup = Setup(None, catch, seed=3)
    sitting = await open_sitting(setup, Tape(lambda: next(ticks) / 1000))
    app = OpenEnvTuiApp(lambda: table_for(sitting))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        user = User(app, pilot)
        await user.waits_for("Your turn")
        await user.press("left", "f3")
        await user.waits_for("frame 8")
        snapshot(user, "inspector")


@pytest.fixture
async def recorded(tmp_path, catch):
    """Two games of catch, the second left in its middle."""
    path = tmp_path / "game.jsonl"
    with recording(path, catch) as (tape, _):
        sitting = await open_sitting(
            Setup(None, catch, person=False, policies=("tracker",), seed=3), tape
        )
        async for _ in sitting.play():
            pass
        sitting.next_seed()
        async for _ in sitting.play():
            if len(sitting.history) == 2:
                break
        await sitting.close()
    return path


async def test_a_recording_is_watched_without_its_server(recorded):
    sitting = await open_replay(read_recording(recorded))
    app = OpenEnvTuiApp(lambda: table_for(sitting))
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        user = User(app, pilot)
        await user.press(*["plus"] * 4)
        await user.waits_for("recorded, episode 1 of 2")
        await user.waits_for("Caught!")
        await user.press("f3")
        await user.waits_for("observation, received")
        await user.press("escape", "enter")
        await user.waits_for("episode 2 of 2")
        await user.waits_for("how far it was recorded")
        await user.press("r")
        await user.waits_for("episode 1 of 2")
        await user.waits_for("Caught!")


@needs_openenv
async def test_a_recorded_form_is_played_back(tmp_path):
    path = tmp_path / "thermostat.jsonl"
    with zoo_server("thermostat") as address, recording(path, address) as (tape, _):
        setup = Setup(None, f"{address}/thermostat", person=False, seed=1)
        sitting = await open_sitting(setup, tape)
        moves = []
        async for _ in sitting.play():
            moves = [move.name for move in sitting.history]
            if len(moves) == 5:
                break
        await sitting.close()
    again = await open_replay(read_recording(path))
    with pytest.raises(RecordingEndsError, match="how far it was recorded"):
        await _to_the_end(again)
    assert [move.name for move in again.history] == moves


async def _to_the_end(sitting):
    async for _ in sitting.play():
        pass


@needs_openenv
async def test_the_log_of_a_server_that_was_started_here_is_shown(table):
    async with table(None, target=str(ARENA), size=(120, 30)) as user:
        await user.waits_for("Your turn", seconds=30)
        await user.press("f3", "l")
        await user.waits_for("the server's log, its end")
        await user.waits_for("GET /health")
