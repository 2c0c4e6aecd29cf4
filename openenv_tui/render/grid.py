"""Boards of equal fields, as large as the room allows, with names around and a legend below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from openenv_tui.render.lines import (
    Line,
    Picture,
    Room,
    Span,
    Target,
    below,
    centred,
    clipped,
    columns,
    line_columns,
    one_line,
)
from openenv_tui.views import Cell, GridView, Tone

SIZES: Final = (
    (14, 7), (12, 6), (10, 5), (8, 4), (6, 3), (6, 2), (4, 2), (3, 1), (2, 1), (1, 1),
)  # fmt: skip
"""Widths and heights of a field, the largest first; about square on a terminal."""

HALVES: Final = {("#", "#"): "█", ("#", "."): "▀", (".", "#"): "▄", (".", "."): " "}


def draw_grid(view: GridView, room: Room) -> Picture:
    """The board, and its legend where the board leaves room for it."""
    legend = _legend(view.legend, room.width)
    spare = room.height - _lines(view) if len(view.rows) <= room.height else room.height // 2
    legend = legend[: max(0, spare)]
    return below([_board(view, room._replace(height=room.height - len(legend))), Picture(legend)])


def grid_height(view: GridView, room: Room) -> int:
    """Lines that the board and its legend take at their smallest."""
    names = 1 if view.column_names else 0
    legend = len(_legend(view.legend, room.width))
    if len(view.rows) + legend > room.height and _is_colours_alone(view, room):
        return (len(view.rows) + 1) // 2 + legend
    return _lines(view) + names + legend


def _lines(view: GridView) -> int:
    return max(0, 2 * len(view.rows) - 1 if view.ruled else len(view.rows))


def _board(view: GridView, room: Room) -> Picture:
    rows, across = len(view.rows), len(view.rows[0]) if view.rows else 0
    if not across:
        return Picture(())
    if rows > room.height and _is_colours_alone(view, room):
        return Picture(tuple(_halved(view.rows)))
    side = max(map(columns, view.row_names), default=0)
    side += 1 if side else 0
    inner = room._replace(width=room.width - side, height=room.height - 1)
    named = _grid(view, inner)
    fits = named.width <= inner.width and named.height <= inner.height
    if not (view.row_names or view.column_names) or not fits:
        return _grid(view, room)
    return _with_names(view, named, side, inner)


def _grid(view: GridView, room: Room) -> Picture:
    rows, across = len(view.rows), len(view.rows[0])
    wide, high = _field_size(view, rows, across, room.width, room.height)
    lines: list[Line] = []
    targets: list[Target] = []
    rule = 1 if view.ruled else 0
    framed = _is_framed(view, wide, high, room)
    edge = 1 if framed else 0
    if framed:
        lines.append(_rule("┌", "┬", "┐", across, wide, view.ruled))
    for number, row in enumerate(view.rows):
        if number and rule:
            left, right = ("├", "┤") if framed else ("", "")
            lines.append(_rule(left, "┼", right, across, wide, True))
        top = len(lines)
        drawn = [_field(cell, wide, high, room) for cell in row]
        lines += [
            _joined([spans[part] for spans in drawn], framed, view.ruled) for part in range(high)
        ]
        targets += [
            Target(edge + column * (wide + rule), top, wide, high, cell.action)
            for column, cell in enumerate(row)
            if cell.action is not None
        ]
    if framed:
        lines.append(_rule("└", "┴", "┘", across, wide, view.ruled))
    return Picture(tuple(lines), tuple(targets))


def _is_framed(view: GridView, wide: int, high: int, room: Room) -> bool:
    rule = 1 if view.ruled else 0
    edges = 1 if rule else 2
    return (
        len(view.rows[0]) * (wide + rule) + edges <= room.width
        and len(view.rows) * (high + rule) + edges <= room.height
    )


def _field_size(view: GridView, rows: int, across: int, width: int, height: int) -> tuple[int, int]:
    """The largest size at which the grid with its lines fits, and in it its longest text."""
    longest = max(columns(cell.text) for row in view.rows for cell in row)
    rule = 1 if view.ruled else 0
    for wide, high in SIZES:
        wide = max(wide, longest + 2 if view.ruled else longest)
        ruled = (across - 1) * rule + 2, (rows - 1) * rule + 2
        if across * wide + ruled[0] <= width and rows * high + ruled[1] <= height:
            return wide, high
    return max(1, longest), 1


def _rule(left: str, middle: str, right: str, across: int, wide: int, ruled: bool) -> Line:
    return (Span(left + (middle if ruled else "").join(["─" * wide] * across) + right, Tone.MUTED),)


def _joined(parts: Sequence[Span], framed: bool, ruled: bool) -> Line:
    spans: list[Span] = [Span("│", Tone.MUTED)] if framed else []
    for number, part in enumerate(parts):
        if number and ruled:
            spans.append(Span("│", Tone.MUTED))
        spans.append(part)
    if framed:
        spans.append(Span("│", Tone.MUTED))
    return tuple(spans)


# Fields.


def _field(cell: Cell, wide: int, high: int, room: Room) -> list[Span]:
    """The lines of one field."""
    chosen = room.cursor is not None and cell.action == room.cursor
    if cell.tone is Tone.DANGER:
        return [Span((one_line(cell.text) * wide)[:wide], cell.tone)] * high
    content = _art(cell, wide, high) if not room.ascii_only else []
    if not content:
        content = [_worded(cell, wide, chosen)]
    elif cell.marked and len(content) < high:
        content = [*content, "═" * len(content[0])]
    above = (high - len(content)) // 2
    lines = [""] * above + content + [""] * (high - above - len(content))
    strong = cell.marked or chosen
    tone = Tone.CURSOR if chosen else cell.tone
    return [Span(centred(line, wide), tone, cell.tone.fills or chosen, strong) for line in lines]


def _art(cell: Cell, wide: int, high: int) -> list[str]:
    """The largest whole multiple of a field's drawing that fits; [] if none does.

    A place of the drawing is one column wide and half a line high, which is about square.
    """
    if not cell.art:
        return []
    across, down = len(cell.art[0]), len(cell.art)
    if across > wide or down > 2 * high:
        return []
    # Larger than once only where a little room is left around it.
    times = max(1, min((wide - 2) // across, (2 * high - 1) // down))
    dots = ["".join(dot * times for dot in line) for line in cell.art for _ in range(times)]
    if len(dots) % 2:
        dots.append("." * len(dots[0]))
    return [
        "".join(HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(dots[0::2], dots[1::2], strict=True)
    ]


def _worded(cell: Cell, wide: int, chosen: bool) -> str:
    text = one_line(cell.text)
    if (cell.marked or chosen) and columns(text) + 2 <= wide:
        return f">{text}<" if chosen else f"[{text}]"
    return text


# Two fields to a column: for boards with more rows than there are lines.


def _is_colours_alone(view: GridView, room: Room) -> bool:
    """Whether the colours of the fields say what is in them."""
    fields = (cell for row in view.rows for cell in row)
    return (
        room.colour
        and not room.ascii_only
        and bool(view.rows)
        and len(view.rows[0]) <= room.width
        and all((c.tone.fills or c.tone is Tone.EMPTY) and c.action is None for c in fields)
    )


def _halved(rows: Sequence[Sequence[Cell]]) -> list[Line]:
    """Each line shows two rows."""
    lines: list[Line] = []
    for number in range(0, len(rows), 2):
        upper = rows[number]
        lower = rows[number + 1] if number + 1 < len(rows) else [Cell()] * len(upper)
        spans: list[Span] = []
        for one, other in zip(upper, lower, strict=True):
            if spans and (spans[-1].tone, spans[-1].below) == (one.tone, other.tone):
                spans[-1] = spans[-1]._replace(text=spans[-1].text + "▀")
            else:
                spans.append(Span("▀", one.tone, below=other.tone))
        lines.append(tuple(spans))
    return lines


# Names and the legend.


def _with_names(view: GridView, board: Picture, side: int, room: Room) -> Picture:
    """The board with names on its left, in ``side`` columns, and below."""
    rows, across = len(view.rows), len(view.rows[0])
    wide, high = _field_size(view, rows, across, room.width, room.height)
    rule = 1 if view.ruled else 0
    edge = 1 if _is_framed(view, wide, high, room) else 0
    beside = {
        edge + number * (high + rule) + (high - 1) // 2: one_line(name)
        for number, name in enumerate(view.row_names[:rows])
    }
    lines = [
        (Span(beside.get(number, "").rjust(side - 1) + " " if side else "", Tone.MUTED), *line)
        for number, line in enumerate(board.lines)
    ]
    names = (" " * rule).join(centred(one_line(name), wide) for name in view.column_names[:across])
    lines.append((Span(" " * (side + edge) + names, Tone.MUTED),))
    return Picture(tuple(lines), tuple(target.moved(side, 0) for target in board.targets))


def _legend(legend: Sequence[tuple[Cell, str]], width: int) -> tuple[Line, ...]:
    """What the fields mean, as many to a line as fit."""
    lines: list[Line] = []
    for cell, words in legend:
        mark = clipped(one_line(cell.text), 8)
        mark = f" {mark} " if cell.tone.fills else mark
        entry = (
            Span(mark, cell.tone, filled=cell.tone.fills),
            Span(clipped(f" {one_line(words)}", max(0, width - columns(mark))), Tone.MUTED),
        )
        if lines and line_columns(lines[-1]) + 2 + line_columns(entry) <= width:
            lines[-1] = (*lines[-1], Span("  "), *entry)
        else:
            lines.append(entry)
    return tuple(lines)
