"""A list of which several can be chosen; the mark says which, not its colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from openenv_tui.tui.glyphs import MUTED


class CheckList(OptionList):
    """Names with a mark before each; Enter, space or a click chooses it, or no longer.

    Attributes:
        chosen: the names that are chosen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "select", "Choose", id="list.choose"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, compact=True)
        self.names: list[str] = []
        self.chosen: set[str] = set()

    @property
    def selected(self) -> tuple[str, ...]:
        """The chosen names, in the list's order."""
        return tuple(name for name in self.names if name in self.chosen)

    def offer(self, names: Iterable[str], chosen: Iterable[str | None]) -> None:
        """Show other names, some of them chosen."""
        self.names = list(names)
        self.chosen = set(self.names).intersection(chosen)
        self.set_options(self._option(name) for name in self.names)
        self.highlighted = 0 if self.names else None

    def add(self, name: str) -> None:
        """Show one more name, chosen."""
        self.chosen.add(name)
        if name in self.names:
            self._mark(name)
        else:
            self.names.append(name)
            self.add_option(self._option(name))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose it, or no longer."""
        event.stop()
        name = self.names[event.option_index]
        self.chosen.symmetric_difference_update({name})
        self._mark(name)

    def _mark(self, name: str) -> None:
        self.replace_option_prompt_at_index(self.names.index(name), self._line(name))

    def _option(self, name: str) -> Option:
        return Option(self._line(name))

    def _line(self, name: str) -> Content:
        if name in self.chosen:
            return Content.assemble(("[x] ", "$text-accent bold"), (name, "bold"))
        return Content.assemble(("[ ] ", MUTED), name)
