"""The formats that a table can be written in: one file each, one line each here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from openenv_tui.evaluation.resampling import QUANTILES
from openenv_tui.registry import Registry

if TYPE_CHECKING:
    from openenv_tui.evaluation.table import Table

Exporter: TypeAlias = "Callable[[Table], str | bytes]"

EXPORTERS: Registry[Exporter] = Registry(
    "format",
    {
        "csv": "openenv_tui.evaluation.export.csv:export",
        "html": "openenv_tui.evaluation.export.html:export",
        "json": "openenv_tui.evaluation.export.json:export",
        "jsonl": "openenv_tui.evaluation.export.jsonl:export",
        "latex": "openenv_tui.evaluation.export.latex:export",
        "md": "openenv_tui.evaluation.export.markdown:export",
        "parquet": "openenv_tui.evaluation.export.parquet:export",
    },
    group="openenv_tui.exporters",
)

SUFFIXES = {"latex": "tex"}
"""How a format's files end, where not with its name."""


COMMON = ("run", "game", "env", "seed", "pairing", "outcome_rule")
"""What is the same in all rows of a run, and stands first in each."""


def records(table: Table) -> list[dict[str, Any]]:
    """The rows as flat records: what is common, the row, forfeits by kind, method and caption.

    Of a tournament, its standings and its matrix too; see ``tournament``.
    """
    whole = table.to_dict()
    common = {key: whole[key] for key in COMMON}
    about = {"method": table.method, "caption": table.caption}
    rows = [common | flat(row) | about for row in whole["rows"]]
    if table.standings is None:
        return rows
    from openenv_tui.evaluation.export.tournament import records as tournament

    said = {"method": table.standings.caption, "caption": table.caption}
    whole_run = [common | each | said for each in tournament(table.standings)]
    return _even([*whole_run, *(row | {"kind": "pairing"} for row in rows)])


def _even(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the same keys in all of them."""
    keys = dict.fromkeys(key for line in lines for key in line)
    return [{key: line.get(key) for key in keys} for line in lines]


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of ``Table.to_dict`` with forfeits and quantiles as columns of their own."""
    plain = {key: value for key, value in row.items() if key not in ("forfeits", "quantiles")}
    forfeits = {f"forfeits_{kind}": number for kind, number in row["forfeits"].items()}
    known = row["quantiles"] or {}
    shares = {f"quantile_{share:g}": known.get(f"{share:g}") for share in QUANTILES}
    return plain | forfeits | shares
