"""What travels between a client and this environment.

Action, observation and state have the fields of OpenEnv's OpenSpiel environment, so its clients
can play here. Whatever is more than that rides in ``metadata``.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Views: TypeAlias = Literal["acting", "all", "none"]


class ArenaAction(BaseModel):
    """One move, or with ``metadata={"actions": [...]}`` one for each player who moves at once."""

    model_config = ConfigDict(extra="forbid")

    metadata: dict[str, Any] = Field(
        default_factory=dict,
        description="actions: one action id for each player who must choose now, in their order",
    )
    action_id: int = Field(strict=True, description="One of the observation's legal_actions")
    game_name: str = Field("catch", description="Accepted and ignored: reset chooses the game")
    game_params: dict[str, Any] = Field(default_factory=dict, description="Accepted and ignored")


class ArenaObservation(BaseModel):
    """What the player who must choose sees.

    ``metadata`` holds:
        player: whom this observation is for.
        ply: how many moves, chance included, came before.
        text: the game's own picture of what the player may see.
        action_names: one for each of ``legal_actions``.
        return: the sum of the player's rewards so far.
        moves: what was played since the last reply, chance included; only where that is public.
        others: what further players of the client's side see, as objects with ``info_state``,
            ``legal_actions`` and the keys above: those who move at once, and after a reset, at the
            end, or with ``views="all"`` everybody of the side.
        game, seed, seats, opponents: after a reset, what it settled.
        returns, history: at the end, for every player, and every move.
    """

    model_config = ConfigDict(extra="forbid")

    done: bool = False
    reward: float | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    info_state: list[float] = Field(description="The game's tensor for this player, flattened")
    legal_actions: list[int] = Field(description="Allowed now; empty at the end")
    game_phase: Literal["initial", "playing", "terminal"] = "playing"
    current_player_id: int = Field(description="Who must choose; -2 all at once; -4 at the end")
    opponent_last_action: int | None = None


class ArenaState(BaseModel):
    """Facts of a session; nothing that is hidden from a player."""

    model_config = ConfigDict(extra="allow")

    episode_id: str | None = None
    step_count: int = Field(0, ge=0, description="Moves of all players in this episode")
    game_name: str
    agent_player: int
    opponent_policy: str | None = None
    game_params: dict[str, Any] = Field(default_factory=dict)
    num_players: int


class ArenaReset(BaseModel):
    """What a reset may ask for; what is left out is as the server was started."""

    # Unknown keys are dropped, as OpenEnv's servers do with what an environment does not know.
    model_config = ConfigDict(extra="ignore")

    seed: int | None = Field(None, ge=0, strict=True, description="All chance comes from it")
    episode_id: str | None = Field(None, max_length=255)
    game: str | None = Field(None, max_length=500, description="Such as catch(rows=8,columns=7)")
    game_params: dict[str, str | int | float | bool] | None = None
    agent_player: int | Literal["all"] | None = Field(
        None, description="The seat of the client, or all of them"
    )
    opponent: str | None = Field(None, max_length=500, description="A built-in policy")
    views: Views | None = Field(
        None,
        description="all: every reply says what each of the client's seats sees; none: replies "
        "have the fields of OpenEnv's OpenSpiel environment alone. Whoever names its "
        "views reads metadata in the observation, and is not sent it a second time beside it",
    )
