"""Plays several games one after another, each an ordinary run, in a folder of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openenv_tui.connection.access import Access
from openenv_tui.errors import StoreError, UsageError
from openenv_tui.evaluation.folder import (
    MANIFEST,
    claimed,
    finish_series,
    new_folder,
    plan_of,
    read_manifest,
    start_series,
)
from openenv_tui.evaluation.persons import Host
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import NO_ACCESS, resume_run, run_plan
from openenv_tui.evaluation.series import Series, games_of, load_series
from openenv_tui.evaluation.setup import expect_playable
from openenv_tui.evaluation.show_series import as_markdown
from openenv_tui.evaluation.store import FILE_NAME
from openenv_tui.evaluation.under_way import Progress


def run_games(
    plans: Sequence[Plan],
    folder: Path | str | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    command: Sequence[str] = (),
    formats: Sequence[str] = (),
    access: Access = NO_ACCESS,
    tell: Callable[[str], None],
    host: Host | None = None,
) -> Series:
    """Play plans of different games to their end, or to ``stop``.

    Args:
        plans: one for each game.
        folder: where to keep the runs; ``results/<time>-<number>-games`` by default.
        progress: as of ``run_plan``, of the game that is played.
        stop: ends the run soon after it is set.
        command: for the manifest.
        formats: of the summaries of each game.
        access: as of ``run_plan``.
        tell: told which game is begun.
        host: as of ``run_plan``.

    Raises:
        UsageError: one of the games or policies cannot be; nothing has been played then.
        StoreError: the folder cannot be written.
        ConnectionFailedError: the server cannot be reached.
    """
    plans = [expect_playable(plan, access, tell) for plan in plans]
    place = new_folder(folder, f"{len(plans)}-games")
    with claimed(place):
        start_series(place, plans, command, formats)
        stop = stop or threading.Event()
        options = {"progress": progress, "stop": stop, "access": access, "host": host}
        return _play(place, plans, stop, tell, options)


def resume_games(
    folder: Path,
    *,
    give_up: float | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    access: Access = NO_ACCESS,
    tell: Callable[[str], None],
    host: Host | None = None,
) -> Series:
    """Play what runs of several games have left; arguments and errors as of ``resume_run``."""
    written = read_manifest(folder).get("plans", [])
    plans = [plan_of(plan, folder) for plan in written]
    if not load_or_none(folder, lambda series: series.interrupted):
        raise UsageError(f"{folder} is complete already; see it with: openenv-tui show {folder}")
    with claimed(folder):
        stop = stop or threading.Event()
        options = {"progress": progress, "stop": stop, "access": access, "host": host}
        return _play(folder, plans, stop, tell, options, give_up)


def load_or_none(folder: Path, ask: Callable[[Series], bool]) -> bool:
    """What is asked of a series; True where none of its games was begun."""
    try:
        return ask(load_series(folder))
    except StoreError:
        return True


def _play(
    folder: Path,
    plans: Sequence[Plan],
    stop: threading.Event,
    tell: Callable[[str], None],
    options: Mapping[str, Any],
    give_up: float | None = None,
) -> Series:
    """Play what is left of each game, with options that ``run_plan`` and ``resume_run`` take."""
    manifest, places = read_manifest(folder), games_of(folder)
    written = {"command": manifest.get("command", ()), "formats": manifest.get("formats", ())}
    try:
        for plan in plans:
            if stop.is_set():
                break
            place, begun = places[plan.game], read_manifest(places[plan.game])
            if begun.get("finished") and not begun.get("interrupted"):
                continue
            tell(f"{plan.game}:")
            if (place / MANIFEST).exists():
                result = resume_run(place, give_up=give_up, tell=tell, **options)
            else:
                result = run_plan(plan, place, tell=tell, **written, **options)
            if result.interrupted:
                break
    finally:
        if any((place / FILE_NAME).exists() for place in places.values()):
            series = load_series(folder)
            finish_series(folder, as_markdown(series), interrupted=series.interrupted)
    return series
