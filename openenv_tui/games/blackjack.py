"""Blackjack against the dealer, one hand, without splitting or doubling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from openenv_tui.game import LastSeen
from openenv_tui.games.decode import expect_length, ones
from openenv_tui.games.openspiel import OpenSpielGame
from openenv_tui.model import Ending, GameInfo, Observation
from openenv_tui.views import Card, CardsView, Hand, Tone

HIT, STAND = range(2)
NAMES = ("Hit", "Stand")
RANKS = ("A", "2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K")
SUITS = ("♣", "♦", "♥", "♠")
DECK = len(RANKS) * len(SUITS)
OVER, UPCARD, MINE, DEALERS, LENGTH = 2, 33, 85, 137, 189
LIMIT = 21


class Table(NamedTuple):
    """What the player sees. A card is suit * 13 + rank, suits as in ``SUITS``, rank 0 the ace."""

    over: bool
    upcard: int | None
    mine: tuple[int, ...]
    dealers: tuple[int, ...]


class Total(NamedTuple):
    """What a hand counts; soft while an ace in it counts 11."""

    points: int
    soft: bool

    @property
    def bust(self) -> bool:
        return self.points > LIMIT


def table(tensor: tuple[float, ...]) -> Table:
    """Read the 189 numbers.

    Raises:
        WireError: there are more or fewer.
    """
    expect_length("blackjack", tensor, LENGTH)
    upcard = ones(tensor, UPCARD, MINE)
    return Table(
        over=tensor[OVER] >= 0.5,
        upcard=upcard[0] if upcard else None,
        mine=ones(tensor, MINE, DEALERS),
        dealers=ones(tensor, DEALERS, LENGTH),
    )


def total(cards: tuple[int, ...]) -> Total:
    """Count a hand, an ace as 11 where that does not bust it."""
    ranks = [card % len(RANKS) for card in cards]
    hard = sum(min(rank + 1, 10) for rank in ranks)
    soft = 0 in ranks and hard + 10 <= LIMIT
    return Total(hard + 10 if soft else hard, soft)


class Blackjack(OpenSpielGame):
    """Blackjack: both hands as cards, the dealer's second one face down until the end."""

    goal = "Come closer to 21 than the dealer, without going over."
    outcome_rule = "win: return > 0; draw: a push (0); loss: below 0"

    def __init__(self, info: GameInfo) -> None:
        super().__init__(info, "Blackjack")

    def view(self, observation: Observation) -> CardsView:
        now = table(observation.tensor)
        shown = now.dealers or ((now.upcard,) if now.upcard is not None else ())
        # The player's bust ends the game with the hidden card still hidden on some servers.
        hidden = (Card(),) if len(shown) < 2 else ()
        dealer = Hand("Dealer", (*map(_card, shown), *hidden), _note(shown) if shown else "")
        mine = Hand("You", tuple(map(_card, now.mine)), _note(now.mine), Tone.STRONG)
        return CardsView((dealer, mine))

    def action_name(self, observation: Observation, action: int) -> str:
        return NAMES[action] if 0 <= action < len(NAMES) else str(action)

    def keys(self, observation: Observation) -> Mapping[str, int]:
        return {k: a for k, a in {"h": HIT, "s": STAND}.items() if a in observation.legal_actions}

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        result = ending.returns[seat]
        verdict = {1.0: "you win", -1.0: "the dealer wins", 0.0: "a push"}
        said = "the game is over" if result is None else verdict.get(result, f"you get {result:g}")
        seen = last(seat)
        if seen is None:
            return f"{said.capitalize()}."
        now = table(seen.tensor)
        mine, dealers = total(now.mine), total(now.dealers)
        if mine.bust:
            return f"You bust with {mine.points}: {said}."
        if dealers.bust:
            return f"The dealer busts with {dealers.points}: {said}."
        return f"You have {mine.points}, the dealer {dealers.points}: {said}."


def _card(card: int) -> Card:
    return Card(RANKS[card % len(RANKS)], SUITS[card // len(RANKS)])


def _note(cards: tuple[int, ...]) -> str:
    count = total(cards)
    if count.bust:
        return f"{count.points}, bust"
    return f"soft {count.points}" if count.soft else str(count.points)
