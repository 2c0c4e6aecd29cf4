"""The formats that a table can be written in: one file each, one line each here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from openenv_tui.registry import Registry

if TYPE_CHECKING:
    from openenv_tui.evaluation.table import Table

Exporter: TypeAlias = "Callable[[Table], str]"

EXPORTERS: Registry[Exporter] = Registry(
    "format",
    {
        "csv": "openenv_tui.evaluation.export.csv:export",
        "html": "openenv_tui.evaluation.export.html:export",
        "json": "openenv_tui.evaluation.export.json:export",
        "jsonl": "openenv_tui.evaluation.export.jsonl:export",
        "latex": "openenv_tui.evaluation.export.latex:export",
        "md": "openenv_tui.evaluation.export.markdown:export",
    },
    group="openenv_tui.exporters",
)

SUFFIXES = {"latex": "tex"}
"""How a format's files end, where not with its name."""


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of ``Table.to_dict`` with the forfeits as columns of their own."""
    plain = {key: value for key, value in row.items() if key != "forfeits"}
    return plain | {f"forfeits_{kind}": number for kind, number in row["forfeits"].items()}
