"""Ratings of finished tournaments: Bradley-Terry with draws and the advantage of the first move.

A rating that is updated game by game depends on the order of the games; the maximum of a
likelihood does not. Sources: Bradley and Terry (1952), "Rank analysis of incomplete block
designs"; draws by Davidson (1970), "On extending the Bradley-Terry model to accommodate ties";
the order of play by Davidson and Beaver (1977), "On extending the Bradley-Terry model to
incorporate within-pair order effects"; errors that allow for games sharing a deal by Liang and
Zeger (1986), "Longitudinal data analysis using generalized linear models".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import erf, log, sqrt
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.stats import wilson

if TYPE_CHECKING:
    import numpy as np

    Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

SCALE: Final = 400 / log(10)
"""Elo's scale: 400 points are odds of ten to one."""
PRIOR: Final = 700.0
"""Points: the standard deviation of the weak prior, which keeps perfect records finite."""
MOST_STEPS: Final = 200
TOLERANCE: Final = 1e-10
"""Of the parameters, which are logarithms of odds."""
FEW_DEALS: Final = 40
"""Of fewer the errors of ratings are never less than if all games were independent."""


class Game(NamedTuple):
    """One result between two entrants.

    Attributes:
        first: number of the entrant who moved first.
        second: of the other one.
        outcome: 1 if the first won, 0 for a draw, -1 if the second won.
    """

    first: int
    second: int
    outcome: int


class Results(NamedTuple):
    """Results of many games, counted.

    Attributes:
        kinds: the results that occurred, each once, ascending.
        counts: how often each kind came of a deal, whose games are not independent:
            shape (deals, kinds).
        weights: how often just these results came of one, shape (deals,).
    """

    kinds: tuple[Game, ...]
    counts: Floats
    weights: Floats


class DisconnectedError(UsageError):
    """Some entrants never met the others, so nothing can be said of them together."""


@dataclass(frozen=True)
class Ratings:
    """Ratings in points, and how sure they are.

    Attributes:
        names: of the entrants.
        points: 0 for the anchor.
        errors: standard errors of the differences from the anchor.
        covariance: of the points, in points squared, the anchor's row and column 0.
        first_move: points that moving first is worth; None where it was not asked for.
        first_move_error: its standard error.
        draws: Davidson's parameter: with equals, the chance of a draw is draws / (2 + draws).
        bounds: name -> ">=" for those who won everything, "<=" for those who lost everything:
            the prior alone keeps these finite.
    """

    names: tuple[str, ...]
    points: tuple[float, ...]
    errors: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    first_move: float | None
    first_move_error: float | None
    draws: float
    bounds: Mapping[str, str]

    def superiority(self, one: int, other: int) -> float:
        """The likelihood that one is the stronger (LOS), by the normal approximation, in [0, 1]."""
        if one == other:
            return 0.5
        variance = (
            self.covariance[one][one]
            + self.covariance[other][other]
            - 2 * self.covariance[one][other]
        )
        if variance <= 0:
            return 0.5
        return 0.5 * (1 + erf((self.points[one] - self.points[other]) / sqrt(2 * variance)))


def rate(
    names: Sequence[str],
    deals: Mapping[tuple[Game, ...], int],
    *,
    anchor: int = 0,
    first_mover: bool = True,
    prior: float | None = PRIOR,
) -> Ratings:
    """The ratings that make the results likeliest.

    Args:
        names: of the entrants.
        deals: games that share a deal, and so are not independent -> how often just these results
            came of one.
        anchor: number of the entrant whose rating is 0.
        first_mover: moving first may be worth something.
        prior: points; None for none, and then perfect records have no finite rating.

    Raises:
        DisconnectedError: there is no joint rating.
        UsageError: without a prior, somebody won or lost everything.
    """
    import numpy as np

    kinds = sorted({game for games in deals for game in games})
    number = {game: place for place, game in enumerate(kinds)}
    counts = np.zeros((len(deals), len(kinds)))
    for place, games in enumerate(deals):
        for game in games:
            counts[place, number[game]] += 1
    results = Results(tuple(kinds), counts, np.array(list(deals.values()), float))
    return rate_results(names, results, anchor=anchor, first_mover=first_mover, prior=prior)


