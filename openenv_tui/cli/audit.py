"""``openenv-tui audit``: what a server really does."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from openenv_tui.cli.common import access_options, json_option, plain_option, telling

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from openenv_tui.connection.access import Access
    from openenv_tui.connection.audit import Audit

MARKS = {
    "good": ("✔", "green"),
    "note": ("!", "yellow"),
    "bad": ("✘", "red"),
    "unknown": ("?", "dim"),
}
ASCII_MARKS = {"good": "+", "note": "!", "bad": "x", "unknown": "?"}


@click.command("audit")
@click.argument("target")
@click.option(
    "--probe-illegal",
    is_flag=True,
    help="Send an action that is not legal, too. It crashes some servers.",
)
@click.option(
    "--idle",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Keep a session silent for so long, and see whether it is still there.",
)
@click.option(
    "--sessions",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="The most sessions to open at once.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    default=2.0,
    show_default=True,
    help="For each measurement of speed.",
)
@access_options
@json_option
@plain_option
def command(
    target: str,
    probe_illegal: bool,
    idle: float,
    sessions: int,
    seconds: float,
    access: Access,
    as_json: bool,
    plain: bool,
) -> int:
    """Find out what the server at TARGET really does.

    Seeds, determinism, seats, sessions, odd frames, speed: each line has a verdict, and says what
    it means for an evaluation. It takes about ten seconds and plays some episodes; afterwards
    every session is given back.

    \b
    openenv-tui audit ws://127.0.0.1:8000
    openenv-tui audit http://127.0.0.1:8000 --probe-illegal --idle 60
    openenv-tui audit ws://127.0.0.1:8000 --json | jq .seeded
    """
    import asyncio

    from openenv_tui.connection.audit import Wishes, audit
    from openenv_tui.connection.launch import standing
    from openenv_tui.connection.profiles import resolved

    profile = resolved(target)
    wishes = Wishes(
        illegal=probe_illegal,
        idle=idle,
        sessions=sessions,
        seconds=seconds,
        headers=(*profile.access(), *access.headers),
    )
    with standing(profile.target, access.variables, telling) as address:
        found = asyncio.run(audit(address, wishes, _tell))
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
    else:
        _print(found, plain or not sys.stdout.isatty())
    return 0


def _tell(what: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"asking about {what} ...", err=True)


def _print(found: Audit, plain: bool) -> None:
    from rich.console import Console

    encoding = (sys.stdout.encoding or "ascii").lower()
    marks = {key: mark for key, (mark, _) in MARKS.items()}
    if "utf" not in encoding:
        marks = ASCII_MARKS
    if plain:
        click.echo(f"{found.name} at {found.address}")
        for each in found.findings:
            click.echo(f"{marks[each.verdict]} {each.topic}: {each.said}")
            if each.means:
                click.echo(f"    {each.means}")
        return
    console = Console()
    table = _table(found, marks)
    # One screen is what can be taken in at a glance: where the columns are too narrow for that,
    # the lines are not.
    fits = len(console.render_lines(table)) < console.height - 1
    console.print(table if fits else _lines(found, marks))


def _table(found: Audit, marks: Mapping[str, str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{found.name} at {found.address}", title_style="bold", expand=False)
    table.add_column("")
    table.add_column("topic", no_wrap=True)
    table.add_column("what was found", ratio=3)
    table.add_column("what it means for an evaluation", ratio=2, style="dim")
    for each in found.findings:
        style = MARKS[each.verdict][1]
        table.add_row(
            Text(marks[each.verdict], style=style),
            Text(each.topic),
            Text(each.said),
            Text(each.means),
        )
    return table


def _lines(found: Audit, marks: Mapping[str, str]) -> Text:
    from rich.text import Text

    lines = [Text(f"{found.name} at {found.address}", style="bold")]
    for each in found.findings:
        mark = (f"{marks[each.verdict]} ", MARKS[each.verdict][1])
        lines.append(Text.assemble(mark, (f"{each.topic}: ", "bold"), each.said))
        if each.means:
            lines.append(Text(f"  {each.means}", style="dim"))
    return Text("\n").join(lines)
