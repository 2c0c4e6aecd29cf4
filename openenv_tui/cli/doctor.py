"""``openenv-tui doctor``: what to look at when something does not work."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from openenv_tui import __version__
from openenv_tui.cli.common import on_a_terminal

PACKAGES = ("textual", "rich", "websockets", "pydantic", "open_spiel", "pandas", "numpy", "scipy")
EXTRAS = {"uvloop": "a faster server", "openenv": "the official framework, for interop tests"}


@click.command("doctor")
def command() -> int:
    """Check this installation and this terminal, and play one game on the embedded engine."""
    problems: list[str] = []
    click.echo(
        f"openenv-tui {__version__}, Python {platform.python_version()}, {platform.platform()}"
    )
    for package in PACKAGES:
        found = _version(package)
        click.echo(f"  {package:<12} {found or 'MISSING'}")
        if not found:
            problems.append(f"{package} is not installed: pip install openenv-tui")
    for package, use in EXTRAS.items():
        click.echo(f"  {package:<12} {_version(package) or 'not installed'} (optional: {use})")
    size = os.get_terminal_size(2) if sys.stderr.isatty() else None
    shown = f"{size.columns}x{size.lines}, TERM={os.environ.get('TERM', '')}" if size else "none"
    click.echo(
        f"  {'terminal':<12} {shown}; the app can be drawn: {'yes' if on_a_terminal() else 'no'}"
    )
    writable = os.access(Path.cwd(), os.W_OK)
    click.echo(
        f"  {'results':<12} {Path.cwd() / 'results'} ({'writable' if writable else 'READ-ONLY'})"
    )
    if not writable:
        problems.append("this folder cannot be written: give eval another one with --out")
    problems += _engine_problems()
    for problem in problems:
        click.echo(f"error: {problem}", err=True)
    if not problems:
        click.echo("all is well")
    return 1 if problems else 0


def _engine_problems() -> list[str]:
    try:
        from arena_env.arena import Arena
        from openenv_tui.match import Match, Seat, play
        from openenv_tui.specs import PolicySpec

        arena = Arena("catch")
        seat = Seat("tracker", PolicySpec.parse("tracker").build())
        record = play(arena, Match(arena.game, {0: seat}, seed=1))
    except Exception as error:
        return [f"the embedded engine does not work: {type(error).__name__}: {error}"]
    click.echo(f"  {'engine':<12} a game of catch by the tracker returned {record.returns[0]:g}")
    return []


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
