"""Pictures of games as HTML, and all pictures of a page in a small space."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Final, TypeAlias

from openenv_tui.evaluation.report.contents import Shown
from openenv_tui.evaluation.report.replays import Replay
from openenv_tui.render import Line, printable
from openenv_tui.render.inks import FILLS, INK, Run, runs
from openenv_tui.views import Tone

Picture: TypeAlias = tuple[Line, ...]
NUMBERS: Final = {tone: number for number, tone in enumerate(Tone)}
CODES: Final = {tone: f"t{number}" for tone, number in NUMBERS.items()}

FIRST_MARK: Final = 0xE000
NO_MARKS: Final = dict.fromkeys(range(FIRST_MARK, FIRST_MARK + 2 * len(Tone)), "?")


def tone_rules() -> str:
    """The style rules of all tones."""
    rules = [f".{CODES[tone]}{{color:var(--{name})}}" for tone, name in INK.items()]
    for tone, (ink, ground) in FILLS.items():
        rules.append(f".{CODES[tone]}{{color:{ink};background:{ground}}}")
    return "\n".join(rules)


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
