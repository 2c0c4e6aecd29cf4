"""Comma-separated values: one line a row, full precision."""

from __future__ import annotations

import csv
from io import StringIO

from openenv_tui.evaluation.export import flat
from openenv_tui.evaluation.table import Table


def export(table: Table) -> str:
    """The rows; run, game, seed and rule are repeated in each, so that files can be joined."""
    common = {key: value for key, value in table.to_dict().items() if key not in ("rows", "audit")}
    lines = [common | flat(row) for row in table.to_dict()["rows"]]
    text = StringIO()
    writer = csv.DictWriter(text, list(lines[0]) if lines else list(common), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()
