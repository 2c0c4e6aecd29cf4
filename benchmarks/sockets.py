"""Episodes of Catch per second over a socket: our client and server beside the official ones.

Every contender plays for a moment in each round, one after the other, so that whatever else the
machine does falls on all of them. The ratios are medians over the rounds.

    python benchmarks/sockets.py [--rounds N] [--seconds S] [--json]

The official framework has to be installed (``pip install openenv``).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from openenv_tui.connection import open_environment
from openenv_tui.connection.blocking import new_event_loop
from openenv_tui.match import Match, Seat, play_async
from openenv_tui.seeding import Seeds
from openenv_tui.specs import PolicySpec
from tests.support.servers import official_server, our_server

GAME = "catch"
BASELINE = "official sync client, official server"
OURS_ON_OFFICIAL = "our client, official server"
OURS_ON_OURS = "our client, our server"


class Contender(NamedTuple):
    """Plays episodes for about so many seconds, in so many sessions at once.

    Attributes:
        run: seconds -> episodes per second.
    """

    name: str
    sessions: int
    run: Callable[[float], float]


class Result(NamedTuple):
    """What one contender reached.

    Attributes:
        rate: episodes per second, median of the rounds.
        ratio: to the baseline of the same round, median of the rounds.
    """

    name: str
    sessions: int
    rate: float
    ratio: float


def official_sync(address: str) -> Callable[[float], float]:
    from openenv.core import GenericEnvClient

    def run(seconds: float) -> float:
        with GenericEnvClient(base_url=address).sync() as client:
            client.reset()
            episodes, started = 0, perf_counter()
            while perf_counter() - started < seconds:
                result = client.reset()
                while not result.done:
                    legal = result.observation["legal_actions"]
                    result = client.step({"action_id": random.choice(legal)})
                episodes += 1
            return episodes / (perf_counter() - started)

    return run


def ours(address: str, sessions: int) -> Callable[[float], float]:
    async def session(number: int, until: asyncio.Event, ready: asyncio.Barrier) -> int:
        seeds = Seeds(1, number)
        async with await open_environment(address) as environment:
            seats = {
                player: Seat("random", PolicySpec.parse("random").build())
                for player in environment.seats
            }
            episodes = 0
            await ready.wait()
            while not until.is_set():
                match = Match(environment.game, seats, seeds[episodes])
                await play_async(environment, match)
                episodes += 1
            return episodes

    async def all_sessions(seconds: float) -> float:
        until, ready = asyncio.Event(), asyncio.Barrier(sessions + 1)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(session(n, until, ready)) for n in range(sessions)]
            await ready.wait()
            started = perf_counter()
            await asyncio.sleep(seconds)
            until.set()
            await asyncio.wait(tasks)
            elapsed = perf_counter() - started
        return sum(task.result() for task in tasks) / elapsed

    def run(seconds: float) -> float:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(all_sessions(seconds))

    return run


def measure(rounds: int, seconds: float) -> list[Result]:
    """Play the rounds, the baseline first in each."""
    with official_server(GAME) as official, our_server(GAME) as (_, server):
        contenders = [
            Contender(BASELINE, 1, official_sync(official)),
            *[Contender(OURS_ON_OFFICIAL, n, ours(official, n)) for n in (1, 4)],
            *[Contender(OURS_ON_OURS, n, ours(server, n)) for n in (1, 4, 8, 16)],
        ]
        for contender in contenders:
            contender.run(0.2)
        played = [[c.run(seconds) for c in contenders] for _ in range(rounds)]
    return [
        Result(
            contender.name,
            contender.sessions,
            median(rates[at] for rates in played),
            median(rates[at] / rates[0] for rates in played),
        )
        for at, contender in enumerate(contenders)
    ]


def best(results: list[Result], name: str) -> Result:
    """The number of sessions with which a contender does best."""
    return max((result for result in results if result.name == name), key=lambda r: r.ratio)


def goals(results: list[Result]) -> list[str]:
    """The two ratios that have goals, in words."""
    return [
        f"{name}: {found.ratio:.2f} times {BASELINE}, with {found.sessions} sessions (goal {goal})"
        for name, goal in ((OURS_ON_OFFICIAL, 1.6), (OURS_ON_OURS, 8))
        for found in [best(results, name)]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="for each contender and round")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    # The official framework warns about itself while it is imported.
    warnings.simplefilter("ignore")
    results = measure(options.rounds, options.seconds)
    if options.json:
        listed = [result._asdict() for result in results]
        print(json.dumps({"game": GAME, "results": listed, "goals": goals(results)}, indent=2))
        return
    print(f"{GAME + ', random policy':<40}{'sessions':>9}{'episodes/s':>12}{'ratio':>8}")
    for result in results:
        print(f"{result.name:<40}{result.sessions:>9}{result.rate:>12,.0f}{result.ratio:>8.2f}")
    print(*goals(results), sep="\n")


if __name__ == "__main__":
    main()
