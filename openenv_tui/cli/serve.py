"""``openenv-tui serve``: an OpenEnv server of a game."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import threading
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from arena_env.server.workers import Offer

LOOPBACK = ("127.0.0.1", "::1", "localhost")
AGENT_PLAYER = "all, or a player's number from 0"

EPILOG = """\b
Examples:
  openenv-tui serve                                any game that a client's reset names, else Catch
  openenv-tui serve kuhn_poker --agent-player all
  openenv-tui serve tic_tac_toe --opponent 'mcts(simulations=200)' --workers 4
  OPENENV_TUI_SERVER_TOKEN=... openenv-tui serve catch --host 0.0.0.0
"""


@click.command("serve", epilog=EPILOG)
@click.argument("game", default="catch")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="0 takes a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that share the port and the sessions; one for each core.",
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
    "--max-effort",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    metavar="N",
    help="The most that an opponent may think which a client asks for: the product of the whole "
    "numbers among its options, as in mcts(simulations=1000).",
)
@click.option(
    "--max-frame",
    type=click.IntRange(min=1024),
    default=2**20,
    show_default=True,
    metavar="BYTES",
    help="The largest request; who sends a larger one is told so, and closed.",
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
@click.option("--quiet", is_flag=True, help="No line for every session that comes and goes.")
def command(
    game: str,
    host: str,
    port: int,
    workers: int,
    max_sessions: int,
    agent_player: str,
    opponent: str,
    max_effort: int,
    max_frame: int,
    token: str | None,
    origins: tuple[str, ...],
    idle_timeout: float,
    quiet: bool,
) -> None:
    """Serve GAME to any OpenEnv client, until Ctrl-C.

    Official clients play one seat, against the opponent. A reset may carry seed, game,
    game_params, agent_player and opponent, so that every session plays what it likes;
    `openenv-tui ... --env ws://HOST:PORT` plays all seats.
    """
    # Imported here: --help needs neither an engine nor a server.
    from arena_env.server.fast import Guard
    from arena_env.server.workers import Offer

    if host not in LOOPBACK and token is None:
        click.echo(
            f"warning: {host} can be reached from elsewhere, and everybody is let in; --token "
            "asks who comes",
            err=True,
        )
    settings = {
        "agent_player": _seat(agent_player),
        "opponent": opponent,
        "idle": idle_timeout,
        "max_request": max_frame,
        "effort": max_effort,
    }
    offer = Offer(
        game, max_sessions, Guard(token, frozenset(origins)), settings, None if quiet else _log
    )
    if workers > 1:
        episodes, steps = _serve_together(offer, host, port, workers)
    else:
        from openenv_tui.connection.blocking import new_event_loop

        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            episodes, steps = runner.run(_serve_alone(offer, host, port))
    click.echo(f"Stopped after {episodes:,} episodes and {steps:,} steps.", err=True)


def _seat(written: str) -> int | None:
    if written == "all":
        return None
    if written.isdecimal():
        return int(written)
    raise click.BadParameter(f"{AGENT_PLAYER}; not '{written}'", param_hint="--agent-player")


def _log(line: str) -> None:
    """A line of the server's log, on stderr."""
    sys.stderr.write(f"{datetime.now():%H:%M:%S} {line}\n")
    sys.stderr.flush()


def _announce(offer: Offer, host: str, port: int) -> None:
    click.echo(
        f"Serving {offer.game} at ws://{_shown(host)}:{port}, for OpenEnv clients and for: "
        f"openenv-tui play --env ws://{_shown(host)}:{port} (Ctrl-C stops)",
        err=True,
    )


async def _serve_alone(offer: Offer, host: str, port: int) -> tuple[int, int]:
    """Serve in this process; gives the episodes and steps that were played."""
    from arena_env.server.fast import Seats, serve

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # To be stopped is how a server ends well, so it is no interruption.
        loop.add_signal_handler(number, stop.set)
    seats = Seats(offer.max_sessions)
    async with serve(offer.game, host, port, guard=offer.guard, seats=seats, **offer.all) as bound:
        _announce(offer, host, bound)
        await stop.wait()
    return seats.episodes, seats.steps


def _serve_together(offer: Offer, host: str, port: int, workers: int) -> tuple[int, int]:
    """Serve in several processes; gives the episodes and steps that were played."""
    from arena_env.server.fast import check, listening
    from arena_env.server.workers import Workers
    from arena_env.table import Setting

    # What cannot be served is said here, once.
    check(Setting(offer.game, offer.settings["agent_player"], offer.settings["opponent"]))
    listener = listening(host, port)
    heard, stop = socket.socketpair()
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, lambda *_: stop.send(b"."))
    together = Workers(offer, listener, workers)
    try:
        _announce(offer, host, listener.getsockname()[1])
        together.watch(heard)
    finally:
        together.end()
        for caught, handler in before.items():
            signal.signal(caught, handler)
        heard.close()
        stop.close()
    return together.episodes, together.steps


def _shown(host: str) -> str:
    """The host as it stands in a URL; who listens everywhere is found here too."""
    if host in ("0.0.0.0", "::", ""):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
