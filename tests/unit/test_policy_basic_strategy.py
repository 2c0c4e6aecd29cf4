"""Blackjack's basic strategy, against an exact valuation of the game as OpenSpiel deals it.

The values are worked out here from the rules: one deck of 52 without replacement, the dealer's
hidden card unknown, the dealer stands on every 17. Hands are counted by value, aces first.
"""

from __future__ import annotations

import random
from functools import cache
from itertools import product

import numpy as np
import pytest

from openenv_tui.games import load_game
from openenv_tui.games.openspiel import load_engine
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.seeding import Rng
from openenv_tui.specs import PolicySpec

DECK = (4,) * 9 + (16,)
VALUES = range(10)
LIMIT = 21


def points(hand):
    hard = sum((value + 1) * count for value, count in enumerate(hand))
    return hard + 10 if hand[0] and hard + 10 <= LIMIT else hard


def soft(hand):
    return points(hand) != sum((value + 1) * count for value, count in enumerate(hand))


def with_card(hand, value):
    return (*hand[:value], hand[value] + 1, *hand[value + 1 :])


NOTHING = (0,) * 10


def hands_that_are_not_bust():
    found, new = set(), {NOTHING}
    while new:
        found |= new
        drawn = {with_card(hand, value) for hand in new for value in VALUES}
        new = {
            hand
            for hand in drawn
            if points(hand) <= LIMIT and all(n <= d for n, d in zip(hand, DECK, strict=True))
        }
    return sorted(hand for hand in found if sum(hand) >= 2)


HANDS = hands_that_are_not_bust()


def dealers_draws(upcard):
    """(cards drawn after the upcard, final points) -> number of orders in which they come."""
    ends = {}

    def draw(hand, drawn):
        for value in VALUES:
            after, taken = with_card(hand, value), with_card(drawn, value)
            final = points(after)
            if final >= 17:
                key = taken, min(final, LIMIT + 1)
                ends[key] = ends.get(key, 0) + 1
            else:
                draw(after, taken)

    draw(with_card(NOTHING, upcard), NOTHING)
    return ends


def falling(numbers, terms):
    """n (n - 1) ... over so many terms, for each pair of the two arrays."""
    result = np.ones(np.broadcast(numbers, terms).shape)
    for term in range(int(terms.max())):
        result *= np.where(term < terms, np.maximum(numbers - term, 0), 1)
    return result


@cache
def value_of_standing():
    """(hand, upcard) -> expected return of standing."""
    mine = np.array(HANDS)
    own = np.array([points(hand) for hand in HANDS])
    worth = {}
    for upcard in VALUES:
        ends = dealers_draws(upcard)
        drawn = np.array([taken for taken, _ in ends])
        finals = np.array([final for _, final in ends])
        left = np.array(DECK) - mine
        left[:, upcard] -= 1
        ways = np.array(list(ends.values()), dtype=float) * np.ones((len(HANDS), 1))
        for value in VALUES:
            ways *= falling(left[:, value, None], drawn[None, :, value])
        odds = ways / falling(left.sum(axis=1)[:, None], drawn.sum(axis=1)[None, :])
        finals = np.where(finals > LIMIT, 0, finals)
        returns = (odds * np.sign(own[:, None] - finals)).sum(axis=1)
        worth.update(((hand, upcard), v) for hand, v in zip(HANDS, returns, strict=True))
    return worth


def expected_return(hits, upcards=VALUES):
    """The exact return of hitting where ``hits(points, soft, upcard)``, over some upcards.

    It is weighed with the chance of each upcard, so parts over separate upcards add up.
    """
    standing = value_of_standing()
    total = 0.0
    for upcard in upcards:
        left = tuple(n - (value == upcard) for value, n in enumerate(DECK))

        @cache
        def worth(hand, upcard=upcard, left=left):
            if points(hand) > LIMIT:
                return -1.0
            if sum(hand) >= 2 and not hits(points(hand), soft(hand), upcard):
                return standing[hand, upcard]
            remaining = [n - taken for n, taken in zip(left, hand, strict=True)]
            return sum(
                n / sum(remaining) * worth(with_card(hand, value))
                for value, n in enumerate(remaining)
                if n
            )

        total += DECK[upcard] / 52 * worth(NOTHING)
    return total


@cache
def the_policy_hits(total, is_soft, upcard):
    """What the policy does with a total, asked by way of a tensor."""
    policy = PolicySpec("basic_strategy").build()
    policy.begin(EpisodeContext(load_game("blackjack").info, 0))
    cards = [0, total - 12] if is_soft else of_hard_total(total)
    tensor = [0.0] * 189
    tensor[33 + 13 * 3 + upcard] = 1.0
    for place in cards:
        tensor[85 + place] = 1.0
    return policy.act(Observation.of(0, (0, 1), tensor=tuple(tensor)), Rng()) == 0


def of_hard_total(total):
    """Cards that add up to a total without an ace; ranks of clubs, then of diamonds."""
    if total <= 11:
        return [1, total - 3] if total > 4 else [1, 14]
    return [9, total - 11] if total > 11 and total < 20 else [9, 22, total - 21][: 2 + (total > 20)]


def test_always_standing_returns_what_the_docstring_says():
    assert expected_return(lambda *_: False) == pytest.approx(-0.18344, abs=1e-5)


def test_basic_strategy_returns_what_the_docstring_says():
    assert expected_return(the_policy_hits) == pytest.approx(-0.04281, abs=1e-5)


@pytest.mark.parametrize("upcard", VALUES)
def test_no_other_move_at_any_one_total_returns_more(upcard):
    best = expected_return(the_policy_hits, [upcard])
    for total, is_soft in product(range(4, 22), (False, True)):
        if is_soft and total < 12:
            continue

        def deviating(points, soft, upcard, cell=(total, is_soft)):
            return the_policy_hits(points, soft, upcard) != ((points, soft) == cell)

        assert expected_return(deviating, [upcard]) <= best + 1e-12


def test_the_engine_deals_by_the_rules_that_the_valuation_follows():
    """The dealer of the engine draws to 17, and its hands are paid as they are valued here."""
    engine, rng = load_engine("blackjack"), random.Random(1)
    returns = []
    for _ in range(4000):
        state = engine.new_initial_state()
        while not state.is_terminal():
            state.apply_action(rng.choice(state.legal_actions()) if state.is_chance_node() else 1)
        cards = state.history()
        mine = hand_of(cards[:2])
        dealer, drawn = hand_of(cards[2:4]), list(cards[5:])
        while points(dealer) < 17:
            dealer = with_card(dealer, min(drawn.pop(0) % 13, 9))
        final = 0 if points(dealer) > LIMIT else points(dealer)
        assert not drawn
        assert state.returns() == [float(np.sign(points(mine) - final))]
        returns += state.returns()
    assert np.mean(returns) == pytest.approx(-0.18344, abs=0.05)


def hand_of(cards):
    hand = NOTHING
    for card in cards:
        hand = with_card(hand, min(card % 13, 9))
    return hand