def rate_results(
    names: Sequence[str],
    results: Results,
    *,
    anchor: int = 0,
    first_mover: bool = True,
    prior: float | None = PRIOR,
) -> Ratings:
    """``rate``, of results that are counted already."""
    import numpy as np

    _expect_connected(names, results.kinds)
    if prior is None and not _has_maximum(len(names), results.kinds):
        raise UsageError("somebody beat all others always, so without a prior no rating exists")
    model = _Model(len(names), results, first_mover=first_mover, prior=prior)
    values = model.maximum()
    inverse: Floats = np.linalg.inv(model.hessian(values)).astype(np.float64)
    spread = model.spread(values, inverse)
    count = len(names)
    contrast = np.eye(len(values))
    contrast[:count, anchor] -= 1
    covariance = SCALE**2 * (contrast @ spread @ contrast.T)
    covariance = (covariance + covariance.T) / 2
    points = SCALE * (values[:count] - values[anchor])
    moves = count if first_mover else None
    return Ratings(
        names=tuple(names),
        points=tuple(map(float, points)),
        errors=tuple(float(sqrt(max(0.0, covariance[i, i]))) for i in range(count)),
        covariance=tuple(tuple(map(float, row[:count])) for row in covariance[:count]),
        first_move=None if moves is None else float(SCALE * values[moves]),
        first_move_error=(
            None if moves is None else float(SCALE * sqrt(max(0.0, spread[moves, moves])))
        ),
        draws=float(np.exp(values[-1])) if model.draws else 0.0,
        bounds=_perfect(names, results.kinds),
    )


def components(count: int, games: Iterable[Game]) -> list[list[int]]:
    """The entrants in groups of which nobody has met anybody of another."""
    group = list(range(count))

    def head(one: int) -> int:
        while group[one] != one:
            group[one] = group[group[one]]
            one = group[one]
        return one

    for game in games:
        group[head(game.first)] = head(game.second)
    found: dict[int, list[int]] = {}
    for one in range(count):
        found.setdefault(head(one), []).append(one)
    return list(found.values())


def _expect_connected(names: Sequence[str], games: Iterable[Game]) -> None:
    groups = components(len(names), games)
    if len(groups) > 1:
        listed = "; ".join(", ".join(names[one] for one in group) for group in groups)
        raise DisconnectedError(
            f"there is no joint rating, because these never met: {listed}; let somebody of each "
            "group play somebody of another"
        )


def _has_maximum(count: int, games: Iterable[Game]) -> bool:
    """Whether everybody can be reached from everybody by wins and draws (Ford 1957, "Solution of a
    ranking problem from binary comparisons").
    """
    beat: list[set[int]] = [set() for _ in range(count)]
    for game in games:
        if game.outcome >= 0:
            beat[game.first].add(game.second)
        if game.outcome <= 0:
            beat[game.second].add(game.first)
    return all(len(_reached(beat, one)) == count for one in range(count))


