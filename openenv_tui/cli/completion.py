"""``openenv-tui completion``: what makes a shell complete commands, options and names."""

from __future__ import annotations

import click

EPILOG = """\b
Put one line where your shell starts:
  bash   eval "$(openenv-tui completion bash)"              in ~/.bashrc
  zsh    eval "$(openenv-tui completion zsh)"               in ~/.zshrc, after compinit
  fish   openenv-tui completion fish | source               in ~/.config/fish/config.fish

\b
Then, for example:
  openenv-tui play ti<TAB>                   tic_tac_toe
  openenv-tui eval catch -p mc<TAB>          mcts
  openenv-tui play --env @<TAB>              your servers
"""
VARIABLE = "_OPENENV_TUI_COMPLETE"
"""How a shell asks; click's name for a program called openenv-tui."""


@click.command("completion", epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of SHELL; commands, options, games, policies, servers, runs."""
    from click.shell_completion import get_completion_class

    from openenv_tui.cli import cli

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "openenv-tui", VARIABLE).source())
