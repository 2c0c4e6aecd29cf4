"""Choosing who gives advice: a policy that fits the game, or one's own by its spec."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from openenv_tui.game import Game
from openenv_tui.tui.screens.spec import SpecScreen

ANOTHER: Final = "Another, by its spec..."


class AdviserScreen(ModalScreen[str | None]):
    """The policies that can play a game; gives a spec, or None.

    Args:
        game: that they advise on.
        specs: those to choose from.
        now: the one that advises now.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="adviser.back")
    ]

    def __init__(self, game: Game, specs: tuple[str, ...], now: str) -> None:
        super().__init__()
        self._game = game
        self._specs = specs if now in specs else (now, *specs)
        self._now = now

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(f"Who advises on {self._game.title}?"), classes="title")
            yield OptionList(*(Option(Content(spec)) for spec in self._specs), ANOTHER)
            yield Label("enter chooses, esc goes back", classes="hint")

    def on_mount(self) -> None:
        self.query_one(OptionList).highlighted = self._specs.index(self._now)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if event.option_index < len(self._specs):
            self.dismiss(self._specs[event.option_index])
        else:
            self.app.push_screen(SpecScreen(self._game.title, self._game.info), self._written)

    def _written(self, spec: str | None) -> None:
        if spec is not None:
            self.dismiss(spec)
