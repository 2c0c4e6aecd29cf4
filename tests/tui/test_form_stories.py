"""Environments that nobody has written an adapter for, played by a person."""

import pytest

from tests.support.servers import NO_OPENENV, openenv_installed, zoo_server

pytestmark = pytest.mark.skipif(not openenv_installed(), reason=NO_OPENENV)


@pytest.fixture(scope="module")
def zoo():
    with zoo_server("thermostat", "dungeon", "pixels", "quiz", "lights", "connect4") as address:
        yield address


async def test_a_form_is_filled_in_and_remembered(table, zoo):
    async with table(None, target=f"{zoo}/thermostat", size=(100, 30)) as user:
        await user.waits_for("Your turn")
        await user.type("1.5")
        await user.press("enter")
        await user.waits_for("power=1.5")
        await user.press("enter")
        await user.waits_for("2 power=1.5")


async def test_what_does_not_fit_is_said_and_nothing_is_sent(table, zoo):
    async with table(None, target=f"{zoo}/thermostat", size=(100, 30)) as user:
        await user.waits_for("Your turn")
        await user.type("9")
        await user.press("enter")
        await user.waits_for("a number from 0 to 2 was expected")
        assert "step   0" in user.sees()


async def test_the_form_can_be_left_for_the_board_and_the_board_for_the_lobby(table, zoo):
    async with table(None, target=f"{zoo}/thermostat", size=(100, 30)) as user:
        await user.waits_for("Your turn")
        await user.press("escape")
        assert user.app.screen.focused.id == "board"
        await user.press("escape")
        await user.pilot.pause()
        assert user.app._exit


async def test_a_form_is_handed_over_with_the_seat(table, zoo):
    async with table(None, target=f"{zoo}/thermostat", size=(100, 30)) as user:
        await user.waits_for("Your turn")
        await user.press("f2")
        await user.waits_for("The episode is over", seconds=15)
        await user.waits_for("10 ")


async def test_a_list_of_texts_is_written_with_commas(table, zoo):
    async with table(None, target=f"{zoo}/quiz", size=(100, 30)) as user:
        await user.waits_for("Name a primary colour.")
        await user.type("red, blue")
        await user.press("enter")
        await user.waits_for("red / blue")


async def test_a_range_of_numbers_has_a_key_each(table, zoo):
    async with table(None, target=f"{zoo}/pixels") as user:
        await user.waits_for("Your turn")
        await user.press("2")
        await user.waits_for("1 2")
        assert "strokes" in user.sees()


async def test_a_disc_is_dropped_by_its_key_and_by_a_click(table, zoo):
    async with table(None, target=f"{zoo}/connect4", size=(100, 34)) as user:
        await user.waits_for("Your turn")
        await user.press("4")
        await user.waits_for("1 0 column 4")
        await user.waits_for("Your turn")
        await user.pilot.click("#actions", offset=(8, 6))
        await user.waits_for("3 0 column 7")


@pytest.mark.parametrize("name", ["thermostat", "dungeon", "pixels", "quiz", "lights"])
async def test_an_unknown_environment_looks_as_it_should(table, zoo, snapshot, name):
    async with table(None, target=f"{zoo}/{name}", size=(100, 30)) as user:
        await user.waits_for("Your turn")
        if name != "pixels":
            await user.waits_for("esc Board")
        snapshot(user, f"unknown-{name}")
