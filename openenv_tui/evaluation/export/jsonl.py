"""JSON lines: one object a row."""

from __future__ import annotations

import json

from openenv_tui.evaluation.export import records
from openenv_tui.evaluation.table import Table


def export(table: Table) -> str:
    """The rows; run, game, seed, rule, method and caption are repeated in each.

    Of a tournament, the flat records of a csv file.
    """
    if table.standings is not None:
        return "".join(json.dumps(record) + "\n" for record in records(table))
    common = {key: value for key, value in table.to_dict().items() if key != "rows"}
    return "".join(json.dumps(common | row) + "\n" for row in table.to_dict()["rows"])
