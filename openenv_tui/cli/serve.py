"""``openenv-tui serve``: an OpenEnv server of a game."""

from __future__ import annotations

import asyncio
import signal
from typing import NamedTuple

import click

LOOPBACK = ("127.0.0.1", "::1", "localhost")
AGENT_PLAYER = "all, or a player's number from 0"


@click.command("serve")
@click.argument("game")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="0 takes a free one.",
)
@click.option(
    "--max-sessions",
    type=click.IntRange(min=1),
    default=64,
    show_default=True,
    help="How many clients may play at once.",
)
@click.option(
    "--agent-player",
    default="0",
    show_default=True,
    metavar="N",
    help="The seat of a client that asks for none: a player's number from 0, or all.",
)
@click.option(
    "--opponent",
    default="random",
    show_default=True,
    metavar="SPEC",
    help="The policy in the other seats, unless a client asks for a built-in one.",
)
@click.option(
    "--token",
    metavar="TOKEN",
    envvar="OPENENV_TUI_SERVER_TOKEN",
    help="Let in only who shows it as a bearer token; also $OPENENV_TUI_SERVER_TOKEN.",
)
@click.option(
    "--origin",
    "origins",
    metavar="URL",
    multiple=True,
    help="A web page that may connect from a browser, such as https://example.org; repeat it.",
)
@click.option(
    "--idle-timeout",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="Close a session in which nothing was asked for so long; 0 for never.",
)
def command(
    game: str,
    host: str,
    port: int,
    max_sessions: int,
    agent_player: str,
    opponent: str,
    token: str | None,
    origins: tuple[str, ...],
    idle_timeout: float,
) -> None:
    """Serve GAME to any OpenEnv client, until Ctrl-C.

    Official clients play one seat, against the opponent. A reset may carry seed, game,
    game_params, agent_player and opponent; `openenv-tui ... --env ws://HOST:PORT` plays all seats.
    """
    # Imported here: --help needs neither an engine nor a server.
    from openenv_tui.connect.blocking import new_event_loop

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(
            _serve(
                Offer(game, _seat(agent_player), opponent, max_sessions),
                host,
                port,
                token,
                origins,
                idle_timeout,
            )
        )


class Offer(NamedTuple):
    """What is served, and to how many."""

    game: str
    agent_player: int | None
    opponent: str
    max_sessions: int


def _seat(written: str) -> int | None:
    if written == "all":
        return None
    if written.isdecimal():
        return int(written)
    raise click.BadParameter(f"{AGENT_PLAYER}; not '{written}'", param_hint="--agent-player")


async def _serve(
    offer: Offer,
    host: str,
    port: int,
    token: str | None,
    origins: tuple[str, ...],
    idle: float,
) -> None:
    from arena_env.server.fast import Guard, serve

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # To be stopped is how a server ends well, so it is no interruption.
        loop.add_signal_handler(number, stop.set)
    if host not in LOOPBACK and token is None:
        click.echo(
            f"warning: {host} can be reached from elsewhere, and everybody is let in; --token "
            "asks who comes",
            err=True,
        )
    async with serve(
        offer.game,
        host,
        port,
        max_sessions=offer.max_sessions,
        agent_player=offer.agent_player,
        opponent=offer.opponent,
        guard=Guard(token, frozenset(origins)),
        idle=idle,
    ) as bound:
        click.echo(
            f"Serving {offer.game} at ws://{_shown(host)}:{bound}, for OpenEnv clients and for: "
            f"openenv-tui play --env ws://{_shown(host)}:{bound} (Ctrl-C stops)",
            err=True,
        )
        await stop.wait()
    click.echo("Stopped.", err=True)


def _shown(host: str) -> str:
    """The host as it stands in a URL; who listens everywhere is found here too."""
    if host in ("0.0.0.0", "::", ""):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
