"""Parquet: the columns of the csv with their types, and what is known of the run as metadata."""

from __future__ import annotations

import json
from typing import Any, get_args, get_type_hints

from openenv_tui.errors import MissingExtraError
from openenv_tui.evaluation.export import COMMON, records
from openenv_tui.evaluation.table import Row, Table

try:
    # At the top, so that who asks for this format hears what is missing before a run begins.
    import pyarrow as arrow
    import pyarrow.parquet as parquet
except ImportError as error:
    raise MissingExtraError("the parquet format", "parquet") from error

TYPES = {bool: arrow.bool_(), int: arrow.int64(), float: arrow.float64(), str: arrow.string()}

TEXTS = {*COMMON, "method", "caption", "kind", "bound"} - {"seed"}


def export(table: Table) -> bytes:
    """A Parquet file; its key-value metadata holds run, game, rule, method, caption and audit."""
    lines = records(table)
    about = {key: value for key, value in table.to_dict().items() if key != "rows"}
    metadata = {
        f"openenv_tui.{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in about.items()
    }
    schema = arrow.schema([(name, _type(name)) for name in (lines[0] if lines else ())])
    whole = arrow.Table.from_pylist(lines, schema).replace_schema_metadata(metadata)
    written = arrow.BufferOutputStream()
    parquet.write_table(whole, written, compression="zstd")
    return bytes(written.getvalue())


def _type(name: str) -> Any:
    """A column's type, which is the same for every run: files of many runs can be joined."""
    if name == "seed" or name.startswith("forfeits_"):
        return arrow.int64()
    if name in TEXTS:
        return arrow.string()
    # What a run's rows do not have is of standings, and a number.
    hint = get_type_hints(Row).get(name, float)
    for kind in get_args(hint) or (hint,):
        if kind in TYPES:
            return TYPES[kind]
    return arrow.string()
