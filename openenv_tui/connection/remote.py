"""Opens a session with a server, and finds out what the server is and what it serves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from openenv_tui.connection.arena_server import ArenaServerEnvironment
from openenv_tui.connection.generic import GenericEnvironment
from openenv_tui.connection.official import OfficialEnvironment
from openenv_tui.connection.reach import Server
from openenv_tui.connection.server import ServerEnvironment
from openenv_tui.errors import (
    GameError,
    NotOpenEnvError,
    ServerError,
    SessionLostError,
    UnknownNameError,
    UnreachableError,
    UsageError,
    WireError,
)
from openenv_tui.games import load_game
from openenv_tui.games.generic import Facts as EnvironmentFacts
from openenv_tui.games.openspiel import OpenSpielGame
from openenv_tui.games.served import adapter_for
from openenv_tui.render import printable
from openenv_tui.wire.codec import ObservationReply, field, integers
from openenv_tui.wire.session import FATAL, Session

WORD: Final = re.compile(r"[\w.+-]+")
"""What a game's name and parameters may be made of, when a server names them."""


@dataclass(frozen=True)
class Facts:
    """What a server says of itself.

    Attributes:
        name: the game with its parameters.
        players: how many it has.
        seat: the player that a client plays.
        opponent: who plays the others.
    """

    name: str
    players: int
    seat: int
    opponent: str


async def open_remote(
    server: Server,
    game: str | None = None,
    *,
    seat: int | None = None,
    opponent: str | None = None,
    every_view: bool = False,
    limit: int | None = None,
    open_timeout: float,
    timeout: float,
) -> ServerEnvironment:
    """Open an environment on a server; see ``connect_async``."""
    session = Session(await server.open(open_timeout), server.address, timeout)
    asked: dict[str, Any] = {
        "agent_player": "all" if seat is None else seat,
        "views": "all" if every_view else "acting",
    }
    asked |= {"game": game} if game is not None else {}
    asked |= {"opponent": opponent} if opponent is not None else {}
    try:
        environment = await _environment(
            server, session, asked, game, seat, opponent, limit, open_timeout
        )
        environment.server = server
    except BaseException:
        await session.close()
        raise
    server.opened()
    return environment


async def _environment(
    server: Server,
    session: Session,
    asked: Mapping[str, Any],
    game: str | None,
    seat: int | None,
    opponent: str | None,
    limit: int | None,
    timeout: float,
) -> ServerEnvironment:
    """The kind of environment that the server's own words call for."""
    state = await _introduce(session, timeout)
    if "game_name" not in state:
        if seat is not None or opponent is not None:
            raise UsageError(
                f"{session.address} is no server of OpenSpiel games: this side plays all of its "
                "seats, so leave the seat and the opponent out"
            )
        return await _generic(server, session, state, game, limit, timeout)
    facts = _facts(session.address, state)
    wanted = load_game(game) if game is not None else None
    probe = await _probe(session, asked)
    if "seats" in probe.metadata:
        return _ours(session, probe, asked)
    return _official(session, facts, wanted, seat, opponent)


async def _introduce(session: Session, timeout: float) -> Mapping[str, Any]:
    """Ask what is served; whoever cannot answer that is not an OpenEnv server."""
    try:
        async with asyncio.timeout(timeout):
            return await session.state()
    except TimeoutError as error:
        raise NotOpenEnvError(
            f"{session.address} opens a WebSocket and does not answer within {timeout:g} s; "
            "an OpenEnv server was expected there"
        ) from error
    except (WireError, SessionLostError) as error:
        raise NotOpenEnvError(
            f"{session.address} opens a WebSocket and does not answer as an OpenEnv server: "
            f"{error.happened}"
        ) from error
    except ServerError as error:
        if error.code in FATAL:
            raise UnreachableError(
                f"{session.address} cannot open a session: {error.happened}"
            ) from error
        raise


async def _probe(session: Session, asked: Mapping[str, Any]) -> ObservationReply:
    """A first reset, which only our server understands in full; an official one ignores it."""
    try:
        return await session.reset({**asked, "seed": 0})
    except ServerError as error:
        raise GameError(
            f"{session.address} refuses what was asked of it: {error.happened}"
        ) from error


