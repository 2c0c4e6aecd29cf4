"""Echo: says again what it was told; the environment to try a connection with."""

from __future__ import annotations

from typing import ClassVar

from openenv_tui.games.generic import GenericGame


class Echo(GenericGame):
    """Pays by the length of what it was told, and never ends by itself."""

    name = "echo"
    asks: ClassVar[frozenset[str]] = frozenset({"message"})
    shows: ClassVar[frozenset[str]] = frozenset({"echoed_message", "message_length"})
    goal = "Say something; it comes back."
    outcome_rule = "no wins: there is nothing to win here; or name a rule with --win"
