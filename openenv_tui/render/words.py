"""Texts, tables and messages."""

from __future__ import annotations

from typing import Final

from openenv_tui.render.lines import (
    Line,
    Picture,
    Room,
    Span,
    clipped,
    columns,
    fitted,
    one_line,
    printable,
    text_line,
    wrapped,
)
from openenv_tui.views import ChatView, Entry, Message, TableView, TextView, Tone, Trend

MOST_COLUMNS: Final = 100
"""A wider line of prose is hard to read."""
WIDEST_SENDER: Final = 14


# Texts.


def draw_text(view: TextView, room: Room) -> Picture:
    """The text, and how many lines of it are left out."""
    lines = text_lines(view, room.width)
    if len(lines) > room.height:
        left_out = len(lines) - room.height + 1
        lines = [*lines[: room.height - 1], f"… {left_out} more lines"]
    return Picture(tuple(text_line(line, room.width) for line in lines))


def text_lines(view: TextView, width: int) -> list[str]:
    """The lines of a text, folded if the view says so."""
    text = printable(view.text)
    if view.wrapped:
        return wrapped(text, min(width, MOST_COLUMNS)) or [""]
    return text.splitlines() or [""]


# Tables.

MARKS: Final = {Trend.SAME: " ", Trend.UP: "▲", Trend.DOWN: "▼", Trend.OTHER: "•"}


def draw_table(view: TableView, room: Room) -> Picture:
    """Labels, values and changes in columns; the values give way first."""
    shown = view.entries
    if len(shown) > room.height:
        shown = shown[: max(0, room.height - 1)]
    names = [one_line(entry.label) for entry in shown]
    label = max(map(columns, names), default=0)
    changes = max((columns(_change(entry)) for entry in shown), default=0)
    # What did not change may be longer: nothing stands beside it.
    value = max((columns(one_line(e.value)) for e in shown if e.trend is not Trend.SAME), default=0)
    # Labels may have two fifths, or what the others leave; changes half of the rest or more.
    others = value + 2 + (changes + 2 if changes else 0)
    label = min(label, max(1, room.width * 2 // 5, room.width - others))
    left = room.width - label - 4
    changes = min(changes, max(0, left // 2, left - value))
    value = min(value, max(1, room.width - label - 2 - (changes + 2 if changes else 0)))
    lines = [
        _entry(entry, label, value, changes)
        if entry.trend is not Trend.SAME
        else _entry(entry, label, max(0, room.width - label - 2), 0)
        for entry in shown
    ]
    if len(shown) < len(view.entries):
        lines.append(text_line(f"… {len(view.entries) - len(shown)} more", room.width, Tone.MUTED))
    return Picture(tuple(lines))


def _entry(entry: Entry, label: int, value: int, changes: int) -> Line:
    changed = entry.trend is not Trend.SAME
    spans = [
        Span(fitted(one_line(entry.label), label) + "  ", Tone.MUTED),
        Span(clipped(one_line(entry.value), value), strong=changed),
    ]
    if changed and changes:
        spans.append(Span(" " * (value - columns(spans[1].text))))
        spans.append(Span("  " + clipped(_change(entry), changes), Tone.PATH))
    return tuple(spans)


def _change(entry: Entry) -> str:
    if entry.trend is Trend.SAME:
        return ""
    return f"{MARKS[entry.trend]} {one_line(entry.change)}".rstrip()


# Messages.


def draw_chat(view: ChatView, room: Room) -> Picture:
    """The messages, or the newest of them."""
    lines = chat_lines(view, room.width)
    if len(lines) > room.height:
        left_out = len(lines) - room.height + 1
        earlier = text_line(f"… {left_out} earlier lines", room.width, Tone.MUTED)
        lines = [earlier, *lines[len(lines) - room.height + 1 :]]
    return Picture(tuple(lines))


def chat_lines(view: ChatView, width: int) -> list[Line]:
    """Senders in a column of their own where the room is wide enough, else above their words."""
    width = min(width, MOST_COLUMNS)
    longest = max((columns(one_line(m.sender)) for m in view.messages), default=0)
    column = min(longest, WIDEST_SENDER) if width >= 30 else 0
    return [line for message in view.messages for line in _message(message, column, width)]


def _message(message: Message, column: int, width: int) -> list[Line]:
    sender = one_line(message.sender)
    indent = column + 2 if column else 0
    words = wrapped(printable(message.text).strip("\n"), width - indent)
    if not column:
        named = [text_line(sender, width, message.tone)] if sender else []
        return [*named, *((Span(line),) for line in words)]
    head = Span(fitted(sender, column) + "  ", message.tone, strong=True)
    space = Span(" " * indent)
    return [(space if number else head, Span(line)) for number, line in enumerate(words)]
