"""What a server asks of its visitors: headers, of which some are secrets.

They are sent and never stored: no run, no manifest and no message holds their values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from openenv_tui.errors import UsageError

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Name and value of each."""

# RFC 9110, section 5.6.2: what a name may be made of; section 5.5: no control characters in values.
NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
VARIABLE: Final = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>[^\x00]*)")
SECRET_OPTIONS: Final = ("--token", "--header", "--set", "-e")


@dataclass(frozen=True)
class Access:
    """What a user gives for a server.

    Attributes:
        headers: sent with every request.
        variables: names and values in the environment of a server that is started here.
    """

    headers: Headers = field(default=(), repr=False)
    variables: Headers = field(default=(), repr=False)


def request_headers(written: Iterable[str] = (), token: str | None = None) -> Headers:
    """The headers that options ask for.

    Args:
        written: such as "X-Team: blue".
        token: for ``Authorization: Bearer``.

    Raises:
        UsageError: one cannot be sent.
    """
    headers = [_read(line) for line in written]
    if token:
        headers.append(_checked("Authorization", f"Bearer {token}"))
    return tuple(headers)


def server_variables(written: Iterable[str]) -> Headers:
    """Names and values of variables, each written such as "OPENSPIEL_GAME=catch".

    Raises:
        UsageError: one is not of that form.
    """
    found = []
    for text in written:
        parts = VARIABLE.fullmatch(text)
        if parts is None:
            raise UsageError(
                f"cannot set '{text.partition('=')[0]}': NAME=value was expected, as in "
                "OPENSPIEL_GAME=catch"
            )
        found.append((parts["name"], parts["value"]))
    return tuple(found)


def without_secrets(command: Iterable[str]) -> list[str]:
    """A command as it may be kept: tokens and headers are left out."""
    kept: list[str] = []
    hide = False
    for word in command:
        option, sign, _ = word.partition("=")
        if hide:
            kept.append("...")
        elif option in SECRET_OPTIONS and sign:
            kept.append(f"{option}=...")
        else:
            kept.append(word)
        hide = not hide and word in SECRET_OPTIONS
    return kept


def _read(line: str) -> tuple[str, str]:
    name, sign, value = line.partition(":")
    if not sign:
        raise UsageError(
            f"cannot send the header '{name}': 'Name: value' was expected, as in 'X-Team: blue'"
        )
    return _checked(name.strip(), value.strip())


def _checked(name: str, value: str) -> tuple[str, str]:
    if not NAME.fullmatch(name):
        raise UsageError(f"'{name}' is no name of a header: letters, digits and - were expected")
    if CONTROL.search(value) or not value.isascii():
        raise UsageError(
            f"the value of the header '{name}' has letters that cannot be sent: plain ASCII "
            "without line ends was expected"
        )
    return name, value
