"""The command line: one module per command, imported when it is called.

stdout is data, stderr is everything else. This is the only code that prints or exits.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from openenv_tui import __version__
from openenv_tui.cli.common import screen_options
from openenv_tui.errors import OpenEnvTuiError, UnknownNameError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

INTERRUPTED = 130


class Entry(NamedTuple):
    """A command: where it is, and what `--help` says of it without importing it."""

    module: str
    help: str


COMMANDS = {
    "play": Entry("openenv_tui.cli.play", "Play a game yourself."),
    "watch": Entry("openenv_tui.cli.watch", "Watch policies play, live."),
    "eval": Entry("openenv_tui.cli.eval", "Tabulate the win rates of policies on a game."),
    "tournament": Entry("openenv_tui.cli.tournament", "Let policies meet each other."),
    "run": Entry("openenv_tui.cli.run", "Play the evaluation that a file describes."),
    "resume": Entry("openenv_tui.cli.resume", "Go on with an evaluation that was cut short."),
    "serve": Entry("openenv_tui.cli.serve", "Serve a game to any OpenEnv client."),
    "audit": Entry("openenv_tui.cli.audit", "Find out what a server really does."),
    "replay": Entry("openenv_tui.cli.replay", "Look at recorded games, without a server."),
    "servers": Entry("openenv_tui.cli.servers", "List, add and remove servers that you use often."),
    "runs": Entry("openenv_tui.cli.runs", "List past evaluation runs."),
    "exact": Entry("openenv_tui.cli.exact", "Say what policies are worth, without sampling."),
    "show": Entry("openenv_tui.cli.show", "Print a run's table again, from its log."),
    "verify": Entry("openenv_tui.cli.verify", "Play a run's stored actions again, and check them."),
    "rerun": Entry("openenv_tui.cli.rerun", "Make a run again, from its manifest."),
    "compare": Entry("openenv_tui.cli.compare", "Say what got better or worse between two runs."),
    "export": Entry("openenv_tui.cli.export", "Write a run's table in another format."),
    "report": Entry("openenv_tui.cli.report", "Make one HTML page of a run, with its games."),
    "games": Entry("openenv_tui.cli.games", "List the games."),
    "policies": Entry("openenv_tui.cli.policies", "List the policies and what they play."),
    "settings": Entry("openenv_tui.cli.settings", "Say what is set, and where to set it."),
    "completion": Entry("openenv_tui.cli.completion", "Let your shell complete names."),
    "doctor": Entry("openenv_tui.cli.doctor", "Check this installation and this terminal."),
}


class LazyGroup(click.Group):
    """Imports a command's module when that command is run or asks for its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        # Importing a module by its name in a table is what importlib is for; see registry.py.
        from importlib import import_module

        command: click.Command = import_module(entry.module).command
        if ctx.resilient_parsing:
            # The shell asks what may come next.
            from openenv_tui.cli.completing import teach

            return teach(command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        # Without importing all commands, as the group itself would.
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        begun = [(n, each) for n, each in COMMANDS.items() if n.startswith(incomplete)]
        return [CompletionItem(name, help=each.help) for name, each in begun]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        asked = not ctx.resilient_parsing
        if asked and args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = f"play a game with: openenv-tui play {args[0]}"
            raise UnknownNameError("command", args[0], COMMANDS, hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


EPILOG = """\b
Examples:
  openenv-tui                                       the app: play, watch, evaluate, look back
  openenv-tui play catch                            play at once; no server is needed
  openenv-tui play --env ws://127.0.0.1:8000        play what an OpenEnv server serves
  openenv-tui watch tic_tac_toe -p mcts -p random   two policies, live
  openenv-tui eval catch -p random -p tracker -n 1000
  openenv-tui tournament tic_tac_toe -p mcts -p tactician -p random -n 200
  openenv-tui audit ws://127.0.0.1:8000             seeds, seats, sessions, speed of a server
  openenv-tui COMMAND --help                        more about a command

\b
Exit codes: 0 done; 1 failed; 2 wrong arguments; 3 could not connect; 130 interrupted.
"""


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="openenv-tui")
@screen_options
@click.pass_context
def cli(context: click.Context) -> None:
    """Play OpenEnv games in the terminal, and say with honest numbers who plays them best.

    Without a command the app opens.
    """
    if context.invoked_subcommand is None:
        from openenv_tui.cli.app import open_lobby

        open_lobby()


def main(arguments: list[str] | None = None) -> None:
    """Run the program and exit with the code that DESIGN promises to scripts."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the program; errors become words on stderr.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong arguments, 3 could not connect, 130 interrupted.
    """
    try:
        result: Any = cli.main(arguments, prog_name="openenv-tui", standalone_mode=False)
    except click.exceptions.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OpenEnvTuiError as error:
        click.echo(f"error: {error}", err=True)
        return error.exit_code
    except BrokenPipeError:
        # The reader has gone, as with `| head`; Python would complain of it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result if isinstance(result, int) else 0
