"""A LaTeX table with booktabs rules."""

from __future__ import annotations

from openenv_tui.evaluation.show import mean, rate
from openenv_tui.evaluation.table import Table

SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip


def export(table: Table) -> str:
    r"""A ``table`` environment; needs ``\usepackage{booktabs}``."""
    lines = [
        r"\begin{table}",
        r"  \centering",
        f"  \\caption{{{_escaped(table.caption)}}}",
        r"  \begin{tabular}{rlrrrr}",
        r"    \toprule",
        r"    rank & policy & win rate & mean return & steps & episodes \\",
        r"    \midrule",
    ]
    for row in table.rows:
        name = f"{row.policy} v {row.opponent}" if row.opponent else row.policy
        cells = (str(row.rank), _escaped(name), rate(row), mean(row), f"{row.mean_steps:.1f}",
                 str(row.episodes))  # fmt: skip
        lines.append(f"    {' & '.join(cells)} \\\\")
    lines += [r"    \bottomrule", r"  \end{tabular}", r"\end{table}"]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return "".join(SPECIAL.get(letter, letter) for letter in text)
