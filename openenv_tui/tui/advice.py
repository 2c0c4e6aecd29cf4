"""What a policy would do in a person's place: asked aside, told nothing that the person is not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from inspect import isawaitable
from threading import Thread
from typing import Any, NamedTuple

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.model import EpisodeContext, GameInfo, Observation
from openenv_tui.policy import Policy, Weight
from openenv_tui.seeding import Rng
from openenv_tui.specs import PolicySpec

ASIDE = 1 << 20
"""The stream of an adviser's chance: none of those from which the seats of a match draw."""


@dataclass(frozen=True)
class Advice:
    """What a policy would do.

    Attributes:
        choice: the action that it chose; None if it has a form filled in, or failed.
        weights: legal action -> what it makes of it; empty if it cannot tell.
        problem: why there is no advice; "" where there is.
    """

    choice: int | None = None
    weights: Mapping[int, Weight] = field(default_factory=dict)
    problem: str = ""


class Bar(NamedTuple):
    """One action as a bar.

    Attributes:
        action: what the bar stands for.
        share: its length, 0 to 1.
        words: the number at its end.
    """

    action: int
    share: float
    words: str


def consult(spec: str, game: GameInfo, observation: Observation, seed: int) -> Advice:
    """Ask a fresh policy about one moment of a game; what goes wrong is told, not raised.

    It knows what ``observation`` tells and how the game is called. A policy that remembers what
    came before in an episode has not seen it here, and answers as if this were the first moment.
    """
    try:
        policy = PolicySpec.parse(spec).build()
        if reason := policy.unfit(game):
            return Advice(problem=reason)
        return _asked(policy, game, observation, seed)
    except OpenEnvTuiError as error:
        return Advice(problem=str(error))
    except (Exception, SystemExit) as error:
        # A stranger's policy may raise anything.
        return Advice(problem=f"{type(error).__name__}: {error}")


def _asked(policy: Policy, game: GameInfo, observation: Observation, seed: int) -> Advice:
    policy.begin(EpisodeContext(game, observation.player, 0, False))
    try:
        legal = observation.legal_actions
        told = policy.explain(observation, Rng(seed, ASIDE + observation.ply)) or {}
        weights = {a: told[a] for a in legal if a in told}
        answer: Any = policy.act(observation, Rng(seed, ASIDE + observation.ply))
        if isawaitable(answer):
            answer = asyncio.run(_awaited(answer))
        choice = int(answer) if answer in legal else None
        return Advice(choice, weights, "" if choice is not None else f"it answers {answer!r:.60}")
    finally:
        with suppress(Exception):
            policy.close()


async def _awaited(answer: Any) -> Any:
    return await answer


async def consulted(spec: str, game: GameInfo, observation: Observation, seed: int) -> Advice:
    """``consult`` beside the event loop. Cancelled, it is not waited for, long as it may think."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Advice] = loop.create_future()

    def settle(advice: Advice) -> None:
        if not answer.done():
            answer.set_result(advice)

    def think() -> None:
        advice = consult(spec, game, observation, seed)
        # The app may have been left meanwhile.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, advice)

    # A thread of the loop's own pool would hold up the end of the program.
    Thread(target=think, name=f"advice of {spec}", daemon=True).start()
    return await answer


def bars(advice: Advice) -> tuple[str, tuple[Bar, ...]]:
    """What the bars measure, and one for each action that the policy tells something of.

    Visits of a search come first, then probabilities, then values; a value's bar is as long as it
    lies above the worst one.
    """
    weights = advice.weights
    if not weights:
        return "", ()
    if all(weight.visits is not None for weight in weights.values()):
        return "visits, value", _shares(weights, {a: w.visits or 0 for a, w in weights.items()})
    if any(w.value is not None for w in weights.values()):
        return _by_value(weights)
    chances = {a: w.probability or 0.0 for a, w in weights.items()}
    return "probability", tuple(Bar(a, p, f"{p:4.0%}") for a, p in chances.items())


def _shares(weights: Mapping[int, Weight], counts: Mapping[int, int]) -> tuple[Bar, ...]:
    most = max(counts.values()) or 1
    return tuple(
        Bar(a, count / most, f"{count:>4}{_value(weights[a].value)}") for a, count in counts.items()
    )


def _by_value(weights: Mapping[int, Weight]) -> tuple[str, tuple[Bar, ...]]:
    values = {a: w.value for a, w in weights.items() if w.value is not None}
    worst, best = min(values.values()), max(values.values())
    spread = best - worst
    return "value", tuple(
        Bar(a, (v - worst) / spread if spread else 1.0, _value(v)) for a, v in values.items()
    )


def _value(value: float | None) -> str:
    if value is None:
        return "     -"
    return f"{value:>+6.2f}" if abs(value) < 100 else f"{value:>+6.4g}"
