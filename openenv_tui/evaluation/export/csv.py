"""Comma-separated values: one line a row, full precision, nothing but data."""

from __future__ import annotations

import csv
from io import StringIO

from openenv_tui.evaluation.export import records
from openenv_tui.evaluation.table import Table


def export(table: Table) -> str:
    """The rows; what is common, method and caption are columns, so that files can be joined."""
    lines = records(table)
    text = StringIO()
    writer = csv.DictWriter(text, list(lines[0]) if lines else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()
