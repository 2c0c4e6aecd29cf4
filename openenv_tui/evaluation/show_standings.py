"""The standings of a tournament for a terminal and for plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from string import ascii_uppercase
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table as RichTable
from rich.text import Text

from openenv_tui.evaluation.clusters import Estimate
from openenv_tui.evaluation.meta_game import MetaGame
from openenv_tui.evaluation.show import faults_table
from openenv_tui.evaluation.standings import Meeting, Standing, Standings

WIDE: Final = 120
"""From so many columns on, intervals stand beside their means, not below."""


class StandingsView:
    """Draws standings, the matrix of pairs, the likelihoods of superiority, and the first move.

    Args:
        found: what is drawn.
        notes: what else a reader has to know.
    """

    def __init__(self, found: Standings, notes: Sequence[str] = ()) -> None:
        self._found = found
        self._notes = (*found.warnings, *notes)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        found = self._found
        yield _entrants(found, wide=options.max_width >= WIDE)
        yield Text(found.caption, style="dim")
        yield from (Text(f"Note: {warning}.", style="yellow") for warning in self._notes)
        yield Text()
        if found.faults:
            yield faults_table(found.faults)
            yield Text()
        yield _matrix(found)
        if found.superiority:
            yield _likelihoods(found)
        if found.meta_game is not None and len(found.entrants) > 2:
            yield _choices(found, found.meta_game)
        yield Text(first_move(found))


def standings_text(found: Standings, width: int = 80, notes: Sequence[str] = ()) -> str:
    """The same without colours or escape sequences."""
    console = Console(file=StringIO(), width=width, color_system=None, force_terminal=False)
    console.print(StandingsView(found, notes))
    written = console.file
    assert isinstance(written, StringIO)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())


def interval(each: Estimate, *, below: bool = False, signed: bool = False) -> str:
    """Such as ``0.199 [0.175, 0.225]``.

    Args:
        each: what is shown.
        below: the interval stands on a line of its own.
        signed: with a plus where it is positive.
    """
    if each.value is None or each.low is None or each.high is None:
        return "unknown"
    digits = 3 if max(map(abs, (each.value, each.low, each.high))) < 100 else 1
    sign = "+" if signed else ""
    between = "\n" if below else " "
    return (
        f"{each.value:{sign},.{digits}f}{between}[{each.low:,.{digits}f}, {each.high:,.{digits}f}]"
    )


def points(found: Standings, entrant: Standing) -> str:
    """The rating, such as ``>= +312 ± 95``; the anchor's is 0 by definition."""
    if entrant.points is None or entrant.error is None:
        return "-"
    if entrant.name == found.anchor:
        return "0 (anchor)"
    return f"{entrant.bound} {entrant.points:+.0f} ± {max(1.0, entrant.error):.0f}".strip()


def first_move(found: Standings) -> str:
    """What the first seat is worth, in a sentence."""
    first = found.first_move
    even = "" if found.players == 2 else f" (even: {1 / found.players:.3f})"
    said = (
        f"The first seat: score {interval(first.score)}{even}, mean return "
        f"{interval(first.mean_return, signed=True)}, over {first.games:,} games"
    )
    if first.points is not None and first.error is not None:
        said += f"; worth {first.points:+.0f} ± {max(1.0, first.error):.0f} points"
    return said + "."


def likelihood(value: float | None) -> str:
    """Such as ``.975``; never a certainty."""
    if value is None:
        return "-"
    if value > 0.999:
        return ">.999"
    return "<.001" if value < 0.001 else f"{value:.3f}"[1:]


