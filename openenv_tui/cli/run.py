"""``openenv-tui run``: a run that is written down in a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openenv_tui.cli.common import access_options, json_option, plain_option
from openenv_tui.errors import UsageError

if TYPE_CHECKING:
    from openenv_tui.connection.access import Access
    from openenv_tui.evaluation.experiment import Experiment

EPILOG = """\b
Examples:
  openenv-tui run --example > experiment.toml
  openenv-tui run experiment.toml
  openenv-tui run experiment.toml --json --out results/tonight
  openenv-tui run --schema > experiment.schema.json
"""


@click.command("run", epilog=EPILOG)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--schema", is_flag=True, help="Print the JSON schema of such a file.")
@click.option("--example", is_flag=True, help="Print a file that works, with comments.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, metavar="DIR",
    help="Folder of the run, instead of the file's.",
)  # fmt: skip
@access_options
@json_option
@plain_option
def command(
    file: Path | None,
    schema: bool,
    example: bool,
    out: Path | None,
    access: Access,
    as_json: bool,
    plain: bool,
) -> int:
    """Play the run that FILE describes, in TOML: games, policies, seed, thresholds and the rest.

    It says what the options of `eval` and `tournament` say. `resume` goes on with it, as with any.
    Paths of policies are looked for from the folder in which you are.

    \b
    Exit code 1: a threshold is missed, or more than max_error_rate of a policy's episodes are
    forfeits.
    """
    from openenv_tui.evaluation import experiment as experiments

    if example:
        click.echo(experiments.EXAMPLE, nl=False)
        return 0
    if schema:
        click.echo(json.dumps(experiments.schema(), indent=2))
        return 0
    if file is None:
        raise UsageError("which file? `openenv-tui run --example > experiment.toml` makes one")
    return _played(experiments.read_experiment(file), out, access, as_json=as_json, plain=plain)


def _played(
    experiment: Experiment, out: Path | None, access: Access, *, as_json: bool, plain: bool
) -> int:
    from openenv_tui.cli.eval import play
    from openenv_tui.cli.options import Asked
    from openenv_tui.evaluation.export import EXPORTERS
    from openenv_tui.seeding import drawn_seed

    for name in experiment.formats:
        EXPORTERS.load(name, "formats of a table")
    plans = experiment.plans(drawn_seed(experiment.seed))
    kept = out or (Path(experiment.out) if experiment.out else None)
    asked = Asked(
        games=tuple(plan.game for plan in plans), wishes={}, access=access, out=kept,
        formats=tuple(experiment.formats), max_error_rate=experiment.max_error_rate,
        as_json=as_json, plain=plain, command=("openenv-tui", *sys.argv[1:]),
        thresholds=experiment.thresholds,
    )  # fmt: skip
    return play(asked, plans)
