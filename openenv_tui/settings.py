"""What a user has chosen once and for all: a file of settings, and variables that win over it.

The file is settings.toml in the user's configuration folder; `openenv-tui settings --example`
prints one with every setting. A flag of a command is a variable for that command alone.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NamedTuple

from openenv_tui.errors import StoreError, UsageError

PREFIX: Final = "OPENENV_TUI_"
KEYS: Final = "keys"
NEW: Final = "new"
AUTO: Final = "auto"
WORDS: Final = {
    "1": True, "true": True, "yes": True, "on": True,
    "0": False, "false": False, "no": False, "off": False,
}  # fmt: skip
"""How a variable says yes or no."""


@dataclass(frozen=True)
class Settings:
    """Every setting, with what it is where nothing was said.

    Attributes:
        theme: of the app, by its name.
        ascii: draw with ASCII only; None where the terminal decides.
        animation: whether things move.
        speed: of watching at first, in steps a second, more than 0.
        results: the folder of runs.
        seed: taken where none is named; None draws a new one each time.
        keys: binding id -> keys, separated by commas.
    """

    theme: str = "openenv-dark"
    ascii: bool | None = None
    animation: bool = True
    speed: float = 2.0
    results: str = "results"
    seed: int | None = None
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def results_folder(self) -> Path:
        """Where runs are kept."""
        return Path(self.results).expanduser()


class Setting(NamedTuple):
    """One setting: what it is for, what is expected, and how a written value becomes one.

    Attributes:
        accept: gives the value, or raises ValueError.
        offered: values of which the settings' screen lets one choose, as they are written.
        example: as it is written in the file of examples.
    """

    name: str
    about: str
    expected: str
    accept: Callable[[Any], Any]
    offered: tuple[Any, ...]
    example: str

    @property
    def variable(self) -> str:
        """The environment variable that wins over the file."""
        return PREFIX + self.name.upper()


class Chosen(NamedTuple):
    """A value and who said so: ``default``, ``file`` or a ``$VARIABLE``."""

    value: Any
    source: str


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, str):
        value = WORDS.get(value.lower(), value)
    if not isinstance(value, bool):
        raise ValueError
    return value


def _yes_no_or_auto(value: Any) -> bool | None:
    return None if value == AUTO else _yes_or_no(value)


def _pace(value: Any) -> float:
    if isinstance(value, bool) or not 0 < float(value) <= 1000:
        raise ValueError
    return float(value)


def _seed(value: Any) -> int | None:
    if value == NEW:
        return None
    if isinstance(value, bool | float) or int(value) < 0:
        raise ValueError
    return int(value)


SETTINGS: Final = (
    Setting(
        "theme", "Colours of the app; those of openenv-dark and openenv-light suit every eye.",
        'the name of a theme, such as "openenv-light"', _text,
        ("openenv-dark", "openenv-light"), '"openenv-dark"',
    ),
    Setting(
        "ascii", "Draw everything with letters of ASCII; auto looks at the terminal.",
        '"auto", true or false', _yes_no_or_auto, (AUTO, True, False), '"auto"',
    ),
    Setting(
        "animation", "Whether things on the screen glide; false moves them at once.",
        "true or false", _yes_or_no, (True, False), "true",
    ),
    Setting(
        "speed", "Steps a second with which watching begins.",
        "a number from above 0 to 1000", _pace, (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0), "2.0",
    ),
    Setting(
        "results", "The folder in which runs are kept; a relative one is looked for where you are.",
        "the name of a folder", _text, (), '"results"',
    ),
    Setting(
        "seed", "Taken where you name none; new draws another each time.",
        '"new" or a number from 0', _seed, (), '"new"',
    ),
)  # fmt: skip
BY_NAME: Final = {each.name: each for each in SETTINGS}
KEYS_ABOUT: Final = (
    "Other keys for what the screens do, by the names that `openenv-tui settings --keys` lists.\n"
    "Several are separated by commas; a letter that is a key of the game belongs to the game."
)


def settings_file() -> Path:
    """Where the settings are kept: beside the servers' profiles."""
    from openenv_tui.connection.profiles import profiles_file

    return profiles_file().with_name("settings.toml")


def read_settings() -> Settings:
    """The settings as the file and the variables say.

    Raises:
        UsageError: one of them cannot be read; the text names the line or the variable.
    """
    found = effective()
    keys = found.pop(KEYS).value
    return Settings(**{name: each.value for name, each in found.items()}, keys=keys)


