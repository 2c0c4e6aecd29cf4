"""The games of a run: of one policy at a time, all of them or some, each a key away."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Static

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.evaluation.replays.listing import KINDS, Game, listing
from openenv_tui.evaluation.replays.stored import Run
from openenv_tui.tui.glyphs import MUTED, ascii_only
from openenv_tui.tui.keymap import Line, key_lines
from openenv_tui.tui.screens.ask import AskScreen
from openenv_tui.tui.screens.notice import HelpScreen, Section
from openenv_tui.tui.screens.replay import ReplayScreen

MOST: Final = 500
"""Lines of the table; a key opens any other game by its number."""
COLUMNS: Final = (("episode", 9), ("seat", 4), ("outcome", 9), ("return", 10), ("steps", 6),
                  ("forfeit", 12), ("seed", 17))  # fmt: skip
MARKS: Final = {"won": "✔", "drew": "=", "lost": "✘", "ended": "."}
ASCII_MARKS: Final = {"won": "+", "drew": "=", "lost": "x", "ended": "."}


class GamesScreen(Screen[None]):
    """A list of stored games.

    Args:
        run: whose games.
        row: the row to begin with.
    """

    AUTO_FOCUS = "#games"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", key_display="esc", id="games.leave"),
        Binding("enter", "open", "Open", show=True, id="games.open"),
        Binding("a", "only('all')", "All", id="games.all"),
        Binding("w", "only('wins')", "Wins", id="games.wins"),
        Binding("d", "only('draws')", "Draws", id="games.draws"),
        Binding("s", "only('losses')", "Losses", id="games.losses"),
        Binding("f", "only('forfeits')", "Forfeits", id="games.forfeits"),
        Binding("p", "policy(1)", "Policy", id="games.policy"),
        Binding("P", "policy(-1)", "Policy before", show=False, id="games.policy-before"),
        Binding("colon", "jump", "Number", id="games.number"),
    ]

    def __init__(self, run: Run, row: int = 0) -> None:
        super().__init__()
        self.run_read = run
        self.row = row
        self.kind = KINDS[0]

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        yield DataTable[Any](id="games", cursor_type="row", zebra_stripes=True)
        yield Static(id="about")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        for title, width in COLUMNS:
            table.add_column(title, width=width)
        self._list()

    def _list(self) -> None:
        table, about = self.query_one(DataTable), self.query_one("#about", Static)
        table.clear()
        policy, opponent = self.run_read.rows[self.row]
        against = f" against {opponent}" if opponent else ""
        run = f"  {self.run_read.game}  {self.run_read.folder.name}"
        title = Content.assemble((f"Games of {policy}{against}", "bold"), (run, MUTED))
        self.query_one("#title", Static).update(title)
        try:
            found = listing(self.run_read, self.row, self.kind, MOST)
        except OpenEnvTuiError as error:
            about.update(Content.styled(str(error), "$text-error"))
            return
        for game in found.games:
            table.add_row(*map(Content, _cells(game)), key=str(game.episode))
        named = "games" if self.kind == "all" else self.kind
        said = f"{found.total:,} {named}" if found.total else f"There are no {named} here."
        if found.total > len(found.games):
            said += f"; the first {MOST} stand here, : opens any by its number"
        rows = len(self.run_read.rows)
        which = f"policy {self.row + 1} of {rows} (p: the next)   " if rows > 1 else ""
        about.update(Content.styled(which + said, MUTED))

    @on(DataTable.RowSelected)
    def _chosen(self, event: DataTable.RowSelected) -> None:
        if event.row_key.value is not None:
            self._open(int(event.row_key.value))

    def _open(self, episode: int) -> None:
        self.app.push_screen(ReplayScreen(self.run_read, self.row, episode))

    def action_open(self) -> None:
        """Look at the chosen game."""
        self.query_one(DataTable).action_select_cursor()

    def action_only(self, kind: str) -> None:
        """List all games, or only those that were won, drawn, lost or forfeited."""
        self.kind = kind
        self._list()

    def action_policy(self, by: int) -> None:
        """List the games of the next policy, or of the one before."""
        self.row = (self.row + by) % len(self.run_read.rows)
        self._list()

    def action_jump(self) -> None:
        """Open a game by the number of its episode."""

        def answered(text: str | None) -> None:
            if text and text.isdecimal():
                self._open(int(text))

        self.app.push_screen(AskScreen("Open a game", "The number of its episode."), answered)

    def action_leave(self) -> None:
        """Back to where one came from."""
        if len(self.app.screen_stack) <= 2:
            self.app.exit()
        else:
            self.dismiss()

    def action_help(self) -> None:
        """What the keys do here."""
        keys = [Line("up, down", "choose a game"), *key_lines(self)]
        self.app.push_screen(HelpScreen("Games: help", [Section("Keys", keys)]))


def _cells(game: Game) -> tuple[str, ...]:
    mark = (ASCII_MARKS if ascii_only() else MARKS)[game.outcome]
    total = "?" if game.total is None else f"{game.total:g}"
    return (
        f"{game.episode:>9,}", str(game.seat), f"{mark} {game.outcome}", f"{total:>10}",
        f"{game.steps:>6}", game.forfeit or "", str(game.seed),
    )  # fmt: skip
