"""Actions written down beforehand, one after the other."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from openenv_tui.errors import SpecError
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.policy import Policy


class Scripted(Policy):
    """Plays a list of actions, written down beforehand.

    They are numbers, values such as UP, or objects with an action's fields.

    Args:
        actions: a JSON list, or words as in ``scripted(actions='0 2 2')``, or ``@`` and the name of
            a file of JSON lines, one action each.
        repeat: begin anew at the end of the list; otherwise the last action is played on.
    """

    def __init__(self, actions: str, repeat: bool = True) -> None:
        self._script = _from_file(actions[1:]) if actions[:1] == "@" else _from_text(actions)
        if not self._script:
            raise ValueError("there is no action in the script")
        self._repeat = repeat
        self._at = 0

    def begin(self, context: EpisodeContext) -> None:
        self._at = 0

    def act(self, observation: Observation, rng: Random) -> Any:
        last = len(self._script) - 1
        at = self._at % (last + 1) if self._repeat else min(self._at, last)
        self._at += 1
        return self._script[at]


def _from_text(text: str) -> list[Any]:
    if text.lstrip().startswith("["):
        with suppress(ValueError):
            return list(json.loads(text))
    return [_word(word) for word in text.split()]


def _word(word: str) -> Any:
    with suppress(ValueError):
        found = json.loads(word)
        if not isinstance(found, (list, dict)):
            return found
    return word


def _from_file(name: str) -> list[Any]:
    path = Path(name).expanduser()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"cannot read the script {name}: {error}") from error
    actions = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                actions.append(json.loads(line))
            except ValueError as error:
                raise SpecError(f"{name}, line {number}: an action in JSON was expected") from error
    return actions
