"""``openenv-tui exact``: what policies are worth, without sampling."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from openenv_tui.cli.common import json_option, plain_option
from openenv_tui.errors import NoExactValueError
from openenv_tui.evaluation.exact.graph import MOST_STATES

if TYPE_CHECKING:
    from rich.console import RenderableType

    from openenv_tui.evaluation.exact.summary import Summary
    from openenv_tui.evaluation.exact.value import Exact

EPILOG = """\b
Examples:
  openenv-tui exact kuhn_poker -p random -p cfr -p 'always(action=Bet)'
  openenv-tui exact tic_tac_toe -p tactician -p first --opponent random
  openenv-tui exact cliff_walking -p random -p cliff_walker
  openenv-tui exact leduc_poker -p 'cfr(iterations=100)' --json | jq .policies
"""


@click.command("exact", epilog=EPILOG)
@click.argument("game")
@click.option(
    "-p", "--policy", "policies", metavar="SPEC", multiple=True, required=True,
    help="A policy that gives probabilities; repeat it.",
)  # fmt: skip
@click.option(
    "--opponent", "opponents", metavar="SPEC", multiple=True,
    help="Who takes the other seats; repeat it. Left out: the policies play each other.",
)  # fmt: skip
@click.option(
    "--win", metavar="RULE", default="",
    help="What counts as a win, such as 'return > 0'. Left out: the game's own rule.",
)  # fmt: skip
@click.option(
    "--limit", type=click.IntRange(min=1), default=MOST_STATES, show_default=True,
    metavar="STATES", help="Give up on games of more states.",
)  # fmt: skip
@json_option
@plain_option
def command(
    game: str,
    policies: tuple[str, ...],
    opponents: tuple[str, ...],
    win: str,
    limit: int,
    as_json: bool,
    plain: bool,
) -> None:
    """Say what policies are worth on GAME, by every way in which it can go.

    The game is walked through once and kept; nothing is sampled, so there are no intervals. Win
    rates and mean returns are given for each seat and on average; a best response is the most that
    anybody could get against a policy that plays all other seats, and exploitability what each
    seat could gain by it on average: 0 at an equilibrium, or at the best play of a game for one.
    """
    from openenv_tui.evaluation.exact.enumerated import Enumerated
    from openenv_tui.evaluation.exact.graph import BeyondLimitsError, Limits
    from openenv_tui.evaluation.exact.summary import summarise

    try:
        enumerated = Enumerated(game, rule=win, limits=Limits(limit))
    except BeyondLimitsError as error:
        raise NoExactValueError(f"{game} has no exact values: {error}; see --limit") from error
    found = summarise(enumerated, list(dict.fromkeys(policies)), list(dict.fromkeys(opponents)))
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
    else:
        _print(found, plain)


def _print(found: Summary, plain: bool) -> None:
    from rich.console import Console

    drawn = plain or not sys.stdout.isatty()
    console = Console(width=100, color_system=None, force_terminal=False) if drawn else Console()
    for part in (_values(found), _responses(found)):
        console.print(part)
    rule = found.outcome_rule
    console.print(
        f"{found.game}, {found.states:,} states. {rule[:1].upper()}{rule[1:]}. Nothing is sampled.",
        highlight=False, markup=False,
    )  # fmt: skip
    for reason in found.reasons:
        console.print(f"Note: {reason}.", highlight=False, markup=False)


def _values(found: Summary) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(title="What each gets", pad_edge=False)
    alone = all(each.opponent is None for each in found.pairings)
    words = ["policy", *([] if alone else ["opponent", "seat"])]
    for heading in (*words, "win rate", "draws", "losses", "mean return"):
        table.add_column(heading, justify="left" if heading in words else "right", overflow="fold")
    for each in found.pairings:
        lines = [("all", each.average)]
        lines += [(str(seat), value) for seat, value in enumerate(each.seats)]
        for seat, value in lines[:1] if alone else lines:
            first = seat == "all"
            names = [each.policy if first else ""]
            names += [] if alone else [(each.opponent or "") if first else "", seat]
            table.add_row(*map(Text, [*names, *_numbers(value)]), end_section=seat == lines[-1][0])
    return table


def _responses(found: Summary) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Against the best response", pad_edge=False)
    seats = range(max(len(each.seats) for each in found.pairings))
    best = [f"best at {seat}" for seat in seats] if len(seats) > 1 else ["best return"]
    lost = ["NashConv", "exploitability"] if len(seats) > 1 else ["falls short by"]
    for heading in ("policy", *best, *lost):
        table.add_column(heading, justify="left" if heading == "policy" else "right",
                         overflow="fold")  # fmt: skip
    for each in found.standings:
        if each.response is None:
            table.add_row(Text(each.reason))
            continue
        response = each.response
        numbers = [*response.best, response.nash_conv, response.exploitability]
        numbers = numbers[: len(best) + len(lost)]
        table.add_row(*map(Text, [each.policy, *map(_number, numbers)]))
    return table


def _numbers(value: Exact) -> list[str]:
    rates = [value.win, value.draw, value.loss]
    said = ["unknown" if rate is None else f"{rate:.4f}" for rate in rates]
    return [*said, _number(value.mean_return)]


def _number(value: float) -> str:
    # Rounded first, for there is no -0.0000.
    return f"{round(value, 4) + 0.0:,.4f}"
