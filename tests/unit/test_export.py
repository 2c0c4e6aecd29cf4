"""Every format holds every row, and escapes what would break it."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from io import StringIO

import pytest

from openenv_tui.cli import run
from openenv_tui.evaluation.export import EXPORTERS
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.evaluation.show import as_text


@pytest.fixture(scope="module")
def table():
    plan = Plan("kuhn_poker", ("random", "kuhn_equilibrium(alpha=0.2)"), episodes=40, seed=3)
    return run_plan(plan, keep=False).table


FORMATS = sorted(set(EXPORTERS) - {"parquet"})
HOSTILE = '<script>a|b&_%#$~^\\{}`"--x\n[c]</script> é ± 中 \u202e'


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_names_every_policy_and_the_game(table, name):
    text = EXPORTERS.load(name)(table)
    plain = text.replace(r"\_", "_").replace("&#x27;", "'")
    assert "kuhn_poker" in plain
    for row in table.rows:
        assert row.policy in plain
    assert text.endswith("\n")


def test_csv_keeps_full_precision(table):
    first = next(csv.DictReader(StringIO(EXPORTERS.load("csv")(table))))
    assert float(first["mean_return"]) == table.rows[0].mean_return
    assert first["forfeits_crash"] == "0"


def test_json_is_the_object_that_scripts_are_promised(table):
    shown = json.loads(EXPORTERS.load("json")(table))
    assert list(shown) == [
        "run", "game", "env", "seed", "pairing", "outcome_rule", "audit", "rows", "method",
        "caption", "notes", "faults",
    ]  # fmt: skip
    assert list(shown["rows"][0]) == [
        "policy", "opponent", "episodes", "wins", "draws", "losses", "win_rate", "win_rate_low",
        "win_rate_high", "mean_return", "mean_return_low", "mean_return_high", "mean_steps",
        "forfeits", "lost_sessions", "exact_mean_return", "exact_win_rate", "rank", "cut_off",
        "complete", "verdict", "left_out", "win_rate_method", "mean_return_method", "pairing_gain",
        "shared_gain", "iqm", "iqm_low", "iqm_high", "quantiles", "improvement",
    ]  # fmt: skip


def test_jsonl_has_a_line_for_each_row(table):
    lines = EXPORTERS.load("jsonl")(table).splitlines()
    assert [json.loads(line)["policy"] for line in lines] == [row.policy for row in table.rows]


def test_what_a_format_would_take_for_its_own_is_escaped(table):
    row = replace(table.rows[0], policy="a|b<c>&_%")
    odd = replace(table, rows=(row,))
    assert r"a\|b" in EXPORTERS.load("md")(odd)
    assert "a|b&lt;c&gt;&amp;_%" in EXPORTERS.load("html")(odd)
    assert r"a\textbar{}b\textless{}c\textgreater{}\&\_\%" in EXPORTERS.load("latex")(odd)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_caption_method_and_number(table, name):
    text = EXPORTERS.load(name)(table).replace("&#x27;", "'").replace(r"\%", "%")
    assert table.method in text
    assert table.outcome_rule[5:30] in text
    assert "40 episodes a policy" in text


def test_parquet_has_types_and_the_rest_as_metadata(table):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow

    found = parquet.read_table(pyarrow.BufferReader(EXPORTERS.load("parquet")(table)))
    assert found.column("policy").to_pylist() == [row.policy for row in table.rows]
    assert found.column("mean_return").to_pylist() == [row.mean_return for row in table.rows]
    assert str(found.schema.field("exact_win_rate").type) == "double"
    assert str(found.schema.field("complete").type) == "bool"
    assert found.schema.metadata[b"openenv_tui.caption"].decode() == table.caption
    assert json.loads(found.schema.metadata[b"openenv_tui.audit"]) is None


def test_without_pyarrow_the_extra_is_named():
    script = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from openenv_tui.cli import run\n"
        "sys.exit(run(['eval', 'catch', '-f', 'parquet', '-n', '5']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == (
        "error: the parquet format needs an extra: pip install 'openenv-tui[parquet]'\n"
    )


def test_an_export_of_bytes_goes_to_a_file_and_into_the_run(tmp_path):
    pytest.importorskip("pyarrow")
    place = tmp_path / "run"
    run_plan(Plan("catch", ("first",), episodes=5), place, formats=["parquet"])
    out = tmp_path / "table.parquet"
    assert run(["export", str(place), "-f", "parquet", "-o", str(out)]) == 0
    assert out.read_bytes()[:4] == (place / "summary.parquet").read_bytes()[:4] == b"PAR1"


def test_a_hostile_name_stays_one_cell_everywhere(table):
    odd = replace(table, rows=(replace(table.rows[0], policy=HOSTILE),))
    assert "<script>" not in EXPORTERS.load("html")(odd) + EXPORTERS.load("md")(odd)
    assert EXPORTERS.load("md")(odd).count("\n") == EXPORTERS.load("md")(table).count("\n") - 1
    (line,) = csv.DictReader(StringIO(EXPORTERS.load("csv")(odd), newline=""))
    assert line["policy"] == json.loads(EXPORTERS.load("jsonl")(odd))["policy"] == HOSTILE


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no LaTeX here")
def test_latex_compiles_whatever_the_names(table, tmp_path):
    odd = replace(table, rows=(replace(table.rows[0], policy=HOSTILE), *table.rows[1:]))
    (tmp_path / "paper.tex").write_text(
        r"\documentclass{article}\usepackage{booktabs}\begin{document}"
        + EXPORTERS.load("latex")(odd)
        + r"\end{document}",
        encoding="utf-8",
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "paper.pdf").stat().st_size > 5_000


def test_latex_writes_minus_signs_and_no_ligatures(table):
    odd = replace(table, rows=(replace(table.rows[0], policy="cmd:./x --fast"),))
    text = EXPORTERS.load("latex")(replace(odd, rows=(*odd.rows, table.rows[1])))
    assert "x -{}-fast" in text
    assert "$-$0." in text


def test_the_caption_says_rule_seed_episodes_pairing_and_methods(table):
    for words in (
        "win: more chips",
        "seed 3",
        "40 episodes",
        "every seat",
        "Wilson",
        "one unit a deal",
    ):
        assert words.lower() in table.caption.lower()


def test_the_table_warns_where_rate_and_return_disagree(table):
    # Of so few episodes an interval may well miss the exact value, which is another note.
    first, second = (
        replace(row, exact_win_rate=None, exact_mean_return=None) for row in table.rows
    )
    rows = replace(first, win_rate=0.1), replace(second, win_rate=0.9)
    assert not replace(table, rows=rows, better=()).warnings
    odd = replace(table, rows=rows, better=((0, 1),))
    assert "has the higher mean return" in odd.warnings[0]
    assert "Note: " in as_text(odd)


def test_plain_text_has_no_escape_sequences(table):
    assert "\x1b" not in as_text(table)
