"""A table: a client plays some of the seats, and the house the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from arena_env.arena import SIMULTANEOUS, TERMINAL, Arena, Told
from arena_env.models import Views
from openenv_tui.errors import IllegalActionError, OpenEnvTuiError, UsageError
from openenv_tui.match import Foul, Match, Seat
from openenv_tui.model import Observation, Step
from openenv_tui.specs import PolicySpec


@dataclass(frozen=True)
class Setting:
    """What is played at a table, and by whom.

    Attributes:
        game: with its parameters.
        agent_player: the client's seat; None for all of them.
        opponent: spec of the policy in the other seats.
        views: what a reply tells beside the fields of an official one: "acting", what there is to
            know of who must choose; "all", of each seat of the client; "none", nothing.
    """

    game: str
    agent_player: int | None = 0
    opponent: str = "random"
    views: Views = "acting"


class HouseError(OpenEnvTuiError):
    """The house's policy failed; the episode is over."""


@dataclass(slots=True)
class _Episode:
    """What is remembered between two moves of the client."""

    seed: int
    match: Match
    main: int = 0
    before: dict[int, float] = field(default_factory=dict)
    told: int = 0
    decisions: int = 0
    opponents_action: int | None = None


class Table:
    """Plays the house's seats, and says what the client's seats see.

    Its replies are OpenEnv's: objects with ``observation``, ``reward`` and ``done``.

    Args:
        setting: fixed for the table's life.

    Raises:
        UsageError: no such game, seat or policy.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._every_view = setting.views == "all"
        self._bare = setting.views == "none"
        self.arena = Arena(setting.game)
        self.info = self.arena.game.info
        self._history_known = self.info.history_known
        players = range(self.info.players)
        mine = setting.agent_player
        if mine is not None and mine not in players:
            raise UsageError(
                f"{self.info.name} has no player {mine}; agent_player is one of "
                f"{', '.join(map(str, players))}, or all"
            )
        self.seats = tuple(players) if mine is None else (mine,)
        self._house = {player: self._hire() for player in players if player not in self.seats}
        self._clients = dict.fromkeys(self.seats, "client")
        self._step = Step(())
        self._episode: _Episode | None = None
        self.slow = any(seat.policy.blocking for seat in self._house.values())

    @property
    def decisions(self) -> int:
        """Moves of all players in this episode, chance left out."""
        return self._episode.decisions if self._episode else 0

    @property
    def player(self) -> int:
        """The client's player whose observation was sent last."""
        return self._episode.main if self._episode else self.seats[0]

    @property
    def opponents(self) -> Mapping[int, str]:
        """Player id -> the house's policy there."""
        return {player: seat.name for player, seat in self._house.items()}

    def reset(self, seed: int) -> dict[str, Any]:
        """Begin an episode.

        Raises:
            HouseError: the house's policy failed.
        """
        match = Match(self.arena.game, self._house, seed, opponents=self._clients)
        step = self.arena.reset(seed)
        self._episode = episode = _Episode(seed, match, self.seats[0])
        try:
            match.begin()
        except Foul as foul:
            raise self._failed(foul) from foul
        self._step = self._let_the_house_play(step)
        reply = self._reply(episode, begins=True)
        reply["reward"] = None
        reply["observation"]["game_phase"] = "terminal" if reply["done"] else "initial"
        if not self._bare:
            reply["observation"]["metadata"] |= {
                "game": self.info.name,
                "seed": seed,
                "seats": self.seats,
                "opponents": {str(player): name for player, name in self.opponents.items()},
            }
        return reply

    def step(self, actions: Sequence[int]) -> dict[str, Any]:
        """Take one action for each player of the client who must choose, ascending.

        Raises:
            IllegalActionError: the episode is where it was.
            HouseError: the house's policy failed.
        """
        episode = self._episode
        if episode is None:
            raise IllegalActionError("no episode has begun: send a reset first")
        observations, ending = self._step
        if ending is not None:
            raise IllegalActionError("the episode is over: send a reset")
        house = self._house
        if house or len(observations) > 1 or len(actions) != 1:
            actions = self._joint(episode, actions)
        step = self.arena.step(actions)
        episode.decisions += len(actions)
        self._step = self._let_the_house_play(step) if house else step
        return self._reply(episode)

    def state(self, episode_id: str | None) -> dict[str, Any]:
        """What OpenEnv's ``state`` tells of the table; nothing that is hidden from a player."""
        return {
            "episode_id": episode_id,
            "step_count": self.decisions,
            "game_name": self.info.short_name,
            "agent_player": self.player,
            "opponent_policy": next(iter(self.opponents.values()), self.setting.opponent),
            "game_params": _given(self.info.name),
            "num_players": self.info.players,
        }

    def close(self) -> None:
        """Let the house's policies go."""
        for seat in self._house.values():
            seat.policy.close()

    def _hire(self) -> Seat:
        policy = PolicySpec.parse(self.setting.opponent).build()
        unfit = policy.unfit(self.info)
        if unfit is not None:
            raise UsageError(
                f"the opponent '{self.setting.opponent}' cannot play {self.info.name}: {unfit}"
            )
        return Seat(self.setting.opponent, policy)

    def _joint(self, episode: _Episode, actions: Sequence[int]) -> list[int]:
        """The client's actions, with the house's where it moves at the same time."""
        mine = [seen for seen in self._step.observations if seen.player in self.seats]
        if len(actions) != len(mine):
            raise IllegalActionError(
                f"{len(mine)} players must choose now, and {len(actions)} actions were given; "
                'where several choose at once, send them as metadata {"actions": [...]}'
            )
        for seen, action in zip(mine, actions, strict=True):
            # Before the house chooses: an episode that stays where it was has to stay so there too.
            if action not in seen.legal_actions:
                raise IllegalActionError(
                    f"action {action} is not legal for player {seen.player}; "
                    f"legal now: {', '.join(map(str, seen.legal_actions))}"
                )
        given = iter(actions)
        return [
            next(given) if seen.player in self.seats else self._choose(episode, seen)
            for seen in self._step.observations
        ]

    def _let_the_house_play(self, step: Step) -> Step:
        episode = self._episode
        if not self._house or episode is None:
            return step
        while step.ending is None and all(seen.player in self._house for seen in step.observations):
            step = self.arena.step([self._choose(episode, seen) for seen in step.observations])
            episode.decisions += 1
        if step.ending is not None:
            episode.match.finish(step.ending, self.arena.observe)
        return step

    def _choose(self, episode: _Episode, seen: Observation) -> int:
        try:
            action = episode.match.choose(seen)
        except Foul as foul:
            raise self._failed(foul) from foul
        assert isinstance(action, int)
        episode.opponents_action = action
        return action

    def _failed(self, foul: Foul) -> HouseError:
        self._episode = None
        kind, message = foul.forfeit.kind, foul.forfeit.message
        return HouseError(f"the opponent '{self.setting.opponent}' failed ({kind}): {message}")

    def _reply(self, episode: _Episode, *, begins: bool = False) -> dict[str, Any]:
        observations, ending = self._step
        done = ending is not None
        acting: Sequence[Observation] = observations
        if self._house:
            acting = [seen for seen in observations if seen.player in self.seats]
        shown = acting
        if done or begins or self._every_view:
            first = [seen.player for seen in acting]
            shown = [*acting, *(self.arena.observe(p) for p in self.seats if p not in first)]
        main = shown[0]
        player = main.player
        if self._bare:
            tensor, total = self.arena.numbers(main)
            metadata = {}
        else:
            told = self.arena.told(main)
            tensor, total = told.tensor, told.total
            metadata = self._metadata(episode, shown, told)
        return {
            "observation": {
                "metadata": metadata,
                "info_state": tensor,
                "legal_actions": main.legal_actions,
                "game_phase": "terminal" if done else "playing",
                "current_player_id": (
                    TERMINAL if done else player if len(acting) == 1 else SIMULTANEOUS
                ),
                "opponent_last_action": episode.opponents_action,
            },
            "reward": self._reward(episode, total, main),
            "done": done,
        }

    def _metadata(
        self, episode: _Episode, shown: Sequence[Observation], told: Told
    ) -> dict[str, Any]:
        main, ending = shown[0], self._step.ending
        metadata = {
            "player": main.player,
            "text": told.text,
            "action_names": told.names,
            "return": told.total,
            "ply": main.ply,
        }
        if self._history_known:
            metadata["moves"] = told.history[episode.told :]
            episode.told = len(told.history)
        if len(shown) > 1:
            metadata["others"] = [self._seen(other) for other in shown[1:]]
        if ending is not None:
            metadata["returns"], metadata["history"] = ending.returns, ending.history
        return metadata

    def _seen(self, seen: Observation) -> dict[str, Any]:
        told = self.arena.told(seen)
        return {
            "player": seen.player,
            "text": told.text,
            "action_names": told.names,
            "return": told.total,
            "info_state": told.tensor,
            "legal_actions": seen.legal_actions,
        }

    def _reward(self, episode: _Episode, now: float, main: Observation) -> float:
        """What the player who chose last has got since the reply before."""
        mover, before = episode.main, episode.before
        if main.player != mover:
            now = self.arena.observe(mover).return_so_far
            episode.main = main.player
        reward = now - before.get(mover, 0.0)
        before[mover] = now
        return reward


def _given(name: str) -> dict[str, str]:
    """The parameters in a game's name."""
    inside = name.partition("(")[2].removesuffix(")")
    pairs = (pair.partition("=") for pair in inside.split(",") if "=" in pair)
    return {key.strip(): value.strip() for key, _, value in pairs}
