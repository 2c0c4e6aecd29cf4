"""Who holds up in the game of choosing a policy: rankings of a matrix of what each gets.

A mean over opponents depends on who was entered, and how often. These two do not: copies of an
entrant change nothing for the others, and who only beats weak ones gains nothing by it.
"""

from __future__ import annotations

from math import exp, inf, isinf
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]

POPULATION = 50
PERTURBATION = 0.01
"""How often the worse of two takes over where selection is infinitely strong."""
IN_SUPPORT = 1e-7


class NashAverage(NamedTuple):
    """The equilibrium of choosing an entrant, and what each gets against it.

    Attributes:
        weights: probabilities, shape (entrants,).
        skills: 0 for whoever is in the equilibrium, below 0 for who would lose against it.
    """

    weights: tuple[float, ...]
    skills: tuple[float, ...]


class MetaGame(NamedTuple):
    """A tournament as the game of choosing an entrant.

    Attributes:
        payoff: what the matrix held: "mean return" or "score".
        alpha_rank: the mass of each entrant; they add up to 1.
        nash: the equilibrium.
    """

    payoff: str
    alpha_rank: tuple[float, ...]
    nash: NashAverage

    def to_dict(self) -> dict[str, Any]:
        """What ``--json`` prints; lists are in the order of the entrants."""
        return {
            "payoff": self.payoff,
            "alpha_rank": list(self.alpha_rank),
            "nash_weights": list(self.nash.weights),
            "nash_skills": list(self.nash.skills),
        }


def alpha_rank(
    matrix: ArrayLike,
    alpha: float = inf,
    population: int = POPULATION,
    perturbation: float = PERTURBATION,
) -> tuple[float, ...]:
    """How much of the time each entrant is what a population plays, in the long run.

    One mutant at a time meets a population of a single kind, and takes it over or dies out by its
    fitness against it. The masses are the stationary distribution of that.

    Source: Omidshafiei et al. (2019), "alpha-Rank: Multi-agent evaluation by evolution",
    arXiv 1903.01373: the single-population case, equations 7 and 8.

    Args:
        matrix: what the row's entrant gets against the column's; square, its diagonal unread.
        alpha: strength of selection; infinite: only who is ahead counts, not by how much.
        population: number of individuals.
        perturbation: of infinite selection, so that every kind can be reached.

    Raises:
        ValueError: a pair is missing, or the matrix is not square.
    """
    import numpy as np

    payoffs = _whole(matrix)
    number = len(payoffs)
    if number == 1:
        return (1.0,)
    chances = np.zeros((number, number))
    for old in range(number):
        for new in range(number):
            if new != old:
                gain = float(payoffs[new, old] - payoffs[old, new])
                takes_over = _fixation(gain, alpha, population, perturbation)
                chances[old, new] = takes_over / (number - 1)
    return tuple(map(float, _stationary(chances)))


def nash_average(matrix: ArrayLike) -> NashAverage:
    """Nash averaging: the equilibrium of choosing an entrant, as even as it can be.

    The game is who scores more: half of the difference between a pair's two entries. Of several
    equilibria the one with the greatest entropy is meant, which is unique and treats equals alike.

    Source: Balduzzi et al. (2018), "Re-evaluating evaluation", arXiv 1806.02643, section 4.

    Args:
        matrix: what the row's entrant gets against the column's; square, its diagonal unread.

    Raises:
        ValueError: a pair is missing, or the matrix is not square.
    """
    payoffs = _whole(matrix)
    game = (payoffs - payoffs.T) / 2
    scale = abs(game).max()
    weights = _most_even(game / scale if scale else game)
    return NashAverage(tuple(map(float, weights)), tuple(map(float, game @ weights)))


def _whole(matrix: ArrayLike) -> Floats:
    import numpy as np

    payoffs = np.array(matrix, float)
    if payoffs.ndim != 2 or payoffs.shape[0] != payoffs.shape[1] or not len(payoffs):
        raise ValueError(f"a square matrix was expected, not one of shape {payoffs.shape}")
    np.fill_diagonal(payoffs, 0.0)
    if not np.isfinite(payoffs).all():
        raise ValueError("every pair of entrants has to have met, and one has not")
    return payoffs


