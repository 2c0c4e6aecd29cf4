"""What stands beside a board: who sits where, what the last step gave, which game it is."""

from __future__ import annotations

from typing import Final, NamedTuple

from textual.content import Content

from openenv_tui.tui.glyphs import MUTED, ascii_only, signed
from openenv_tui.tui.sitting import Moment, Sitting

MOST_SEATS: Final = 4


class Sight(NamedTuple):
    """Who looks at a game, and at which moment of it.

    Attributes:
        moment: what there is to see.
        viewpoint: the seat from which.
        fresh: the moment's reward has just come.
    """

    moment: Moment
    viewpoint: int
    fresh: bool = False


def facts(sitting: Sitting, sight: Sight) -> Content:
    """The lines beside the board."""
    moment, viewpoint = sight.moment, sight.viewpoint
    lines = [_seat_line(sitting, sight, player) for player in _listed_seats(sitting, viewpoint)]
    left = sitting.game.info.players - len(lines)
    if left:
        lines.append(Content(f"  and {left} more seats"))
    listed = [
        ("step", str(moment.moves), ""),
        ("return", signed(moment.returns.get(viewpoint, 0.0)), ""),
        ("reward", *_reward(sight)),
    ]
    if last := last_of_others(sitting, sight):
        listed.append(("theirs", last, ""))
    if sitting.tells_seed:
        seed = sitting.match.seed if sitting.match else sitting.seed
        listed.append(("seed", str(seed), ""))
    listed.append(("server", _server(sitting), ""))
    lines += [
        Content.assemble((f"{label:<7}", MUTED), (value, style)) for label, value, style in listed
    ]
    return Content("\n").join(lines)


def _reward(sight: Sight) -> tuple[str, str]:
    """The reward and its style: in reverse while it is new."""
    reward = sight.moment.rewards.get(sight.viewpoint, 0.0)
    tone = "$text-success bold" if reward > 0 else "$text-error bold" if reward < 0 else ""
    if reward and sight.fresh:
        return signed(reward), f"{tone} reverse"
    return signed(reward), tone


def _listed_seats(sitting: Sitting, viewpoint: int) -> list[int]:
    players = range(sitting.game.info.players)
    if len(players) <= MOST_SEATS:
        return list(players)
    return sorted({viewpoint, *players[: MOST_SEATS - 1]})


def _seat_line(sitting: Sitting, sight: Sight, player: int) -> Content:
    mark = ">" if ascii_only() else "▸"
    turn = mark if player in sight.moment.turn else " "
    bold = "bold" if player == sight.viewpoint else ""
    return Content.assemble(
        (turn, "$text-accent bold"),
        (f" seat {player} ", MUTED),
        (sitting.name(player), bold),
    )


def last_of_others(sitting: Sitting, sight: Sight) -> str:
    """The newest move of another seat, where this one may know it."""
    if not sitting.hidden or sitting.seat is None:
        for move in reversed(sitting.history[: sight.moment.moves]):
            if move.player != sight.viewpoint:
                return str(move.name)
    seen = sight.moment.seen[sight.viewpoint]
    action = seen.metadata.get("opponent_last_action")
    return str(sitting.game.action_name(seen, action)) if isinstance(action, int) else ""


def _server(sitting: Sitting) -> str:
    """An address without its scheme, for there is little room; and how long it last took."""
    target = sitting.setup.target
    trips = sitting.tape.round_trips
    waited = f" {trips[-1] * 1000:.0f} ms" if trips else ""
    return (target.partition("://")[2] or target) + waited