def effective() -> dict[str, Chosen]:
    """Every setting with who said so; raises what ``read_settings`` does."""
    place = settings_file()
    written, text = _written(place)
    default = Settings()
    found: dict[str, Chosen] = {}
    for each in SETTINGS:
        chosen = Chosen(getattr(default, each.name), "default")
        if each.name in written:
            where = f"{place}, line {line_of(text, each.name)}"
            chosen = Chosen(_accepted(each, written[each.name], where), "file")
        if said := os.environ.get(each.variable):
            chosen = Chosen(_accepted(each, said, f"${each.variable}"), f"${each.variable}")
        found[each.name] = chosen
    keys = written.get(KEYS, {})
    found[KEYS] = Chosen(keys, "file" if keys else "default")
    return found


def _written(place: Path) -> tuple[dict[str, Any], str]:
    """What the file says, checked for names that nobody knows."""
    try:
        text = place.read_text(encoding="utf-8")
        written = tomllib.loads(text)
    except FileNotFoundError:
        return {}, ""
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read {place}: {error}") from error
    known = [*BY_NAME, KEYS]
    for name in written:
        if name not in known:
            raise UsageError(f"{place}, line {line_of(text, name)}: {unknown(name, known)}")
    _check_keys(place, text, written.get(KEYS, {}))
    return written, text


def _check_keys(place: Path, text: str, keys: Any) -> None:
    if not isinstance(keys, dict):
        raise UsageError(
            f"{place}, line {line_of(text, KEYS)}: a table [keys] was expected, with lines such as "
            '"table.new" = "f5"'
        )
    for name, value in keys.items():
        if not isinstance(value, str) or not value.strip():
            raise UsageError(
                f"{place}, line {line_of(text, name)}: a key was expected for {name}, such as "
                f'"{name}" = "f5,r"; a name with a dot stands in quotes'
            )


def unknown(name: str, known: list[str], kind: str = "setting") -> str:
    """That there is no such name, and which is nearest."""
    nearest = get_close_matches(name, known, n=1)
    hint = f"did you mean '{nearest[0]}'?" if nearest else f"known are {', '.join(known)}"
    return f"no {kind} is called '{name}'; {hint}"


def line_of(text: str, name: str) -> int:
    """The line, from 1, on which a name is given a value; 1 if it stands nowhere by itself."""
    given = re.compile(rf"\s*(\[\s*)?['\"]?{re.escape(name)}['\"]?\s*[=\].]")
    lines = (number for number, line in enumerate(text.splitlines(), 1) if given.match(line))
    return next(lines, 1)


def _accepted(setting: Setting, value: Any, where: str) -> Any:
    try:
        return setting.accept(value)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{where}: {setting.name} is {value!r}; expected {setting.expected}"
        ) from error


def write_setting(name: str, value: Any, within: str | None = None) -> None:
    """Change one line of the file and leave the others, comments too, as they are.

    Args:
        name: of the setting.
        value: as it is written, such as ``"auto"``; None takes the line away.
        within: the table in which it stands.

    Raises:
        UsageError: the file cannot be read.
        StoreError: it cannot be written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    place = settings_file()
    try:
        text = place.read_text(encoding="utf-8") if place.exists() else _HEAD
        document: Any = tomlkit.parse(text)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise UsageError(f"cannot read {place}: {error}") from error
    table = document if within is None else document.setdefault(within, tomlkit.table())
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value
    _write(place, tomlkit.dumps(document))


def change_setting(
    name: str, value: Any, within: str | None, check: Callable[[Settings], None]
) -> Settings:
    """Change one line of the file, unless that cannot be.

    Raises:
        UsageError: there is no such value, or ``check`` says so; the file is what it was.
        StoreError: it cannot be written.
    """
    place = settings_file()
    before = place.read_text(encoding="utf-8") if place.exists() else _HEAD
    write_setting(name, value, within)
    try:
        settings = read_settings()
        check(settings)
    except UsageError:
        _write(place, before)
        raise
    return settings


def _write(place: Path, text: str) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        # First beside it: a full disk must not cost what was there.
        new = place.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        new.replace(place)
    except OSError as error:
        raise StoreError(f"cannot write {place}: {error.strerror or error}") from error


_HEAD: Final = "# Settings of openenv-tui; `openenv-tui settings --example` explains them all.\n"


def example() -> str:
    """A file that says what is so anyway, with every setting explained."""
    lines = [_HEAD.rstrip()]
    for each in SETTINGS:
        lines += [
            "", f"# {each.about}", f"# Expected: {each.expected}. ${each.variable} wins over it.",
            f"{each.name} = {each.example}",
        ]  # fmt: skip
    about = [f"# {line}" for line in KEYS_ABOUT.splitlines()]
    lines += ["", "[keys]", *about, '# "table.new" = "f5,r"']
    return "\n".join(lines) + "\n"


def preferred_seed() -> int | None:
    """The seed to take where none is named; None to draw one."""
    return read_settings().seed


def as_written(value: Any, name: str) -> Any:
    """A value as the file has it."""
    if value is None:
        return {"ascii": AUTO, "seed": NEW}.get(name)
    return value
