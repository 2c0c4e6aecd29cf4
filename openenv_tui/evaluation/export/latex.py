"""LaTeX tables with booktabs rules, for any engine."""

from __future__ import annotations

import re

from openenv_tui.evaluation.export.sheet import EXACT, WORDS, Sheet, sheets
from openenv_tui.evaluation.table import Table
from openenv_tui.render import printable

SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "`": r"\textasciigrave{}",
    "±": r"\ensuremath{\pm}", "→": r"\ensuremath{\rightarrow}", "\N{MINUS SIGN}": "$-$",
    "≥": r"\ensuremath{\geq}", "≤": r"\ensuremath{\leq}", "·": r"\ensuremath{\cdot}",
}  # fmt: skip
LAST_KNOWN = "ÿ"
"""Letters past this one are in no font that every engine has."""
MINUS = re.compile(r"(?<![\w.)-])-(?=[\d.])")


def export(table: Table) -> str:
    r"""A ``table`` environment for each table; needs ``\usepackage{booktabs}``."""
    return "\n".join(map(_environment, sheets(table)))


def _environment(sheet: Sheet) -> str:
    sheet = _narrowed(sheet)
    columns = "".join("l" if heading in WORDS else "r" for heading in sheet.headings)
    caption = " ".join([sheet.caption, *(f"Note: {note}." for note in sheet.notes)])
    lines = [
        r"\begin{table}",
        r"  \centering",
        f"  \\caption{{{_escaped(caption)}}}",
        f"  \\begin{{tabular}}{{{columns}}}",
        r"    \toprule",
        f"    {_cells(sheet.headings)}",
        r"    \midrule",
        *(f"    {_cells(row)}" for row in sheet.rows),
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _narrowed(sheet: Sheet) -> Sheet:
    """Of the results, what fits on a page; what says nothing is left out."""
    if "mean steps" not in sheet.headings:
        return sheet
    telling = {"rank", "policy", "win rate [95 %]", "mean return [95 %]", "mean steps", "episodes"}
    telling.add(EXACT)
    for heading, nothing in (("opponent", ""), ("forfeits", "0"), ("lost sessions", "0")):
        if any(row[sheet.headings.index(heading)] != nothing for row in sheet.rows):
            telling.add(heading)
    return sheet.only(*[heading for heading in sheet.headings if heading in telling])


def _cells(cells: tuple[str, ...]) -> str:
    return " & ".join(map(_escaped, cells)) + r" \\"


def _escaped(text: str) -> str:
    """The text itself, whatever it holds; letters that fonts lack by their numbers."""
    plain = MINUS.sub("\N{MINUS SIGN}", " ".join(printable(text).split()))
    return "".join(map(_letter, plain)).replace("--", "-{}-")


def _letter(letter: str) -> str:
    if letter in SPECIAL:
        return SPECIAL[letter]
    return letter if letter <= LAST_KNOWN else f"[U+{ord(letter):04X}]"
