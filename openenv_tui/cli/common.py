"""Options that several commands share, spelt and explained the same way everywhere."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from openenv_tui.errors import RecordingError, UsageError

if TYPE_CHECKING:
    from openenv_tui.wire.tape import Tape

F = TypeVar("F", bound=Callable[..., Any])


def game_argument(function: F) -> F:
    """GAME, which may be left out when a server says what it serves."""
    return click.argument("game", required=False)(function)


def env_option(function: F) -> F:
    """--env: where the game is played."""
    return click.option(
        "--env",
        "env",
        metavar="TARGET",
        default="local",
        show_default=True,
        help="Where to play: local (the embedded engine), a server (ws://host:port, https://...), "
        "docker:IMAGE, hub:OWNER/NAME, an environment's folder, or @NAME (see `servers`).",
    )(function)


def access_options(function: F) -> F:
    """--header, --token, --set and --docker; the command gets one ``access`` of them."""

    @click.option(
        "--header",
        "headers",
        metavar="'NAME: VALUE'",
        multiple=True,
        help="Sent to the server with every request; repeat it.",
    )
    @click.option(
        "--token",
        metavar="TOKEN",
        envvar="OPENENV_TUI_TOKEN",
        help="Sent to the server as a bearer token; $OPENENV_TUI_TOKEN keeps it out of sight.",
    )
    @click.option(
        "-e",
        "--set",
        "variables",
        metavar="NAME=VALUE",
        multiple=True,
        help="An environment variable of the server that docker: or a folder starts; repeat it.",
    )
    @click.option("--docker", is_flag=True, help="Run the image of hub:OWNER/NAME here.")
    @functools.wraps(function)
    def command(
        headers: tuple[str, ...],
        token: str | None,
        variables: tuple[str, ...],
        docker: bool,
        **options: Any,
    ) -> Any:
        from openenv_tui.connection.access import Access, request_headers, server_variables
        from openenv_tui.connection.targets import as_image

        access = Access(request_headers(headers, token), server_variables(variables))
        if docker:
            key = "env" if "env" in options else "target"
            options[key] = as_image(options[key])
        return function(access=access, **options)

    return cast(F, command)


def telling(what: str) -> None:
    """How far a server is that is started here, on stderr."""
    click.echo(what, err=True)


def seed_option(function: F) -> F:
    """--seed: fixes everything that is ours."""
    return click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=_preferred_seed,
        help="Fixes all chance; a new one is drawn and shown if left out (see `settings`).",
    )(function)


def _preferred_seed() -> int | None:
    from openenv_tui.settings import preferred_seed

    return preferred_seed()


def screen_options(function: F) -> F:
    """--theme, --ascii and --no-animation, which win over the settings for this command."""

    @click.option("--theme", metavar="NAME", default=None, help="Colours, such as openenv-light.")
    @click.option("--ascii/--no-ascii", "plain_letters", default=None, help="Draw with ASCII only.")
    @click.option(
        "--animation/--no-animation", default=None, help="Let things glide, or move at once."
    )
    @functools.wraps(function)
    def command(
        *arguments: Any,
        theme: str | None,
        plain_letters: bool | None,
        animation: bool | None,
        **options: Any,
    ) -> Any:
        wished = {"THEME": theme, "ASCII": plain_letters, "ANIMATION": animation}
        for name, value in wished.items():
            if value is not None:
                os.environ[f"OPENENV_TUI_{name}"] = str(value)
        return function(*arguments, **options)

    return cast(F, command)


def forfeits_option(default: str, about: str) -> Callable[[F], F]:
    """--forfeits: what one is worth."""
    from openenv_tui.evaluation.forfeits import ForfeitRule

    rules = click.Choice([rule.value for rule in ForfeitRule])
    return click.option(
        "--forfeits", type=rules, default=default or None, show_default=bool(default), help=about
    )


def exact_option(function: F) -> F:
    """--exact and --no-exact: how far to go for exact values."""
    return click.option(
        "--exact/--no-exact",
        default=None,
        help="Exact values beside the sampled ones, over every way the game can go: in games of "
        "up to 1,000,000 states, or none. Left out: in games of up to 10,000.",
    )(function)


def plain_option(function: F) -> F:
    """--plain: no colour, no screen, no redrawing."""
    return click.option(
        "--plain", is_flag=True, help="Plain lines of text: no colours, no screen."
    )(function)


def json_option(function: F) -> F:
    """--json: one object on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")(function)


def record_option(function: F) -> F:
    """--record: what goes over the wire is kept."""
    return click.option(
        "--record",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        default=None,
        help="Write the frames to and from the server into FILE; `openenv-tui replay` shows them.",
    )(function)


@contextmanager
def recording(path: Path | None, target: str) -> Iterator[Tape]:
    """A tape that is written to a file if one is named; at the end it says what is in it."""
    from openenv_tui.connection.recording import recorded

    with recorded(path, target) as (tape, recorder):
        yield tape
    if recorder is not None and recorder.problem is not None:
        raise RecordingError(
            f"{path} holds the first {recorder.written} frames only: {recorder.problem}"
        )
    if recorder is not None:
        click.echo(
            f"{recorder.written} frames are in {path}; openenv-tui replay {path} shows them",
            err=True,
        )


def required_game(game: str | None, env: str) -> str | None:
    """The game that was asked for; None leaves it to the server.

    Raises:
        UsageError: neither a game nor a server was named.
    """
    if game is None and env == "local":
        raise UsageError("which game? name one, such as catch; `openenv-tui games` lists them")
    return game


def on_a_terminal() -> bool:
    """Whether a screen can be drawn: Textual reads stdin, draws on stderr, and checks neither."""
    able = os.environ.get("TERM") not in ("dumb", "unknown")
    return able and sys.stdin.isatty() and sys.stderr.isatty()
