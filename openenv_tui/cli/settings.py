"""``openenv-tui settings``: what is set, who said so, and where to say it."""

from __future__ import annotations

import json
from typing import Any

import click

from openenv_tui.cli.common import json_option

EPILOG = """\b
Examples:
  openenv-tui settings
  openenv-tui settings --example > ~/.config/openenv-tui/settings.toml
  openenv-tui settings --keys               the names of what keys do
  OPENENV_TUI_ASCII=1 openenv-tui settings  a variable wins over the file
"""


@click.command("settings", epilog=EPILOG)
@click.option("--example", "as_example", is_flag=True, help="Print a file with every setting.")
@click.option("--keys", "list_keys", is_flag=True, help="List what keys do, by name.")
@json_option
def command(as_example: bool, list_keys: bool, as_json: bool) -> None:
    """Print where the settings are kept, what they are, and who said so.

    The app changes them on a screen of its own, f10 in the lobby.
    """
    from openenv_tui.settings import example

    if as_example:
        click.echo(example(), nl=False)
    elif list_keys:
        _print_keys(as_json)
    else:
        _print_settings(as_json)


def _print_settings(as_json: bool) -> None:
    from openenv_tui.settings import KEYS, as_written, effective, read_settings, settings_file
    from openenv_tui.tui.wishes import check

    found, place = effective(), settings_file()
    check(read_settings())
    values = {name: as_written(each.value, name) for name, each in found.items()}
    if as_json:
        sources = {name: each.source for name, each in found.items()}
        told = {"file": str(place), "exists": place.exists(), "settings": values}
        click.echo(json.dumps(told | {"sources": sources}, indent=2))
        return
    click.echo(f"{place}{'' if place.exists() else '  (not there yet)'}", err=True)
    keys = values.pop(KEYS)
    for name, value in values.items():
        click.echo(f"{name:<10} {_toml(value):<18} {found[name].source}")
    for name, key in keys.items():
        click.echo(f'{KEYS}."{name}" {_toml(key)}  file')


def _print_keys(as_json: bool) -> None:
    from openenv_tui.settings import read_settings
    from openenv_tui.tui.keymap import every_binding, keys_of

    keymap = read_settings().keys
    known = {name: keys_of(each, keymap) for name, each in every_binding().items()}
    if as_json:
        click.echo(json.dumps(known, indent=2))
        return
    for name, key in known.items():
        click.echo(f"{name:<22} {key:<24} {every_binding()[name].description}")


def _toml(value: Any) -> str:
    # A text, a number and a truth of JSON are those of TOML, too.
    return json.dumps(value)
