"""``openenv-tui tournament``: policies meet each other."""

from __future__ import annotations

import click

from openenv_tui.cli.eval import play
from openenv_tui.cli.options import Asked, policies_option, required_games, run_options
from openenv_tui.errors import UsageError
from openenv_tui.evaluation.plan import Plan, Tournament
from openenv_tui.evaluation.schedules import FORMATS

EPILOG = """\b
Formats:
  round-robin  everybody meets everybody
  gauntlet     everybody meets the anchor
  swiss        each round pairs neighbours in the standing who have not met yet
  knockout     the better goes on; a drawn pairing plays some deals more, up to
               five times, and then the one goes on who was named first

\b
Examples:
  openenv-tui tournament tic_tac_toe -p mcts -p tactician -p random -n 200
  openenv-tui tournament kuhn_poker -p random -p first -p kuhn_equilibrium -n 2000
  openenv-tui tournament 'kuhn_poker(players=3)' -p random -p first -p last -n 600
  openenv-tui tournament --game kuhn_poker --game tic_tac_toe -p random -p first -p mcts
  openenv-tui tournament kuhn_poker -p kuhn_equilibrium -p first -p last --format gauntlet
  openenv-tui tournament tic_tac_toe -p A -p B -p C -p D -p E --format swiss --rounds 4
  openenv-tui tournament tic_tac_toe -p A -p B -p C -p D --format knockout -n 100
"""


@click.command("tournament", epilog=EPILOG)
@policies_option("A policy that takes part; repeat it. Knockouts are seeded in this order.")
@run_options("Episodes for each pairing, in whole deals.", summaries="--summary")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="round-robin",
    show_default=True, help="How it is held.",
)  # fmt: skip
@click.option(
    "--anchor", metavar="SPEC", default="",
    help="Whom a gauntlet is run against, and from whom ratings are measured; the first policy "
    "by default.",
)  # fmt: skip
@click.option(
    "--rounds", type=click.IntRange(min=1), default=None,
    help="Of a Swiss tournament; as many as a knockout has by default.",
)  # fmt: skip
def command(
    asked: Asked, policies: tuple[str, ...], form: str, anchor: str, rounds: int | None
) -> int:
    """Let policies meet each other on a game.

    Every deal is played from every seat. At tables for more than two, a round robin seats every
    combination of policies (of more than 60, a balanced choice), in turn and in both directions;
    where there are more seats than policies, and in the other formats, the policies of a pairing
    take several seats each, in every mixture. In games for one there are no pairings, and all
    play the same episodes, as with eval.

    It is a run like any other: `resume`, `show`, `verify`, `export` and `compare` take it.
    """
    games = required_games(asked)
    if not policies:
        raise UsageError("who takes part? name at least two policies: -p A -p B")
    held = Tournament(form, anchor, rounds)
    return play(asked, [Plan(game, policies, tournament=held, **asked.wishes) for game in games])
