"""Past runs: find one, and see its table again."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Input, Static

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.evaluation.folder import list_runs
from openenv_tui.evaluation.runner import Evaluation, load_run
from openenv_tui.tui.keymap import key_lines
from openenv_tui.tui.screens.evaluate import words
from openenv_tui.tui.screens.notice import HelpScreen, Section
from openenv_tui.tui.widgets.standings import Standings


class ResultsScreen(Screen[None]):
    """A list of runs above, the table of the chosen one below."""

    AUTO_FOCUS = "#runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", key_display="esc", id="results.leave"),
        Binding("slash", "find", "Find", id="results.find"),
        Binding("r", "refresh_runs", "Read again", id="results.refresh"),
    ]

    def __init__(self, root: Path = Path("results")) -> None:
        super().__init__()
        self._root = root
        self._runs: dict[str, Path] = {}
        self._shown = ""

    def compose(self) -> ComposeResult:
        with Horizontal(id="title"):
            yield Static(Content.styled("Results", "bold"))
            yield Input(placeholder="/ finds a run by a part of its name", id="find", compact=True)
        with Vertical(id="results"):
            yield DataTable[Any](id="runs", cursor_type="row")
            yield Standings(id="standings")
            with VerticalScroll(id="words", can_focus=False):
                yield Static(id="caption")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        runs = self.query_one("#runs", DataTable)
        for title, width in (("run", 34), ("best policy", 22), ("", 30)):
            runs.add_column(title, width=width)
        self.action_refresh_runs()

    def action_refresh_runs(self) -> None:
        """Look at the folder again."""
        self._runs = {str(place.relative_to(self._root)): place for place in list_runs(self._root)}
        self._list(self.query_one("#find", Input).value)

    @on(Input.Changed)
    def _filtered(self, event: Input.Changed) -> None:
        self._list(event.value)

    @on(Input.Submitted)
    def _found(self) -> None:
        self.query_one("#runs").focus()

    def _list(self, part: str) -> None:
        runs = self.query_one("#runs", DataTable)
        runs.clear()
        self._shown = ""
        for name, place in self._runs.items():
            if part.lower() in name.lower():
                best, headline = _headline(place)
                runs.add_row(Content(name), Content(best), Content(headline), key=name)
        if not runs.row_count:
            self.query_one(Standings).clear(columns=True)
            none = f"No run is called like '{part}'." if self._runs else _nothing_yet(self._root)
            self.query_one("#caption", Static).update(Content(none))

    @on(DataTable.RowHighlighted, "#runs")
    def _open(self, event: DataTable.RowHighlighted) -> None:
        # Where the list was emptied since, the toolkit gives no key, whatever its types say.
        name = getattr(event.row_key, "value", None)
        if name is None or name == self._shown or name not in self._runs:
            return
        self._shown = name
        caption, standings = self.query_one("#caption", Static), self.query_one(Standings)
        standings.clear(columns=True)
        try:
            run = load_run(self._runs[name])
        except OpenEnvTuiError as error:
            caption.update(Content.styled(str(error), "$text-error"))
            return
        standings.show(run.table)
        caption.update(_about(run))

    def action_find(self) -> None:
        """Filter the list by name."""
        self.query_one("#find").focus()

    def action_leave(self) -> None:
        """Back to where one came from; from the filter, back to the list."""
        if self.query_one("#find").has_focus:
            self.query_one("#runs").focus()
        else:
            self.dismiss()

    def action_help(self) -> None:
        """What the keys do here."""
        keys = [
            ("up, down", "choose a run; its table stands below"),
            ("tab", "to the table, to scroll it sideways"),
            *key_lines(self),
        ]
        said = [
            ("", "A run is a folder below results/. `openenv-tui export RUN -f md` writes its"),
            ("", "table in another format; `openenv-tui show RUN` prints it."),
        ]
        self.app.push_screen(
            HelpScreen("Results: help", [Section("Keys", keys), Section("Runs", said)])
        )


def _headline(place: Path) -> tuple[str, str]:
    """The best policy of a run and how it did; why not, where that cannot be read."""
    try:
        rows = load_run(place).table.rows
    except OpenEnvTuiError as error:
        return "", str(error)
    if not rows:
        return "", "no policy"
    best = rows[0]
    if best.win_rate is None:
        return best.policy, f"{best.episodes:,} episodes"
    return best.policy, f"wins {best.win_rate:.1%} of {best.episodes:,} episodes"


def _about(run: Evaluation) -> Content:
    ended = Content.styled("\nIt was stopped before its end.", "$text-warning")
    return words(run.table) + ended if run.interrupted else words(run.table)


def _nothing_yet(root: Path) -> str:
    return (
        f"There are no runs in {root.resolve()} yet. Make one on the evaluation screen (f4 in the "
        "lobby), or with: openenv-tui eval catch -p random -p tracker"
    )
