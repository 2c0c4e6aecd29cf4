"""Cliff Walking: along a cliff to the goal, in as few steps as one dares."""

from __future__ import annotations

from collections.abc import Mapping

from openenv_tui.errors import WireError
from openenv_tui.game import LastSeen
from openenv_tui.games.decode import expect_length, ones
from openenv_tui.games.openspiel import OpenSpielGame
from openenv_tui.model import Ending, GameInfo, Observation, Outcome
from openenv_tui.views import Cell, Fact, GridView, Tone

RIGHT, UP, LEFT, DOWN = range(4)
NAMES = ("RIGHT", "UP", "LEFT", "DOWN")
MOVES = ((0, 1), (-1, 0), (0, -1), (1, 0))
ARROWS = ("→", "↑", "←", "↓")
KEYS = {"right": RIGHT, "up": UP, "left": LEFT, "down": DOWN}
FALL = -100.0
"""The reward of the step over the cliff."""

PERSON = ("..##..", "..##..", ".####.", "#.##.#", "..##..", ".#..#.")
WALKER = Cell("◆", Tone.FIRST, art=PERSON)
FALLEN = Cell("×", Tone.BAD, art=("#..#", ".##.", ".##.", "#..#"), marked=True)
ARRIVED = Cell("★", Tone.GOOD, art=PERSON, marked=True)
GOAL = Cell("◎", Tone.GOAL, art=("##..", "####", "##..", "#...", "#..."))
CLIFF = Cell("▒", Tone.DANGER)


class CliffWalking(OpenSpielGame):
    """Cliff Walking on a grid of any size; the cliff lies between start and goal, below."""

    goal = "Walk to the flag in as few steps as you can, and stay off the cliff."

    def __init__(self, info: GameInfo) -> None:
        super().__init__(info, "Cliff Walking")
        self.height = int(info.parameters["height"])
        self.width = int(info.parameters["width"])
        self.horizon = int(info.parameters["horizon"])
        self.start = (self.height - 1, 0)
        self.end = (self.height - 1, self.width - 1)

    @property
    def outcome_rule(self) -> str:
        return "win: the goal is reached; loss: the cliff, or no goal within the horizon"

    def walked(self, tensor: tuple[float, ...]) -> tuple[int, ...]:
        """The actions so far: the tensor is a one-hot of each step's action, horizon x 4.

        Raises:
            WireError: it is nothing of the kind.
        """
        expect_length("cliff_walking", tensor, self.horizon * len(MOVES))
        taken: list[int] = []
        for place in ones(tensor, 0, len(tensor)):
            step, action = divmod(place, len(MOVES))
            if step != len(taken):
                raise WireError(
                    f"cliff_walking: the info_state has no single action at step {step}"
                )
            taken.append(action)
        return tuple(taken)

    def path(self, actions: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """The (row, column) of the start and after each action; walls stop a step."""
        row, column = self.start
        path = [self.start]
        for action in actions:
            down, across = MOVES[action]
            row = min(max(row + down, 0), self.height - 1)
            column = min(max(column + across, 0), self.width - 1)
            path.append((row, column))
        return tuple(path)

    def cliff(self, place: tuple[int, int]) -> bool:
        """Whether a (row, column) is of the cliff."""
        return place[0] == self.height - 1 and 0 < place[1] < self.width - 1

    def judge(self, ending: Ending, seat: int, last: LastSeen) -> Outcome | None:
        """By the place at the end; by the return where that place is not known."""
        seen = last(seat)
        if seen is not None:
            return Outcome.WIN if self._place(seen) == self.end else Outcome.LOSS
        result = ending.returns[seat]
        if result is None:
            return None
        return Outcome.WIN if result > max(FALL, -float(self.horizon)) else Outcome.LOSS

    def view(self, observation: Observation) -> GridView:
        actions = self.walked(observation.tensor)
        path = self.path(actions)
        rows = [
            [CLIFF if self.cliff((row, column)) else Cell("·") for column in range(self.width)]
            for row in range(self.height)
        ]
        for (row, column), action in zip(path, actions, strict=False):
            rows[row][column] = Cell(ARROWS[action], Tone.PATH)
        rows[self.end[0]][self.end[1]] = GOAL
        here = path[-1]
        rows[here[0]][here[1]] = self._walker(here)
        facts = (
            Fact("Steps", f"{len(actions)} of {self.horizon}", Tone.STRONG),
            Fact("To the goal", str(self._distance(here)) if not self.cliff(here) else "fallen"),
        )
        return GridView(tuple(map(tuple, rows)), facts=facts)

    def action_name(self, observation: Observation, action: int) -> str:
        return NAMES[action] if 0 <= action < len(NAMES) else str(action)

    def keys(self, observation: Observation) -> Mapping[str, int]:
        return {key: action for key, action in KEYS.items() if action in observation.legal_actions}

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        seen = last(seat)
        if seen is None:
            return super().conclusion(ending, seat, last)
        steps = len(self.walked(seen.tensor))
        here = self._place(seen)
        if here == self.end:
            best = self._distance(self.start)
            praise = "the best there is" if steps == best else f"the best is {best}"
            return f"You reached the goal in {steps} steps; {praise}."
        if self.cliff(here):
            return f"You fell off the cliff at step {steps}."
        return f"No goal within {self.horizon} steps."

    def reconstruct(self, tensor: tuple[float, ...]) -> tuple[int, ...] | None:
        return self.walked(tensor)

    def _place(self, observation: Observation) -> tuple[int, int]:
        return self.path(self.walked(observation.tensor))[-1]

    def _walker(self, here: tuple[int, int]) -> Cell:
        if self.cliff(here):
            return FALLEN
        return ARRIVED if here == self.end else WALKER

    def _distance(self, here: tuple[int, int]) -> int:
        """Steps of the shortest safe way: up over the cliff, along it, and down."""
        row, column = here
        if here == self.end:
            return 0
        above = self.height - 2
        over = 1 if row == self.height - 1 else 0
        row = min(row, above)
        return over + (self.width - 1 - column) + (above - row) + 1
