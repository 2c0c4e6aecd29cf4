"""One HTML page that needs nothing else."""

from __future__ import annotations

from html import escape

from openenv_tui.evaluation.show import forfeits, mean, rate
from openenv_tui.evaluation.table import Table

HEADINGS = ("rank", "policy", "opponent", "win rate", "mean return", "W/D/L", "steps", "episodes",
            "forfeits")  # fmt: skip
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; padding: 0 1rem; max-width: 70rem; }
div { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid #8884; }
th, td { text-align: right; white-space: nowrap; }
th:nth-child(2), th:nth-child(3), td:nth-child(2), td:nth-child(3) { text-align: left; }
"""


def export(table: Table) -> str:
    """A page with the table, its caption and what is to be noted; light and dark."""
    rows = []
    for row in table.rows:
        cells = (row.rank, row.policy, row.opponent or "", rate(row), mean(row),
                 f"{row.wins}/{row.draws}/{row.losses}", f"{row.mean_steps:.1f}",
                 f"{row.episodes:,}", forfeits(row))  # fmt: skip
        rows.append("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{heading}</th>" for heading in HEADINGS)
    notes = "".join(f"<p><strong>Note:</strong> {escape(note)}.</p>" for note in table.warnings)
    title = escape(table.game)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>\n"
        f"<div><table><thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n"
        f"</tbody></table></div>\n<p>{escape(table.caption)}</p>{notes}</body></html>\n"
    )
