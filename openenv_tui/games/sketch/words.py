"""Texts, chats, and the table of short values with what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from openenv_tui.games.sketch.fields import MISSING, Field
from openenv_tui.games.sketch.folded import inline
from openenv_tui.games.sketch.numbers import array, difference, is_number, number, summary
from openenv_tui.views import ChatView, Entry, Message, TextView, Tone, Trend

LONGEST_TEXT: Final = 20_000
MOST_MESSAGES: Final = 200
SHORT: Final = 48
"""A longer text is no value of a table."""
WORD: Final = 11
"""Letters of what is no sentence."""
SHOWN: Final = 24
"""Letters of what a value was."""
NO_WORDS: Final = 400
"""So many letters without a space are data."""

SAID: Final = ("content", "text", "message", "body")
SENDER: Final = ("role", "sender", "sender_id", "author", "speaker", "from", "player_id", "name")
SENDERS: Final = (Tone.FIRST, Tone.SECOND, Tone.PATH, Tone.GOAL, Tone.HIDDEN)


def text(field: Field) -> TextView | None:
    """A text that is more than a word or two."""
    value = field.value
    if _is_log(value):
        return TextView(cut("\n".join(value[-MOST_MESSAGES:])), wrapped=True)
    if not isinstance(value, str) or (len(value) <= SHORT and "\n" not in value.strip()):
        return None
    if " " not in value[:NO_WORDS] and "\n" not in value[:NO_WORDS] and len(value) > NO_WORDS:
        return None
    return TextView(cut(value).strip("\n"), wrapped=True)


def _is_log(value: Any) -> bool:
    """Whether it is a list of sentences."""
    return (
        isinstance(value, (list, tuple))
        and all(isinstance(line, str) for line in value[-MOST_MESSAGES:])
        and any(len(line) > WORD and " " in line for line in value[-MOST_MESSAGES:])
    )


def cut(words: str) -> str:
    """As much of a text as somebody reads."""
    if len(words) <= LONGEST_TEXT:
        return words
    return f"{words[:LONGEST_TEXT]}\n… {len(words) - LONGEST_TEXT:,} more letters"


def chat(field: Field) -> ChatView | None:
    """A list of objects that each say something, most with who says it."""
    value = field.value
    if not isinstance(value, (list, tuple)) or not value:
        return None
    newest = value[-MOST_MESSAGES:]
    if not all(isinstance(said, Mapping) and _said(said) is not None for said in newest):
        return None
    senders = [_sender(said) for said in newest]
    if not any(senders):
        return None
    tones = _tones(senders)
    return ChatView(
        tuple(
            Message(sender, cut(_said(said) or ""), tones[sender])
            for sender, said in zip(senders, newest, strict=True)
        ),
    )


def _said(message: Mapping[str, Any]) -> str | None:
    for key in SAID:
        value = message.get(key)
        if isinstance(value, str):
            return value
        if isinstance(value, list) and value:
            # Messages of several parts, of which some are words.
            words = [part.get("text") for part in value[:20] if isinstance(part, Mapping)]
            return "\n".join(word for word in words if isinstance(word, str)) or inline(value)
    return None


def _sender(message: Mapping[str, Any]) -> str:
    for key in SENDER:
        value = message.get(key)
        if isinstance(value, str) or is_number(value):
            return inline(value) if is_number(value) else str(value)[:SHOWN]
    return ""


def _tones(senders: Sequence[str]) -> dict[str, Tone]:
    tones = {"": Tone.MUTED, "system": Tone.MUTED}
    for sender in senders:
        tones.setdefault(sender, SENDERS[(len(tones) - 2) % len(SENDERS)])
    return tones


def entry(field: Field) -> Entry | None:
    """A line of the table for what is short; None for what has to be folded."""
    value = _value(field.value)
    if value is None:
        return None
    trend, change = _change(field)
    return Entry(field.name, value, trend, change)


def _value(value: Any) -> str | None:
    if isinstance(value, bool) or value is None:
        return inline(value)
    if is_number(value):
        return number(value)
    if isinstance(value, str):
        short = len(value) <= NO_WORDS
        return value.strip() or '""' if short else f"{len(value):,} letters: {value[:SHOWN]}…"
    if isinstance(value, (list, tuple)):
        return _listed(value)
    return "{}" if isinstance(value, Mapping) and not value else None


def _listed(value: Sequence[Any]) -> str | None:
    """A list of short things in one line; of many numbers, what they are like."""
    if not value:
        return "[]"
    short = inline(value, SHORT)
    if not short.endswith("…") and not any(isinstance(item, Mapping) for item in value):
        return short
    numbers = array(value)
    if numbers is not None:
        return summary(numbers)
    if all(isinstance(item, str) and len(item) <= SHORT for item in value[:50]):
        shown = [item for item in value[:8] if isinstance(item, str)]
        more = f", … {len(value) - len(shown):,} more" if len(value) > len(shown) else ""
        return ", ".join(shown) + more
    return None


def _change(field: Field) -> tuple[Trend, str]:
    now, before = field.value, field.before
    if before is MISSING:
        return (Trend.OTHER, "new") if field.is_new else (Trend.SAME, "")
    if is_number(now) and is_number(before):
        if now == before or (now != now and before != before):
            return Trend.SAME, ""
        more = difference(now, before)
        return (Trend.UP if now > before else Trend.DOWN if now < before else Trend.OTHER), more
    if type(now) is type(before) and now == before:
        return Trend.SAME, ""
    was = before if isinstance(before, str) else inline(before, SHOWN)
    return Trend.OTHER, f"was {was}" if 0 < len(was) < SHOWN and not was.endswith(
        "…"
    ) else "changed"
