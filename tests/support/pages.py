"""Reads HTML pages as strictly as a report has to be written."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "input", "line", "rect", "circle", "polygon", "br", "link", "img"}
ADDRESSES = ("src", "href", "xlink:href", "action", "data", "srcset", "poster")


class Page(HTMLParser):
    """A parsed page.

    Attributes:
        problems: tags that do not match, ids that occur twice.
        addresses: whatever attributes refer to.
        tags: (name, attributes) in order.
        texts: text outside scripts and styles.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.problems += [f"never closed: {tag}" for tag in self._open]
        ids = [tag["id"] for _, tag in self.tags if "id" in tag]
        self.problems += [f"twice: {name}" for name in set(ids) if ids.count(name) > 1]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.addresses += [value or "" for name, value in attrs if name in ADDRESSES]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.problems.append(f"closed out of order: {tag} at {self.getpos()}")

    def handle_data(self, data):
        if self._open and self._open[-1] in ("script", "style"):
            self.scripts[str(self.tags[-1][1].get("id") or self.tags[-1][0])] = data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of that name."""
        return [attributes for name, attributes in self.tags if name == tag]
