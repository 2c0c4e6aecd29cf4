"""TextArena: games told in words, all of their players on this side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from openenv_tui.games.generic import Facts, TwoPlayers
from openenv_tui.games.served.read import integer

MOST_PLAYERS = 16


class TextArena(TwoPlayers):
    """Everybody says what they do, such as [4]; the reply is for whoever is next."""

    name = "textarena"
    asks: ClassVar[frozenset[str]] = frozenset({"message"})
    shows: ClassVar[frozenset[str]] = frozenset({"prompt", "messages", "current_player_id"})
    hidden: ClassVar[frozenset[str]] = frozenset(
        {"done", "reward", "current_player_id", "legal_players", "info"}
    )
    title = "TextArena"
    shared = False
    outcome_rule = "win: return > 0; draw: 0; loss: below 0"

    @classmethod
    def count_players(cls, facts: Facts) -> int:
        told = facts.parameters.get("num_players")
        return told if type(told) is int and 1 <= told <= MOST_PLAYERS else cls.players

    def player(self, fields: Mapping[str, Any]) -> int:
        return integer(fields, "current_player_id")

    def draw(self, fields: Mapping[str, Any], before: Mapping[str, Any] | None) -> Any:
        # What everybody said is a conversation already; marks of change would say it twice.
        return super().draw(fields, None)
