"""Pictures of games as HTML, and all pictures of a page in a small space."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Final, NamedTuple, TypeAlias

from openenv_tui.evaluation.report.contents import Shown
from openenv_tui.evaluation.report.replays import Replay
from openenv_tui.render import Line, printable
from openenv_tui.views import Tone

Picture: TypeAlias = tuple[Line, ...]
NUMBERS: Final = {tone: number for number, tone in enumerate(Tone)}
CODES: Final = {tone: f"t{number}" for tone, number in NUMBERS.items()}

INK: Final = {
    Tone.MUTED: "muted", Tone.FIRST: "first", Tone.SECOND: "second", Tone.GOOD: "good",
    Tone.BAD: "bad", Tone.WARN: "warn", Tone.EMPTY: "empty", Tone.PATH: "path", Tone.GOAL: "good",
    Tone.DANGER: "danger", Tone.RED_SUIT: "bad", Tone.BLACK_SUIT: "ink", Tone.HIDDEN: "hidden",
    Tone.CURSOR: "accent",
}  # fmt: skip
"""Tones of letters, and the page's colour for each, in light and in dark."""

FILL: Final = {
    Tone.TILE_1: ("#3c3a32", "#eee4da"), Tone.TILE_2: ("#3c3a32", "#ecdcb0"),
    Tone.TILE_3: ("#241a10", "#f2b179"), Tone.TILE_4: ("#241a10", "#f59563"),
    Tone.TILE_5: ("#ffffff", "#d9533a"), Tone.TILE_6: ("#ffffff", "#c0331c"),
    Tone.TILE_7: ("#241a10", "#edcf72"), Tone.TILE_8: ("#241a10", "#e6bd3e"),
    Tone.TILE_9: ("#ffffff", "#1f7353"), Tone.TILE_10: ("#ffffff", "#2f6f9f"),
    Tone.TILE_11: ("#ffffff", "#6a3fa0"),
    Tone.LIGHT_WHITE: ("#ffffff", "#b99b78"), Tone.LIGHT_BLACK: ("#1b1410", "#b99b78"),
    Tone.DARK_WHITE: ("#ffffff", "#7d5a44"), Tone.DARK_BLACK: ("#1b1410", "#7d5a44"),
    Tone.CHECK_WHITE: ("#ffffff", "#c2382c"), Tone.CHECK_BLACK: ("#1b1410", "#c2382c"),
}  # fmt: skip
"""Tones that fill a field: (letters, ground), the same in light and in dark."""

GROUNDS: Final = ("#4c78a8", "#e39a3b", "#54a24b", "#d0504e", "#b69ad6", "#4fb3ac", "#c9a227",
                  "#e08db0", "#8c6d4f", "#9aa4b1", "#a3c13f", "#6a6fd1")  # fmt: skip
FILLS: Final = FILL | {
    Tone(f"code-{number}"): ("#101010", ground) for number, ground in enumerate(GROUNDS, start=1)
}
"""With the codes, on which letters are dark."""

FIRST_MARK: Final = 0xE000
NO_MARKS: Final = dict.fromkeys(range(FIRST_MARK, FIRST_MARK + 2 * len(Tone)), "?")


def tone_rules() -> str:
    """The style rules of all tones."""
    rules = [f".{CODES[tone]}{{color:var(--{name})}}" for tone, name in INK.items()]
    for tone, (ink, ground) in FILLS.items():
        rules.append(f".{CODES[tone]}{{color:{ink};background:{ground}}}")
    return "\n".join(rules)


class Run(NamedTuple):
    """Letters that look alike."""

    text: str
    tone: Tone
    strong: bool


def runs(line: Line) -> list[Run]:
    """A line in as few runs as show it; blanks at its end are left out."""
    found: list[Run] = []
    for span in line:
        text = printable(span.text)
        strong = span.strong and not text.isspace()
        tone: Tone = Tone.PLAIN if span.tone is Tone.STRONG else span.tone
        if text.isspace() and tone not in FILLS:
            tone = found[-1].tone if found and found[-1].tone not in FILLS else Tone.PLAIN
            strong = bool(found) and found[-1].strong and found[-1].tone is tone
        if found and found[-1][1:] == (tone, strong):
            found[-1] = found[-1]._replace(text=found[-1].text + text)
        elif text:
            found.append(Run(text, tone, strong))
    while found and found[-1].tone not in FILLS and not found[-1].text.rstrip(" "):
        found.pop()
    return found


def as_html(picture: Picture) -> str:
    """The lines of a picture, for a ``pre``; what stands in them is escaped."""
    return "\n".join("".join(map(_element, runs(line))) for line in picture)


def _element(run: Run) -> str:
    name = "b" if run.strong else "i"
    return f'<{name} class="{CODES[run.tone]}">{escape(run.text, quote=False)}</{name}>'


def packed(line: Line) -> str:
    """A line in few bytes: each run behind a letter of private use that says how it looks."""
    return "".join(
        chr(FIRST_MARK + 2 * NUMBERS[run.tone] + run.strong) + run.text.translate(NO_MARKS)
        for run in runs(line)
    )


class Reel:
    """All pictures of a page; lines and pictures that occur often are kept once."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}
        self._pictures: dict[tuple[int, ...], int] = {}
        self._rows: dict[str, int] = {}
        self._deals: list[dict[str, Any]] = []

    def add(self, shown: Shown) -> None:
        """Take up a deal's games."""
        row = self._rows.setdefault(shown.label, len(self._rows))
        games = [self._game(replay) for replay in shown.replays]
        self._deals.append({"row": row, "reason": shown.reason, "games": games})

    def to_json(self) -> str:
        """An object that may stand in a ``script`` element."""
        whole = {
            "rows": [printable(name) for name in self._rows],
            "deals": self._deals,
            "pictures": [list(lines) for lines in self._pictures],
            "lines": list(self._lines),
        }
        text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
        # Nothing in it ends the element or begins a comment.
        return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")

    def _game(self, replay: Replay) -> dict[str, Any]:
        return {
            "title": printable(replay.title),
            "end": printable(replay.end),
            "problem": printable(replay.problem),
            "viewers": [printable(viewer) for viewer in replay.viewers],
            "frames": [
                [printable(frame.move), [self._picture(each) for each in frame.pictures]]
                for frame in replay.frames
            ],
        }

    def _picture(self, picture: Picture) -> int:
        lines = tuple(self._lines.setdefault(packed(line), len(self._lines)) for line in picture)
        return self._pictures.setdefault(lines, len(self._pictures))
