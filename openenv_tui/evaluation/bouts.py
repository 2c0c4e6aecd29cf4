"""What happened round by round in a tournament that has rounds: who beat whom, who rested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from openenv_tui.evaluation.plan import Plan, Tournament
from openenv_tui.evaluation.rounds import drawn
from openenv_tui.evaluation.schedules import Duel, Means, Round
from openenv_tui.evaluation.store import Store


@dataclass(frozen=True)
class Meeting:
    """Two entrants in one round.

    Attributes:
        one: whoever had the greater mean return; of a draw, who was named first.
        margin: by how much it was greater; 0 for a draw.
    """

    one: str
    other: str
    margin: float


@dataclass(frozen=True)
class RoundTold:
    """A round that is over.

    Attributes:
        number: from 1; play-offs belong to the round before them.
        play_off: of pairings that were drawn.
        byes: who rested, or is out, is not told of a play-off.
    """

    number: int
    play_off: bool
    meetings: tuple[Meeting, ...]
    byes: tuple[str, ...]

    @property
    def words(self) -> str:
        """In a line."""
        told = [
            f"{each.one} beat {each.other} by {each.margin:.3g}"
            if each.margin
            else f"{each.one} drew with {each.other}"
            for each in self.meetings
        ]
        told += [f"{name} had a bye" for name in self.byes]
        name = f"Round {self.number}, played on" if self.play_off else f"Round {self.number}"
        return f"{name}: {'; '.join(told)}."


@dataclass(frozen=True)
class History:
    """A tournament's rounds.

    Attributes:
        rounds: that are over.
        order: that the format makes of the entrants: of a Swiss tournament its standing, of a
            knockout who won it; () before the end.
    """

    format: str
    rounds: tuple[RoundTold, ...]
    order: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """In words, a line a round and one for the end."""
        end = []
        if self.order and self.format == "knockout":
            end = [f"{self.order[0]} wins the knockout."]
        elif self.order:
            end = [f"Standing by points, then margins: {', '.join(self.order)}."]
        return [each.words for each in self.rounds] + end

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"rounds": [asdict(each) for each in self.rounds], "order": list(self.order)}


def history_of(log: Store) -> History | None:
    """The rounds of a run that was held in rounds, from its log alone; None of any other run."""
    meta = log.meta()
    held = meta.get("tournament") or {}
    if held.get("format") not in ("swiss", "knockout"):
        return None
    names = tuple(held["entrants"])
    tournament = Tournament(held["format"], held["anchor"], held["rounds"])
    plan = Plan(meta["game"], names, episodes=meta["episodes"], tournament=tournament)
    draw = drawn(plan, log, meta["players"])
    order = tuple(names[one] for one in draw.order)
    rounds = tuple(_rounds(draw.over, names, held["format"]))
    return History(held["format"], rounds, order)


def _rounds(
    over: Sequence[tuple[Round, tuple[Means, ...]]], names: Sequence[str], held: str
) -> Iterator[RoundTold]:
    number, first = 0, True
    for bouts, means in over:
        again = any(bout.extra for bout in bouts)
        number += not again
        tables: dict[Duel, list[Means]] = {}
        for bout, each in zip(bouts, means, strict=True):
            tables.setdefault(Duel(min(bout.lineup), max(bout.lineup)), []).append(each)
        met = {one for duel in tables for one in duel}
        # Later in a knockout, who does not play is out.
        resting = not again and (first or held == "swiss")
        byes = [name for one, name in enumerate(names) if resting and one not in met]
        meetings = tuple(_meeting(duel, each, names) for duel, each in tables.items())
        yield RoundTold(number, again, meetings, tuple(byes))
        first = False


def _meeting(duel: Duel, means: Sequence[Means], names: Sequence[str]) -> Meeting:
    margin = duel.margin(means)
    one, other = names[duel.one], names[duel.other]
    return Meeting(one, other, margin) if margin >= 0 else Meeting(other, one, -margin)