def _reached(beat: Sequence[set[int]], start: int) -> set[int]:
    found, ahead = {start}, [start]
    while ahead:
        new = beat[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def _perfect(names: Sequence[str], games: Iterable[Game]) -> dict[str, str]:
    scored, lost = set(), set()
    for first, second, outcome in games:
        scored |= {first} if outcome >= 0 else set()
        lost |= {first} if outcome <= 0 else set()
        scored |= {second} if outcome <= 0 else set()
        lost |= {second} if outcome >= 0 else set()
    everybody = scored | lost
    return {
        names[one]: "<=" if one not in scored else ">="
        for one in sorted(everybody)
        if one not in scored or one not in lost
    }


class _Model:
    """The log-likelihood: of each game, a choice among win, draw and loss with linear utilities.

    Parameters, in order: a strength for each entrant, what the first move is worth if asked for,
    and the logarithm of the draws' parameter if there were draws.
    """

    def __init__(
        self,
        entrants: int,
        results: Results,
        *,
        first_mover: bool,
        prior: float | None,
    ) -> None:
        import numpy as np

        games = results.kinds
        self.draws = any(game.outcome == 0 for game in games)
        size = entrants + first_mover + self.draws
        pairs = sorted({game[:2] for game in games})
        number_of = {pair: number for number, pair in enumerate(pairs)}
        self._pair = [number_of[game[:2]] for game in games]
        self._came = [1 - game.outcome for game in games]
        # For each ordered pair the utilities of a win, a draw and a loss of the first: (P, 3, size)
        self._utilities = np.zeros((len(pairs), 3, size))
        for number, (first, second) in enumerate(pairs):
            win, draw, loss = self._utilities[number]
            win[first] = loss[second] = 1.0
            draw[first] += 0.5
            draw[second] += 0.5
            if first_mover:
                win[entrants] = 1.0
            if self.draws:
                draw[-1] = 1.0
        self._counts = np.zeros((len(pairs), 3))
        self._counts[self._pair, self._came] = results.weights @ results.counts
        self._results = results
        self._penalty = np.zeros((size, size))
        if prior is None:
            # The strengths have no zero of their own; that their sum is 0 costs no likelihood.
            self._penalty[:entrants, :entrants] = 1.0
        else:
            self._penalty += np.eye(size) * (SCALE / prior) ** 2

    def maximum(self) -> Floats:
        """Newton's method; the function is concave, so there is one maximum."""
        import numpy as np

        values = np.zeros(self._utilities.shape[2])
        value = self._value(values)
        for _ in range(MOST_STEPS):
            step = np.linalg.solve(self.hessian(values), self._gradient(values))
            size = 1.0
            # At the top, rounding may make the next value a little less.
            least = value - 1e-9 * max(1.0, abs(value))
            while (trial := self._value(values + size * step)) < least and size > 1e-6:
                size /= 2
            values, value = values + size * step, trial
            if np.abs(size * step).max() < TOLERANCE:
                break
        return values

    def hessian(self, values: Floats) -> Floats:
        """Of the negative log-likelihood with its penalty."""
        import numpy as np

        shares = self._shares(values)
        totals = self._counts.sum(axis=1)
        mean = np.einsum("pk,pkx->px", shares, self._utilities)
        square = np.einsum("p,pk,pkx,pky->xy", totals, shares, self._utilities, self._utilities)
        found: Floats = square - np.einsum("p,px,py->xy", totals, mean, mean) + self._penalty
        return found

    def spread(self, values: Floats, inverse: Floats) -> Floats:
        """The covariance of the parameters: the sandwich, as games of one deal may go together.

        Args:
            values: of the parameters, at the maximum.
            inverse: of the hessian; by itself the covariance if all games were independent.
        """
        import numpy as np

        number = round(float(self._results.weights.sum()))
        # Of deals that are all alike the sandwich would say that no other can come; as with means,
        # it is the Wilson bound on how often one does that is the honest width.
        unseen = wilson(0, number).high * inverse
        found: Floats = inverse @ self.scatter(values) @ inverse + unseen
        # Of few deals the sandwich is too sure, of one it is sure of everything (Mancl and DeRouen
        # 2001, "A covariance estimator for GEE with improved small-sample properties").
        few = number < FEW_DEALS and np.trace(inverse) > np.trace(found)
        return inverse if few else found

    def scatter(self, values: Floats) -> Floats:
        """The sum over deals of the outer products of their scores, for the sandwich."""
        import numpy as np

        shares, results = self._shares(values), self._results
        mean = np.einsum("pk,pkx->px", shares, self._utilities)
        scores = results.counts @ (self._utilities[self._pair, self._came] - mean[self._pair])
        number = float(results.weights.sum())
        found: Floats = (scores * results.weights[:, None]).T @ scores
        return found * number / max(1.0, number - 1)

    def _value(self, values: Floats) -> float:
        import numpy as np

        logits = self._utilities @ values
        top = logits.max(axis=1, keepdims=True)
        chosen = logits if self.draws else np.delete(logits, 1, axis=1)
        total = top[:, 0] + np.log(np.exp(chosen - top).sum(axis=1))
        likelihood = (self._counts * logits).sum() - (self._counts.sum(axis=1) * total).sum()
        return float(likelihood - 0.5 * values @ self._penalty @ values)

    def _gradient(self, values: Floats) -> Floats:
        import numpy as np

        shares = self._shares(values)
        expected = self._counts.sum(axis=1)[:, None] * shares
        found: Floats = (
            np.einsum("pk,pkx->x", self._counts - expected, self._utilities)
            - self._penalty @ values
        )
        return found

    def _shares(self, values: Floats) -> Floats:
        """The chances of win, draw and loss: (P, 3)."""
        import numpy as np

        logits = self._utilities @ values
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        if not self.draws:
            weights[:, 1] = 0.0
        found: Floats = weights / weights.sum(axis=1, keepdims=True)
        return found
