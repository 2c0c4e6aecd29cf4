"""One HTML page that needs nothing else."""

from __future__ import annotations

from html import escape

from openenv_tui.evaluation.export.sheet import WORDS, Sheet, sheets
from openenv_tui.evaluation.table import Table
from openenv_tui.render import printable

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; padding: 0 1rem; max-width: 75rem; }
div { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid #8884; }
th, td { text-align: right; white-space: nowrap; }
.w { text-align: left; }
"""


def export(table: Table) -> str:
    """A page with the tables, their captions and what is to be noted; light and dark."""
    title = _said(table.game)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>\n"
        + "\n".join(map(_section, sheets(table)))
        + "</body></html>\n"
    )


def _section(sheet: Sheet) -> str:
    kinds = [' class="w"' if heading in WORDS else "" for heading in sheet.headings]
    head = "".join(
        f'<th scope="col"{kind}>{_said(heading)}</th>'
        for kind, heading in zip(kinds, sheet.headings, strict=True)
    )
    rows = [
        "".join(f"<td{kind}>{_said(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))
        for row in sheet.rows
    ]
    title = f"<h2>{_said(sheet.title)}</h2>\n" if sheet.title else ""
    notes = "".join(f"<p><strong>Note:</strong> {_said(note)}.</p>" for note in sheet.notes)
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f"{title}<div><table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n"
        f"</tbody></table></div>\n<p>{_said(sheet.caption)}</p>{notes}"
    )


def _said(text: str) -> str:
    return escape(printable(text))
