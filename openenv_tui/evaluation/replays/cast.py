"""Scenes as an asciicast of version 2, which asciinema plays.

The format: https://docs.asciinema.org/manual/asciicast/v2/
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from openenv_tui.evaluation.replays.colours import PAPER, look, rgb
from openenv_tui.evaluation.replays.scenes import Scene
from openenv_tui.render import Line
from openenv_tui.render.inks import runs

HOME, CLEAR, REST, BELOW = "\x1b[H", "\x1b[2J", "\x1b[K", "\x1b[J"
HIDE, SHOW, PLAIN = "\x1b[?25l", "\x1b[?25h", "\x1b[0m"
LAST = 4
"""So many times as long as the others the last moment is shown."""


def cast(scenes: Sequence[Scene], title: str, seconds: float) -> str:
    """All moments as lines of JSON: a header, then (time, "o", what is written).

    Args:
        scenes: in order; at least one.
        title: of the recording.
        seconds: for which each is shown.
    """
    header = {
        "version": 2,
        "width": max(40, *(scene.width for scene in scenes)),
        "height": max(len(scene.lines) for scene in scenes) + 1,
        "title": title,
        "env": {"TERM": "xterm-256color"},
    }
    events = [
        [round(number * seconds, 6), "o", (HIDE + CLEAR if number == 0 else "") + _drawn(scene)]
        for number, scene in enumerate(scenes)
    ]
    events.append([round((len(scenes) - 1 + LAST) * seconds, 6), "o", SHOW + "\r\n"])
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in (header, *events)) + "\n"


def _drawn(scene: Scene) -> str:
    return HOME + "\r\n".join(_line(line) + REST for line in scene.lines) + BELOW


def _line(line: Line) -> str:
    found = []
    for run in runs(line):
        ink, ground = look(run.tone)
        codes = ["1"] if run.strong else []
        if ink != PAPER or ground is not None:
            codes.append(_colour(38, ink))
        if ground is not None:
            codes.append(_colour(48, ground))
        found.append(f"\x1b[{';'.join(codes)}m{run.text}{PLAIN}" if codes else run.text)
    return "".join(found)


def _colour(kind: int, colour: str) -> str:
    red, green, blue = rgb(colour)
    return f"{kind};2;{red};{green};{blue}"
