"""Environments of other servers, known by their fields: one adapter each.

One without an adapter is played as its JSON schema says, by ``games/generic.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openenv_tui.registry import Registry

if TYPE_CHECKING:
    from openenv_tui.games.generic import Facts, GenericGame

SERVED: Registry[type[GenericGame]] = Registry(
    "environment",
    {},
    group="openenv_tui.environments",
)


def adapter_for(facts: Facts) -> GenericGame:
    """The adapter made for a server's environment, or the one that fits all."""
    from openenv_tui.games.generic import GenericGame

    for name in SERVED:
        adapter = SERVED.load(name)
        if adapter.fits(facts):
            return adapter(facts)
    return GenericGame(facts)
