"""What may be written after --env."""

import pytest

from openenv_tui.connection import connect, connect_async
from openenv_tui.connection.targets import websocket_url
from openenv_tui.errors import UsageError
from openenv_tui.wire.transport import public_address


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("localhost:8000", "ws://localhost:8000/ws"),
        ("ws://host:8000", "ws://host:8000/ws"),
        ("ws://host:8000/", "ws://host:8000/ws"),
        ("ws://host:8000/ws", "ws://host:8000/ws"),
        ("ws://host/game/7", "ws://host/game/7"),
        ("http://host:8000", "ws://host:8000/ws"),
        ("http://host/base/", "ws://host/base/ws"),
        ("https://name.example", "wss://name.example/ws"),
        ("wss://name.example/ws?token=x", "wss://name.example/ws?token=x"),
        ("[::1]:8000", "ws://[::1]:8000/ws"),
    ],
)
def test_an_address_becomes_the_url_of_its_websocket(written, url):
    assert websocket_url(written) == url


@pytest.mark.parametrize(
    "written",
    ["catch", "ftp://host:1", "ws://", "host:port", "ws://host:99999", "a b:80", "", ":80"],
)
def test_what_is_no_address_is_refused(written):
    with pytest.raises(UsageError, match="as an environment"):
        websocket_url(written)


def test_an_address_is_shown_without_its_secrets():
    assert public_address("wss://me:secret@host:1/ws?token=x") == "wss://host:1/ws"


def test_local_needs_a_game():
    with pytest.raises(UsageError, match="which game"):
        connect("local")


def test_local_gives_no_single_seat():
    with pytest.raises(UsageError, match="every seat"):
        connect("local", "catch", seat=0)


def test_local_is_closed_by_with():
    with connect("local", "catch") as environment:
        assert environment.reset(1).observations[0].legal_actions == (0, 1, 2)


async def test_local_can_be_awaited():
    async with await connect_async("local", "catch") as environment:
        assert (await environment.reset(1)).observations[0].legal_actions == (0, 1, 2)
