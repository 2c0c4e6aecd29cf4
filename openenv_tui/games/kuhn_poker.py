"""Kuhn poker: one card each, one round of betting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from openenv_tui.game import LastSeen
from openenv_tui.games.decode import expect_length, one, ones
from openenv_tui.games.openspiel import OpenSpielGame
from openenv_tui.model import Ending, GameInfo, Observation
from openenv_tui.views import Card, CardsView, Fact, Hand, Tone

PASS, BET = range(2)
NAMES = ("Pass", "Bet")
RANKS = "23456789TJQKA"


class Deal(NamedTuple):
    """What one player sees: its seat, its card (0 the lowest; None before the deal), the bets."""

    player: int
    card: int | None
    actions: tuple[int, ...]


class KuhnPoker(OpenSpielGame):
    """Kuhn poker for two or more."""

    goal = "Win the pot: with the higher card, or because nobody calls your bet."
    outcome_rule = "win: more chips than the others; loss: fewer (ranked by mean return)"

    def __init__(self, info: GameInfo) -> None:
        super().__init__(info, "Kuhn Poker")
        self.cards = info.players + 1
        # The highest of the pack is the king with two players, the ace with more.
        top = len(RANKS) - (1 if self.cards == 3 else 0)
        self.ranks = RANKS[max(0, top - self.cards) : top]

    def deal(self, tensor: tuple[float, ...]) -> Deal:
        """Read the information state: player, card, then (pass, bet) for each action.

        Raises:
            WireError: it is nothing of the kind.
        """
        players = self.info.players
        start = players + self.cards
        length = start + 2 * (2 * players - 1)
        expect_length("kuhn_poker", tensor, length)
        cards = ones(tensor, players, start)
        taken = ones(tensor, start, length)
        return Deal(
            one("kuhn_poker", "the player", tensor, 0, players),
            cards[0] if cards else None,
            tuple(place % 2 for place in taken),
        )

    def chips(self, actions: tuple[int, ...]) -> list[int]:
        """What each player has put in: an ante of 1, and 1 for a bet."""
        paid = [1] * self.info.players
        for turn, action in enumerate(actions):
            if action == BET:
                paid[turn % self.info.players] = 2
        return paid

    def view(self, observation: Observation) -> CardsView:
        now = self.deal(observation.tensor)
        paid = self.chips(now.actions)
        hands = []
        for player in range(self.info.players):
            mine = player == now.player
            card = Card(self._rank(now.card), "♠") if mine and now.card is not None else Card()
            title = "You" if mine else self._other(player)
            title += " (first to act)" if player == 0 else ""
            said = [
                self._word(now.actions, turn)
                for turn in range(len(now.actions))
                if turn % self.info.players == player
            ]
            note = f"{paid[player]} in the pot" + (f" · {', '.join(said)}" if said else "")
            hands.append(Hand(title, (card,), note, Tone.STRONG if mine else Tone.PLAIN))
        line = " → ".join(self._word(now.actions, turn) for turn in range(len(now.actions)))
        facts = (Fact("Pot", str(sum(paid)), Tone.STRONG), Fact("Betting", line or "none yet"))
        return CardsView(tuple(sorted(hands, key=lambda hand: hand.title.startswith("You"))), facts)

    def action_name(self, observation: Observation, action: int) -> str:
        return NAMES[action] if 0 <= action < len(NAMES) else str(action)

    def keys(self, observation: Observation) -> Mapping[str, int]:
        return {k: a for k, a in {"p": PASS, "b": BET}.items() if a in observation.legal_actions}

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        result = ending.returns[seat]
        if result is None:
            return "The hand is over."
        chips = f"{abs(result):g} chip{'s' if abs(result) != 1 else ''}"
        seen = last(seat)
        bets = self.deal(seen.tensor).actions.count(BET) if seen else 0
        how = "nobody called the bet" if bets == 1 else "the higher card took the pot"
        return f"You {'win' if result > 0 else 'lose'} {chips}: {how}."

    def _rank(self, card: int) -> str:
        return self.ranks[card] if card < len(self.ranks) else str(card)

    def _other(self, player: int) -> str:
        return "Opponent" if self.info.players == 2 else f"Player {player + 1}"

    def _word(self, actions: tuple[int, ...], turn: int) -> str:
        """A pass after a bet is a fold, and a bet after a bet a call."""
        bet_before = BET in actions[:turn]
        if actions[turn] == BET:
            return "call" if bet_before else "bet"
        return "fold" if bet_before else "check"
