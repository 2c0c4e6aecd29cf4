"""``openenv-tui servers``: the servers one uses often, by names of one's own."""

from __future__ import annotations

import json

import click

from openenv_tui.cli.common import json_option

EPILOG = """\b
Examples:
  openenv-tui servers add work https://games.example.org --token-variable WORK_TOKEN
  openenv-tui servers add mine ./envs/my_env
  openenv-tui play --env @work
  openenv-tui servers remove mine
"""


@click.group("servers", invoke_without_command=True, epilog=EPILOG)
@json_option
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List the servers that you gave names; @NAME stands for one wherever a target is expected."""
    if context.invoked_subcommand is not None:
        return
    from dataclasses import asdict

    from openenv_tui.connection.profiles import profiles_file, read_profiles

    profiles = read_profiles()
    if as_json:
        click.echo(json.dumps({name: asdict(each) for name, each in profiles.items()}, indent=2))
        return
    for name, each in sorted(profiles.items()):
        token = f"  (token in ${each.token_variable})" if each.token_variable else ""
        click.echo(f"@{name:<15} {each.target}  {each.game or ''}{token}".rstrip())
    if not profiles:
        click.echo(
            f"none yet in {profiles_file()}; add one: openenv-tui servers add NAME TARGET", err=True
        )


@command.command("add")
@click.argument("name")
@click.argument("target")
@click.option("--game", default=None, help="What is played there if nothing else is asked for.")
@click.option(
    "--token-variable",
    metavar="NAME",
    default=None,
    help="The environment variable that holds the token; the token itself is not kept.",
)
@click.option(
    "--header",
    "headers",
    metavar="'NAME: VALUE'",
    multiple=True,
    help="Sent with every request and kept in the file; repeat it. No place for secrets.",
)
def add(
    name: str,
    target: str,
    game: str | None,
    token_variable: str | None,
    headers: tuple[str, ...],
) -> None:
    """Give the server at TARGET a NAME, or change what the name stands for."""
    from pathlib import Path

    from openenv_tui.connection.access import request_headers
    from openenv_tui.connection.launch import launches
    from openenv_tui.connection.profiles import NAME, Profile, read_profiles, write_profiles
    from openenv_tui.connection.targets import LOCAL, is_folder, websocket_url
    from openenv_tui.errors import UsageError

    if not NAME.fullmatch(name):
        raise UsageError(f"'{name}' is no name: letters, digits, - and _ were expected")
    if is_folder(target):
        # It is to be found from any folder.
        target = str(Path(target).expanduser().resolve())
    elif target != LOCAL and not launches(target):
        websocket_url(target)
    profile = Profile(target, game, token_variable, dict(request_headers(headers)))
    write_profiles(read_profiles() | {name: profile})
    click.echo(f"@{name} is {target}: openenv-tui play --env @{name}", err=True)


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Forget a NAME; the server itself is left alone."""
    from openenv_tui.connection.profiles import SIGN, read_profiles, write_profiles
    from openenv_tui.errors import UnknownNameError

    profiles, name = read_profiles(), name.removeprefix(SIGN)
    if name not in profiles:
        raise UnknownNameError("server", name, profiles)
    write_profiles({key: each for key, each in profiles.items() if key != name})
    click.echo(f"@{name} is forgotten", err=True)
