"""The table for a terminal and for plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table as RichTable
from rich.text import Text

from openenv_tui.evaluation.fitting import Fitted
from openenv_tui.evaluation.forfeits import Faults, Worth
from openenv_tui.evaluation.table import Row, Table
from openenv_tui.model import ForfeitKind

COLUMNS = ("#", "policy", "win rate", "mean return", "W/D/L", "steps", "episodes")
WORDS = ("policy", "against", "enough?")
"""Columns that may be folded."""


WIDE = 110
"""With less room intervals stand below what they belong to, or names would have none."""


@dataclass(frozen=True)
class Drawn:
    """A table that rich draws as wide as there is room, with caption and warnings below."""

    table: Table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Fitted(_grid(self.table, "\n" if options.max_width < WIDE else " "))
        if any(row.quantiles for row in self.table.rows):
            yield _scores(self.table)
        if self.table.faults:
            yield faults_table(self.table.faults)
            yield Text()
        yield Text(_versus(self.table) + self.table.caption, style="dim")
        for warning in self.table.warnings:
            yield Text(f"Note: {warning}.", style="yellow")


def as_rich(table: Table) -> RenderableType:
    """A table that rich draws, with caption and warnings below."""
    return Drawn(table)


def _grid(table: Table, between: str) -> RichTable:
    """The rows.

    Args:
        table: of a run.
        between: stands between a number and its interval.
    """
    drawn = RichTable(title=f"{table.game}", title_style="bold", expand=False, pad_edge=False)
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
            _above(rate(row).replace(" [", f"{between}["), exact_rate(row)),
            _above(mean(row).replace(" [", f"{between}["), exact_mean(row)),
            f"{row.wins}/{row.draws}/{row.losses}",
            f"{row.mean_steps:.1f}",
            f"{row.episodes:,}",
        ]
        cells += [forfeits(row)] if faults else []
        cells += [str(row.lost_sessions)] if lost else []
        cells += [row.verdict] if tested else []
        drawn.add_row(*map(Text, cells))
    return drawn


def _scores(table: Table) -> RichTable:
    """Of returns that are scores, the middle half and the quantiles."""
    shares = next(row.quantiles for row in table.rows if row.quantiles)
    drawn = RichTable(title="returns", title_style="bold", expand=False, pad_edge=False)
    drawn.add_column("policy", overflow="fold")
    for heading in ("IQM", *(f"{100 * float(share):g} %" for share in shares)):
        drawn.add_column(heading, justify="right", no_wrap=True)
    for row in table.rows:
        if row.quantiles is not None:
            cells = [row.policy, iqm(row), *(f"{value:,.0f}" for value in row.quantiles.values())]
            drawn.add_row(*map(Text, cells))
    return drawn


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


def exact(row: Row) -> str:
    """The exact win rate and mean return, such as ``0.200, -0.600``; "" where they are unknown."""
    return ", ".join(filter(None, (exact_rate(row), exact_mean(row))))


def exact_rate(row: Row) -> str:
    """The exact win rate; "" where it is unknown."""
    return "" if row.exact_win_rate is None else f"{row.exact_win_rate:.3f}"


def exact_mean(row: Row) -> str:
    """The exact mean return; "" where it is unknown."""
    if row.exact_mean_return is None:
        return ""
    digits = 3 if abs(row.exact_mean_return) < 100 else 1
    # Rounded first, for there is no -0.000.
    return f"{round(row.exact_mean_return, digits) + 0.0:,.{digits}f}"


def _above(sampled: str, exactly: str) -> str:
    """One below the other: a column more would not fit on a terminal of 80."""
    return f"{sampled}\nexact {exactly}" if exactly else sampled


def iqm(row: Row) -> str:
    """The mean of the middle half of the returns with its interval; "" where there is none."""
    if row.iqm is None:
        return ""
    return f"{row.iqm:,.1f} [{row.iqm_low:,.1f}, {row.iqm_high:,.1f}]"


def forfeits(row: Row) -> str:
    """The kinds that occurred with their numbers, such as ``2 illegal``; 0 without any."""
    found = [f"{count} {kind}" for kind, count in row.forfeits.items() if count]
    return ", ".join(found) or "0"


def _versus(table: Table) -> str:
    opponents = sorted({row.opponent for row in table.rows if row.opponent})
    return f"Against {opponents[0]}. " if len(opponents) == 1 else ""
