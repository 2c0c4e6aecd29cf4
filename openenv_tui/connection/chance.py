"""What episodes that were played twice tell about a server's seeds and chance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final, NamedTuple

from openenv_tui.connection.finding import Finding, Verdict

SEED_PAIRS: Final = ((11, 22), (33, 44), (55, 66), (77, 88))
"""Each seed is played twice; both of a pair with the same actions, so that chance alone differs."""


class Beginning(NamedTuple):
    """What was seen of one episode, for comparing it with another one.

    Attributes:
        first: the first observation.
        rest: those after it, a line each; fewer of them where time ran out.
    """

    first: str
    rest: str


class Pair(NamedTuple):
    """Two seeds with the same actions, each as often as it was played."""

    one: tuple[Beginning, ...]
    other: tuple[Beginning, ...]


class Judgement(NamedTuple):
    """``seeded``: a seed decides all chance, as far as was seen."""

    seeded: bool
    finding: Finding


def judge(seen: Sequence[Pair]) -> Judgement:
    """Say what a seed decides.

    Args:
        seen: at least one pair; each seed at least twice, on one session and in turn.
    """
    seeds = [episodes for pair in seen for episodes in pair]
    starts = {each.first for episodes in seeds for each in episodes}
    same_start = all(len({each.first for each in episodes}) == 1 for episodes in seeds)
    same_rest = all(_equal(episodes) for episodes in seeds)
    # One that draws a secret looks the same at first, and only its answers tell.
    varied = len(starts) > 1 or not all(_equal(pair.one[:1] + pair.other[:1]) for pair in seen)
    resets = sum(map(len, seeds))
    facts = {"seeds": len(seeds), "resets": resets, "different_starts": len(starts)}
    seeded = same_start and same_rest
    if seeded and varied:
        verdict, said, means = (
            Verdict.GOOD, f"honoured: equal episodes in {resets} episodes of {len(seeds)} seeds",
            "policies are compared on the same episodes",
        )  # fmt: skip
    elif seeded:
        verdict, said, means = (
            Verdict.GOOD, f"no chance was seen in {resets} episodes of {len(seeds)} seeds",
            "a policy without chance of its own plays the same episode again and again",
        )  # fmt: skip
    elif same_start:
        start = "fixes the start" if len(starts) > 1 else "one start for all seeds"
        verdict, said, means = Verdict.NOTE, f"{start}, and chance after it", _UNSHARED
    else:
        verdict, said, means = (
            Verdict.NOTE, f"ignored: {_different(seeds)} of {len(seeds)} seeds began in one way "
            "and then in another", _UNSHARED,
        )  # fmt: skip
    return Judgement(seeded, Finding("seed", verdict, said, means, facts))


_UNSHARED: Final = "episodes are not shared: more of them are needed"


def _equal(episodes: Sequence[Beginning]) -> bool:
    """Whether they agree as far as each goes."""
    return all(
        one.rest.startswith(other.rest) or other.rest.startswith(one.rest)
        for one, other in combinations(episodes, 2)
    )


def _different(seeds: Sequence[Sequence[Beginning]]) -> int:
    return sum(len({each.first for each in episodes}) > 1 for episodes in seeds)
