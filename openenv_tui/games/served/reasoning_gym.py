"""Reasoning Gym: one question, one answer, one episode."""

from __future__ import annotations

from typing import ClassVar

from openenv_tui.game import LastSeen
from openenv_tui.games.generic import GenericGame
from openenv_tui.model import Ending, Outcome
from openenv_tui.render import printable

RIGHT = 1.0


class ReasoningGym(GenericGame):
    """The score of an answer is from 0 to 1, and is the return."""

    name = "reasoning_gym"
    asks: ClassVar[frozenset[str]] = frozenset({"answer"})
    shows: ClassVar[frozenset[str]] = frozenset({"question", "score", "correct_answer"})
    title = "Reasoning Gym"
    goal = "Answer the question."
    outcome_rule = "win: the answer scores 1; loss: it scores less"

    def judge(self, ending: Ending, seat: int, last: LastSeen) -> Outcome | None:
        mine = ending.returns[seat]
        if mine is None or ending.cut:
            return None
        return Outcome.WIN if mine >= RIGHT else Outcome.LOSS

    def conclusion(self, ending: Ending, seat: int, last: LastSeen) -> str:
        seen = last(seat)
        if self.judge(ending, seat, last) is Outcome.WIN:
            return "Right."
        answer = seen.fields.get("correct_answer") if seen else None
        if not isinstance(answer, str):
            return super().conclusion(ending, seat, last)
        return f"Not quite: the answer was {printable(answer)}."
