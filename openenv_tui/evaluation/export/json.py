"""The object that ``--json`` prints."""

from __future__ import annotations

import json

from openenv_tui.evaluation.table import Table


def export(table: Table) -> str:
    """One object, indented."""
    return json.dumps(table.to_dict(), indent=2) + "\n"
