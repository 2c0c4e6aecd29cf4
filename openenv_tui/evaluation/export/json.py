"""The object that ``--json`` prints."""

from __future__ import annotations

import json

from openenv_tui.evaluation.table import Table


def export(table: Table) -> str:
    """One object, indented."""
    found = table.to_dict()
    if table.standings is not None:
        found["tournament"] = table.standings.to_dict()
    return json.dumps(found, indent=2) + "\n"
