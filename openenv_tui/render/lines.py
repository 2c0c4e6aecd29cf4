"""Lines of toned text: what every drawing is made of, how wide it is, and what may not be in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from openenv_tui.views import Tone

Rgb: TypeAlias = int
"""A colour as 0xRRGGBB."""


class Span(NamedTuple):
    """A piece of one line.

    Attributes:
        filled: the tone is of the ground, not of the letters.
        strong: drawn with emphasis.
        ink: the letters' own colour, in place of the tone's.
        ground: the ground's own colour.
        below: the tone whose ground is the lower half of ``▀``; the upper one's is ``tone``.
    """

    text: str
    tone: Tone = Tone.PLAIN
    filled: bool = False
    strong: bool = False
    ink: Rgb | None = None
    ground: Rgb | None = None
    below: Tone | None = None


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

    def moved(self, right: int, down: int) -> Target:
        """The same rectangle elsewhere."""
        return self._replace(left=self.left + right, top=self.top + down)


@dataclass(frozen=True)
class Picture:
    """Lines of text, and where in them actions can be pointed at."""

    lines: tuple[Line, ...]
    targets: tuple[Target, ...] = field(default=())

    @property
    def width(self) -> int:
        """Of the longest line, in columns."""
        return max(map(line_columns, self.lines), default=0)

    @property
    def height(self) -> int:
        """In lines."""
        return len(self.lines)

    def action_at(self, x: int, y: int) -> int | None:
        """The action that stands at a column and a row; None if none does."""
        return next((target.action for target in self.targets if target.holds(x, y)), None)


class Room(NamedTuple):
    """Where and by what means something is drawn.

    Attributes:
        width: columns.
        height: lines.
        ascii_only: no letter past ASCII.
        colour: there are colours; without them, images become letters of different brightness.
        cursor: the action whose field is shown as chosen.
    """

    width: int
    height: int
    ascii_only: bool = False
    colour: bool = True
    cursor: int | None = None


# What may be in a line.

ASCII: Final = str.maketrans(
    {
        "●": "o", "▀": "=", "×": "x", "◉": "@", "★": "*", "◎": "G", "◆": "&", "▒": "#",
        "·": ".", "→": ">", "←": "<", "↑": "^", "↓": "v", "♣": "c", "♦": "d", "♥": "h",
        "♠": "s", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+",
        "┴": "+", "┼": "+", "─": "-", "│": "|", "…": "~", "░": "#", "–": "-", "═": "=",
        "▲": "^", "▼": "v", "•": "*", "○": "O", "▁": "_", "▂": ".", "▃": "-", "▄": "=",
        "▅": "+", "▆": "*", "▇": "%", "█": "#",
        "♔": "K", "♕": "Q", "♖": "R", "♗": "B", "♘": "N", "♙": "P",
        "♚": "k", "♛": "q", "♜": "r", "♝": "b", "♞": "n", "♟": "p",
    }
)  # fmt: skip

CONTROL: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
MOST_KNOWN: Final = 10_000


class _Printable(dict[int, int | None]):
    """Code point -> itself, or None for one that is left out; filled as letters are met."""

    def __missing__(self, point: int) -> int | None:
        letter = chr(point)
        known = unicodedata.category(letter) not in CONTROL or letter == "\n"
        # These choose how wide the letter before is, and terminals do not agree on it.
        selects = 0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF
        kept = point if known and not selects else None
        if len(self) < MOST_KNOWN:
            self[point] = kept
        return kept


_PRINTABLE = _Printable()


def printable(text: str) -> str:
    """Text from elsewhere without control characters, which could move a terminal's cursor.

    Line ends stay, tabs become spaces; so do other spaces, and what turns the writing direction
    is left out.
    """
    if text.isascii() and text.isprintable():
        return text
    return text.replace("\r\n", "\n").expandtabs(4).translate(_PRINTABLE)


def one_line(text: str) -> str:
    """The same, without line ends."""
    return printable(text).replace("\n", " ")


def in_ascii(text: str) -> str:
    """The nearest that ASCII has; ? for what it has nothing near to."""
    return text.translate(ASCII).encode("ascii", "replace").decode()


def span_in_ascii(span: Span) -> Span:
    """The same, as wide as it was."""
    if span.text.isascii():
        return span
    return span._replace(text="".join(in_ascii(letter) * columns(letter) for letter in span.text))


# How wide it is.


def columns(text: str) -> int:
    """How many columns of a terminal a text takes; wide letters take two, accents none."""
    if text.isascii():
        return len(text)
    # Loaded on first use: naming the games and talking to servers measures nothing.
    from rich.cells import cell_len

    return cell_len(text)


def line_columns(line: Line) -> int:
    """How many columns a line takes."""
    return sum(columns(span.text) for span in line)


def reach(text: str, start: int, width: int) -> int:
    """Where in a text the columns end, counted from ``start``."""
    used = 0
    for place in range(start, min(len(text), start + 4 * width + 4)):
        used += columns(text[place])
        if used > width:
            return place
    return min(len(text), start + 4 * width + 4)


def clipped(text: str, width: int) -> str:
    """As much as fits; the last column says that there is more."""
    if columns(text) <= width:
        return text
    return text[: reach(text, 0, width - 1)] + "…" if width > 0 else ""


def fitted(text: str, width: int) -> str:
    """Clipped, or filled with spaces up to the width."""
    text = clipped(text, width)
    return text + " " * (width - columns(text))


def centred(text: str, width: int) -> str:
    """In the middle of the width; cut off where it is longer."""
    if columns(text) > width:
        text = text[: reach(text, 0, width)]
    if len(text) == columns(text):
        return text.center(width)
    before = (width - columns(text)) // 2
    return " " * before + text + " " * (width - columns(text) - before)


def wrapped(text: str, width: int) -> list[str]:
    """Lines that fit, broken between words where that is possible."""
    return [piece for line in text.split("\n") for piece in _pieces(line.rstrip(), width)]


def _pieces(line: str, width: int) -> Iterable[str]:
    width = max(1, width)
    if columns(line) <= width:
        yield line
        return
    # What is indented goes on with the same indent.
    indent = line[: min(len(line) - len(line.lstrip()), width // 3)]
    line, width = line[len(indent) :], width - len(indent)
    start, ascii_only = 0, line.isascii()
    while start < len(line):
        end = min(len(line), start + width) if ascii_only else reach(line, start, width)
        end = max(end, start + 1)
        if end < len(line):
            space = line.rfind(" ", start, end + 1)
            end = space if space - start > width // 3 else end
        yield indent + line[start:end].rstrip()
        start = end + 1 if line[end : end + 1] == " " else end


def cropped(line: Line, width: int) -> Line:
    """The line without what is past the width."""
    if line_columns(line) <= width:
        return line
    spans: list[Span] = []
    for span in line:
        taken = columns(span.text)
        if taken > width:
            spans.append(span._replace(text=span.text[: reach(span.text, 0, width)]))
            break
        spans.append(span)
        width -= taken
    return tuple(spans)


def text_line(text: str, width: int, tone: Tone = Tone.PLAIN) -> Line:
    """One line of one tone, clipped."""
    return (Span(clipped(text, width), tone),)


def beside(left: Picture, right: Picture, gap: int) -> Picture:
    """Two pictures side by side, with empty columns between them."""
    across = left.width + gap
    height = max(left.height, right.height)
    lines = [
        (*first, Span(" " * (across - line_columns(first))), *second)
        for first, second in zip(
            _filled(left.lines, height), _filled(right.lines, height), strict=True
        )
    ]
    return Picture(
        tuple(lines), (*left.targets, *(target.moved(across, 0) for target in right.targets))
    )


def below(pictures: Sequence[Picture]) -> Picture:
    """Pictures one below the other."""
    lines: list[Line] = []
    targets: list[Target] = []
    for picture in pictures:
        targets += [target.moved(0, len(lines)) for target in picture.targets]
        lines += picture.lines
    return Picture(tuple(lines), tuple(targets))


def _filled(lines: Sequence[Line], height: int) -> list[Line]:
    return [*lines, *[()] * (height - len(lines))]
