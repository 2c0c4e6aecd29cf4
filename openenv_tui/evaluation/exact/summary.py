"""What policies are worth against each other, and against who responds best, as one result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

from openenv_tui.errors import NoExactValueError, UnfitPolicyError
from openenv_tui.evaluation.exact.enumerated import Enumerated, Response
from openenv_tui.evaluation.exact.rows import row_values
from openenv_tui.evaluation.exact.value import Exact, averaged
from openenv_tui.evaluation.plan import Cast
from openenv_tui.model import GameInfo


@dataclass(frozen=True)
class Pairing:
    """A policy, and who takes the other seats.

    Attributes:
        opponent: None in games for one.
        seats: what the policy gets at each seat, by player id.
    """

    policy: str
    opponent: str | None
    seats: tuple[Exact, ...]

    @property
    def average(self) -> Exact:
        """Each seat taken equally often."""
        return averaged(self.seats)


@dataclass(frozen=True)
class Standing:
    """A policy against best responses, when it plays all seats; None: ``reason`` says why not."""

    policy: str
    response: Response | None
    reason: str = ""


@dataclass(frozen=True)
class Summary:
    """Exact values of some policies on a game.

    Attributes:
        states: of the game's graph.
        reasons: why pairings are missing.
    """

    game: str
    states: int
    outcome_rule: str
    pairings: tuple[Pairing, ...]
    standings: tuple[Standing, ...]
    reasons: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        return {
            "game": self.game,
            "states": self.states,
            "outcome_rule": self.outcome_rule,
            "pairings": [
                {
                    "policy": each.policy,
                    "opponent": each.opponent,
                    **_rates(each.average),
                    "seats": [_rates(seat) for seat in each.seats],
                }
                for each in self.pairings
            ],
            "policies": [_standing(each) for each in self.standings],
            "reasons": list(self.reasons),
        }


def summarise(game: Enumerated, policies: Sequence[str], opponents: Sequence[str]) -> Summary:
    """Weigh policies against their opponents, and against best responses.

    Args:
        game: the game.
        policies: specs, as rows.
        opponents: specs; () for the other policies, each pair once where returns add up to zero.
            A policy alone is its own opponent.

    Raises:
        UnfitPolicyError: a policy cannot play the game.
        NoExactValueError: nothing can be said of any policy.
    """
    info = game.game.info
    cast = Cast()
    for name in dict.fromkeys((*policies, *opponents)):
        reason = cast.build(name).unfit(info)
        if reason:
            raise UnfitPolicyError(name, info.name, reason)
    reasons: dict[str, None] = {}
    pairings = []
    for policy, opponent in _pairs(policies, opponents, info):
        others = () if opponent is None else (opponent,)
        try:
            pairings.append(Pairing(policy, opponent, row_values(game, policy, others, cast)))
        except NoExactValueError as error:
            reasons[str(error)] = None
    if not pairings:
        raise NoExactValueError("; ".join(reasons))
    standings = tuple(_stands(game, policy) for policy in policies)
    rule = game.game.outcome_rule
    return Summary(info.name, game.states, rule, tuple(pairings), standings, tuple(reasons))


def _pairs(
    policies: Sequence[str], opponents: Sequence[str], info: GameInfo
) -> list[tuple[str, str | None]]:
    if info.players == 1:
        return [(policy, None) for policy in policies]
    if opponents:
        return [(policy, other) for policy in policies for other in opponents]
    if len(policies) == 1:
        return [(policies[0], policies[0])]
    # Of two who share out nothing, one way round tells the other too.
    if info.players == 2 and info.zero_sum:
        return list(combinations(policies, 2))
    return list(permutations(policies, 2))


def _stands(game: Enumerated, policy: str) -> Standing:
    try:
        return Standing(policy, game.response(policy))
    except NoExactValueError as error:
        return Standing(policy, None, str(error))


def _rates(value: Exact) -> dict[str, float | None]:
    return {
        "win_rate": value.win,
        "draw_rate": value.draw,
        "loss_rate": value.loss,
        "mean_return": value.mean_return,
    }


def _standing(standing: Standing) -> dict[str, Any]:
    found = standing.response
    return {
        "policy": standing.policy,
        "values": list(found.own) if found else None,
        "best_responses": list(found.best) if found else None,
        "nash_conv": found.nash_conv if found else None,
        "exploitability": found.exploitability if found else None,
        "reason": standing.reason,
    }
