"""A terminal app and an evaluation harness for OpenEnv game environments.

    from openenv_tui import evaluate
    print(evaluate("catch", policies=["random", "tracker"], episodes=1000))

Everything here is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from openenv_tui.api import evaluate, evaluate_async
    from openenv_tui.connection import connect, connect_async
    from openenv_tui.environment import AsyncEnvironment, Environment
    from openenv_tui.errors import OpenEnvTuiError
    from openenv_tui.evaluation.runner import Evaluation
    from openenv_tui.evaluation.table import Row, Table
    from openenv_tui.evaluation.under_way import Progress
    from openenv_tui.match import Match, Seat, play, play_async
    from openenv_tui.model import (
        EpisodeContext,
        GameInfo,
        MatchRecord,
        Observation,
        Outcome,
        Step,
        Transition,
    )
    from openenv_tui.policy import Policy
    from openenv_tui.specs import PolicySpec

__all__ = [
    "AsyncEnvironment",
    "Environment",
    "EpisodeContext",
    "Evaluation",
    "GameInfo",
    "Match",
    "MatchRecord",
    "Observation",
    "OpenEnvTuiError",
    "Outcome",
    "Policy",
    "PolicySpec",
    "Progress",
    "Row",
    "Seat",
    "Step",
    "Table",
    "Transition",
    "__version__",
    "connect",
    "connect_async",
    "evaluate",
    "evaluate_async",
    "play",
    "play_async",
]

_HOMES = {
    "openenv_tui.api": ("evaluate", "evaluate_async"),
    "openenv_tui.connection": ("connect", "connect_async"),
    "openenv_tui.environment": ("AsyncEnvironment", "Environment"),
    "openenv_tui.errors": ("OpenEnvTuiError",),
    "openenv_tui.evaluation.runner": ("Evaluation",),
    "openenv_tui.evaluation.table": ("Row", "Table"),
    "openenv_tui.evaluation.under_way": ("Progress",),
    "openenv_tui.match": ("Match", "Seat", "play", "play_async"),
    "openenv_tui.model": (
        "EpisodeContext",
        "GameInfo",
        "MatchRecord",
        "Observation",
        "Outcome",
        "Step",
        "Transition",
    ),
    "openenv_tui.policy": ("Policy",),
    "openenv_tui.specs": ("PolicySpec",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
