"""The table for a terminal and for plain text."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from openenv_tui.evaluation.forfeits import Faults, Worth
from openenv_tui.evaluation.table import Row, Table
from openenv_tui.model import ForfeitKind

COLUMNS = ("#", "policy", "win rate", "mean return", "W/D/L", "steps", "episodes")
WORDS = ("policy", "against", "enough?")
"""Columns that may be folded."""


def as_rich(table: Table) -> RenderableType:
    """A table that rich draws, with caption and warnings below."""
    drawn = RichTable(title=f"{table.game}", title_style="bold", expand=False, pad_edge=False)
    versus = _versus(table)
    faults = any(sum(row.forfeits.values()) for row in table.rows)
    lost = any(row.lost_sessions for row in table.rows)
    tested = any(row.verdict for row in table.rows)
    several = len({row.opponent for row in table.rows}) > 1
    headings = [*COLUMNS[:2], *(["against"] if several else []), *COLUMNS[2:]]
    headings += [*(["forfeits"] if faults else []), *(["lost"] if lost else [])]
    headings += ["enough?"] if tested else []
    for heading in headings:
        drawn.add_column(
            heading,
            justify="left" if heading in WORDS else "right",
            no_wrap=heading not in WORDS,
            overflow="fold",
        )
    for row in table.rows:
        cells = [
            str(row.rank),
            row.policy,
            *([row.opponent or ""] if several else []),
            rate(row),
            mean(row),
            f"{row.wins}/{row.draws}/{row.losses}",
            f"{row.mean_steps:.1f}",
            f"{row.episodes:,}",
        ]
        cells += [forfeits(row)] if faults else []
        cells += [str(row.lost_sessions)] if lost else []
        cells += [row.verdict] if tested else []
        drawn.add_row(*map(Text, cells))
    faulty = [faults_table(table.faults), Text()] if table.faults else []
    below: list[RenderableType] = [*faulty, Text(versus + table.caption, style="dim")]
    below += [Text(f"Note: {warning}.", style="yellow") for warning in table.warnings]
    return Group(drawn, *below)


def faults_table(faults: Sequence[Faults]) -> RenderableType:
    """Forfeits by kind, lost sessions, and what each row is worth under either rule."""
    kinds = [kind for kind in ForfeitKind if any(each.kinds[kind] for each in faults)]
    drawn = RichTable(
        title="Forfeits, and what they decide: win rate, mean return",
        title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False,
        padding=(0, 1, 0, 0),
    )  # fmt: skip
    headings = ["policy", *kinds, "others'", "lost sessions", "as losses", "left out"]
    for heading in headings:
        named = heading in ("policy", "lost sessions")
        drawn.add_column(
            heading,
            justify="left" if named else "right",
            overflow="fold",
            min_width=10 if heading == "policy" else None,
        )
    for each in faults:
        lost = ", ".join(f"{number} {kind}" for kind, number in each.lost.items()) or "0"
        cells = [each.policy, *(str(each.kinds[kind]) for kind in kinds), str(each.others), lost]
        drawn.add_row(*map(Text, [*cells, _worth(each.loss), _worth(each.excluded)]))
    return drawn


def _worth(worth: Worth) -> str:
    rate = "?" if worth.win_rate is None else f"{worth.win_rate:.3f}"
    mean = "?" if worth.mean_return is None else f"{worth.mean_return:,.3f}"
    return f"{rate}, {mean}\nof {worth.episodes:,}"


def as_text(table: Table, width: int = 100) -> str:
    """The same without colours or escape sequences."""
    console = Console(file=StringIO(), width=width, color_system=None, force_terminal=False)
    console.print(as_rich(table))
    written = console.file
    assert isinstance(written, StringIO)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())


def rate(row: Row) -> str:
    """The win rate with its interval, such as ``0.199 [0.175, 0.225]``; unknown without a rule."""
    if row.win_rate is None:
        return "unknown"
    return f"{row.win_rate:.3f} [{row.win_rate_low:.3f}, {row.win_rate_high:.3f}]"


def mean(row: Row) -> str:
    """The mean return with its interval; "unknown" where no return is told."""
    if row.mean_return is None or row.mean_return_low is None or row.mean_return_high is None:
        return "unknown"
    digits = 3 if abs(row.mean_return) < 100 else 1
    low, high = row.mean_return_low, row.mean_return_high
    return f"{row.mean_return:,.{digits}f} [{low:,.{digits}f}, {high:,.{digits}f}]"


def forfeits(row: Row) -> str:
    """The kinds that occurred with their numbers, such as ``2 illegal``; 0 without any."""
    found = [f"{count} {kind}" for kind, count in row.forfeits.items() if count]
    return ", ".join(found) or "0"


def _versus(table: Table) -> str:
    opponents = sorted({row.opponent for row in table.rows if row.opponent})
    return f"Against {opponents[0]}. " if len(opponents) == 1 else ""
