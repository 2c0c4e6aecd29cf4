"""The games of a log as arrays: who sat where, and what each of them got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from openenv_tui.evaluation.store import Store

if TYPE_CHECKING:
    import numpy as np

    from openenv_tui.evaluation.clusters import Floats, Numbers

    Seats = np.ndarray[Any, np.dtype[np.int64]]

JOINT: Final = " + "
"""Between the names of several opponents of a row."""


class Meetings(NamedTuple):
    """Every two entrants who sat at one table, game by game.

    Attributes:
        first: number of the entrant with the smaller seat, shape (meetings,).
        second: of the other one.
        outcomes: 1 if the first was better, 0 for a draw, -1; NaN where nobody can tell.
        returns: of the first and of the second, shape (meetings, 2).
        deals: of which deal.
    """

    first: Numbers
    second: Numbers
    outcomes: Floats
    returns: Floats
    deals: Numbers


class Games(NamedTuple):
    """Games between entrants.

    Attributes:
        who: number of the entrant by seat, shape (games, players).
        returns: by seat; NaN where unknown.
        outcomes: by seat: 1, 0 or -1; NaN where unknown.
        deals: of which deal each is, 0 .. ``number`` - 1, shape (games,).
        number: of deals.
    """

    who: Seats
    returns: Floats
    outcomes: Floats
    deals: Numbers
    number: int

    @property
    def meetings(self) -> Meetings:
        """Of two, their game; of more, each two are taken to have played, and who has the greater
        return has won. Nobody meets himself.
        """
        import numpy as np

        players = self.who.shape[1]
        pairs = [(one, other) for one in range(players) for other in range(one + 1, players)]
        first, second = (np.concatenate([self.who[:, p[k]] for p in pairs]) for k in (0, 1))
        returns = np.concatenate([self.returns[:, pair] for pair in pairs])
        by_return = np.sign(returns[:, 0] - returns[:, 1])
        outcomes = self.outcomes[:, 0] if players == 2 else by_return
        deals = np.tile(self.deals, len(pairs))
        real = first != second
        return Meetings(first[real], second[real], outcomes[real], returns[real], deals[real])


def lineup(opponent: str | None, players: int) -> tuple[str, ...]:
    """Who takes each of the other seats, of how a row names its opponents."""
    names = (opponent or "").split(JOINT)
    return (*names, *[names[-1]] * players)[: players - 1]


def orders(around: Sequence[str]) -> int:
    """In how many orders the others sit around: 2 where they differ, else 1."""
    return 2 if len(set(around)) > 1 else 1


def shares_deals(meta: Mapping[str, Any]) -> bool:
    """Whether the rows of a run were played on the same deals."""
    return "dice of its own" not in str(meta["pairing"])


def read_games(store: Store, entrants: Sequence[str]) -> Games:
    """All games of a log whose rows are pairings."""
    import numpy as np

    meta, rows = store.meta(), store.rows()
    if not rows:
        nobody, nothing = (np.zeros((0, meta["players"]), kind) for kind in (np.int64, float))
        return Games(nobody, nothing, nothing, np.zeros(0, np.int64), 0)
    parts = [
        _row_games(store, row, policy, lineup(opponent, meta["players"]), entrants, meta)
        for row, (policy, opponent) in enumerate(rows)
    ]
    who, returns, outcomes, deals = (np.concatenate(part) for part in zip(*parts, strict=True))
    several = (who != who[:, :1]).any(axis=1)
    numbers, deals = np.unique(deals[several], return_inverse=True)
    return Games(who[several], returns[several], outcomes[several], deals, len(numbers))


def _row_games(
    store: Store,
    row: int,
    policy: str,
    around: tuple[str, ...],
    entrants: Sequence[str],
    meta: Mapping[str, Any],
) -> tuple[Seats, Floats, Floats, Numbers]:
    import numpy as np

    players = int(meta["players"])
    told = [f"json_extract(returns, '$[{seat}]')" for seat in range(players)]
    found = store.numbers(row, ["episode", "seat", "outcome", "return", "forfeit_seat", *told])
    episodes, seats = found[:, 0].astype(np.int64), found[:, 1].astype(np.int64)
    number = {name: place for place, name in enumerate(entrants)}
    forward = [number[name] for name in (policy, *around)]
    backward = [number[name] for name in (policy, *around[::-1])]
    # The others follow the policy around the table, in the second half of the arrangements
    # the other way round.
    reverse = (episodes % (players * orders(around))) // players == 1
    by = (np.arange(players) - seats[:, None]) % players
    who = np.where(reverse[:, None], np.array(backward)[by], np.array(forward)[by])
    returns = found[:, 5:]
    mine = np.arange(len(found)), seats
    returns[mine] = found[:, 3]
    if players == 2:
        other = np.arange(len(found)), 1 - seats
        if meta.get("zero_sum", meta.get("tournament") is not None):
            # Where the returns add up to zero, logs of two hold only one of them.
            missing = np.isnan(returns[other])
            returns[other] = np.where(missing, -returns[mine], returns[other])
        outcomes = np.empty_like(returns)
        outcomes[mine], outcomes[other] = found[:, 2], -found[:, 2]
    else:
        outcomes = _by_rank(returns)
        # Of a forfeit nobody knows what the others would have got; its own seat has lost.
        outcomes[np.arange(players) == found[:, 4:5]] = -1.0
    shared = shares_deals(meta)
    deals = episodes // int(meta["deal"]) if shared else episodes + (row << 40)
    return who, returns, outcomes, deals


def _by_rank(returns: Floats) -> Floats:
    """Who alone has the greatest return has won, who shares it a draw; the others have lost."""
    import numpy as np

    best = returns.max(axis=1, keepdims=True)
    shared = (returns == best).sum(axis=1, keepdims=True) > 1
    found = np.where(returns == best, np.where(shared, 0.0, 1.0), -1.0)
    found[np.isnan(returns).any(axis=1)] = np.nan
    return found
