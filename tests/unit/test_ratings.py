"""Bradley-Terry with draws and the first move, against published figures and other programs."""

import random
from collections import Counter
from itertools import combinations, permutations

import choix
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.ratings import SCALE, DisconnectedError, Game, components, rate

# Agresti (2002), "Categorical Data Analysis", 2nd edition, table 10.10: the American League's
# eastern division of 1987; for each home team, wins and losses against each guest.
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
AT_HOME = (
    (None, (4, 3), (4, 2), (4, 3), (6, 1), (4, 2), (6, 0)),
    ((3, 3), None, (4, 2), (4, 3), (6, 0), (6, 1), (4, 3)),
    ((2, 5), (4, 3), None, (2, 4), (4, 3), (4, 2), (6, 0)),
    ((3, 3), (5, 1), (2, 5), None, (4, 3), (4, 2), (6, 1)),
    ((5, 1), (2, 5), (3, 3), (4, 2), None, (5, 2), (6, 0)),
    ((2, 5), (3, 3), (3, 4), (4, 3), (4, 2), None, (2, 4)),
    ((2, 5), (1, 5), (1, 6), (2, 4), (1, 6), (3, 4), None),
)


def baseball():
    deals = Counter()
    for home, row in enumerate(AT_HOME):
        for guest, score in enumerate(row):
            if score:
                deals[(Game(home, guest, 1),)] += score[0]
                deals[(Game(home, guest, -1),)] += score[1]
    return deals


def test_baseball_as_published_without_the_order():
    found = rate(TEAMS, baseball(), anchor=6, first_mover=False, prior=None)
    published = (1.581, 1.436, 1.294, 1.248, 1.108, 0.684, 0.0)
    assert [value / SCALE for value in found.points] == pytest.approx(published, abs=6e-4)


def test_baseball_as_published_with_the_order():
    found = rate(TEAMS, baseball(), anchor=6, prior=None)
    assert found.first_move / SCALE == pytest.approx(0.302, abs=6e-4)


def played(strengths, games, seed=0, first=0.3, draws=0.7):
    """Results of a round robin that follows the model."""
    rng, deals = random.Random(seed), Counter()
    for one, other in permutations(range(len(strengths)), 2):
        for _ in range(games):
            weights = np.exp(
                [strengths[one] + first, (strengths[one] + strengths[other]) / 2, strengths[other]]
            )
            weights[1] *= draws
            outcome = rng.choices((1, 0, -1), weights)[0]
            deals[(Game(one, other, outcome),)] += 1
    return deals


def test_without_draws_and_order_it_is_what_choix_finds():
    deals = Counter(
        {key: n for key, n in played((0.0, 0.5, 1.0, -0.7), 40).items() if key[0].outcome}
    )
    pairs = [
        (game.first, game.second) if game.outcome == 1 else (game.second, game.first)
        for (game,), times in deals.items()
        for _ in range(times)
    ]
    theirs = choix.opt_pairwise(4, pairs, alpha=0.0, method="Newton-CG", tol=1e-14)
    ours = rate("abcd", deals, first_mover=False, prior=None)
    assert np.array(ours.points) / SCALE == pytest.approx(theirs - theirs[0], abs=1e-6)


def test_with_draws_and_order_it_is_what_a_general_optimiser_finds():
    strengths = (0.0, 0.5, 1.0, -0.7)
    deals = played(strengths, 60)

    def surprise(values):
        theta, first, draws = np.append(0.0, values[:3]), values[3], values[4]
        total = 0.0
        for (game,), times in deals.items():
            one, other = theta[game.first], theta[game.second]
            logits = np.array([one + first, draws + (one + other) / 2, other])
            total -= times * (logits[1 - game.outcome] - np.logaddexp.reduce(logits))
        return total

    theirs = minimize(surprise, np.zeros(5), method="BFGS", options={"gtol": 1e-9}).x
    ours = rate("abcd", deals, prior=None)
    assert np.array(ours.points[1:]) / SCALE == pytest.approx(theirs[:3], abs=1e-6)
    assert ours.first_move / SCALE == pytest.approx(theirs[3], abs=1e-6)
    assert np.log(ours.draws) == pytest.approx(theirs[4], abs=1e-6)


