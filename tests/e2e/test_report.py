"""Reports of real runs: whole, valid, small, the same each time, and of nobody else's words."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from io import StringIO
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from openenv_tui.cli import run
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.evaluation.store import FILE_NAME, Store
from tests.support.pages import Page
from tests.support.servers import our_server, zoo_server

REFERENCE = Path(__file__).parents[2] / "results" / "reference"
REFERENCE_GAMES = ("catch", "2048", "blackjack", "cliff_walking", "tic_tac_toe", "kuhn_poker")
MORE_GAMES = ["goofspiel(num_cards=3)", "kuhn_poker(players=3)", "liars_dice", "pig(horizon=30)"]
ELSEWHERE = re.compile(r"https?:|//[a-z]|url\(|@import", re.IGNORECASE)


def made(place, out, *options):
    """The page of a run, as it is written and as it is read."""
    assert run(["report", str(place), "--out", str(out), *options]) == 0
    text = out.read_text(encoding="utf-8")
    page = Page(text)
    assert page.problems == []
    assert all(address.startswith("#") for address in page.addresses)
    code = [words for name, words in page.scripts.items() if name != "reel"]
    code += [tag["style"] or "" for _, tag in page.tags if "style" in tag]
    assert not any(ELSEWHERE.search(words) for words in code)
    assert text.startswith("<!doctype html>")
    return text, page


def reel(page):
    return json.loads(page.scripts["reel"])


@pytest.mark.parametrize("game", REFERENCE_GAMES)
def test_a_reference_run_has_a_small_page_with_its_games(game, tmp_path):
    text, page = made(REFERENCE / game, tmp_path / "page.html")
    assert len(text.encode()) < 400_000
    assert "Ranking" in page.text
    assert "95 % intervals, Wilson's for rates" in page.text
    deals = reel(page)["deals"]
    assert {deal["reason"].partition(":")[0].split(" and ")[0] for deal in deals} >= {"best"}
    for deal in deals:
        for shown in deal["games"]:
            assert shown["problem"] == ""
            assert len(shown["frames"]) >= 2
            assert len(shown["frames"][0][1]) == len(shown["viewers"])


@pytest.mark.parametrize("game", MORE_GAMES)
def test_any_game_of_the_engine_can_be_stepped_through(game, tmp_path):
    run_plan(Plan(game, ("random", "first"), episodes=12, seed=2), tmp_path / "run")
    _, page = made(tmp_path / "run", tmp_path / "page.html")
    deals = reel(page)["deals"]
    assert len(deals) >= 2
    assert all(shown["frames"] for deal in deals for shown in deal["games"])


def test_the_same_run_gives_the_same_page_and_figures(tmp_path):
    for name in ("one", "two"):
        options = ["--figures", str(tmp_path / name / "figures")]
        (tmp_path / name).mkdir()
        made(REFERENCE / "catch", tmp_path / name / "page.html", *options)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    assert len(files) == 7
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_figures_for_papers_are_svg_and_pdf(tmp_path):
    made(REFERENCE / "kuhn_poker", tmp_path / "page.html", "--figures", str(tmp_path))
    assert (tmp_path / "mean-return.pdf").read_bytes().startswith(b"%PDF")
    assert "<svg" in (tmp_path / "returns.svg").read_text()


def test_a_run_of_pairings_names_both_sides(tmp_path):
    plan = Plan(
        "tic_tac_toe",
        ("tactician", "tactician", "random"),
        episodes=20,
        seed=1,
        against=(("random",), ("first",), ("first",)),
    )
    run_plan(plan, tmp_path / "run")
    _, page = made(tmp_path / "run", tmp_path / "page.html")
    assert "tactician v random" in reel(page)["rows"]
    titles = {g["title"] for d in reel(page)["deals"] for g in d["games"]}
    assert any("seat 0: first, seat 1: tactician" in title for title in titles)


def held(place, game, names, episodes):
    """A tournament: a run whose rows are its pairings, and that says so."""
    pairs = list(combinations(names, 2))
    plan = Plan(
        game,
        tuple(one for one, _ in pairs),
        episodes=episodes,
        seed=1,
        against=tuple((other,) for _, other in pairs),
    )
    run_plan(plan, place)
    store = Store(place / FILE_NAME, new=True)
    about = {"format": "round-robin", "entrants": list(names), "anchor": names[0]}
    store.describe({"tournament": about}, store.rows())
    store.close()


@pytest.mark.parametrize("game", ["tic_tac_toe", "kuhn_poker"])
def test_a_tournament_has_standings_and_who_did_how_against_whom(game, tmp_path):
    names = ("random", "first", "last", "minimax" if game == "tic_tac_toe" else "kuhn_equilibrium")
    held(tmp_path / "run", game, names, 40)
    text, page = made(tmp_path / "run", tmp_path / "page.html", "--figures", str(tmp_path))
    assert len(text.encode()) < 400_000
    assert {"Head to head", "Pairings"} <= {words.strip() for words in page.texts}
    for words in (
        "4 entrants, 240 games, round-robin",
        "Bradley-Terry",
        "The first seat",
        "Nash weight",
    ):
        assert words in page.text
    shades = [
        td["class"] for td in page.named("td") if re.fullmatch(r"h\d|none", td.get("class", ""))
    ]
    assert len(shades) == 3 * 16
    assert shades.count("none") == 3 * 4
    written = {path.stem for path in tmp_path.glob("*.pdf")}
    assert written >= {"rating", "mean-return", "score-matrix", "superiority", "returns"}


def test_a_tournament_is_exported_whole(tmp_path):
    place = tmp_path / "run"
    held(place, "kuhn_poker", ("random", "first", "last"), 40)
    export = {}
    for name in ("csv", "jsonl", "json", "md", "latex", "html"):
        assert run(["export", str(place), "-f", name, "-o", str(tmp_path / name)]) == 0
        export[name] = (tmp_path / name).read_text()
    lines = list(csv.DictReader(StringIO(export["csv"])))
    assert [line["kind"] for line in lines] == ["standing"] * 3 + ["meeting"] * 6 + ["pairing"] * 3
    meetings = {(m["policy"], m["opponent"]): m for m in lines if m["kind"] == "meeting"}
    there, back = (float(meetings[key]["mean_return"]) for key in meetings if "random" not in key)
    assert there == -back
    records = [json.loads(line) for line in export["jsonl"].splitlines()]
    assert [r["mean_return"] for r in records] == [float(line["mean_return"]) for line in lines]
    assert len(json.loads(export["json"])["tournament"]["matrix"]) == 3
    assert export["latex"].count(r"\begin{table}") == 5
    assert sum(float(line["nash_weight"]) for line in lines[:3]) == pytest.approx(1)
    for name in ("md", "html"):
        for title in (
            "Standings",
            "Head to head",
            "Superiority",
            "Choosing an entrant",
            "Pairings",
        ):
            assert title in export[name]


def test_parquet_of_a_tournament_has_numbers_for_numbers(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    held(tmp_path / "run", "kuhn_poker", ("random", "first", "last"), 20)
    out = tmp_path / "table.parquet"
    assert run(["export", str(tmp_path / "run"), "-f", "parquet", "-o", str(out)]) == 0
    found = parquet.read_table(out)
    assert str(found.schema.field("points").type) == "double"
    assert str(found.schema.field("kind").type) == "string"
    assert found.num_rows == 12


def test_learning_is_drawn(tmp_path):
    plan = Plan("catch", ("q_learning", "random"), episodes=400, seed=1, learn=True)
    run_plan(plan, tmp_path / "run")
    _, page = made(tmp_path / "run", tmp_path / "page.html")
    assert "Learning" in page.text
    assert len(page.named("polyline")) == 2


def test_what_others_call_themselves_and_say_stays_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.py").write_text(
        "class Odd:\n"
        "    def __init__(self, name='x'): pass\n"
        "    def act(self, observation, rng):\n"
        "        if rng.random() < 0.2: raise ValueError('<script>alert(1)</script>\\x1b[31m')\n"
        "        return observation.legal_actions[0]\n"
    )
    hostile = "./odd.py:Odd(name='</script><img src=x onerror=alert(2)>')"
    run_plan(Plan("catch", (hostile, "random"), episodes=30, seed=1), tmp_path / "run")
    text, page = made(tmp_path / "run", tmp_path / "page.html")
    assert page.named("img") == []
    assert len(page.named("script")) == 2
    assert "\x1b" not in text
    assert "<script>alert(1)" in page.text
    assert "forfeits left out" in page.text
    assert hostile in reel(page)["rows"]
    assert any("forfeit" in deal["reason"] for deal in reel(page)["deals"])


def test_what_was_found_out_of_a_server_is_on_the_page(tmp_path):
    with our_server("tic_tac_toe") as (_, address):
        run_plan(Plan("", ("random",), episodes=10, seed=1, env=address), tmp_path / "run")
    _, page = made(tmp_path / "run", tmp_path / "page.html", "--games", "best")
    assert "before the run" in page.text
    assert len(reel(page)["deals"]) == 1


def test_what_a_hostile_server_says_stays_text(tmp_path):
    run_plan(Plan("catch", ("random",), episodes=5, seed=1), tmp_path / "run")
    bad = "</title><script>alert(3)</script>\x1b]0;x\x07"
    finding = {"topic": bad, "verdict": bad, "said": bad, "means": bad, "facts": {}}
    audit = {"address": bad, "name": bad, "seeded": None, "findings": [finding]}
    store = Store(tmp_path / "run" / FILE_NAME, new=True)
    store.describe({"audit": audit, "env": bad, "outcome_rule": bad}, store.rows())
    store.close()
    text, page = made(tmp_path / "run", tmp_path / "page.html")
    assert len(page.named("script")) == 2
    assert page.text.count("alert(3)") >= 6
    assert "\x1b" not in text


def test_an_environment_without_an_engine_here_has_a_page_without_games(tmp_path):
    with zoo_server() as address:
        plan = Plan("", ("random",), episodes=4, seed=1, env=f"{address}/thermostat")
        run_plan(plan, tmp_path / "run")
    _, page = made(tmp_path / "run", tmp_path / "page.html", "--figures", str(tmp_path))
    assert "There is no engine here for" in page.text
    assert "Infinity" not in page.text


def test_without_games_there_is_no_player(tmp_path):
    _, page = made(REFERENCE / "catch", tmp_path / "page.html", "--games", "none")
    assert "reel" not in page.scripts
    assert "Games" not in page.text


def test_the_page_is_written_beside_the_log_by_default(tmp_path, capsys):
    run_plan(Plan("catch", ("first",), episodes=5), tmp_path / "run")
    assert run(["report", str(tmp_path / "run")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "run" / "report.html")


def test_tables_and_pictures_can_be_read_without_seeing_them(tmp_path):
    _, page = made(REFERENCE / "kuhn_poker", tmp_path / "page.html")
    assert all(svg.get("aria-label") or svg.get("aria-hidden") for svg in page.named("svg"))
    assert all("scope" in th for th in page.named("th"))
    assert page.named("html")[0]["lang"] == "en"
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))


@pytest.mark.parametrize(("package", "words"), [("jinja2", "a report"), ("matplotlib", "figures")])
def test_without_the_extra_it_is_named(package, words, tmp_path):
    script = (
        f"import sys; sys.modules['{package}'] = None\n"
        "from openenv_tui.cli import run\n"
        f"sys.exit(run(['report', {str(REFERENCE / 'catch')!r}, '--out', 'page.html', "
        "'--figures', 'figures']))"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert words in done.stderr
    assert "pip install 'openenv-tui[report]'" in done.stderr
