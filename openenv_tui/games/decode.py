"""Reading tensors strictly: what a server sends is data, and may be anything."""

from __future__ import annotations

from collections.abc import Sequence

from openenv_tui.errors import WireError


def expect_length(game: str, tensor: Sequence[float], length: int) -> None:
    """Raise unless a tensor has the length that the game's rules give it.

    Raises:
        WireError: it has another.
    """
    if len(tensor) != length:
        raise WireError(
            f"{game}: an info_state of {length} numbers was expected, not {len(tensor)}"
        )


def ones(tensor: Sequence[float], start: int, stop: int) -> tuple[int, ...]:
    """Which of ``tensor[start:stop]`` are set, counted from ``start``."""
    return tuple([place - start for place in range(start, stop) if tensor[place] >= 0.5])


def one(game: str, what: str, tensor: Sequence[float], start: int, stop: int) -> int:
    """The one place that is set in ``tensor[start:stop]``, counted from ``start``.

    Raises:
        WireError: none is, or several are.
    """
    found = ones(tensor, start, stop)
    if len(found) != 1:
        raise WireError(f"{game}: the info_state names {len(found)} values as {what}, not one")
    return found[0]