def test_errors_say_how_far_estimates_lie_from_the_truth():
    strengths = (0.0, 0.5, 1.0)
    missed = []
    for seed in range(200):
        found = rate("abc", played(strengths, 50, seed), prior=None)
        missed += [
            (found.points[one] - SCALE * strengths[one]) / found.errors[one] for one in (1, 2)
        ]
    assert np.std(missed) == pytest.approx(1.0, abs=0.1)
    assert np.mean(np.abs(missed) > 1.96) == pytest.approx(0.05, abs=0.03)


def test_games_that_go_together_count_once():
    deals = played((0.0, 0.4), 200)
    twice = Counter({key * 2: times for key, times in deals.items()})
    alone, together = rate("ab", deals, prior=None), rate("ab", twice, prior=None)
    assert together.points == pytest.approx(alone.points, abs=1e-6)
    assert together.errors[1] == pytest.approx(alone.errors[1], rel=0.01)


def test_a_perfect_record_stays_finite_and_is_marked():
    deals = Counter({(Game(0, 1, 1), Game(1, 0, -1)): 20, (Game(1, 2, 1), Game(2, 1, 0)): 10})
    found = rate("abc", deals, anchor=1)
    assert 400 < found.points[0] < 3000
    assert found.bounds == {"a": ">="}
    with pytest.raises(UsageError, match="no rating exists"):
        rate("abc", deals, anchor=1, prior=None)


def test_who_never_met_has_no_joint_rating():
    deals = {(Game(0, 1, 1),): 3, (Game(2, 3, -1),): 3}
    assert components(4, [game for (game,) in deals]) == [[0, 1], [2, 3]]
    with pytest.raises(DisconnectedError, match="never met: a, b; c, d"):
        rate("abcd", deals)


results = st.dictionaries(
    st.tuples(
        st.builds(
            lambda pair, outcome: Game(*pair, outcome),
            st.sampled_from(list(permutations(range(4), 2))),
            st.sampled_from((-1, 0, 1)),
        )
    ),
    st.integers(1, 50),
    min_size=1,
).map(
    lambda found: dict.fromkeys(((Game(a, b, 0),) for a, b in combinations(range(4), 2)), 1) | found
)


@settings(deadline=None, max_examples=50)
@given(results, st.permutations(range(4)))
def test_names_and_order_do_not_matter(deals, order):
    renamed = {
        tuple(Game(order[g.first], order[g.second], g.outcome) for g in games): times
        for games, times in reversed(deals.items())
    }
    one = rate("abcd", deals, anchor=0)
    other = rate("abcd", renamed, anchor=order[0])
    assert [other.points[order[i]] for i in range(4)] == pytest.approx(one.points, abs=1e-5)
    assert np.isfinite([one.points, one.errors]).all()


@settings(deadline=None, max_examples=50)
@given(results)
def test_superiority_is_a_chance(deals):
    found = rate("abcd", deals)
    for i, j in permutations(range(4), 2):
        assert found.superiority(i, j) + found.superiority(j, i) == pytest.approx(1.0)
        assert 0 <= found.superiority(i, j) <= 1


@settings(deadline=None, max_examples=30)
@given(results)
def test_the_same_results_the_other_way_round_turn_ratings_over(deals):
    turned = {
        tuple(Game(g.first, g.second, -g.outcome) for g in games): n for games, n in deals.items()
    }
    one, other = (rate("abcd", each, first_mover=False) for each in (deals, turned))
    assert other.points == pytest.approx([-value for value in one.points], abs=1e-5)
    assert other.draws == pytest.approx(one.draws, rel=1e-5)


@settings(deadline=None, max_examples=30)
@given(results, st.integers(1, 20))
def test_who_wins_more_is_rated_higher(deals, wins):
    more = dict(deals)
    for games in ((Game(1, 0, 1),), (Game(0, 1, -1),)):
        more[games] = more.get(games, 0) + wins
    assert rate("abcd", more).points[1] > rate("abcd", deals).points[1]


@settings(deadline=None, max_examples=30)
@given(results, st.integers(0, 3))
def test_the_anchor_moves_all_ratings_alike(deals, anchor):
    one, other = rate("abcd", deals), rate("abcd", deals, anchor=anchor)
    moved = [value - one.points[anchor] for value in one.points]
    assert other.points == pytest.approx(moved, abs=1e-5)
    assert other.errors[anchor] == 0
    assert other.superiority(0, 1) == pytest.approx(one.superiority(0, 1), abs=1e-5)
