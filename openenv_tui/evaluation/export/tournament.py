"""What an export says of a tournament beside its pairings: standings, and who did how against whom.

In data files every record has a ``kind``: ``standing`` (an entrant in all its games), ``meeting``
(what one entrant got from another) or ``pairing`` (a row of the log).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap
from typing import Any, NamedTuple

from openenv_tui.evaluation.show_standings import first_move, interval, letters, likelihood, points
from openenv_tui.evaluation.standings import Standings

HEADINGS = ("rank", "entrant", "points", "games", "wins", "draws", "losses", "win rate [95 %]",
            "mean return [95 %]", "forfeits")  # fmt: skip


def records(found: Standings) -> Iterator[dict[str, Any]]:
    """The standings, then the matrix, as flat records; ``episodes`` are games here."""
    told = found.to_dict()
    chosen: list[Choice | None] = [*choices(found)] or [None] * len(found.entrants)
    for each, choice in zip(told["entrants"], chosen, strict=True):
        plain = {key: value for key, value in each.items() if key not in ("name", "games")}
        forfeits = plain.pop("forfeits")
        yield {
            "kind": "standing",
            "policy": each["name"],
            "opponent": None,
            "episodes": each["games"],
            **plain,
            **{f"forfeits_{kind}": number for kind, number in forfeits.items()},
            **(choice or Choice(None, None, None))._asdict(),
        }
    names = [each.name for each in found.entrants]
    for one, name in enumerate(names):
        for other, opponent in enumerate(names):
            met = told["matrix"][one][other]
            if one != other and met:
                yield {
                    "kind": "meeting",
                    "policy": name,
                    "opponent": opponent,
                    "episodes": met["games"],
                    **{key: value for key, value in met.items() if key != "games"},
                    "superiority": found.superiority[one][other] if found.superiority else None,
                }


def standing_cells(found: Standings) -> tuple[tuple[str, ...], ...]:
    """The standings as words, under ``HEADINGS``."""
    return tuple(
        (
            str(each.rank), each.name, points(found, each), str(each.games), str(each.wins),
            str(each.draws), str(each.losses), interval(each.win_rate),
            interval(each.mean_return), str(sum(each.forfeits.values())),
        )
        for each in found.entrants
    )  # fmt: skip


def lettered(found: Standings) -> tuple[str, ...]:
    """A letter for each entrant, for the columns of matrices."""
    return tuple(letter for letter, _ in zip(letters(), found.entrants, strict=False))


def matrix_cells(found: Standings) -> tuple[tuple[str, ...], ...]:
    """Letter, entrant, and the mean return and score against each; under ``matrix_headings``."""
    rows = []
    for one, (letter, each) in enumerate(zip(lettered(found), found.entrants, strict=True)):
        cells = []
        for other, met in enumerate(found.matrix[one]):
            if met is None or one == other or met.mean_return.value is None:
                cells.append("")
            else:
                score = "" if met.score.value is None else f" ({met.score.value:.3f})"
                cells.append(f"{met.mean_return.value:+.3f}{score}")
        rows.append((letter, each.name, *cells))
    return tuple(rows)


def likelihood_cells(found: Standings) -> tuple[tuple[str, ...], ...]:
    """Letter, entrant, and how likely it is stronger than each."""
    names = zip(lettered(found), found.entrants, strict=True)
    return tuple(
        (letter, each.name, *("" if one == other else likelihood(found.superiority[one][other])
                              for other in range(len(found.entrants))))
        for one, (letter, each) in enumerate(names)
    )  # fmt: skip


CHOICE_HEADINGS = ("", "entrant", "alpha-rank", "Nash weight", "against the Nash average")
ABOUT_CHOICES = (
    "The game of choosing an entrant: where evolution stays (alpha-rank, Omidshafiei et al. 2019, "
    "arXiv 1903.01373), how often an equilibrium enters each, and what each gets from it (Nash "
    "averaging, Balduzzi et al. 2018, arXiv 1806.02643)"
)


class Choice(NamedTuple):
    """How an entrant holds up, whoever else is entered; ``nash_skill`` is against the average."""

    alpha_rank: float | None
    nash_weight: float | None
    nash_skill: float | None


def choices(found: Standings) -> list[Choice]:
    """Of each entrant; [] if not known."""
    game = found.meta_game
    if game is None or len(found.entrants) < 3:
        return []
    weights, skills = game.nash
    return list(starmap(Choice, zip(game.alpha_rank, weights, skills, strict=True)))


def choice_cells(found: Standings) -> tuple[tuple[str, ...], ...]:
    """Letter, entrant, and how it holds up whoever else is entered; under ``CHOICE_HEADINGS``."""
    named = zip(lettered(found), found.entrants, choices(found), strict=True)
    return tuple((letter, each.name, *map(_chosen, choice)) for letter, each, choice in named)


def _chosen(value: float | None) -> str:
    return "" if value is None else f"{round(value, 3) + 0.0:.3f}"


def matrix_headings(found: Standings) -> tuple[str, ...]:
    """Of a matrix's columns."""
    return ("", "entrant", *lettered(found))


def about_matrix(found: Standings) -> str:
    """What stands in the matrix, and what the first move is worth."""
    return (
        "Row against column: mean return, and in brackets the score, in which a draw is half a "
        f"win. {first_move(found)}"
    )
