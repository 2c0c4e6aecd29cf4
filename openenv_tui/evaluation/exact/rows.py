"""The exact values of a run's rows, worked out again from the specs that its log holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from openenv_tui.errors import NoExactValueError, OpenEnvTuiError, UsageError
from openenv_tui.evaluation.exact.enumerated import Enumerated
from openenv_tui.evaluation.exact.graph import BeyondLimitsError, Limits
from openenv_tui.evaluation.exact.value import Exact, averaged
from openenv_tui.evaluation.plan import Cast, Plan
from openenv_tui.evaluation.table import Row, Table

CHEAP = Limits(states=10_000, seconds=5.0)
"""What is worked out unasked; a whole table takes no more than moments."""


def with_exact_values(
    table: Table, meta: Mapping[str, Any], cast: Cast | None = None, wish: bool | None = None
) -> Table:
    """The table with exact values where they can be had, and why not where they cannot.

    Args:
        table: of a run, as its log gives it.
        meta: of the same log.
        cast: makes the policies that are no specs; without it those have no exact values.
        wish: True: by all means, False: not at all, None: as the run wished, which may say None
            too: where it is cheap.
    """
    wish = meta.get("exact") if wish is None else wish
    if wish is False or "players" not in meta:
        return table
    cast = cast or Cast()
    try:
        game = _enumerated(meta, cast, Limits() if wish else CHEAP)
    except NoExactValueError as error:
        return replace(table, inexact={"all": _reason(error, wish)})
    except UsageError as error:
        # A game that only its server knows has no graph, and nobody expects one unasked.
        return replace(table, inexact={"all": str(error)}) if wish else table
    rows, reasons = [], {}
    for row in table.rows:
        try:
            rows.append(_with_value(row, game, meta, cast))
        except OpenEnvTuiError as error:
            # A policy of somebody's own may be gone, or may not load any more.
            rows.append(row)
            reasons[row.policy] = _reason(error, wish)
    return replace(table, rows=tuple(rows), inexact=reasons)


def _reason(error: OpenEnvTuiError, wish: bool | None) -> str:
    further = isinstance(error, BeyondLimitsError) and not wish
    return f"{error} (--exact goes further)" if further else str(error)


def _enumerated(meta: Mapping[str, Any], cast: Cast, limits: Limits) -> Enumerated:
    from openenv_tui.games import load_game

    # The first logs were of this program's own engine, and do not say so.
    if len(meta.get("seats", range(meta["players"]))) < meta["players"]:
        raise NoExactValueError("the server plays the other seats")
    rule = meta.get("win", "")
    if "win" not in meta and meta["outcome_rule"] != load_game(meta["game"]).outcome_rule:
        raise NoExactValueError("the rule for outcomes is not in the log")
    return Enumerated(meta["game"], cast, rule=rule, limits=limits)


def _with_value(row: Row, game: Enumerated, meta: Mapping[str, Any], cast: Cast) -> Row:
    if meta.get("learn") and cast.build(row.policy).learns:
        raise NoExactValueError(f"{row.policy} learns, so it does not play alike throughout")
    others = tuple(row.opponent.split(" + ")) if row.opponent else ()
    if len(others) >= meta["players"]:
        raise NoExactValueError(f"who is meant by '{row.opponent}' cannot be told")
    found = averaged(row_values(game, row.policy, others, cast))
    return replace(row, exact_win_rate=found.win, exact_mean_return=found.mean_return)


def row_values(
    game: Enumerated, policy: str, others: tuple[str, ...], cast: Cast
) -> tuple[Exact, ...]:
    """What a policy gets at each seat, averaged over the arrangements that a run plays there.

    Args:
        game: the game.
        policy: whose value it is.
        others: who takes the other seats, in their order; the last of them all that are left.
        cast: makes the policies.

    Raises:
        NoExactValueError: a policy gives no probabilities, or there are too many states.
    """
    from openenv_tui.evaluation.engines.inline import Seating

    info = game.game.info
    plan = Plan(info.name, (policy,), against=(others or ("random",),))
    seating = Seating(plan, cast, 0, info.players, tuple(range(info.players)))
    at: dict[int, list[Exact]] = {}
    for number in range(seating.arrangements):
        place = seating.at(number)
        at.setdefault(place.seat, []).append(game.values(place.names or ())[place.seat])
    return tuple(averaged(at[seat]) for seat in range(info.players))