async def _generic(
    server: Server,
    session: Session,
    state: Mapping[str, Any],
    wanted: str | None,
    limit: int | None,
    timeout: float,
) -> GenericEnvironment:
    """An environment that is played as its schema says, or by the adapter that fits it."""
    schema, about = await asyncio.gather(
        server.page("schema", timeout), server.page("metadata", timeout)
    )
    facts = environment_facts(schema or {}, about or {}, state)
    adapter = adapter_for(facts)
    if wanted is not None and wanted != adapter.info.short_name:
        raise GameError(
            f"{session.address} serves {adapter.info.name}, not {wanted}; "
            "leave the game out to play what it serves"
        )
    return GenericEnvironment(session, adapter, limit)


def environment_facts(
    schema: Mapping[str, Any], about: Mapping[str, Any], state: Mapping[str, Any]
) -> EnvironmentFacts:
    """What is known of an environment from its server's pages; whatever is missing stays open."""

    def part(key: str) -> Mapping[str, Any]:
        found = schema.get(key)
        return found if isinstance(found, Mapping) else {}

    name, words = about.get("name"), about.get("description")
    return EnvironmentFacts(
        name=printable(name) if isinstance(name, str) else "environment",
        about=printable(words) if isinstance(words, str) else "",
        action=part("action"),
        observation=part("observation"),
        state=part("state"),
        parameters=state,
    )


def _facts(address: str, state: Mapping[str, Any]) -> Facts:
    try:
        return _told(state)
    except WireError as error:
        raise NotOpenEnvError(f"{address} does not tell what it plays: {error}") from error


def _told(state: Mapping[str, Any]) -> Facts:
    return Facts(
        name=full_name(field(state, "game_name", str), field(state, "game_params", dict)),
        players=field(state, "num_players", int),
        seat=field(state, "agent_player", int),
        opponent=printable(field(state, "opponent_policy", (str, type(None))) or "unknown"),
    )


def full_name(short: str, parameters: Mapping[str, Any]) -> str:
    """A game's name with its parameters, as OpenSpiel reads it: ``catch(rows=8,columns=7)``.

    Raises:
        WireError: what a server sent does not look like it.
    """
    listed = [f"{key}={value}" for key, value in parameters.items()]
    words = [short, *parameters, *map(str, parameters.values())]
    if not all(WORD.fullmatch(word) for word in words):
        raise WireError(f"this is no name of a game: {printable(f'{short}({listed})'):.120}")
    return f"{short}({','.join(listed)})" if listed else short


def _ours(session: Session, probe: ObservationReply, asked: Mapping[str, Any]) -> ServerEnvironment:
    metadata = probe.metadata
    game = _load(session.address, field(metadata, "game", str))
    seats = integers(metadata, "seats")
    named = field(metadata, "opponents", dict)
    opponents = {
        player: f"server:{printable(str(named[str(player)]))}"
        for player in range(game.info.players)
        if str(player) in named
    }
    if not seats or set(seats) | set(opponents) != set(range(game.info.players)):
        raise WireError(f"the server's seats {list(seats)} do not fit {game.info.name}")
    return ArenaServerEnvironment(session, game, seats, opponents, asked)


def _official(
    session: Session,
    facts: Facts,
    wanted: OpenSpielGame | None,
    seat: int | None,
    opponent: str | None,
) -> ServerEnvironment:
    game = _load(session.address, facts.name)
    if wanted is not None and wanted.info.name != game.info.name:
        raise GameError(
            f"{session.address} serves {game.info.name}, not {wanted.info.name}; "
            "leave the game out to play what it serves"
        )
    if game.info.players != facts.players or not 0 <= facts.seat < facts.players:
        raise WireError(
            f"{game.info.name} has {game.info.players} players; the server says that it has "
            f"{facts.players} and that player {facts.seat} is for clients"
        )
    if seat not in (None, facts.seat):
        raise GameError(
            f"{session.address} lets clients play player {facts.seat}, not {seat}; "
            "an official server fixes that when it starts (OPENSPIEL_AGENT_PLAYER)"
        )
    if opponent not in (None, facts.opponent):
        raise GameError(
            f"the opponent on {session.address} is {facts.opponent}, not {opponent}; "
            "an official server fixes that when it starts (OPENSPIEL_OPPONENT_POLICY)"
        )
    others = {p: f"server:{facts.opponent}" for p in range(facts.players) if p != facts.seat}
    return OfficialEnvironment(session, game, facts.seat, others)


def _load(address: str, name: str) -> OpenSpielGame:
    try:
        return load_game(name)
    except (UnknownNameError, GameError) as error:
        raise GameError(f"{address} serves a game that is not known here: {error}") from error
