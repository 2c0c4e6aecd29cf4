"""Hands of playing cards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openenv_tui.render.lines import Line, Picture, Room, Span, clipped, columns, one_line
from openenv_tui.views import Card, CardsView, Hand, Tone

TALL, SHORT = 5, 3
"""Lines of a large card, and of a small one."""


def draw_cards(view: CardsView, room: Room) -> Picture:
    """Every hand; smaller cards where room is short."""
    return Picture(tuple(_hands(view.hands, room.width, room.height)))


def cards_height(view: CardsView) -> int:
    """Lines that small cards take."""
    return len(view.hands) * (SHORT + 2) - 1


def _hands(hands: Sequence[Hand], width: int, height: int) -> Iterable[Line]:
    """Every hand: a line with title and note, then its cards; smaller cards where room is short."""
    size = next((s for s in (TALL, SHORT, 1) if len(hands) * (s + 2) - 1 <= height), 1)
    spaced = len(hands) * (size + 2) - 1 <= height
    for number, hand in enumerate(hands):
        if number and spaced:
            yield ()
        note = f"  {one_line(hand.note)}" if hand.note else ""
        title = one_line(hand.title)
        yield (
            Span(clipped(title, width), hand.tone, strong=True),
            Span(clipped(note, width - columns(title))),
        )
        yield from _cards(hand.cards, size, width)


def _cards(cards: Sequence[Card], size: int, width: int) -> Iterable[Line]:
    drawn = [_card(card, size) for card in cards]
    fitting = max(1, (width + 1) // (len(drawn[0][0].text) + 1)) if drawn else 0
    for part in range(size if drawn else 0):
        spans: list[Span] = []
        for card in drawn[:fitting]:
            spans += [Span(" ")] if spans else []
            spans.append(card[part])
        yield tuple(spans)


def _card(card: Card, size: int) -> list[Span]:
    rank, suit = one_line(card.rank)[:2], one_line(card.suit)[:1]
    if size == 1:
        return [Span(f"[{rank}{suit}]" if not card.hidden else "[??]", _suit_tone(card))]
    if card.hidden:
        inside = ["░░░░░"] * (size - 2) if size == TALL else ["░░░"]
    elif size == TALL:
        inside = [f"{rank:<5}", f"{suit:^5}", f"{rank:>5}"]
    else:
        inside = [f"{rank}{suit}".center(3)]
    bar = "─" * len(inside[0])
    return [Span(line, _suit_tone(card), strong=not card.hidden)
            for line in (f"┌{bar}┐", *(f"│{line}│" for line in inside), f"└{bar}┘")]  # fmt: skip


def _suit_tone(card: Card) -> Tone:
    if card.hidden:
        return Tone.HIDDEN
    return Tone.RED_SUIT if card.suit in "♦♥" and card.suit else Tone.BLACK_SUIT
