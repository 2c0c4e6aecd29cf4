"""What keys do, by name: all of it, on a screen, and with the keys that a user prefers."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final, NamedTuple

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import KEY_ALIASES, Keys, _character_to_key
from textual.screen import Screen

from openenv_tui.settings import unknown
from openenv_tui.tui import screens, widgets

MODIFIERS: Final = ("ctrl", "shift", "alt", "super", "hyper", "meta")


class Problem(NamedTuple):
    """Why a binding cannot have the keys that were wished for it."""

    name: str
    words: str


class Line(NamedTuple):
    """A line of help: keys, and what they do."""

    keys: str
    words: str


@lru_cache(maxsize=1)
def every_kind() -> tuple[type[DOMNode], ...]:
    """The app, every screen and every widget of ours: whatever may have bindings."""
    names = ["openenv_tui.tui.app"]
    for package in (screens, widgets):
        names += [f"{package.__name__}.{each.name}" for each in iter_modules(package.__path__)]
    return tuple(
        kind
        for name in names
        for kind in vars(import_module(name)).values()
        if inspect.isclass(kind) and issubclass(kind, DOMNode) and kind.__module__ == name
    )


@lru_cache(maxsize=1)
def every_binding() -> dict[str, Binding]:
    """Every binding by its id, those of the app first, with all its keys."""
    found: dict[str, Binding] = {}
    for kind in every_kind():
        for binding in declared(kind):
            if binding.id:
                found.setdefault(binding.id, binding)
    return found


def declared(kind: type[DOMNode]) -> Iterator[Binding]:
    """The bindings that a class itself adds."""
    for each in vars(kind).get("BINDINGS", ()):
        yield each if isinstance(each, Binding) else Binding(*each)


def keys_of(binding: Binding, keymap: Mapping[str, str]) -> str:
    """The keys of a binding, the user's own if there are any."""
    return keymap.get(binding.id or "", binding.key)


def toolkits_keymap(keymap: Mapping[str, str]) -> dict[str, str]:
    """The user's keymap with the toolkit's names of keys."""
    return {name: ",".join(map(key_named, keys.split(","))) for name, keys in keymap.items()}


def key_named(written: str) -> str:
    """The toolkit's name of a key: ``slash`` for ``/``."""
    key = written.strip()
    return _character_to_key(key) if len(key) == 1 else key.lower()


def problem_of(keymap: Mapping[str, str]) -> Problem | None:
    """The first thing that is wrong with a keymap; None where nothing is."""
    known = every_binding()
    for name, keys in keymap.items():
        if name not in known:
            return Problem(name, unknown(name, list(known), "binding"))
        for key in keys.split(","):
            if not _is_key(key_named(key)):
                return Problem(
                    name, f"'{key.strip()}' is no key; expected such as f5, r, ctrl+r or left"
                )
    return next(_clashes(toolkits_keymap(keymap)), None)


def _is_key(key: str) -> bool:
    *modifiers, last = key.split("+")
    named = {each.value for each in Keys} | set(KEY_ALIASES)
    spelt = len(last) == 1 or last in named or "_" in last or last in _SIGNS
    return bool(last) and spelt and all(each in MODIFIERS for each in modifiers)


_SIGNS: Final = {_character_to_key(chr(code)) for code in range(33, 127)}


def _clashes(keymap: Mapping[str, str]) -> Iterator[Problem]:
    for kind in every_kind():
        taken: dict[str, Binding] = {}
        for binding in _bindings_on(kind):
            for key in keys_of(binding, keymap).split(","):
                other = taken.setdefault(key.strip(), binding)
                wished = [each.id for each in (binding, other) if each.id in keymap]
                if other.id != binding.id and wished and not _gives_way(binding, other):
                    yield Problem(
                        str(wished[0]),
                        f"{key.strip()} is already the key of {other.id or other.action} "
                        f"({other.description}), and {binding.id or binding.action} "
                        f"({binding.description}) wants it too; give one of them another key",
                    )


def _gives_way(binding: Binding, other: Binding) -> bool:
    """Whether one gives way to the other on purpose: by itself, or as the letters of vim do."""
    shared = set(binding.key.split(",")) & set(other.key.split(","))
    return bool(shared) or sum(each.action.startswith("like(") for each in (binding, other)) == 1


def _bindings_on(kind: type[DOMNode]) -> Iterable[Binding]:
    """A class's bindings, each once with all of its keys; on a screen the app's are there too."""
    from openenv_tui.tui.app import OpenEnvTuiApp

    found: dict[str, Binding] = {}
    kinds = [*kind.__mro__]
    if issubclass(kind, Screen):
        kinds.append(OpenEnvTuiApp)
    for each in kinds:
        if each.__module__.startswith("openenv_tui."):
            for binding in declared(each):
                found.setdefault(binding.id or binding.action, binding)
            if not getattr(each, "_inherit_bindings", True):
                break
    return found.values()


def key_lines(screen: Screen[Any]) -> list[Line]:
    """The keys that do something on this screen now, with the words of their actions.

    Bindings of the toolkit's own widgets are left out; those of the app come last.
    """
    arrows = [
        shown_key(screen, each.binding)
        for each in screen.active_bindings.values()
        if each.binding.action.startswith("like(")
    ]
    lines: dict[tuple[int, str], tuple[list[str], str]] = {}
    for active in screen.active_bindings.values():
        binding, node = active.binding, active.node
        if not (binding.id and active.enabled and binding.description):
            continue
        if binding.action.startswith("like("):
            continue
        place = (0 if node is screen else 2 if node is screen.app else 1, binding.action)
        keys, _ = lines.setdefault(place, ([], words_of(node, binding)))
        shown = shown_key(screen, binding)
        if shown not in keys:
            keys.append(shown)
    ordered = sorted(lines.items(), key=lambda each: each[0][0])
    told = [Line(" or ".join(keys), words) for _, (keys, words) in ordered]
    return [*told, Line(" ".join(arrows), "like the arrows, where letters are free")]


def shown_key(screen: Screen[Any], binding: Binding) -> str:
    """How a person reads the key of a binding that is active."""
    return screen.app.get_key_display(replace(binding, key_display=None))


def words_of(node: DOMNode, binding: Binding) -> str:
    """What an action does: the first line of its docstring, or where it has a number, its name."""
    name, _, parameters = binding.action.rpartition(".")[2].partition("(")
    owner = node if "." not in binding.action.partition("(")[0] else None
    about = getattr(owner, f"action_{name}", None)
    said = (getattr(about, "__doc__", None) or "").strip().partition("\n")[0]
    words = said.rstrip(".") if said and not parameters.strip(")") else binding.description
    return words[:1].lower() + words[1:]
