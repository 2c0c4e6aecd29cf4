"""The lobby: pick a game and who plays it, then play, watch, evaluate or look back."""

from __future__ import annotations

from typing import ClassVar, Final, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Label, OptionList, Select, Static
from textual.widgets.option_list import Option

from openenv_tui.connection.profiles import SIGN, Profile, read_profiles
from openenv_tui.connection.targets import LOCAL
from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.games import load_game
from openenv_tui.games.openspiel import OpenSpielGame
from openenv_tui.tui.catalogue import SERVED, Entry, catalogue, fitting_policies, matching, traits
from openenv_tui.tui.glyphs import MUTED
from openenv_tui.tui.keymap import key_lines
from openenv_tui.tui.screens import table_for
from openenv_tui.tui.screens.notice import HelpScreen, Section
from openenv_tui.tui.screens.spec import SpecScreen
from openenv_tui.tui.sitting import Setup, open_sitting, stand_in
from openenv_tui.tui.wishes import new_seed, wishes

YOU: Final = "you"
OTHER: Final = "(other...)"


class LobbyScreen(Screen[None]):
    """Where one chooses what to do."""

    AUTO_FOCUS = "#filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "play", "Play", id="lobby.play"),
        Binding("f3", "watch", "Watch", id="lobby.watch"),
        Binding("f4", "evaluate", "Evaluate", id="lobby.evaluate"),
        Binding("f5", "results", "Results", id="lobby.results"),
        Binding("down", "move(1)", "Next game", show=False, id="lobby.next"),
        Binding("up", "move(-1)", "Previous game", show=False, id="lobby.previous"),
        Binding("pagedown", "move(10)", "Ten games on", show=False, id="lobby.on"),
        Binding("pageup", "move(-10)", "Ten games back", show=False, id="lobby.back"),
        Binding("escape", "clear", "Clear the filter", show=False, id="lobby.clear"),
        Binding("ctrl+q", "app.quit", "Quit", key_display="^q", id="app.quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._game: str = ""
        self._custom: dict[str, str] = {}
        self._servers: dict[str, Profile] = {}
        self._opening = False

    def compose(self) -> ComposeResult:
        yield Static(
            Content.assemble(
                ("openenv-tui", "bold"), ("  games to play, watch and evaluate", MUTED)
            ),
            id="title",
        )
        with Horizontal(id="lobby"):
            with Vertical(id="games"):
                yield Input(placeholder="type to find a game", id="filter", compact=True)
                yield OptionList(id="list", compact=True)
            with VerticalScroll(id="choice", can_focus=False):
                yield Static(id="about")
                yield Vertical(id="seats")
                with Horizontal(classes="row"):
                    yield Label("server")
                    yield Input(value=LOCAL, placeholder=LOCAL, id="server", compact=True)
                with Horizontal(classes="row"):
                    yield Label("seed")
                    yield Input(placeholder="a new one", id="seed", type="integer", compact=True)
                with Horizontal(id="buttons"):
                    yield Button("Play", id="play", variant="primary", compact=True)
                    yield Button("Watch", id="watch", compact=True)
                    yield Button("Evaluate", id="evaluate", compact=True)
                    yield Button("Results", id="results", compact=True)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one("#list").can_focus = False
        try:
            self._servers = {SIGN + name: each for name, each in read_profiles().items()}
        except OpenEnvTuiError as error:
            self.notify(str(error), severity="error", timeout=12, markup=False)
        self._list_games("")

    # Choosing a game.

    def _list_games(self, part: str) -> None:
        entries = matching(part)
        lines: list[Option | None] = []
        if self._target != LOCAL:
            lines.append(Option(Content.styled(SERVED, "italic"), id=SERVED))
        lines += [Option(_line(entry), id=entry.name) for entry in entries if entry.board]
        servers = [
            Option(Content.assemble((name, "italic"), (f" {each.target}", MUTED)), id=name)
            for name, each in self._servers.items()
            if part.lower() in f"{name} {each.target}".lower()
        ]
        others = [Option(_line(entry), id=entry.name) for entry in entries if not entry.board]
        for section in (servers, others):
            lines += [None, *section] if lines and section else section
        games = self.query_one("#list", OptionList)
        games.set_options(lines)
        games.highlighted = 0 if games.option_count else None
        found = len(entries)
        word = f"{found} game{'s' if found != 1 else ''}"
        games.border_subtitle = f"{word}, enter plays"
        if not games.option_count:
            self._game = ""
            self.query_one("#about", Static).update(f"No game is called like '{part}'.")

    @on(Input.Changed, "#filter")
    def _filtered(self, event: Input.Changed) -> None:
        self._list_games(event.value)

    @on(Input.Changed, "#server")
    def _server_changed(self) -> None:
        if self.query_one("#list", OptionList).option_count:
            self._list_games(self.query_one("#filter", Input).value)

    @on(OptionList.OptionHighlighted, "#list")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._choose(event.option_id or "")

    @on(OptionList.OptionSelected, "#list")
    def _selected(self) -> None:
        self.query_one("#filter").focus()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.action_play()

    def _choose(self, name: str) -> None:
        if name == self._game:
            return
        self._game = name
        self._custom.clear()
        about = self.query_one("#about", Static)
        if name == SERVED:
            about.update("The server says which game it serves; the first seat it gives is yours.")
            self._seat_nobody()
            return
        if name in self._servers:
            about.update(_about_server(name, self._servers[name]))
            self._seat_nobody()
            return
        game = load_game(name)
        about.update(_about(game))
        self._seat(game)

    def _seat(self, game: OpenSpielGame) -> None:
        seats = self.query_one("#seats", Vertical)
        rows = []
        for player in range(game.info.players):
            chosen = YOU if player == 0 else "random"
            options = [YOU, *fitting_policies(game.info.name), OTHER]
            choice = Select(
                [(Content(name), name) for name in options],
                value=chosen,
                allow_blank=False,
                compact=True,
                id=f"seat-{player}",
            )
            rows.append(Horizontal(Label(f"seat {player}"), choice, classes="row"))
        self._replace(seats, rows)

    def _seat_nobody(self) -> None:
        self._replace(self.query_one("#seats", Vertical), [])

    def _replace(self, seats: Vertical, rows: list[Horizontal]) -> None:
        async def replace() -> None:
            async with self.batch():
                await seats.remove_children()
                await seats.mount_all(rows)

        self.run_worker(replace(), group="seats", exclusive=True)

    @on(Select.Changed)
    def _seat_changed(self, event: Select.Changed) -> None:
        place = event.select.id or ""
        if event.value == OTHER:
            self._ask_spec(cast("Select[str]", event.select))
        elif event.value == YOU:
            # One person, one seat.
            for other in self.query(Select):
                if other is not event.select and other.value == YOU:
                    other.value = "random"
        if event.value not in (OTHER, *self._custom.values()):
            self._custom.pop(place, None)

    def _ask_spec(self, select: Select[str]) -> None:
        def given(spec: str | None) -> None:
            if spec is None:
                select.value = "random"
                return
            names = [YOU, *fitting_policies(self._game), spec, OTHER]
            select.set_options((Content(name), name) for name in dict.fromkeys(names))
            select.value = spec

        game = load_game(self._game)
        self.app.push_screen(SpecScreen(game.title, game.info), given)

    # Going there.

    @property
    def _target(self) -> str:
        return self.query_one("#server", Input).value.strip() or LOCAL

    def _assigned(self) -> list[str]:
        """Who was chosen for each seat, in order."""
        selects = sorted(self.query(Select), key=lambda select: select.id or "")
        return [str(select.value) for select in selects]

    def _setup(self, *, person: bool) -> Setup | None:
        if not self._game:
            self.notify("Choose a game first.", severity="warning")
            return None
        written = self.query_one("#seed", Input).value.strip()
        seed = abs(int(written)) if written.lstrip("-").isdigit() else new_seed()
        if self._game in self._servers:
            return Setup(None, self._game, person=person, seed=seed)
        if self._game == SERVED:
            return Setup(None, self._target, person=person, seed=seed)
        seats = self._assigned()
        usual = seats == [YOU, *["random"] * (len(seats) - 1)]
        if usual and person and self._target != LOCAL:
            # A server may give another seat, and play the others itself.
            return Setup(self._game, self._target, seed=seed)
        if person:
            mine = seats.index(YOU) if YOU in seats else 0
            others = [spec for player, spec in enumerate(seats) if player != mine]
            return Setup(self._game, self._target, seat=mine, policies=tuple(others), seed=seed)
        instead = stand_in(load_game(self._game))
        policies = tuple(instead if spec == YOU else spec for spec in seats)
        if usual:
            policies = policies[:1]
        return Setup(self._game, self._target, person=False, policies=policies, seed=seed)

    def action_play(self) -> None:
        """Play, at the seat that is yours."""
        self._open(self._setup(person=True))

    def action_watch(self) -> None:
        """Watch policies; yours is played by the one made for the game."""
        self._open(self._setup(person=False))

    def _open(self, setup: Setup | None) -> None:
        if setup is None or self._opening:
            return
        self._opening = True
        self.run_worker(self._opened(setup), group="open")

    async def _opened(self, setup: Setup) -> None:
        self.query_one("#lobby").loading = setup.target != LOCAL
        try:
            sitting = await open_sitting(setup)
        except OpenEnvTuiError as error:
            self.notify(str(error), severity="error", timeout=12, markup=False)
        else:
            await self.app.push_screen(table_for(sitting))
        finally:
            self._opening = False
            self.query_one("#lobby").loading = False

    def action_evaluate(self) -> None:
        """Tabulate win rates on the chosen game."""
        from openenv_tui.tui.screens.evaluate import EvaluateScreen

        game, target = self._game or catalogue()[0].name, self._target
        if game in self._servers:
            game, target = SERVED, game
        self.app.push_screen(EvaluateScreen(game, target))

    def action_results(self) -> None:
        """Look at past runs."""
        from openenv_tui.tui.screens.results import ResultsScreen

        self.app.push_screen(ResultsScreen(wishes().results_folder))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        actions = {
            "play": self.action_play,
            "watch": self.action_watch,
            "evaluate": self.action_evaluate,
            "results": self.action_results,
        }
        actions[event.button.id or ""]()

    def action_move(self, by: int) -> None:
        """Move in the list while the filter keeps the keyboard."""
        games = self.query_one("#list", OptionList)
        if games.option_count:
            at = games.highlighted or 0
            games.highlighted = min(max(at + by, 0), games.option_count - 1)

    def action_clear(self) -> None:
        """Empty the filter and go back to it."""
        field = self.query_one("#filter", Input)
        field.value = ""
        field.focus()

    def action_help(self) -> None:
        """What the keys do here."""
        keys = [
            ("type", "find a game by a part of its name"),
            ("enter", "play it"),
            ("tab", "go on to seats, server, seed and buttons"),
            *key_lines(self),
        ]
        words = [
            ("", "A seat is played by you or by a policy; with (other...) you write its spec,"),
            ("", "such as mcts(simulations=200) or ./mine.py:Policy."),
            (
                "",
                "The server is local, this program's own engine, or ws://host:port, docker:IMAGE,",
            ),
            (
                "",
                "hub:OWNER/NAME, an environment's folder. `openenv-tui servers add` keeps others.",
            ),
        ]
        self.app.push_screen(
            HelpScreen("The lobby: help", [Section("Keys", keys), Section("Choices", words)])
        )


def _line(entry: Entry) -> Content:
    if entry.board:
        return Content.assemble((entry.title, "bold"))
    return Content(entry.title)


def _about_server(name: str, profile: Profile) -> Content:
    game = profile.game or "whatever it serves"
    return Content.assemble(
        (name, "bold"),
        (f"  one of your servers\n{profile.target}\n", MUTED),
        (f"Plays {game}; the first seat it gives is yours.", ""),
    )


def _about(game: OpenSpielGame) -> Content:
    return Content.assemble(
        (game.title, "bold"),
        (f"  {game.info.short_name}\n", MUTED),
        (f"{game.goal}\n", ""),
        (f"{traits(game.info)}\n", MUTED),
        (game.outcome_rule, MUTED),
    )
