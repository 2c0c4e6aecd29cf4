"""A person is a policy that waits for a key; a chair seats a policy or the person."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from inspect import isawaitable
from random import Random
from typing import Any, TypeAlias

from openenv_tui.errors import IllegalActionError
from openenv_tui.game import Game
from openenv_tui.model import Action, EpisodeContext, Observation, Outcome, Transition
from openenv_tui.policy import Policy

Choice: TypeAlias = "str | int | Mapping[str, Any]"
"""A key, in Textual's name for it, an action that was clicked, or a form that was filled in."""


class Person:
    """Whoever sits at the keyboard.

    What is typed before its time waits, in order, and means what it means at the moment when it
    is taken: never two actions for one key, never a key that is lost.

    Args:
        game: says what the keys mean.

    Attributes:
        asked: what the person has to answer now; None while it is not their turn.
        known_keys: every key that has meant something in this game so far.
        on_asked: called when the person's turn begins.
        on_refused: called with a choice that is not possible now.
        on_told: called with the environment's reason for refusing an action.
    """

    def __init__(self, game: Game) -> None:
        self.asked: Observation | None = None
        self.known_keys: set[str] = set()
        self.on_asked: Callable[[], None] = _nothing
        self.on_refused: Callable[[Choice], None] = _ignore
        self.on_told: Callable[[str], None] = _ignore
        self._game = game
        self._waiting: deque[Choice] = deque()
        self._answer: asyncio.Future[Action | None] | None = None

    async def choose(self, observation: Observation) -> Action | None:
        """The action that the person chooses; None if they leave the seat instead."""
        self.asked = observation
        self.known_keys.update(self._game.keys(observation))
        self._answer = asyncio.get_running_loop().create_future()
        self._take()
        if not self._answer.done():
            self.on_asked()
        try:
            return await self._answer
        finally:
            self.asked = self._answer = None

    def press(self, choice: Choice) -> None:
        """Take a key or a clicked action, now or when the person's turn comes."""
        self._waiting.append(choice)
        self._take()

    def leave_seat(self) -> None:
        """Stop waiting for this person, and forget what was typed ahead."""
        self.forget()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)

    def forget(self) -> None:
        """Drop what was typed ahead: it was meant for a game that is over."""
        self._waiting.clear()

    def _take(self) -> None:
        while self._waiting and self._answer and not self._answer.done() and self.asked:
            choice = self._waiting.popleft()
            action = self._meaning(self.asked, choice)
            if action is None:
                self.on_refused(choice)
            else:
                self._answer.set_result(action)

    def _meaning(self, asked: Observation, choice: Choice) -> Action | None:
        if isinstance(choice, str):
            return self._game.keys(asked).get(choice)
        if isinstance(choice, Mapping):
            space = asked.action_space
            with suppress(IllegalActionError):
                return space.accept(choice) if space is not None else None
            return None
        return choice if choice in asked.legal_actions else None


class Chair(Policy):
    """A place at the table, where a policy sits or the person, and they may change in a game.

    Args:
        name: what the policy is called.
        policy: who plays while the person does not.
        person: who may sit down here.
    """

    def __init__(self, name: str, policy: Policy, person: Person) -> None:
        self.name = name
        self.policy = policy
        self.person = person
        self.taken = False
        self._thinking: asyncio.Future[Action | Awaitable[Action]] | None = None

    @property
    def occupant(self) -> str:
        """Who plays here now."""
        return "you" if self.taken else self.name

    async def act(self, observation: Observation, rng: Random) -> Action:
        while self.taken:
            action = await self.person.choose(observation)
            if action is not None:
                return action
        if not self.policy.blocking:
            answer = self.policy.act(observation, rng)
        else:
            thinking = asyncio.to_thread(self.policy.act, observation, rng)
            self._thinking = asyncio.ensure_future(thinking)
            answer = await asyncio.shield(self._thinking)
        return await answer if isawaitable(answer) else answer

    def refused(self, observation: Observation, reason: str) -> bool:
        if self.taken:
            self.person.on_told(reason)
            return True
        return self.policy.refused(observation, reason)

    async def settled(self) -> None:
        """Wait for a thread that still thinks about a game which was given up."""
        thinking, self._thinking = self._thinking, None
        if thinking is not None:
            await asyncio.wait([thinking])

    def begin(self, context: EpisodeContext) -> None:
        self.policy.begin(context)

    def learn(self, transition: Transition) -> None:
        self.policy.learn(transition)

    def end(self, outcome: Outcome | None) -> None:
        # The game is over and counted; a stranger's policy that fails now harms nobody.
        with suppress(Exception):
            self.policy.end(outcome)

    def close(self) -> None:
        with suppress(Exception):
            self.policy.close()


def _nothing() -> None:
    """Nobody listens."""


def _ignore(_: object) -> None:
    """Nobody listens."""
