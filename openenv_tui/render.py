"""Turns a view into rows of toned text that fit a given room. It knows no terminal and no toolkit.

Colour is never the only sign: every state has a glyph, and what is marked stands in brackets
where it is not drawn large.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from openenv_tui.views import Card, CardsView, Cell, Fact, GridView, Hand, TextView, Tone, View


class Span(NamedTuple):
    """A piece of one line.

    Attributes:
        filled: the tone is of the ground, not of the letters.
        strong: drawn with emphasis.
    """

    text: str
    tone: Tone = Tone.PLAIN
    filled: bool = False
    strong: bool = False


Line: TypeAlias = tuple[Span, ...]


class Target(NamedTuple):
    """A rectangle of the picture that stands for an action: columns and rows from the top left."""

    left: int
    top: int
    width: int
    height: int
    action: int

    def holds(self, x: int, y: int) -> bool:
        """Whether a place is inside."""
        return self.left <= x < self.left + self.width and self.top <= y < self.top + self.height


@dataclass(frozen=True)
class Picture:
    """Lines of text, and where in them actions can be pointed at."""

    lines: tuple[Line, ...]
    targets: tuple[Target, ...] = field(default=())

    @property
    def width(self) -> int:
        """Of the longest line, in columns."""
        return max((sum(len(span.text) for span in line) for line in self.lines), default=0)

    @property
    def height(self) -> int:
        """In lines."""
        return len(self.lines)

    def action_at(self, x: int, y: int) -> int | None:
        """The action that stands at a column and a row; None if none does."""
        return next((target.action for target in self.targets if target.holds(x, y)), None)


SIZES = ((14, 7), (12, 6), (10, 5), (8, 4), (6, 3), (6, 2), (4, 2), (3, 1), (2, 1), (1, 1))
"""Widths and heights of a field, the largest first; about square on a terminal."""

HALVES = {("#", "#"): "█", ("#", "."): "▀", (".", "#"): "▄", (".", "."): " "}

ASCII = str.maketrans(
    {
        "●": "o", "▀": "=", "×": "x", "◉": "@", "★": "*", "◎": "G", "◆": "&", "▒": "#",
        "·": ".", "→": ">", "←": "<", "↑": "^", "↓": "v", "♣": "c", "♦": "d", "♥": "h",
        "♠": "s", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+",
        "┴": "+", "┼": "+", "─": "-", "│": "|", "…": "~", "░": "#", "–": "-", "═": "=",
    }
)  # fmt: skip


def render(
    view: View, width: int, height: int, *, ascii_only: bool = False, cursor: int | None = None
) -> Picture:
    """Draw a view as large as the room allows.

    Args:
        width: columns; nothing is drawn past them.
        height: lines; a board that is larger even at its smallest is cut off.
        ascii_only: no letter past ASCII.
        cursor: the action whose field is shown as chosen.
    """
    head = _facts(view.facts, width)
    tail = [_line(printable(view.caption), width, Tone.MUTED)] if view.caption else []
    room = max(1, height - len(head) - len(tail))
    if isinstance(view, GridView):
        body = _grid(view, width, room, ascii_only, cursor)
    elif isinstance(view, CardsView):
        body = Picture(tuple(_hands(view.hands, width, room)))
    else:
        body = Picture(tuple(_text(view, width, room)))
    lines = (*head, *body.lines, *tail)[:height]
    targets = tuple(t._replace(top=t.top + len(head)) for t in body.targets)
    if ascii_only:
        lines = tuple(tuple(s._replace(text=in_ascii(s.text)) for s in line) for line in lines)
    return Picture(lines, targets)


def plain(view: View, width: int = 80, height: int = 40, *, ascii_only: bool = False) -> str:
    """The view as text without colours, for logs and for ``--plain``."""
    if isinstance(view, GridView):
        # Large drawings say nothing more in a log.
        view = _without_art(view)
        lines = 2 * len(view.rows) - 1 if view.ruled else len(view.rows)
        height = min(height, lines + 2 + bool(view.facts) + bool(view.caption))
    picture = render(view, width, height, ascii_only=ascii_only)
    return "\n".join("".join(span.text for span in line).rstrip() for line in picture.lines)


def printable(text: str) -> str:
    """Text from elsewhere without control characters, which could move a terminal's cursor.

    Line ends stay, tabs become spaces; so do other spaces, and what turns the writing direction
    is left out.
    """
    text = text.replace("\r\n", "\n").expandtabs(4)
    return "".join(
        letter
        for letter in text
        if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    )


def in_ascii(text: str) -> str:
    """The nearest that ASCII has; ? for what it has nothing near to."""
    return text.translate(ASCII).encode("ascii", "replace").decode()


def _without_art(view: GridView) -> GridView:
    rows = tuple(
        tuple(Cell(c.text, c.tone, (), c.action, c.marked) for c in row) for row in view.rows
    )
    return GridView(rows, view.ruled, view.facts, view.caption)


def _facts(facts: Sequence[Fact], width: int) -> list[Line]:
    """The facts side by side on one line, as many as fit."""
    spans: list[Span] = []
    used = 0
    for fact in facts:
        label, value = printable(fact.label) + " ", printable(fact.value)
        gap = "   " if spans else ""
        if used + len(gap + label + value) > width:
            break
        spans += [Span(gap + label, Tone.MUTED), Span(value, fact.tone, strong=True)]
        used += len(gap + label + value)
    return [tuple(spans)] if spans else []


def _line(text: str, width: int, tone: Tone = Tone.PLAIN) -> Line:
    clipped = text if len(text) <= width else text[: max(0, width - 1)] + "…"
    return (Span(clipped, tone),)


def _text(view: TextView, width: int, height: int) -> list[Line]:
    lines = printable(view.text).splitlines() or [""]
    if len(lines) > height:
        left_out = len(lines) - height + 1
        lines = [*lines[: height - 1], f"… {left_out} more lines"]
    return [_line(line, width) for line in lines]


# Grids.


def _grid(view: GridView, width: int, height: int, ascii_only: bool, cursor: int | None) -> Picture:
    rows, columns = len(view.rows), len(view.rows[0]) if view.rows else 0
    if not columns:
        return Picture(())
    across, down = _field_size(view, rows, columns, width, height)
    lines: list[Line] = []
    targets: list[Target] = []
    rule = 1 if view.ruled else 0
    framed = columns * (across + rule) + (1 if rule else 2) <= width
    framed = framed and rows * (down + rule) + (1 if rule else 2) <= height
    edge = 1 if framed else 0
    if framed:
        lines.append(_rule("┌", "┬", "┐", columns, across, view.ruled))
    for number, row in enumerate(view.rows):
        if number and rule:
            left, right = ("├", "┤") if framed else ("", "")
            lines.append(_rule(left, "┼", right, columns, across, True))
        top = len(lines)
        drawn = [_field(cell, across, down, ascii_only, cursor) for cell in row]
        lines += [
            _joined([spans[part] for spans in drawn], framed, view.ruled) for part in range(down)
        ]
        targets += [
            Target(edge + column * (across + rule), top, across, down, cell.action)
            for column, cell in enumerate(row)
            if cell.action is not None
        ]
    if framed:
        lines.append(_rule("└", "┴", "┘", columns, across, view.ruled))
    return Picture(tuple(lines), tuple(targets))


def _field_size(
    view: GridView, rows: int, columns: int, width: int, height: int
) -> tuple[int, int]:
    """The largest size at which the grid with its lines fits, and in it its longest text."""
    longest = max(len(cell.text) for row in view.rows for cell in row)
    rule = 1 if view.ruled else 0
    for across, down in SIZES:
        across = max(across, longest + 2 if view.ruled else longest)
        ruled = (columns - 1) * rule + 2, (rows - 1) * rule + 2
        if columns * across + ruled[0] <= width and rows * down + ruled[1] <= height:
            return across, down
    return max(1, longest), 1


def _rule(left: str, middle: str, right: str, columns: int, across: int, ruled: bool) -> Line:
    return (
        Span(left + (middle if ruled else "").join(["─" * across] * columns) + right, Tone.MUTED),
    )


def _joined(parts: Sequence[Span], framed: bool, ruled: bool) -> Line:
    spans: list[Span] = [Span("│", Tone.MUTED)] if framed else []
    for number, part in enumerate(parts):
        if number and ruled:
            spans.append(Span("│", Tone.MUTED))
        spans.append(part)
    if framed:
        spans.append(Span("│", Tone.MUTED))
    return tuple(spans)


def _field(cell: Cell, across: int, down: int, ascii_only: bool, cursor: int | None) -> list[Span]:
    """The lines of one field."""
    chosen = cursor is not None and cell.action == cursor
    if cell.tone is Tone.DANGER:
        return [Span((cell.text * across)[:across], cell.tone)] * down
    content = _art(cell, across, down) if not ascii_only else []
    if not content:
        content = [_worded(cell, across, chosen)]
    elif cell.marked and len(content) < down:
        content = [*content, "═" * len(content[0])]
    above = (down - len(content)) // 2
    lines = [""] * above + content + [""] * (down - above - len(content))
    filled = cell.tone.value.startswith("tile") or chosen
    strong = cell.marked or chosen
    tone = Tone.CURSOR if chosen else cell.tone
    return [Span(line.center(across)[:across], tone, filled, strong) for line in lines]


def _art(cell: Cell, across: int, down: int) -> list[str]:
    """The largest whole multiple of a field's drawing that fits; [] if none does.

    A place of the drawing is one column wide and half a line high, which is about square.
    """
    if not cell.art:
        return []
    wide, high = len(cell.art[0]), len(cell.art)
    if wide > across or high > 2 * down:
        return []
    # Larger than once only where a little room is left around it.
    times = max(1, min((across - 2) // wide, (2 * down - 1) // high))
    dots = ["".join(dot * times for dot in line) for line in cell.art for _ in range(times)]
    if len(dots) % 2:
        dots.append("." * len(dots[0]))
    return [
        "".join(HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(dots[0::2], dots[1::2], strict=True)
    ]


def _worded(cell: Cell, across: int, chosen: bool) -> str:
    text = printable(cell.text)
    if (cell.marked or chosen) and len(text) + 2 <= across:
        return f">{text}<" if chosen else f"[{text}]"
    return text


# Cards.

TALL, SHORT = 5, 3
"""Lines of a large card, and of a small one."""


def _hands(hands: Sequence[Hand], width: int, height: int) -> Iterable[Line]:
    """Every hand: a line with title and note, then its cards; smaller cards where room is short."""
    size = next((s for s in (TALL, SHORT, 1) if len(hands) * (s + 2) - 1 <= height), 1)
    spaced = len(hands) * (size + 2) - 1 <= height
    for number, hand in enumerate(hands):
        if number and spaced:
            yield ()
        note = f"  {printable(hand.note)}" if hand.note else ""
        title = printable(hand.title)
        yield (
            Span(title[:width], hand.tone, strong=True),
            Span(note[: max(0, width - len(title))]),
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
    rank, suit = printable(card.rank)[:2], printable(card.suit)[:1]
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