def _entrants(found: Standings, *, wide: bool) -> RichTable:
    faults = any(sum(each.forfeits.values()) for each in found.entrants)
    lost = any(each.lost_sessions for each in found.entrants)
    drawn = _empty(f"{found.game}: {found.format or 'tournament'}")
    headings = ["#", "", "entrant", "points", "mean return", "win rate", "W/D/L of games"]
    headings += ["forfeits"] if faults else []
    headings += ["lost"] if lost else []
    for heading in headings:
        named = heading == "entrant"
        drawn.add_column(
            heading,
            justify="left" if named else "right",
            no_wrap=heading not in ("entrant", "forfeits"),
            overflow="fold",
            min_width=10 if named else None,
        )
    for letter, each in zip(letters(), found.entrants, strict=False):
        cells = [
            str(each.rank),
            letter,
            each.name,
            points(found, each),
            interval(each.mean_return, below=not wide),
            interval(each.win_rate, below=not wide),
            f"{each.wins}/{each.draws}/{each.losses}{' ' if wide else chr(10)}of {each.games:,}",
        ]
        cells += [_kinds(each)] if faults else []
        cells += [str(each.lost_sessions)] if lost else []
        drawn.add_row(*map(Text, cells))
    return drawn


def _matrix(found: Standings) -> RichTable:
    """Mean return and score of each row against each column."""
    numbers = {met.games for row in found.matrix for met in row if met}
    equal = len(numbers) == 1
    each = f", {numbers.pop():,} games each" if equal else ", and games"
    title = f"Row against column: mean return, ± of 95 %; score{each}"
    return _square(found, title, lambda one, other: _met(found.matrix[one][other], games=not equal))


def _likelihoods(found: Standings) -> RichTable:
    return _square(
        found,
        "Likelihood that the row is stronger than the column (LOS)",
        lambda one, other: likelihood(found.superiority[one][other]),
    )


def _choices(found: Standings, game: MetaGame) -> RichTable:
    """Who holds up, whoever else is entered."""
    drawn = _empty(f"The game of choosing an entrant, by {game.payoff}: see 1903.01373, 1806.02643")
    for heading in ("", "entrant", "alpha-rank", "Nash weight", "against the Nash average"):
        drawn.add_column(heading, justify="left" if heading == "entrant" else "right",
                         overflow="fold")  # fmt: skip
    weights, skills = game.nash
    rows = zip(letters(), found.entrants, game.alpha_rank, weights, skills, strict=False)
    for letter, entrant, mass, weight, skill in rows:
        numbers = (f"{mass:.3f}", f"{weight:.3f}", f"{round(skill, 3) + 0.0:+,.3f}")
        drawn.add_row(letter, *map(Text, (entrant.name, *numbers)))
    return drawn


def _square(found: Standings, title: str, cell: Callable[[int, int], str]) -> RichTable:
    drawn = _empty(title)
    drawn.add_column("")
    drawn.add_column("", overflow="fold", min_width=8)
    count = range(len(found.entrants))
    names = list(zip(letters(), found.entrants, strict=False))
    for letter, _ in names:
        drawn.add_column(letter, justify="right", no_wrap=True)
    for one, (letter, entrant) in enumerate(names):
        cells = ["-" if one == other else cell(one, other) for other in count]
        drawn.add_row(letter, Text(entrant.name), *map(Text, cells))
    return drawn


def _met(met: Meeting | None, *, games: bool) -> str:
    if met is None:
        return ""
    lines = [_short(met.mean_return, signed=True), _half(met.mean_return), _short(met.score)]
    return "\n".join([*lines, *([f"n={met.games:,}"] if games else [])])


def _short(each: Estimate, *, signed: bool = False) -> str:
    if each.value is None:
        return "?"
    if signed:
        return f"{each.value:+.0f}" if abs(each.value) >= 100 else f"{each.value:+.2f}"
    return f"{each.value:.3f}"


def _half(each: Estimate) -> str:
    """The wider side of an interval: some end where returns end."""
    if each.value is None or each.low is None or each.high is None:
        return ""
    half = max(each.value - each.low, each.high - each.value)
    if half >= 100:
        return f"±{half:.0f}"
    return f"±{half:.2f}" if half >= 0.005 else f"±{half:.1g}"


def letters() -> Iterator[str]:
    """A, B, ... Z, A1, B1, ...: names of rows and columns."""
    yield from ascii_uppercase
    number = 1
    while True:
        yield from (f"{letter}{number}" for letter in ascii_uppercase)
        number += 1


def _kinds(each: Standing) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in each.forfeits.items() if count) or "0"


def _empty(title: str) -> RichTable:
    return RichTable(
        title=title,
        title_style="bold",
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        expand=False,
    )
