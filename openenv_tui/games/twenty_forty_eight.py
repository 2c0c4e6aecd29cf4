"""2048: tiles slide and merge until a tile of 2048 stands on the board."""

from __future__ import annotations

from collections.abc import Mapping

from openenv_tui.errors import WireError
from openenv_tui.game import LastSeen
from openenv_tui.games.decode import expect_length
from openenv_tui.games.openspiel import OpenSpielGame
from openenv_tui.model import Ending, GameInfo, Observation, Outcome
from openenv_tui.views import Cell, Fact, GridView, Tone

SIDE = 4
NAMES = ("Up", "Right", "Down", "Left")
KEYS = {"up": 0, "right": 1, "down": 2, "left": 3, "w": 0, "d": 1, "s": 2, "a": 3}
TONES = tuple(Tone(f"tile-{power}") for power in range(1, 12))


class TwentyFortyEight(OpenSpielGame):
    """2048 on its four by four board."""

    goal = "Merge equal tiles until the last tile is made."

    def __init__(self, info: GameInfo) -> None:
        super().__init__(info, "2048")
        self.last_tile = int(info.parameters["max_tile"])

    @property
    def outcome_rule(self) -> str:
        return f"win: a tile of {self.last_tile} is made; loss: no move is left before"

    def tiles(self, tensor: tuple[float, ...]) -> tuple[int, ...]:
        """The 16 tiles row by row; 0 where there is none.

        Raises:
            WireError: these are no tiles.
        """
        expect_length("2048", tensor, SIDE * SIDE)
        for value in tensor:
            if not (value == 0 or (2 <= value < 2**31 and int(value) == value)) or (
                int(value) & (int(value) - 1)
            ):
                raise WireError(f"2048: {value!r} is not a tile; expected 0 or a power of 2")
        return tuple(map(int, tensor))

    def judge(self, ending: Ending, seat: int, last: LastSeen) -> Outcome | None:
        """By the greatest tile, which the return does not tell."""
        seen = last(seat)
        if seen is None:
            return None
        return Outcome.WIN if max(self.tiles(seen.tensor)) >= self.last_tile else Outcome.LOSS

    def view(self, observation: Observation) -> GridView:
        tiles = self.tiles(observation.tensor)
        rows = tuple(
            tuple(_tile(value) for value in tiles[start : start + SIDE])
            for start in range(0, SIDE * SIDE, SIDE)
        )
        facts = (
            Fact("Score", f"{observation.return_so_far:,.0f}", Tone.STRONG),
            Fact("Largest tile", str(max(tiles))),
        )
        return GridView(rows, ruled=True, facts=facts)

    def action_name(self, observation: Observation, action: int) -> str:
        return NAMES[action] if 0 <= action < len(NAMES) else str(action)

    def keys(self, observation: Observation) -> Mapping[str, int]:
        return {key: action for key, action in KEYS.items() if action in observation.legal_actions}

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        seen = last(seat)
        score = ending.returns[seat]
        points = "" if score is None else f" Your score: {score:,.0f}."
        if seen is None:
            return f"The game is over.{points}"
        largest = max(self.tiles(seen.tensor))
        if largest >= self.last_tile:
            return f"You made the {largest} tile!{points}"
        return f"No move is left; your largest tile is {largest}.{points}"


def _tile(value: int) -> Cell:
    if not value:
        return Cell()
    power = value.bit_length() - 1
    return Cell(str(value), TONES[min(power, len(TONES)) - 1])
