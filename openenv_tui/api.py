"""The library: what the command line does, for programs and notebooks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

from openenv_tui.connection.access import Access, Headers
from openenv_tui.errors import UsageError
from openenv_tui.evaluation.plan import LOCAL, Plan
from openenv_tui.evaluation.runner import Evaluation, run_plan
from openenv_tui.evaluation.under_way import Progress
from openenv_tui.policy import Policy, as_policy
from openenv_tui.seeding import drawn_seed

Player: TypeAlias = "str | Policy | type[Policy] | Callable[..., Any]"
"""A spec, or a policy, its class, or a function (observation, rng) -> action."""


def evaluate(
    game: str,
    policies: Sequence[Player],
    *,
    episodes: int = 1000,
    seed: int | None = None,
    opponent: Player = "random",
    env: str = LOCAL,
    jobs: int = 1,
    learn: bool = False,
    clock: float | None = None,
    sessions: int = 8,
    timeout: float = 60.0,
    give_up: float = 60.0,
    win: str = "",
    max_steps: int = 1000,
    forfeits: str = "loss",
    exact: bool | None = None,
    headers: Headers = (),
    variables: Headers = (),
    out: Path | str | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Evaluation:
    """Tabulate the win rates of policies on a game.

    Works inside a running event loop too, such as a notebook's.

    Args:
        game: its name, parameters included; "" for whatever the server at ``env`` serves.
        policies: specs or objects; an object goes by its name or its class's.
        episodes: for each policy.
        seed: fixes everything; drawn, and told in the result, if None.
        opponent: who takes the other seats.
        env: "local" or the address of an OpenEnv server.
        jobs: worker processes; 1 where policies are objects, which cannot be sent to them.
        learn: let policies that learn do so.
        clock: seconds for each decision.
        sessions: most sessions at once on a server.
        timeout: seconds for each answer of a server.
        give_up: seconds in which nothing comes back from a server, until it is taken for dead.
        win: a rule for outcomes, such as "return > 0", "steps <= 20" or "score == 1", the last of
            a field of the last observation; "" for the game's own.
        max_steps: an episode is cut off after so many, on servers other than of OpenSpiel games.
        forfeits: what an episode is worth that a policy ended by its own fault: "loss", "excluded"
            or "replay", for up to 5 attempts from other seeds.
        exact: exact values beside the sampled ones by all means, or not; None where it is cheap.
        headers: (name, value) pairs that a server is sent, such as a token; they are not kept.
        variables: for the environment of a server that ``env`` starts; they are not kept.
        out: folder to keep the run in; nothing is kept on disk if None.
        progress: called about four times a second, not necessarily from this thread.
        stop: ends the run soon after it is set.

    Raises:
        UsageError: a game, a policy or a number that cannot be.
        StoreError: ``out`` cannot be written.
        ConnectionFailedError: ``env`` cannot be reached.
    """
    given: dict[str, Policy] = {}
    names = tuple(_named(player, given) for player in policies)
    against = _named(opponent, given)
    if given and jobs > 1:
        raise UsageError("policies that are objects play in this process: use jobs=1, or a spec")
    plan = Plan(
        game=game,
        policies=names,
        opponent=against,
        episodes=episodes,
        seed=drawn_seed(seed),
        env=env,
        jobs=jobs,
        learn=learn,
        clock=clock,
        sessions=sessions,
        timeout=timeout,
        give_up=give_up,
        win=win,
        max_steps=max_steps,
        forfeits=forfeits,
        exact=exact,
    )

    def run() -> Evaluation:
        return run_plan(
            plan,
            out,
            keep=out is not None,
            progress=progress,
            stop=stop,
            given=given,
            access=Access(headers, variables),
        )

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return run()
    # A loop runs in this thread, and a run may need one of its own: in another thread it can.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


async def evaluate_async(game: str, policies: Sequence[Player], **options: Any) -> Evaluation:
    """``evaluate``, awaited; when it is cancelled, the run stops soon after.

    Args:
        game: as of ``evaluate``.
        policies: as of ``evaluate``.
        options: as of ``evaluate``.
    """
    stop = options.pop("stop", None) or threading.Event()
    running = asyncio.to_thread(evaluate, game, policies, stop=stop, **options)
    try:
        return await running
    except asyncio.CancelledError:
        stop.set()
        raise


def _named(player: Player, given: dict[str, Policy]) -> str:
    """The name that a player goes by; an object is put into ``given`` under it."""
    if isinstance(player, str):
        return player
    stem = getattr(player, "__name__", None) or type(player).__name__
    name, number = stem, 1
    while name in given:
        number += 1
        name = f"{stem}-{number}"
    given[name] = as_policy(player)
    return name
