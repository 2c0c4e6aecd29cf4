"""``openenv-tui runs``: the evaluation runs on disk."""

from __future__ import annotations

import json
from pathlib import Path

import click

from openenv_tui.cli.common import json_option
from openenv_tui.errors import OpenEnvTuiError


@click.command("runs")
@click.argument("root", type=click.Path(path_type=Path), required=False)
@json_option
def command(root: Path | None, as_json: bool) -> None:
    """List past evaluation runs below ROOT, or where the settings say, the newest first."""
    from openenv_tui.evaluation.folder import list_runs, list_series
    from openenv_tui.evaluation.runner import load_run
    from openenv_tui.evaluation.series import games_of
    from openenv_tui.settings import read_settings

    found = []
    root = root if root is not None else read_settings().results_folder
    runs = list_runs(root)
    for place in list_series(runs):
        games = ", ".join(games_of(place))
        click.echo(f"{place} holds several games: {games}", err=True)
    for place in runs:
        try:
            table = load_run(place).table
        except OpenEnvTuiError as error:
            click.echo(f"warning: {error}", err=True)
            continue
        best = table.rows[0] if table.rows else None
        found.append(
            {
                "run": str(place),
                "game": table.game,
                "env": table.env,
                "episodes": sum(row.episodes for row in table.rows),
                "best": best.policy if best else None,
                "win_rate": best.win_rate if best else None,
                "mean_return": best.mean_return if best else None,
            }
        )
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    if not found:
        click.echo(f"no runs below {root} yet; make one: openenv-tui eval catch", err=True)
        return
    width = max(len(str(run["run"])) for run in found)
    for run in found:
        rate = f"{run['win_rate']:.3f}" if run["win_rate"] is not None else "?"
        click.echo(
            f"{run['run']:<{width}}  {run['game']}: {run['best']} leads with a win rate of {rate} "
            f"({run['episodes']:,} episodes in all)"
        )
