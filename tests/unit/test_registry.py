"""Tables of names that are imported when they are used."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from openenv_tui.errors import UnknownNameError
from openenv_tui.registry import Registry


def installed(monkeypatch, **points):
    """Pretend that distributions with these entry points are installed."""

    def entry_points(*, group):
        return EntryPoints(EntryPoint(name, value, group) for name, value in points.items())

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)


def test_a_name_is_imported_when_it_is_loaded_and_not_before():
    sys.modules.pop("colorsys", None)
    registry = Registry("tool", {"hsv": "colorsys:rgb_to_hsv"})
    assert "hsv" in registry
    assert "colorsys" not in sys.modules
    assert registry.load("hsv")(0, 0, 0) == (0.0, 0.0, 0)


def test_the_inside_of_a_class_can_be_named():
    assert Registry("tool", {"join": "builtins:str.join"}).load("join") is str.join


def test_an_unknown_name_suggests_the_nearest_and_adds_the_hint():
    registry = Registry("tool", {"hammer": "a:b", "saw": "a:c"})
    with pytest.raises(UnknownNameError) as caught:
        registry.load("hamer", "see the shed")
    assert str(caught.value) == "no tool named 'hamer'; did you mean 'hammer'? see the shed"
    assert caught.value.known == ("hammer", "saw")


def test_a_name_unlike_any_gets_the_list():
    with pytest.raises(UnknownNameError, match="known: hammer, saw"):
        Registry("tool", {"hammer": "a:b", "saw": "a:c"}).load("xyz")


def test_installed_distributions_add_names(monkeypatch):
    installed(monkeypatch, gauss="random:gauss")
    registry = Registry("tool", {"hammer": "a:b"}, group="some.group")
    assert sorted(registry) == ["gauss", "hammer"]
    assert registry.load("gauss").__name__ == "gauss"


def test_a_name_of_ours_cannot_be_taken_over(monkeypatch):
    installed(monkeypatch, join="random:gauss")
    registry = Registry("tool", {"join": "builtins:str.join"}, group="some.group")
    assert list(registry) == ["join"]
    assert registry.load("join") is str.join


def test_without_a_group_nothing_installed_is_asked_for(monkeypatch):
    installed(monkeypatch, gauss="random:gauss")
    assert "gauss" not in Registry("tool", {"hammer": "a:b"})
