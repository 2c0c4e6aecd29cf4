"""Tabular Q-learning."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Any

from openenv_tui.errors import SpecError, StoreError
from openenv_tui.games.cliff_walking import CliffWalking
from openenv_tui.model import EpisodeContext, GameInfo, Observation, Transition
from openenv_tui.policy import Policy, Weight

FORMAT = "openenv-tui q-table 1"


class QLearning(Policy):
    """Tabular Q-learning: learns with --learn, keeps its table in file.

    The rule is that of Watkins (1989).

    Every tensor that it meets has a row of its own, but Cliff Walking, which tells each move
    made, is learnt by the walker's place.

    Args:
        file: JSON, read if it is there, written after learning.
        alpha: learning rate, above 0.
        gamma: discount.
        epsilon: how often it explores while it learns; it is greedy otherwise.
    """

    learns = True

    def __init__(
        self,
        file: str | None = None,
        alpha: float = 0.2,
        gamma: float = 0.99,
        epsilon: float = 0.1,
    ) -> None:
        for name, value in (("alpha", alpha), ("gamma", gamma), ("epsilon", epsilon)):
            if isinstance(value, str) or not 0 <= value <= 1:
                raise ValueError(f"{name} is a number from 0 to 1, not {value}")
        if alpha == 0:
            raise ValueError("alpha is to be above 0, or nothing is learnt")
        self.alpha, self.gamma, self.epsilon = alpha, gamma, epsilon
        self.file = Path(str(file)).expanduser() if file is not None else None
        self.game: str | None = None
        self.table: dict[str, dict[int, float]] = {}
        self._learning = self._changed = False
        self._cliff: CliffWalking | None = None
        if self.file is not None and self.file.exists():
            self.game, self.table = _read(self.file)

    def unfit(self, game: GameInfo) -> str | None:
        if not game.tensor_shape:
            return "it needs a tensor to look up, and this game gives none"
        if self.game not in (None, game.name):
            return f"its table {self.file} is of {self.game}"
        return None

    def begin(self, context: EpisodeContext) -> None:
        self._learning = context.learning
        if context.learning:
            self.game = context.game.name
        walking = context.game.short_name == "cliff_walking"
        self._cliff = CliffWalking(context.game) if walking else None
        self.positional = walking

    def act(self, observation: Observation, rng: Random) -> int:
        legal = observation.legal_actions
        if self._learning and rng.random() < self.epsilon:
            return legal[int(rng.random() * len(legal))]
        best = self._best(observation)
        return best[int(rng.random() * len(best))]

    def action_probabilities(self, observation: Observation) -> Mapping[int, float]:
        best = self._best(observation)
        explored = self.epsilon if self._learning else 0.0
        each = explored / len(observation.legal_actions)
        greedy = (1 - explored) / len(best)
        return {a: each + (greedy if a in best else 0.0) for a in observation.legal_actions}

    def explain(self, observation: Observation, rng: Random) -> Mapping[int, Weight]:
        """The return that its table expects after each action; 0 for what it never tried."""
        known = self.table.get(self._key(observation), {})
        chances = self.action_probabilities(observation)
        return {a: Weight(chances[a], known.get(a, 0.0)) for a in observation.legal_actions}

    def learn(self, transition: Transition) -> None:
        """Watkins' update: towards the reward and the best that is expected after it."""
        before, action, reward, after, done = transition
        assert isinstance(action, int)  # ``unfit`` declines games whose actions are forms
        future = 0.0
        if not done and after.legal_actions:
            known = self.table.get(self._key(after), {})
            future = max(known.get(a, 0.0) for a in after.legal_actions)
        values = self.table.setdefault(self._key(before), {})
        old = values.get(action, 0.0)
        values[action] = old + self.alpha * (reward + self.gamma * future - old)
        self._changed = True

    def close(self) -> None:
        """Save the table, if something was learnt and there is a file for it.

        Raises:
            StoreError: the file cannot be written.
        """
        if self.file is None or not self._changed:
            return
        text = json.dumps({"format": FORMAT, "game": self.game, "table": self.table})
        beside = self.file.with_name(self.file.name + ".new")
        try:
            beside.write_text(text)
            os.replace(beside, self.file)
        except OSError as error:
            raise StoreError(f"cannot save what was learnt in {self.file}: {error}") from error
        self._changed = False

    def _best(self, observation: Observation) -> tuple[int, ...]:
        known = self.table.get(self._key(observation), {})
        values = [known.get(action, 0.0) for action in observation.legal_actions]
        best = max(values)
        pairs = zip(observation.legal_actions, values, strict=True)
        return tuple([action for action, value in pairs if value == best])

    def _key(self, observation: Observation) -> str:
        """Short and the same everywhere, however long the tensor; 96 bits do not collide."""
        tensor = observation.tensor
        if self._cliff is not None:
            row, column = self._cliff.path(self._cliff.walked(tensor))[-1]
            return f"{row},{column}"
        numbers = ",".join([format(value, "g") for value in tensor])
        return blake2b(f"{observation.player}:{numbers}".encode(), digest_size=12).hexdigest()


def _read(file: Path) -> tuple[str, dict[str, dict[int, float]]]:
    try:
        kept: Any = json.loads(file.read_text())
        if kept["format"] != FORMAT:
            raise ValueError(f"its format is {kept['format']!r}, expected {FORMAT!r}")
        table = {
            str(key): {int(action): float(value) for action, value in values.items()}
            for key, values in kept["table"].items()
        }
        return str(kept["game"]), table
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SpecError(f"{file} holds no q-table: {error}; name another file") from error
