"""Crossword, spelt letter by letter.

OpenSpiel's crossword takes a clue and a word as one structured action and lists no actions at
all. Here a guess is made of plain actions instead: first a clue, then its letters one after the
other; the last letter hands in the word. So every policy and every screen can play it.
"""

from __future__ import annotations

from typing import Any

from pyspiel import crossword

from openenv_tui.errors import GameError

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Actions 0-25; action 26 + i opens clue i."""


class SpeltCrossword:
    """A ``pyspiel.Game`` whose states take letters; what is not said here is OpenSpiel's.

    Args:
        engine: OpenSpiel's crossword game.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        if engine.new_initial_state().is_chance_node():
            raise GameError(
                "crossword: only the built-in puzzle can be played; leave out puzzles_root"
            )
        self._clues = len(engine.new_initial_state().clue_solved())
        self._longest = max((len(answer) for answer in self.new_initial_state().answers), default=0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def __str__(self) -> str:
        return str(self._engine)

    def num_distinct_actions(self) -> int:
        return len(LETTERS) + self._clues

    def max_game_length(self) -> int:
        return int(self._engine.max_game_length()) * (1 + self._longest)

    def min_utility(self) -> float:
        """Each wrong guess costs 1."""
        return -float(self._engine.max_game_length())

    def max_utility(self) -> float:
        """Each right one gains 1."""
        return float(self._clues)

    def observation_tensor_shape(self) -> list[int]:
        """None: OpenSpiel registers a tensor for this game, and does not provide it."""
        return []

    def new_initial_state(self) -> SpeltState:
        return SpeltState(self._engine.new_initial_state())


class SpeltState:
    """A ``pyspiel.State`` of a crossword with a guess under way."""

    def __init__(self, state: Any) -> None:
        self._state = state
        self._history: list[int] = []
        board = state.board()
        self._clues = [
            crossword.clue_id(board.clue(number)) for number in range(len(state.clue_solved()))
        ]
        self.answers = [board.answer(clue) for clue in self._clues]
        self._clue = -1
        self._word = ""
        self._given: dict[int, str] = {}

    def current_player(self) -> int:
        return int(self._state.current_player())

    def is_terminal(self) -> bool:
        return bool(self._state.is_terminal())

    def is_chance_node(self) -> bool:
        return False

    def returns(self) -> list[float]:
        return list(self._state.returns())

    def history(self) -> list[int]:
        return list(self._history)

    def legal_actions(self, player: int = 0) -> list[int]:
        """The unsolved clues; with a clue open, the letters that fit the crossing words."""
        if self.is_terminal() or player != 0:
            return []
        if self._clue < 0:
            solved = self._state.clue_solved()
            return [len(LETTERS) + number for number, done in enumerate(solved) if not done]
        given = self._given.get(len(self._word))
        return [LETTERS.index(given)] if given else list(range(len(LETTERS)))

    def apply_action(self, action: int) -> None:
        self._history.append(action)
        if action >= len(LETTERS):
            self._clue = action - len(LETTERS)
            self._given = self._crossing(self._clue)
            return
        self._word += LETTERS[action]
        if len(self._word) == len(self.answers[self._clue]):
            self._state.apply_action_struct(self._guess(self._clue, self._word))
            self._clue, self._word = -1, ""

    def action_to_string(self, player: int, action: int = -1) -> str:
        """Of ``(player, action)``, as of every state."""
        if action < len(LETTERS):
            return LETTERS[action]
        return str(self._clues[action - len(LETTERS)])

    def observation_tensor(self, player: int) -> list[float]:
        """Empty, as its shape says."""
        return []

    def observation_string(self, player: int) -> str:
        picture = str(self._state.observation_string(player))
        if self._clue < 0:
            return picture
        blanks = "_" * (len(self.answers[self._clue]) - len(self._word))
        return f"{picture.rstrip()}\n\nSpelling {self._clues[self._clue]}: {self._word}{blanks}\n"

    def _guess(self, clue: int, word: str) -> Any:
        return crossword.CrosswordActionStruct(self._clues[clue], word)

    def _crossing(self, clue: int) -> dict[int, str]:
        """Place -> letter, for the letters that solved words have written already.

        The engine refuses a guess that contradicts one of them, and says no more than that; so
        each place is asked about with a word that is wrong there alone.
        """
        answer = self.answers[clue]
        given = {}
        for place, letter in enumerate(answer):
            other = "A" if letter != "A" else "B"
            changed = answer[:place] + other + answer[place + 1 :]
            if not self._state.validate_action_struct(self._guess(clue, changed)).ok():
                given[place] = letter
        return given
