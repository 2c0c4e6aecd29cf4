"""The report as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

from openenv_tui import __version__
from openenv_tui.errors import MissingExtraError
from openenv_tui.evaluation.export.sheet import CHOICES, WORDS, Sheet, sheets
from openenv_tui.evaluation.report.choice import listed
from openenv_tui.evaluation.report.contents import Contents
from openenv_tui.evaluation.report.figures import Curves, Forest, Heat, Strips, shown
from openenv_tui.evaluation.report.pictures import Picture, Reel, as_html, tone_rules
from openenv_tui.evaluation.report.svg import draw
from openenv_tui.evaluation.show_standings import first_move
from openenv_tui.evaluation.standings import Standings
from openenv_tui.model import ForfeitKind
from openenv_tui.render import printable

try:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup
except ImportError as error:
    raise MissingExtraError("a report", "report") from error

MOST_NAMED = 4


def page(contents: Contents) -> str:
    """The whole page; the same contents always give the same page.

    Whatever a policy or a server called itself or said is escaped, and without control characters.
    """
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.globals.update(
        drawn=_drawn,
        picture=_pictured,
        shown=shown,
        known=known,
        interval=interval,
        words=WORDS,
    )
    plain = Environment(autoescape=False, undefined=StrictUndefined)
    style = plain.from_string(_file("page.css")).render(tones=tone_rules())
    text = environment.from_string(_file("page.html")).render(
        c=contents,
        version=__version__,
        style=Markup(style),
        script=Markup(_file("page.js")),
        reel=_reel(contents),
        **_words(contents),
    )
    return text.strip() + "\n"


def interval(value: float, low: float, high: float) -> str:
    """A value with its interval, such as ``0.159 [0.113, 0.205]``."""
    digits = 3 if abs(value) < 100 else 1
    return f"{value:,.{digits}f} [{low:,.{digits}f}, {high:,.{digits}f}]"


def known(value: float | None) -> str:
    """A number with three decimals; "unknown" where nothing is known."""
    return "unknown" if value is None else f"{value:,.3f}"


def _words(contents: Contents) -> dict[str, Any]:
    table = contents.table
    figures = contents.figures
    forests = [f for f in figures if isinstance(f, Forest)]
    strips = [f for f in figures if isinstance(f, Strips)]
    curves = [f for f in figures if isinstance(f, Curves)]
    found = contents.standings
    said = sheets(replace(table, standings=found))
    pairings = [_telling(sheet) for sheet in said if sheet.title in (CHOICES, "Pairings")]
    notes = [note for sheet in said for note in sheet.notes]
    heats = [f for f in figures if isinstance(f, Heat)]
    sections = [
        ("ranking", "Ranking", True),
        ("pairs", "Head to head", bool(heats)),
        ("returns", "Returns", bool(strips)),
        ("learning", "Learning", bool(curves)),
        ("forfeits", "Forfeits", True),
        ("games", "Games", bool(contents.shown or contents.unreplayed)),
        ("audit", "The server", table.audit is not None),
        ("provenance", "Provenance", True),
    ]
    return {
        "title": contents.title,
        "lead": lead(contents),
        "notes": tuple(dict.fromkeys(notes)),
        "sections": [(anchor, name) for anchor, name, there in sections if there],
        "forests": forests,
        "strips": strips,
        "curves": curves,
        "heats": heats,
        "exact": any(one.exact is not None for forest in forests for one in forest.estimates),
        "sheets": [_telling(said[0])._replace(title="")],
        "pairings": pairings,
        "more": said[1:] if found is None else [],
        "first_move": first_move(found) if found else "",
        "kinds": [kind.value for kind in ForfeitKind],
        "several": int(contents.meta.get("players", 1)) > 1,
        "audit": table.audit,
        "provenance": provenance(contents),
        "command": shlex.join(contents.manifest.get("command") or ()),
    }


def _telling(sheet: Sheet) -> Sheet:
    """Without columns that say nothing here, or that have a section of their own."""
    silent = {"forfeits", "lost sessions"}
    for heading, nothing in (("opponent", ""), ("draws", "0")):
        if heading in sheet.headings:
            place = sheet.headings.index(heading)
            silent |= {heading} if all(row[place] == nothing for row in sheet.rows) else set()
    return sheet.only(*[heading for heading in sheet.headings if heading not in silent])


def lead(contents: Contents) -> str:
    """What a reader in a hurry should know, in a sentence or two."""
    table = contents.table
    number = sum(row.episodes for row in table.rows)
    if contents.standings is not None:
        return _champions(contents.standings, number)
    policies = len({row.policy for row in table.rows})
    named = f"{policies} {'policy' if policies == 1 else 'policies'}"
    said = f"{named}, {number:,} episodes in all. "
    best = table.rows[0] if table.rows else None
    if best is None or best.mean_return is None:
        return said
    first = [label for label, row in zip(contents.labels, table.rows, strict=True) if row.rank == 1]
    if len(first) > 1:
        return said + _sharing(first, len(table.rows))
    assert best.mean_return_low is not None
    assert best.mean_return_high is not None
    told = interval(best.mean_return, best.mean_return_low, best.mean_return_high)
    if len(table.rows) == 1:
        return f"{said}The mean return is {told}."
    return f"{said}{first[0]} ranks first, with a mean return of {told}."


def _champions(found: Standings, number: int) -> str:
    first = [each.name for each in found.entrants if each.rank == 1]
    said = (
        f"{len(found.entrants)} entrants, {number:,} games"
        + (f", {found.format}" if found.format else "")
        + ". "
    )
    return said + (
        _sharing(first, len(found.entrants)) if first[1:] else f"{first[0]} ranks first."
    )


def _sharing(first: Sequence[str], number: int) -> str:
    """Who leads together; where they are many, how many they are."""
    who = listed(first) if len(first) <= MOST_NAMED else f"{len(first)} of {number}"
    return f"{who} share the first rank: they cannot be told apart."


def provenance(contents: Contents) -> list[tuple[str, str | None]]:
    """(what, value) of all that made the run; what is not known is left out by the page."""
    manifest, meta = contents.manifest, contents.meta
    packages: Mapping[str, Any] = manifest.get("packages") or {}
    return [
        ("Run", contents.table.run),
        ("Game", contents.table.game),
        ("Played on", contents.table.env),
        ("Seed", str(contents.table.seed)),
        ("Episodes a policy, as planned", f"{contents.table.episodes:,}"),
        ("Pairing", contents.table.pairing),
        ("Outcomes", contents.table.outcome_rule),
        ("Started", manifest.get("started")),
        ("Finished", manifest.get("finished")),
        ("Interrupted", "yes" if manifest.get("interrupted") else None),
        ("Clock", None if meta.get("clock") is None else f"{meta['clock']:g} s a decision"),
        ("openenv-tui", manifest.get("openenv_tui")),
        ("Git revision", manifest.get("revision")),
        ("Python", manifest.get("python")),
        ("Machine", manifest.get("machine")),
        ("Packages", ", ".join(f"{name} {its}" for name, its in packages.items() if its)),
    ]


def _drawn(figure: Forest | Strips | Curves) -> Markup:
    return Markup(draw(figure))


def _pictured(picture: Picture) -> Markup:
    return Markup(as_html(picture))


def _reel(contents: Contents) -> Markup | None:
    if not contents.shown:
        return None
    reel = Reel()
    for one in contents.shown:
        reel.add(one)
    return Markup(reel.to_json())


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
