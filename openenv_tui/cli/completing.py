"""What the shell offers after a tab: names of games, policies, servers, runs and formats.

A shell waits for it at every tab, so the engine is not loaded: its games are kept in the cache.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

from openenv_tui.errors import OpenEnvTuiError

Names = Callable[[], Iterable[str]]


def games() -> Iterable[str]:
    """The games that can be played by their bare name."""
    from openenv_tui.cache import engine_key, keep, recall

    key = engine_key("playable")
    if (kept := recall("completion", key)) is not None:
        return kept.decode().split("\n")
    from openenv_tui.games.openspiel import playable_names

    names = playable_names()
    keep("completion", key, "\n".join(names).encode())
    return names


def policies() -> Iterable[str]:
    """The policies that are built in or installed."""
    from openenv_tui.specs import POLICIES

    return POLICIES


def targets() -> Iterable[str]:
    """What a target can begin with, and the servers that have names."""
    from openenv_tui.connection.profiles import SIGN, read_profiles

    return ["local", *(SIGN + name for name in read_profiles())]


def profiles() -> Iterable[str]:
    """The servers that have names, bare."""
    from openenv_tui.connection.profiles import read_profiles

    return read_profiles()


def runs() -> Iterable[str]:
    """The runs in the results' folder, the newest first."""
    from openenv_tui.settings import read_settings

    # As list_runs finds them, without what it loads.
    root = read_settings().results_folder
    logs = root.rglob("run.sqlite") if root.is_dir() else ()
    newest = sorted((log.parent for log in logs), key=os.path.getmtime, reverse=True)
    return ["latest", *(place.name for place in newest)]


def formats() -> Iterable[str]:
    """What a table is written as."""
    from openenv_tui.evaluation.export import EXPORTERS

    return EXPORTERS


def themes() -> Iterable[str]:
    """The themes of our own, and some that fit many terminals."""
    return ("openenv-dark", "openenv-light", "ansi-dark", "ansi-light", "textual-dark", "nord")


BY_METAVAR: dict[str | None, Names] = {"SPEC": policies, "FORMAT": formats, "TARGET": targets}
BY_NAME: dict[str | None, Names] = {
    "game": games, "games": games, "pattern": games, "run": runs, "before": runs, "after": runs,
    "what": runs, "env": targets, "target": targets, "theme": themes,
}  # fmt: skip


def teach(command: click.Command) -> click.Command:
    """Let a command's parameters offer names, by what they are called."""
    for parameter in command.params:
        names = BY_METAVAR.get(parameter.metavar) or BY_NAME.get(parameter.name)
        if names is not None:
            parameter.shell_complete = _offering(names)  # type: ignore[assignment, method-assign]
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            teach(each)
            if name == "remove":
                each.params[0].shell_complete = _offering(profiles)  # type: ignore[assignment, method-assign]
    return command


def _offering(names: Names) -> Callable[[click.Context, str], list[CompletionItem]]:
    def offered(_: click.Context, begun: str) -> list[CompletionItem]:
        try:
            found = [CompletionItem(name) for name in names() if name.startswith(begun)]
        except OpenEnvTuiError:
            # A damaged file is a matter for the command, not for the tab.
            found = []
        # What is no name may be a file: ./mine.py:Policy, an environment's folder, a run's.
        return found or [CompletionItem(begun, type="file")]

    return offered