def _fixation(gain: float, alpha: float, population: int, perturbation: float) -> float:
    """The probability that one mutant of so much more fitness takes a population over.

    Traulsen et al. (2006), equation 8 of the source; with infinite alpha, its limit.
    """
    if isinf(alpha):
        return 0.5 if gain == 0 else 1 - perturbation if gain > 0 else perturbation
    step = alpha * gain
    if abs(step) * population < 1e-9:
        return 1 / population
    if step > 0:
        return (1 - exp(-step)) / (1 - exp(-population * step))
    # Both exponents grow without bound: divided by the larger, they do not.
    return exp((population - 1) * step) * (1 - exp(step)) / (1 - exp(population * step))


def _stationary(chances: Floats) -> Floats:
    """The stationary distribution of a chain, without cancellation.

    Source: Grassmann, Taksar and Heyman (1985), "Regenerative analysis and steady state
    distributions for Markov chains".

    Args:
        chances: of each change from a row to a column; the diagonal is unread.

    Raises:
        ValueError: some kinds are never left for others, so there is more than one.
    """
    import numpy as np

    left = chances.copy()
    number = len(left)
    for last in range(number - 1, 0, -1):
        leaves = left[last, :last].sum()
        if leaves <= 0:
            raise ValueError("selection this strong never leaves one of the entrants; lower alpha")
        left[:last, last] /= leaves
        left[:last, :last] += np.outer(left[:last, last], left[last, :last])
    masses = np.zeros(number)
    masses[0] = 1.0
    for kind in range(1, number):
        masses[kind] = masses[:kind] @ left[:kind, kind]
    return np.asarray(masses / masses.sum())


def _most_even(game: Floats) -> Floats:
    """The equilibrium of greatest entropy of an antisymmetric game."""
    import numpy as np

    support = _support(game)
    weights = np.zeros(len(game))
    if len(support) == 1:
        weights[support] = 1.0
        return weights
    columns = game[:, support]
    weights[support] = _greatest_entropy(columns, support)
    return weights


def _support(game: Floats) -> Floats | Any:
    """Whoever has a part in any equilibrium: p with game @ p <= 0 has none that does better."""
    import numpy as np
    from scipy.optimize import linprog

    number = len(game)
    total = np.ones((1, number))
    greatest = []
    for entrant in range(number):
        aim = np.zeros(number)
        aim[entrant] = -1.0
        found = linprog(aim, A_ub=game, b_ub=np.zeros(number), A_eq=total, b_eq=[1.0])
        greatest.append(-float(found.fun or 0.0) if found.success else 0.0)
    return np.flatnonzero(np.array(greatest) > IN_SUPPORT)


def _greatest_entropy(columns: Floats, support: Any) -> Floats:
    """Among weights on the support with columns @ weights <= 0 those of greatest entropy.

    By its dual: weights proportional to exp(-columns.T @ multipliers), the multipliers free for
    members of the support, whose constraints hold with equality, and else from 0.
    """
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import logsumexp, softmax

    def dual(multipliers: Floats) -> float:
        return float(logsumexp(-columns.T @ multipliers))

    def slope(multipliers: Floats) -> Floats:
        return np.asarray(-columns @ softmax(-columns.T @ multipliers))

    inside = set(map(int, support))
    bounds: list[tuple[float | None, float | None]] = [
        (None, None) if row in inside else (0.0, None) for row in range(len(columns))
    ]
    found = minimize(
        dual,
        np.zeros(len(columns)),
        jac=slope,
        bounds=bounds,
        method="L-BFGS-B",
        options={"maxiter": 10_000, "ftol": 1e-15, "gtol": 1e-10},
    )
    return np.asarray(softmax(-columns.T @ found.x))
