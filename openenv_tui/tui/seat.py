"""A person is a policy that waits for a key; a chair seats a policy or the person."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from inspect import isawaitable
from random import Random
from typing import Any, NamedTuple, TypeAlias

from openenv_tui.errors import IllegalActionError
from openenv_tui.game import Game
from openenv_tui.model import Action, EpisodeContext, Observation, Outcome, Transition
from openenv_tui.policy import Policy
from openenv_tui.seeding import Rng

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

    def pass_time(self, asked: Observation, action: Action) -> None:
        """Take this action, unless the person has answered already or been asked something else.

        Args:
            asked: what the person was asked when the time began to run.
        """
        open_still = self._answer is not None and not self._answer.done()
        if self.asked is asked and open_still and not self._waiting:
            assert self._answer is not None
            self._answer.set_result(action)

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


class Made(NamedTuple):
    """A decision of a chair, kept so that it can be made once more.

    Attributes:
        action: what was chosen.
        chance: where the seat's randomness stood afterwards.
        asked: a policy chose it at once, and may remember that it was asked.
    """

    action: Action
    chance: tuple[int, int, tuple[int, ...], float | None]
    asked: bool


class Chair(Policy):
    """A place at the table, where a policy sits or the person, and they may change in a game.

    Args:
        name: what the policy is called.
        policy: who plays while the person does not.
        person: who may sit down here.

    Attributes:
        made: the decisions of this episode, oldest first.
        ahead: decisions that are made once more before anybody is asked.
    """

    def __init__(self, name: str, policy: Policy, person: Person) -> None:
        self.name = name
        self.policy = policy
        self.person = person
        self.taken = False
        self.made: list[Made] = []
        self.ahead: deque[Made] = deque()
        self._thinking: asyncio.Future[Action | Awaitable[Action]] | None = None

    @property
    def occupant(self) -> str:
        """Who plays here now."""
        return "you" if self.taken else self.name

    async def act(self, observation: Observation, rng: Random) -> Action:
        if self.ahead:
            return self._once_more(observation, rng)
        action, asked = await self._choose(observation, rng)
        if isinstance(rng, Rng):
            self.made.append(Made(action, rng.getstate(), asked))
        return action

    def _once_more(self, observation: Observation, rng: Random) -> Action:
        """What was chosen here before. A policy that thinks long is not made to think again."""
        made = self.ahead.popleft()
        if made.asked:
            # It chose then, and may count its turns; what it says now changes nothing.
            with suppress(Exception):
                self.policy.act(observation, rng)
        if isinstance(rng, Rng):
            rng.setstate(made.chance)
        self.made.append(made)
        return made.action

    async def _choose(self, observation: Observation, rng: Random) -> tuple[Action, bool]:
        """The action, and whether a policy gave it at once."""
        while self.taken:
            action = await self.person.choose(observation)
            if action is not None:
                return action, False
        if not self.policy.blocking:
            answer = self.policy.act(observation, rng)
            if not isawaitable(answer):
                return answer, True
        else:
            thinking = asyncio.to_thread(self.policy.act, observation, rng)
            self._thinking = asyncio.ensure_future(thinking)
            answer = await asyncio.shield(self._thinking)
        return (await answer if isawaitable(answer) else answer), False

    def refused(self, observation: Observation, reason: str) -> bool:
        del self.made[-1:]
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
        self.made = []
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
