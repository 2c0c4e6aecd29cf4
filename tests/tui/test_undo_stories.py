"""A person takes moves back, and keeps a game in a file."""

import asyncio
import json

from openenv_tui.cli import run
from openenv_tui.tui.saved import SavedGame, open_saved
from openenv_tui.tui.sitting import Setup, open_sitting


async def test_a_move_is_taken_back_and_that_is_said(table):
    async with table("catch") as user:
        await user.press("left", "u")
        await user.waits_for("undone 1")
        await user.waits_for("undone: LEFT")
        assert "step   0" in user.sees()
        await user.press("right", "right", *["down"] * 7)
        await user.waits_for("Caught!")


async def test_the_opponents_answer_is_taken_back_with_the_move(table):
    async with table("tic_tac_toe", policies=("random",)) as user:
        await user.press("5")
        await user.waits_for("Your turn")
        answer = user.app.screen.sitting.history[1]
        await user.press("u", "5")
        await user.waits_for("step   2")
        assert user.app.screen.sitting.history[1] == answer


async def test_chance_falls_as_it_fell(table):
    async with table("2048") as user:
        await user.press("left", "up")
        await user.waits_for("step   2")
        before = user.app.screen.moment.seen[0].tensor
        await user.press("right")
        await user.waits_for("step   3")
        await user.press("u")
        await user.waits_for("undone 1")
        assert user.app.screen.moment.seen[0].tensor == before


async def test_a_lost_game_goes_on_from_before_its_end(table, monkeypatch):
    monkeypatch.setattr("openenv_tui.tui.screens.table.GRACE", 0.0)
    async with table("catch") as user:
        await user.press(*["left"] * 9)
        await user.waits_for("Missed")
        await user.press("u")
        await user.waits_for("step   8")
        await user.press("u", "u")
        await user.waits_for("undone 3")
        assert "step   6" in user.sees()


async def test_the_next_game_is_as_if_nothing_had_been_undone(table):
    async with table("catch") as user:
        await user.press("left", "u")
        await user.waits_for("undone 1")
        await user.press("f5")
        await user.waits_for("seed   4")
        assert "undone" not in user.sees()


async def test_there_is_nothing_to_take_back_at_first(table):
    async with table("catch") as user:
        await user.press("u")
        assert "undone" not in user.sees()


async def test_a_policy_that_thinks_long_is_not_asked_again(tmp_path):
    (tmp_path / "counted.py").write_text(
        "asked = []\n\nclass Counted:\n    blocking = True\n\n    def act(self, seen, rng):\n"
        "        asked.append(rng.random())\n        return seen.legal_actions[0]\n"
    )
    sitting = await open_sitting(Setup("tic_tac_toe", policies=("./counted.py:Counted",)))
    import sys

    asked = next(m for n, m in sys.modules.items() if n.startswith("openenv_tui_user_counted"))
    for turn in (4, 8):
        sitting.person.press(turn)

    async def until_asked(count):
        async for _ in sitting.play():
            if len(sitting.history) == count:
                return

    player = asyncio.ensure_future(until_asked(2))
    await asyncio.sleep(0)
    sitting.person.press(4)
    await player
    assert len(asked.asked) == 1
    await sitting.close()


async def test_a_game_is_saved_and_opened_again(table, tmp_path):
    async with table("catch") as user:
        await user.press("left", "u", "right", "right", *["down"] * 7)
        await user.waits_for("Caught!")
        await user.press("f8")
        await user.waits_for("catch-3.game.json")
    saved = SavedGame.read(tmp_path / "catch-3.game.json")
    assert saved.over
    assert saved.seats == ("you",)
    assert [choice.name for choice in saved.undone[0][1]] == ["LEFT"]
    sitting = await open_saved(saved)
    async for _ in sitting.play():
        pass
    assert sitting.record.returns == (1.0,)
    await sitting.close()


async def test_a_second_save_does_not_write_over_the_first(table, tmp_path):
    async with table("catch") as user:
        await user.press("left", "f8", "f8")
        await user.waits_for("catch-3-2.game.json")
    assert len(list(tmp_path.glob("*.game.json"))) == 2


async def test_a_game_on_a_server_is_not_saved_so(table):
    async with table("catch") as user:
        user.app.screen.sitting.setup = Setup("catch", "ws://elsewhere")
        await user.press("f8")
        assert "Saved" not in user.sees()


def test_replay_prints_a_saved_game(tmp_path, capsys):
    place = tmp_path / "short.game.json"
    head = {"format": "openenv-tui game", "version": 1, "game": "catch", "seed": 3}
    moves = [{"player": 0, "action": 2, "name": "RIGHT"}]
    undone = [{"after": 0, "moves": [{"player": 0, "action": 0, "name": "LEFT"}]}]
    rest = {"seats": ["you"], "over": False, "moves": moves, "undone": undone}
    place.write_text(json.dumps({**head, **rest}))
    assert run(["replay", str(place), "--plain"]) == 0
    said = capsys.readouterr().out
    assert "1. seat 0, you: RIGHT" in said
    assert "taken back after 0 moves: LEFT" in said


def test_a_file_that_is_no_game_is_refused_in_words(tmp_path, capsys):
    place = tmp_path / "broken.game.json"
    place.write_text('{"format": "openenv-tui game", "version": 7}')
    assert run(["replay", str(place), "--plain"]) == 2
    assert "holds no saved game" in capsys.readouterr().err
