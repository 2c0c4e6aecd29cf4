"""The options of every command that plays a run, and what they come to."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from openenv_tui.cli.common import (
    access_options,
    env_option,
    exact_option,
    forfeits_option,
    json_option,
    plain_option,
    seed_option,
)
from openenv_tui.errors import UsageError
from openenv_tui.evaluation.export import EXPORTERS
from openenv_tui.seeding import drawn_seed

if TYPE_CHECKING:
    from openenv_tui.connection.access import Access

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Asked:
    """What was asked of a run, on the command line or in a file.

    Attributes:
        games: by name; () for whatever a server serves.
        wishes: fields of the plan.
        access: what a server is sent.
        out: folder of the run; None for one by the time.
        formats: of summaries, besides the usual ones.
        max_error_rate: the greatest share of forfeits with which a run has not failed.
        command: for the manifest.
        thresholds: policy -> field of its rows -> condition; missing one is a failure.
    """

    games: tuple[str, ...]
    wishes: Mapping[str, Any]
    access: Access
    out: Path | None
    formats: tuple[str, ...]
    max_error_rate: float
    as_json: bool
    plain: bool
    command: tuple[str, ...]
    thresholds: Mapping[str, Mapping[str, str]] = dataclass_field(default_factory=dict)


def game_options(function: F) -> F:
    """GAME, or --game for one and for several."""
    function = click.option(
        "--game", "games", metavar="GAME", multiple=True,
        help="A game; repeat it for several in one run, with a table across them.",
    )(function)  # fmt: skip
    return click.argument("game", required=False)(function)


def policies_option(words: str) -> Callable[[F], F]:
    """-p: who plays."""
    return click.option("-p", "--policy", "policies", metavar="SPEC", multiple=True, help=words)


def run_options(episodes: str, summaries: str = "--format") -> Callable[[F], F]:
    """Games and everything else that any run is told; the command gets one ``asked`` of them.

    Args:
        episodes: the help of -n.
        summaries: the long name of -f.
    """

    def decorated(function: F) -> F:
        @functools.wraps(function)
        def command(
            game: str | None,
            games: tuple[str, ...],
            seed: int | None,
            access: Access,
            out: Path | None,
            formats: tuple[str, ...],
            max_error_rate: float,
            as_json: bool,
            plain: bool,
            **options: Any,
        ) -> Any:
            for name in formats:
                EXPORTERS.load(name, "formats of a table")
            wishes = {name: options.pop(name) for name in WISHES} | {"seed": drawn_seed(seed)}
            named = (game, *games) if game is not None else games
            asked = Asked(
                games=named, wishes=wishes, access=access, out=out, formats=formats,
                max_error_rate=max_error_rate, as_json=as_json, plain=plain,
                command=("openenv-tui", *sys.argv[1:]),
            )  # fmt: skip
            return function(asked=asked, **options)

        found: Any = command
        for option in reversed((
            game_options,
            click.option(
                "-n", "--episodes", type=click.IntRange(min=1), default=1000, show_default=True,
                help=episodes,
            ),
            seed_option,
            env_option,
            access_options,
            *OPTIONS,
            click.option(
                "-f", summaries, "formats", multiple=True, metavar="FORMAT",
                help="Write summary.FORMAT too: csv, json, jsonl, parquet, md, latex or html; "
                "repeat it.",
            ),
            json_option,
            plain_option,
        )):  # fmt: skip
            found = option(found)
        return cast(F, found)

    return decorated


WISHES = (
    "episodes", "env", "jobs", "clock", "win", "max_steps", "forfeits", "sprt", "precision",
    "exact", "sessions", "timeout", "give_up",
)  # fmt: skip
"""Options that are fields of a plan."""

OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--jobs", type=click.IntRange(min=1), default=1, show_default=True,
        help="Worker processes; the records are the same whatever their number.",
    ),
    click.option(
        "--clock", type=float, default=None, metavar="SECONDS", help="Time limit for each decision."
    ),
    click.option(
        "--win", metavar="RULE", default="",
        help="What counts as a win, such as 'return > 0', 'steps <= 20' or 'score == 1', the last "
        "of a field of the last observation. Otherwise it is a loss. Left out: the game's own "
        "rule.",
    ),
    click.option(
        "--max-steps", type=click.IntRange(min=1), default=1000, show_default=True,
        help="Cut an episode off after so many steps, on servers other than of OpenSpiel games.",
    ),
    forfeits_option(
        "loss",
        "What an episode is worth that a policy ended by its own fault: a loss, nothing "
        "(excluded), or up to 5 attempts from other seeds (replay). They are counted by kind in "
        "any case.",
    ),
    click.option(
        "--sprt", metavar="A:B", default="",
        help="End a row when a sequential test between two scores is decided, such as 0.5:0.55; "
        "or '0:10 elo' (normalised), or 'return 0:0.1'. -n is the most to play.",
    ),
    click.option(
        "--precision", type=float, default=None, metavar="HALF",
        help="End a row when its interval is that narrow to either side, such as 0.01.",
    ),
    exact_option,
    click.option(
        "--sessions", type=click.IntRange(min=1), default=8, show_default=True,
        help="Most sessions at once on a server.",
    ),
    click.option(
        "--timeout", type=float, default=60.0, show_default=True, metavar="SECONDS",
        help="How long a server may take for an answer; then the episode is played again.",
    ),
    click.option(
        "--give-up", type=float, default=60.0, show_default=True, metavar="SECONDS",
        help="How long a server may be gone; then the run ends, and `resume` goes on with it.",
    ),
    click.option(
        "--out", type=click.Path(path_type=Path), default=None, metavar="DIR",
        help="Folder of the run; results/<time>-<game> by default.",
    ),
    click.option(
        "--max-error-rate", type=click.FloatRange(0, 1), default=1.0, show_default=True,
        help="Exit with 1 if more of a policy's episodes than this are its forfeits.",
    ),
)  # fmt: skip


def required_games(asked: Asked) -> tuple[str, ...]:
    """The games that were asked for; "" leaves it to the server.

    Raises:
        UsageError: neither a game nor a server was named, or a game twice.
    """
    if not asked.games and asked.wishes["env"] == "local":
        raise UsageError("which game? name one, such as catch; `openenv-tui games` lists them")
    twice = next((game for game in asked.games if asked.games.count(game) > 1), None)
    if twice is not None:
        raise UsageError(f"the game {twice} is named twice; each is played once")
    return asked.games or ("",)
