"""What to draw, not how: the pictures that games make, for screens and for plain text alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Tone(StrEnum):
    """What a mark means; a theme turns it into colours. Never the only sign of anything."""

    PLAIN = "plain"
    MUTED = "muted"
    STRONG = "strong"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    FIRST = "first"
    """Of seat 0, or of the one player."""
    SECOND = "second"
    """Of seat 1."""
    EMPTY = "empty"
    PATH = "path"
    GOAL = "goal"
    DANGER = "danger"
    RED_SUIT = "red-suit"
    BLACK_SUIT = "black-suit"
    HIDDEN = "hidden"
    CURSOR = "cursor"
    TILE_1 = "tile-1"
    TILE_2 = "tile-2"
    TILE_3 = "tile-3"
    TILE_4 = "tile-4"
    TILE_5 = "tile-5"
    TILE_6 = "tile-6"
    TILE_7 = "tile-7"
    TILE_8 = "tile-8"
    TILE_9 = "tile-9"
    TILE_10 = "tile-10"
    TILE_11 = "tile-11"
    CODE_1 = "code-1"
    """The codes are of no meaning but their difference: a colour for each value in a grid."""
    CODE_2 = "code-2"
    CODE_3 = "code-3"
    CODE_4 = "code-4"
    CODE_5 = "code-5"
    CODE_6 = "code-6"
    CODE_7 = "code-7"
    CODE_8 = "code-8"
    CODE_9 = "code-9"
    CODE_10 = "code-10"
    CODE_11 = "code-11"
    CODE_12 = "code-12"
    LIGHT_WHITE = "light-white"
    """Chess: the square's shade, then the piece's colour."""
    LIGHT_BLACK = "light-black"
    DARK_WHITE = "dark-white"
    DARK_BLACK = "dark-black"
    CHECK_WHITE = "check-white"
    CHECK_BLACK = "check-black"

    @property
    def fills(self) -> bool:
        """Whether it colours the whole field, not the letters alone."""
        return self in FILLING


CODES = tuple(tone for tone in Tone if tone.value.startswith("code-"))
FILLING = frozenset(
    tone for tone in Tone if tone.value.startswith(("tile-", "code-", "light-", "dark-", "check-"))
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value beside a picture, such as the score."""

    label: str
    value: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a grid.

    Attributes:
        text: what stands in it when there is little room: a glyph or a short word.
        tone: what it means; the whole field takes the tone's colours.
        art: a larger drawing, used where the field has room for it: lines of equal length, of
            ``#`` and ``.``, each about as high as it is wide.
        action: the action that a click on it, or Enter with the cursor on it, chooses.
        marked: part of what just happened or decided the game; drawn with emphasis.
    """

    text: str = ""
    tone: Tone = Tone.EMPTY
    art: tuple[str, ...] = ()
    action: int | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class GridView:
    """A board of equal fields.

    Attributes:
        rows: the fields, row 0 on top; every row has the same length.
        ruled: lines are drawn between the fields.
        facts: shown above the board.
        caption: one line below it.
        legend: what the fields mean, each with a field as an example; shown below the board.
        row_names: written beside the rows where there is room; () for none.
        column_names: written below the columns where there is room; () for none.
    """

    rows: tuple[tuple[Cell, ...], ...]
    ruled: bool = False
    facts: tuple[Fact, ...] = ()
    caption: str = ""
    legend: tuple[tuple[Cell, str], ...] = ()
    row_names: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A playing card; without a rank its face is hidden."""

    rank: str = ""
    suit: str = ""

    @property
    def hidden(self) -> bool:
        return not self.rank


@dataclass(frozen=True, slots=True)
class Hand:
    """Cards side by side under a title, with a note such as their total."""

    title: str
    cards: tuple[Card, ...]
    note: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class CardsView:
    """Hands of cards, one below the other."""

    hands: tuple[Hand, ...]
    facts: tuple[Fact, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class TextView:
    """The game's own words, drawn as they are.

    Attributes:
        wrapped: long lines go on in the next one, broken between words.
    """

    text: str
    facts: tuple[Fact, ...] = ()
    caption: str = ""
    wrapped: bool = False


@dataclass(frozen=True, slots=True)
class PixelsView:
    """An image of square dots.

    Attributes:
        width: dots in a row.
        height: rows.
        dots: red, green and blue of each dot, a byte each, row by row from the top left.

    Raises:
        ValueError: there are more or fewer bytes than width and height say.
    """

    width: int
    height: int
    dots: bytes
    facts: tuple[Fact, ...] = ()
    caption: str = ""

    def __post_init__(self) -> None:
        if len(self.dots) != self.width * self.height * 3:
            raise ValueError(f"{len(self.dots)} bytes for {self.width} x {self.height} dots")


class Trend(StrEnum):
    """How a value differs from what it was."""

    SAME = "same"
    UP = "up"
    DOWN = "down"
    OTHER = "other"
    """It differs, and has no more or less."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a table.

    Attributes:
        change: by how much it changed, or from what, in words.
    """

    label: str
    value: str
    trend: Trend = Trend.SAME
    change: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """Labels and values, one below the other, with what changed."""

    entries: tuple[Entry, ...]
    facts: tuple[Fact, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody said."""

    sender: str
    text: str
    tone: Tone = Tone.STRONG


@dataclass(frozen=True, slots=True)
class ChatView:
    """Messages, the oldest first. Where there is little room, the newest are shown."""

    messages: tuple[Message, ...]
    facts: tuple[Fact, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A view among others, under a title; "" for none."""

    title: str
    view: View


@dataclass(frozen=True, slots=True)
class StackView:
    """Several views; the first gets the room, the others stand beside it or below."""

    parts: tuple[Part, ...]
    facts: tuple[Fact, ...] = ()
    caption: str = ""


View: TypeAlias = GridView | CardsView | TextView | PixelsView | TableView | ChatView | StackView
