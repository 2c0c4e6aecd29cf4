"""A table that leaves columns out where there is no room, before it squeezes the names away."""

from __future__ import annotations

from copy import copy
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table as RichTable

LEAST_NEEDED: Final = ("steps", "W/D/L", "forfeits", "lost", "episodes")
"""Which goes first. Every export has all of them."""
WRAPPED: Final = 16
"""The narrowest that words are wrapped to, such as a policy's name."""


class Fitted:
    """A table of rich's, as many of its columns as fit.

    Args:
        table: with a column of policies.
    """

    def __init__(self, table: RichTable) -> None:
        self.table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = copy(self.table)
        table.columns = [copy(column) for column in table.columns]
        spare = 0
        for column in table.columns:
            longest = max((len(str(cell)) for cell in column.cells), default=0)
            if not column.no_wrap:
                column.min_width = min(longest, WRAPPED)
                spare += longest - column.min_width
        wide = options.update(max_width=10_000)
        for heading in LEAST_NEEDED:
            if Measurement.get(console, wide, table).maximum - spare <= options.max_width:
                break
            table.columns = [column for column in table.columns if column.header != heading]
        yield table
