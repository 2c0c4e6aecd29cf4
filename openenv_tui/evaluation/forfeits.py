"""What a forfeit is worth: a loss, nothing, or another attempt.

A forfeit is an episode that a policy ended by its own fault: an illegal action, an answer that is
none, its clock, or an exception. Under each rule it is counted by its kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.stats import wilson
from openenv_tui.model import ForfeitKind
from openenv_tui.seeding import derive

if TYPE_CHECKING:
    from openenv_tui.evaluation.store import Store

ATTEMPTS: Final = 5
"""So often an episode is played at most; a forfeit of the last attempt is a loss."""


class ForfeitRule(StrEnum):
    """What a forfeit is worth."""

    LOSS = "loss"
    """The least return, and the loss."""
    EXCLUDED = "excluded"
    """The episode does not count, and neither does its deal for the mean return."""
    REPLAY = "replay"
    """The episode is played again, from another seed."""


WORDS: Final = {
    ForfeitRule.LOSS: "A forfeit is a loss",
    ForfeitRule.EXCLUDED: "Forfeits are left out, and their deals out of the mean return",
    ForfeitRule.REPLAY: f"Forfeits are played again, up to {ATTEMPTS} attempts, then a loss",
}


def forfeit_rule(name: str) -> ForfeitRule:
    """The rule of that name.

    Raises:
        UsageError: there is none.
    """
    try:
        return ForfeitRule(name)
    except ValueError as error:
        known = ", ".join(ForfeitRule)
        raise UsageError(f"no rule for forfeits is named '{name}'; known: {known}") from error


def attempt_seed(seed: int, attempt: int) -> int:
    """The seed with which an episode is played once more.

    Args:
        seed: of its deal, and of its first attempt.
        attempt: from 1.
    """
    return derive(seed, "attempt", attempt)


class Worth(NamedTuple):
    """What a row is worth under one rule; rates in [0, 1], None while nothing is known."""

    episodes: int
    win_rate: float | None
    win_rate_low: float | None
    win_rate_high: float | None
    mean_return: float | None


class Faults(NamedTuple):
    """One row's forfeits and lost sessions, and what it would be worth under either rule.

    Attributes:
        kinds: kind -> number of forfeits, by the row's own policy.
        others: forfeits by whoever took the other seats.
        lost: kind -> number of lost sessions.
        loss: were every forfeit a loss.
        excluded: were forfeits left out.
    """

    policy: str
    opponent: str | None
    kinds: Mapping[str, int]
    others: int
    lost: Mapping[str, int]
    loss: Worth
    excluded: Worth

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return self._asdict() | {
            "loss": self.loss._asdict(),
            "excluded": self.excluded._asdict(),
        }


def read_faults(store: Store, deal: int) -> tuple[Faults, ...]:
    """Of every row, by number; () where nobody forfeited, and no session was lost.

    Args:
        store: the log; by whatever rule it counts, it does so again afterwards.
        deal: how many consecutive episodes share a deal.
    """
    rows = store.rows()
    kinds = [store.faults_by_kind(row) for row in range(len(rows))]
    lost = [store.lost_kinds(row) for row in range(len(rows))]
    if not any(kinds) and not any(lost):
        return ()
    worth = {
        rule: _worth(store, rule, len(rows), deal)
        for rule in (ForfeitRule.LOSS, ForfeitRule.EXCLUDED)
    }
    return tuple(
        Faults(
            policy,
            opponent,
            {kind.value: kinds[row].get((kind.value, True), 0) for kind in ForfeitKind},
            sum(number for (_, own), number in kinds[row].items() if not own),
            lost[row],
            worth[ForfeitRule.LOSS][row],
            worth[ForfeitRule.EXCLUDED][row],
        )
        for row, (policy, opponent) in enumerate(rows)
    )


def _worth(store: Store, rule: ForfeitRule, rows: int, deal: int) -> Sequence[Worth]:
    found = []
    with store.counting(rule):
        for row in range(rows):
            counts = store.counts(row, deal)
            judged = counts.wins + counts.draws + counts.losses
            low, high = wilson(counts.wins, judged) if judged else (None, None)
            rate = counts.wins / judged if judged else None
            mean = counts.total / counts.known if counts.known else None
            found.append(Worth(counts.episodes - counts.left_out, rate, low, high, mean))
    return found
