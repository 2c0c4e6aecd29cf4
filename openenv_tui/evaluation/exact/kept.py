"""Graphs of games, kept: in memory, and on disk where it takes long to walk a game again."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

from openenv_tui.cache import engine_key, keep, recall
from openenv_tui.errors import NoExactValueError
from openenv_tui.evaluation.exact.graph import (
    Graph,
    Limits,
    enumerate_game,
    too_many,
)
from openenv_tui.evaluation.exact.positions import position_key

FORMAT = 1
"""Changes with ``Graph``, and with the games of which positions are merged."""
KIND = "graphs"
WORTH_KEEPING = 20_000
"""A game of fewer states is walked again in no time."""


def game_graph(name: str, limits: Limits) -> Graph:
    """The graph of a game, its positions merged where that is exact.

    Raises:
        NoExactValueError: it goes beyond the limits, or it cannot be enumerated.
    """
    found = _graph(name, limits)
    if isinstance(found, NoExactValueError):
        raise found
    return found


@lru_cache(maxsize=16)
def _graph(name: str, limits: Limits) -> Graph | NoExactValueError:
    """It, or why there is none: a walk that was given up is not to be begun again."""
    from openenv_tui.games import load_game
    from openenv_tui.games.openspiel import load_engine

    info, engine = load_game(name).info, load_engine(name)
    refused = _refused(engine, name)
    if refused:
        return NoExactValueError(refused)
    key = engine_key(FORMAT, info.name)
    graph = _read(recall(KIND, key))
    if graph is None:
        try:
            graph = enumerate_game(engine, limits, position_key(info))
        except NoExactValueError as error:
            return error.with_traceback(None)
        except RuntimeError as error:
            # What the engine raises where it lacks something, pyspiel.SpielError included.
            return NoExactValueError(f"the engine cannot walk the game through: {error}")
        if graph.states >= WORTH_KEEPING:
            keep(KIND, key, _written(graph))
    return graph if graph.states <= limits.states else too_many(limits)


def _refused(engine: Any, name: str) -> str | None:
    import pyspiel

    if not isinstance(engine, pyspiel.Game):
        return f"the actions of {name} are not all listed"
    kind = engine.get_type()
    if "rng_seed" in engine.get_parameters():
        return f"{name} rolls dice that it does not show"
    if kind.dynamics != kind.Dynamics.SEQUENTIAL:
        return "its players choose at once, and only games in turn are walked"
    if kind.chance_mode == kind.ChanceMode.SAMPLED_STOCHASTIC:
        return f"{name} does not tell how likely its chances are"
    return None


def _written(graph: Graph) -> bytes:
    import numpy as np

    file = BytesIO()
    np.savez_compressed(file, **{each.name: getattr(graph, each.name) for each in fields(Graph)})
    return file.getvalue()


def _read(content: bytes | None) -> Graph | None:
    """A graph as it was written; None if it was not, or is not whole."""
    import numpy as np

    if content is None:
        return None
    try:
        with np.load(BytesIO(content), allow_pickle=False) as found:
            parts = {name: found[name] for name in found.files}
        return Graph(**parts | {"telling": tuple(map(str, parts["telling"]))})
    except (OSError, ValueError, KeyError, TypeError, BadZipFile):
        return None
