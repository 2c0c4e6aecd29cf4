"""From what a user writes to an open environment: here, or on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, Self

from openenv_tui.connection.access import Headers
from openenv_tui.connection.profiles import resolved
from openenv_tui.connection.targets import LOCAL, websocket_url
from openenv_tui.environment import AsyncEnvironment, Environment
from openenv_tui.errors import UsageError

OPEN_TIMEOUT: Final = 10.0
"""Seconds until a server has to have opened a session."""
ANSWER_TIMEOUT: Final = 60.0
"""Seconds for each answer; a server's own opponent may have to think."""

if TYPE_CHECKING:
    from openenv_tui.connection.launch import Tell, Variables
    from openenv_tui.wire.tape import Tape


class OpenEnvironment(Environment, Protocol):
    """An environment for ``with``, which closes it."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class OpenAsyncEnvironment(AsyncEnvironment, Protocol):
    """An environment for ``async with``, which closes it."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...


async def connect_async(
    target: str = LOCAL,
    game: str | None = None,
    *,
    seat: int | None = None,
    opponent: str | None = None,
    every_view: bool = False,
    limit: int | None = None,
    headers: Headers = (),
    variables: Variables = (),
    open_timeout: float = OPEN_TIMEOUT,
    timeout: float = ANSWER_TIMEOUT,
    tape: Tape | None = None,
    tell: Tell | None = None,
) -> OpenAsyncEnvironment:
    """Open an environment, which ``async with`` closes.

    Args:
        target: ``local``, a ws, wss, http or https URL, ``host:port``, ``hub:OWNER/NAME``, a server
            of your own list (``@NAME``), or what is started for this environment and stopped with
            it: ``docker:IMAGE``, or the path of an environment's folder.
        game: what is to be played; needed for ``local``. A server may be left to say what it
            serves. One of ours is asked for it; an official one serves a single game.
        seat: the only seat that this side plays; by default as many as there are, which is all of
            them on ``local`` and on our server, and one on an official server.
        opponent: a built-in policy, which our server lets play the other seats.
        every_view: ``observe`` is up to date for all seats of this side after every step, also on
            a server, which otherwise sends only what the player whose turn it is sees.
        limit: an episode of a server that is not one of OpenSpiel games is cut off after so many
            steps, because many never end by themselves; None for never.
        headers: (name, value) pairs that a server is sent, such as a token.
        variables: (name, value) pairs for the environment of a server that is started here.
        open_timeout: seconds until a server has to have opened a session.
        timeout: seconds for each answer of a server.
        tape: notes the frames of a server's session.
        tell: told how far a server is that is started here.

    Raises:
        UsageError: no such target, game, seat or opponent.
        ConnectionFailedError: the server cannot be reached, is none, or has no session left.
    """
    profile = resolved(target)
    target, game = profile.target, game or profile.game
    if target == LOCAL:
        # Imported here: the engine takes longer to load than this program.
        from openenv_tui.connection.local import AsyncLocalEnvironment

        return AsyncLocalEnvironment(_local_game(game, seat, opponent))
    from openenv_tui.connection.launch import launched, launches, silent
    from openenv_tui.connection.reach import LiveServer
    from openenv_tui.connection.remote import open_remote

    headers = (*profile.access(), *headers)
    running = await launched(target, variables, tell or silent) if launches(target) else None
    server = LiveServer(
        running.address if running else websocket_url(target), headers, tape, running
    )
    try:
        return await open_remote(
            server,
            game,
            seat=seat,
            opponent=opponent,
            every_view=every_view,
            limit=limit,
            open_timeout=open_timeout,
            timeout=timeout,
        )
    except BaseException:
        await server.close()
        raise


open_environment = connect_async
"""What this program's own modules call it: ``connect`` alone would mean the blocking one."""


def connect(
    target: str = LOCAL,
    game: str | None = None,
    *,
    seat: int | None = None,
    opponent: str | None = None,
    every_view: bool = False,
    limit: int | None = None,
    headers: Headers = (),
    variables: Variables = (),
    open_timeout: float = OPEN_TIMEOUT,
    timeout: float = ANSWER_TIMEOUT,
    tape: Tape | None = None,
    tell: Tell | None = None,
) -> OpenEnvironment:
    """Open an environment without having to await.

    ``with connect("local", "catch") as environment`` closes it at the end. It works inside a
    running event loop too, such as a notebook's. Arguments and errors are ``connect_async``'s.
    """
    profile = resolved(target)
    if profile.target == LOCAL:
        from openenv_tui.connection.local import LocalEnvironment

        return LocalEnvironment(_local_game(game or profile.game, seat, opponent))
    from openenv_tui.connection.blocking import blocking
    from openenv_tui.connection.launch import launches

    if not launches(profile.target):
        # A target that cannot be read is said before a thread is started.
        websocket_url(profile.target)

    return blocking(
        connect_async(
            target,
            game,
            seat=seat,
            opponent=opponent,
            every_view=every_view,
            limit=limit,
            headers=headers,
            variables=variables,
            open_timeout=open_timeout,
            timeout=timeout,
            tape=tape,
            tell=tell,
        )
    )


def _local_game(game: str | None, seat: int | None, opponent: str | None) -> str:
    if game is None:
        raise UsageError("which game? name one, such as catch; `openenv-tui games` lists them")
    if seat is not None or opponent is not None:
        raise UsageError(
            "a seat or an opponent can be asked of a server; local plays every seat here"
        )
    return game
