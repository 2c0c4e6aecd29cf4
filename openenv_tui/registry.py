"""Names that stand for objects, which are imported when they are first used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Generic, TypeVar, cast

from openenv_tui.errors import UnknownNameError

T = TypeVar("T")


class Registry(Generic[T]):
    """A table of names and ``module:object`` references.

    Installed distributions add to it through the entry point group that it is given; a name of
    ours cannot be taken over.

    Args:
        kind: what the names stand for, for messages.
        table: name -> "module:object".
        group: an entry point group, such as ``openenv_tui.policies``.
    """

    def __init__(self, kind: str, table: Mapping[str, str], group: str = "") -> None:
        self.kind = kind
        self._table = dict(table)
        self._group = group
        self._discovered = not group

    def __iter__(self) -> Iterator[str]:
        self._discover()
        return iter(self._table)

    def __contains__(self, name: object) -> bool:
        if name in self._table:
            return True
        self._discover()
        return name in self._table

    def load(self, name: str, hint: str = "") -> T:
        """The object of that name.

        Raises:
            UnknownNameError: nothing has that name; ``hint`` is added to its text.
        """
        if name not in self:
            raise UnknownNameError(self.kind, name, self._table, hint)
        module, _, attribute = self._table[name].partition(":")
        target: Any = import_module(module)
        for part in attribute.split("."):
            target = getattr(target, part)
        return cast(T, target)

    def _discover(self) -> None:
        if self._discovered:
            return
        self._discovered = True
        # Imported here: it costs 30 ms, and a built-in name never needs it.
        from importlib.metadata import entry_points

        for point in entry_points(group=self._group):
            self._table.setdefault(point.name, point.value)
