"""The contract between a policy and whoever plays it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable, isclass
from random import Random
from typing import Any, NamedTuple, TypeAlias

from openenv_tui.errors import SpecError
from openenv_tui.model import Action, EpisodeContext, GameInfo, Observation, Outcome, Transition

Act: TypeAlias = "Callable[[Observation, Random], Action | Awaitable[Action]]"


class Weight(NamedTuple):
    """What a policy makes of one action; None for what it does not reckon with.

    Attributes:
        probability: of its choosing the action, 0 to 1.
        value: the return that it expects after it, for the seat that is to move.
        visits: how often its search tried the action.
    """

    probability: float | None = None
    value: float | None = None
    visits: int | None = None


class Policy:
    """Chooses actions for one seat. Subclass it and write ``act``; the rest is optional.

    One object plays one episode at a time; many episodes may be played by copies in several
    processes, in any order. So what ``act`` answers may depend on the observation, on ``rng``, on
    what happened since ``begin``, and on ``EpisodeContext.episode``, and on nothing else, or runs
    cannot be repeated. A policy that learns is played in order, by one process.

    The parameters of ``__init__`` are the options of its spec: ``mcts(simulations=200)`` calls
    ``MCTSPolicy(simulations=200)``. A parameter annotated ``Policy`` takes a spec.

    Attributes:
        blocking: ``act`` may take longer than a few milliseconds, so screens call it in a thread.
        learns: ``learn`` does something.
        positional: what it does depends on the position alone, not on how the game came there,
            whatever it looks at to find out; exact values of long games need to know.
        games: short names of the games it is made for; None for whatever ``unfit`` lets pass.
    """

    blocking: bool = False
    learns: bool = False
    positional: bool = False
    games: tuple[str, ...] | None = None

    def unfit(self, game: GameInfo) -> str | None:
        """Why this policy cannot play the game; None if it can. Asked before a run starts."""
        if self.games is None:
            return None
        if game.simulated and game.short_name in self.games:
            return None
        return f"it plays only {', '.join(self.games)}"

    def begin(self, context: EpisodeContext) -> None:
        """An episode begins."""

    def act(self, observation: Observation, rng: Random) -> Action | Awaitable[Action]:
        """One of ``observation.legal_actions``, or what ``observation.action_space`` accepts.

        Args:
            observation: what this seat may know; never anything that is hidden from it.
            rng: the only source of chance that a policy may use.
        """
        raise NotImplementedError

    def refused(self, observation: Observation, reason: str) -> bool:
        """The environment refused what ``act`` answered; True: ask once more, False: forfeit."""
        return False

    def action_probabilities(self, observation: Observation) -> Mapping[int, float] | None:
        """The probability of each legal action (those left out: 0); None if it cannot tell.

        It may depend on what ``begin`` was told of game and seat, and on the observation alone:
        where it changes with the episode or within it, the answer is None.
        """
        return None

    def explain(self, observation: Observation, rng: Random) -> Mapping[int, Weight] | None:
        """What it makes of the legal actions, for a person to look at; None if it cannot tell.

        By default its probabilities; a policy that searches or learns has more to say. It changes
        nothing, and may take as long as ``act`` does.

        Args:
            observation: as for ``act``.
            rng: the only source of chance that it may use.
        """
        chances = self.action_probabilities(observation)
        if chances is None or isawaitable(chances):
            return None
        return {a: Weight(chances.get(a, 0.0)) for a in observation.legal_actions}

    def learn(self, transition: Transition) -> None:
        """Take in one step of experience. Called only where learning was asked for."""

    def end(self, outcome: Outcome | None) -> None:
        """The episode is over; None if nobody can tell how it went for this seat."""

    def close(self) -> None:
        """The run is over: save what is to be kept, let go of what is held."""


class FunctionPolicy(Policy):
    """A plain function ``(observation, rng) -> action`` as a policy."""

    def __init__(self, function: Act) -> None:
        self.function = function

    def act(self, observation: Observation, rng: Random) -> Action | Awaitable[Action]:
        return self.function(observation, rng)


def as_policy(thing: Any, options: Mapping[str, Any] | None = None) -> Policy:
    """Make a policy of a Policy, a Policy class, an object with ``act``, or a function.

    Args:
        thing: what a spec such as ``module:Object`` names.
        options: keyword arguments, if the thing is a class or makes policies.

    Raises:
        SpecError: nothing of the kind.
    """
    if isclass(thing):
        return as_policy(thing(**(options or {})))
    if options:
        raise SpecError(f"{thing!r} is not a class, so it takes no options")
    if isinstance(thing, Policy):
        return thing
    if callable(getattr(thing, "act", None)):
        return _adopt(thing)
    if callable(thing):
        return FunctionPolicy(thing)
    raise SpecError(
        f"{thing!r} is no policy: expected a Policy, a class with act(observation, rng), "
        "or a function (observation, rng) -> action"
    )


def _adopt(thing: Any) -> Policy:
    """A policy that has whatever of the contract ``thing`` has, and defaults for the rest."""
    policy = FunctionPolicy(thing.act)
    for name in ("unfit", "begin", "action_probabilities", "explain", "learn", "end", "close"):
        if callable(getattr(thing, name, None)):
            setattr(policy, name, getattr(thing, name))
    for name in ("blocking", "learns", "positional"):
        setattr(policy, name, bool(getattr(thing, name, False)))
    return policy
