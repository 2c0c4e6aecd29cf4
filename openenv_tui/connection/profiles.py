"""Servers that one uses often, by names of one's own, in the user's configuration folder.

[work]
target = "https://games.example.org"
game = "kuhn_poker"
token_variable = "WORK_TOKEN"
headers = { X-Team = "blue" }
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from openenv_tui.connection.access import Headers, request_headers
from openenv_tui.errors import StoreError, UnknownNameError, UsageError

SIGN: Final = "@"
"""Stands before a profile's name where a target is expected."""
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
KEYS: Final = ("target", "game", "token_variable", "headers")


@dataclass(frozen=True)
class Profile:
    """A server by a name.

    Attributes:
        target: as ``--env`` takes it.
        game: what is played there if nothing else is asked for; None for whatever it serves.
        token_variable: the environment variable that holds the token; None for none.
        headers: sent with every request; they stand in the file, so no secrets belong here.
    """

    target: str
    game: str | None = None
    token_variable: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def access(self) -> Headers:
        """The headers that are sent, the token among them.

        Raises:
            UsageError: the variable of the token is not set, or a header cannot be sent.
        """
        token = None
        if self.token_variable is not None:
            token = os.environ.get(self.token_variable)
            if not token:
                raise UsageError(
                    f"the token for {self.target} is expected in ${self.token_variable}, which is "
                    "not set"
                )
        return request_headers([f"{name}: {value}" for name, value in self.headers.items()], token)


def profiles_file() -> Path:
    """Where the profiles are kept; the folder follows the XDG convention."""
    root = os.environ.get("XDG_CONFIG_HOME")
    return (Path(root) if root else Path.home() / ".config") / "openenv-tui" / "servers.toml"


def read_profiles() -> dict[str, Profile]:
    """All profiles by their names; {} where there is no file.

    Raises:
        UsageError: the file cannot be read; the text names the place.
    """
    place = profiles_file()
    try:
        written = tomllib.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read {place}: {error}") from error
    return {name: _profile(place, name, entry) for name, entry in written.items()}


def write_profiles(profiles: Mapping[str, Profile]) -> None:
    """Keep these profiles and no others.

    Raises:
        StoreError: the file cannot be written.
    """
    place = profiles_file()
    text = "\n".join(_section(name, profile) for name, profile in sorted(profiles.items()))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        # First beside it: a full disk must not cost what was there.
        new = place.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        new.replace(place)
    except OSError as error:
        raise StoreError(f"cannot write {place}: {error.strerror or error}") from error


def resolved(target: str) -> Profile:
    """What a target stands for: a profile after ``@``, else the target itself.

    Raises:
        UnknownNameError: there is no such profile.
        UsageError: the file of profiles cannot be read.
    """
    if not target.startswith(SIGN):
        return Profile(target)
    name, profiles = target.removeprefix(SIGN), read_profiles()
    if name not in profiles:
        hint = f"openenv-tui servers add {name or 'NAME'} TARGET makes one"
        raise UnknownNameError("server", name, profiles, hint)
    return profiles[name]


def _profile(place: Path, name: str, entry: Any) -> Profile:
    where = f"{place}: [{name}]"
    if not isinstance(entry, dict) or not isinstance(entry.get("target"), str):
        raise UsageError(f'{where} has no target; expected target = "ws://host:port"')
    if unknown := sorted(entry.keys() - set(KEYS)):
        raise UsageError(f"{where} has {unknown[0]}; known are {', '.join(KEYS)}")
    headers = entry.get("headers", {})
    texts = [entry.get("game", ""), entry.get("token_variable", "")]
    if not isinstance(headers, dict) or not all(
        isinstance(each, str) for each in (*texts, *headers.values())
    ):
        raise UsageError(f'{where}: texts were expected, and headers = {{ Name = "value" }}')
    if entry["target"].startswith(SIGN):
        raise UsageError(f"{where} names another profile, {entry['target']}; a target was expected")
    return Profile(
        entry["target"], entry.get("game") or None, entry.get("token_variable") or None, headers
    )


def _section(name: str, profile: Profile) -> str:
    # A text of JSON is one of TOML, too.
    lines = [f"[{name}]", f"target = {json.dumps(profile.target)}"]
    lines += [f"game = {json.dumps(profile.game)}"] if profile.game else []
    if profile.token_variable:
        lines.append(f"token_variable = {json.dumps(profile.token_variable)}")
    if profile.headers:
        pairs = (
            f"{json.dumps(key)} = {json.dumps(value)}" for key, value in profile.headers.items()
        )
        lines.append(f"headers = {{ {', '.join(pairs)} }}")
    return "\n".join(lines) + "\n"
