"""A chess position, read strictly from FEN and drawn as a board."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from openenv_tui.games.sketch.fields import Field
from openenv_tui.views import Cell, Fact, GridView, Tone

FEN: Final = re.compile(
    r"(?P<board>[1-8KQRBNPkqrbnp]+(?:/[1-8KQRBNPkqrbnp]+){7}) (?P<turn>[wb]) "
    r"(?P<castling>-|[KQA-H]{0,2}[kqa-h]{0,2}) (?P<passant>-|[a-h][36])"
    r"(?: (?P<half>\d{1,4}) (?P<move>\d{1,4}))?"
)
LONGEST: Final = 100
PIECES: Final = dict(zip("KQRBNPkqrbnp", "♔♕♖♗♘♙♚♛♜♝♞♟", strict=True))
FILES: Final = tuple("abcdefgh")
RANKS: Final = tuple("87654321")
IN_CHECK: Final = ("is_check", "in_check", "check")
MOST_MARKED: Final = 4
"""Castling changes four squares; more is not one move."""

SOLID: Final = {
    "k": ("...#...", "..###..", "...#...", ".##.##.", "#######", ".#####.", "..###..", ".#####."),
    "q": ("#..#..#", "#..#..#", "##.#.##", "#######", ".#####.", "..###..", ".#####.", "#######"),
    "r": (".......", "#.#.#.#", "#######", ".#####.", "..###..", "..###..", ".#####.", "#######"),
    "b": ("...#...", "..###..", ".###.#.", ".##.##.", ".#####.", "..###..", ".#####.", "#######"),
    "n": ("..#.#..", ".#####.", "##.####", "#######", "#..####", "..####.", ".#####.", "#######"),
    "p": (".......", ".......", "..###..", "..###..", "...#...", "..###..", "..###..", ".#####."),
}
"""The pieces in large; White's are drawn as outlines of the same."""


class Position(NamedTuple):
    """What a FEN says.

    Attributes:
        rows: 8 rows of 8 letters, the eighth rank first; "." for an empty square.
        white: White is to move.
        move: number of the move; 0 if the FEN leaves it out.
    """

    rows: tuple[str, ...]
    white: bool
    castling: str
    passant: str
    move: int


def read_fen(text: object) -> Position | None:
    """The position; None unless the text is a FEN with one king on each side."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    found = FEN.fullmatch(text.strip())
    if found is None:
        return None
    rows = tuple(
        "".join("." * int(letter) if letter.isdigit() else letter for letter in rank)
        for rank in found["board"].split("/")
    )
    letters = "".join(rows)
    if {len(row) for row in rows} != {8} or letters.count("K") != 1 or letters.count("k") != 1:
        return None
    if any(letter in "Pp" for letter in rows[0] + rows[7]) or not found["castling"]:
        return None
    move = int(found["move"] or 0)
    return Position(rows, found["turn"] == "w", found["castling"], found["passant"], move)


def chess(field: Field) -> GridView | None:
    """The board, with the squares of the last move marked, and the king that is in check."""
    position = read_fen(field.value)
    if position is None:
        return None
    check = any(field.siblings.get(name) is True for name in IN_CHECK)
    return chess_board(position, read_fen(field.before), in_check=check)


def chess_board(position: Position, before: Position | None, *, in_check: bool) -> GridView:
    """The position as White sees it.

    Args:
        before: the position a move ago; squares that differ from it are marked.
        in_check: the side that is to move is in check.
    """
    changed = {
        (rank, file)
        for rank in range(8)
        for file in range(8)
        if before is not None and before.rows[rank][file] != position.rows[rank][file]
    }
    marked = changed if len(changed) <= MOST_MARKED else set()
    king = "Kk"[not position.white] if in_check else ""
    rows = tuple(
        tuple(_square(letter, rank, file, king, marked) for file, letter in enumerate(row))
        for rank, row in enumerate(position.rows)
    )
    facts = [Fact("to move", "White" if position.white else "Black")]
    if position.move:
        facts.append(Fact("move", str(position.move)))
    if in_check:
        facts.append(Fact("", "check", Tone.BAD))
    return GridView(rows, facts=tuple(facts), row_names=RANKS, column_names=FILES)


def _square(letter: str, rank: int, file: int, king: str, marked: set[tuple[int, int]]) -> Cell:
    checked = bool(king) and letter == king
    white = letter.isupper()
    shade = "check" if checked else "dark" if (rank + file) % 2 else "light"
    tone = Tone(f"{shade}-{'white' if white else 'black'}")
    if letter == ".":
        return Cell(" ", tone, marked=(rank, file) in marked)
    art = outline(SOLID[letter.lower()]) if white else SOLID[letter]
    return Cell(PIECES[letter], tone, art, marked=checked or (rank, file) in marked)


def outline(art: tuple[str, ...]) -> tuple[str, ...]:
    """The drawing without the dots that have others on all four sides."""

    def is_set(row: int, column: int) -> bool:
        return 0 <= row < len(art) and 0 <= column < len(art[0]) and art[row][column] == "#"

    def is_inside(row: int, column: int) -> bool:
        around = ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
        return all(is_set(*place) for place in around)

    return tuple(
        "".join("." if is_inside(row, column) else letter for column, letter in enumerate(line))
        for row, line in enumerate(art)
    )
