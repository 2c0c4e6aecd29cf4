"""Writing a policy with options, or one's own."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, Static

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.model import GameInfo
from openenv_tui.specs import POLICIES, PolicySpec


class SpecScreen(ModalScreen[str | None]):
    """Asks for a policy's spec until one fits the game; None if it is left.

    Args:
        title: of the game.
        info: None where the game is not known yet, and any policy may fit.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="spec.back")
    ]

    def __init__(self, title: str, info: GameInfo | None) -> None:
        super().__init__()
        self._title = title
        self._info = info

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(f"A policy for {self._title}"), classes="title")
            yield Input(
                placeholder="mcts(simulations=200) or ./mine.py:Policy",
                suggester=SuggestFromList(sorted(POLICIES)),
                compact=True,
            )
            yield Static(id="problem")
            yield Label("enter takes it, → completes a name, esc goes back", classes="hint")

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        try:
            spec = PolicySpec.parse(event.value.strip())
            policy = spec.build()
            problem = policy.unfit(self._info) if self._info else None
        except OpenEnvTuiError as error:
            problem = str(error)
        if problem:
            self.query_one("#problem", Static).update(Content.styled(problem, "$text-error"))
        else:
            self.dismiss(str(spec))
