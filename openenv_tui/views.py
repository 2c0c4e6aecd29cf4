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
    """

    rows: tuple[tuple[Cell, ...], ...]
    ruled: bool = False
    facts: tuple[Fact, ...] = ()
    caption: str = ""


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
    """The game's own words, drawn as they are."""

    text: str
    facts: tuple[Fact, ...] = ()
    caption: str = ""


View: TypeAlias = GridView | CardsView | TextView
