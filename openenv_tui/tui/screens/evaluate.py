"""Evaluating: choose game, policies, opponent, episodes and seed, and see the table form."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import (
    Button,
    Footer,
    Input,
    Label,
    ProgressBar,
    Select,
    Static,
)

from openenv_tui.errors import OpenEnvTuiError
from openenv_tui.evaluation.plan import LOCAL, Plan
from openenv_tui.evaluation.runner import Evaluation, run_plan
from openenv_tui.evaluation.table import Table
from openenv_tui.evaluation.under_way import Progress
from openenv_tui.specs import heuristic_for
from openenv_tui.tui.catalogue import SERVED, catalogue, fitting_policies, game_of
from openenv_tui.tui.glyphs import MUTED
from openenv_tui.tui.keymap import key_lines
from openenv_tui.tui.screens.notice import HelpScreen, Section
from openenv_tui.tui.screens.spec import SpecScreen
from openenv_tui.tui.widgets.checklist import CheckList
from openenv_tui.tui.widgets.standings import Standings
from openenv_tui.tui.wishes import new_seed, wishes

EPISODES: Final = 1000
UNNAMED: Final = (
    "The server says what it serves. Where its game has no outcome of its own, rows are ranked by "
    "mean return; what a win is can be said, as in return > 0."
)
BASELINES: Final = ("random", "stay")


class EvaluateScreen(Screen[None]):
    """A form on the left, the table forming on the right.

    Args:
        game: what is chosen at first.
        target: where it is played: ``local`` or a server's address.
    """

    AUTO_FOCUS = "#policies"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", key_display="esc", id="evaluate.leave"),
        Binding("f2", "run", "Run", id="evaluate.run"),
        Binding("f3", "stop", "Stop", id="evaluate.stop"),
        Binding("f4", "add", "Add a policy", id="evaluate.add"),
    ]

    class Progressed(Message):
        """The run has come further."""

        def __init__(self, progress: Progress) -> None:
            self.progress = progress
            super().__init__()

    class Ended(Message):
        """The run is over: what came of it, or why nothing did."""

        def __init__(self, result: Evaluation | OpenEnvTuiError) -> None:
            self.result = result
            super().__init__()

    def __init__(self, game: str, target: str = LOCAL) -> None:
        super().__init__()
        self._game = game
        self._target = target
        self._stop: threading.Event | None = None

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._stop is not None

    def compose(self) -> ComposeResult:
        yield Static(
            Content.assemble(("Evaluate", "bold"), ("  who plays best?", MUTED)), id="title"
        )
        with Horizontal(id="evaluate"):
            with VerticalScroll(id="form", can_focus=False):
                yield Select(
                    [
                        *[(Content(entry.title), entry.name) for entry in catalogue()],
                        (SERVED, SERVED),
                    ],
                    value=self._game,
                    allow_blank=False,
                    compact=True,
                    id="game",
                )
                yield Label("Policies (space chooses)", classes="heading")
                yield CheckList(id="policies")
                with Horizontal(classes="row", id="opponent-row"):
                    yield Label("opponent")
                    yield Select(
                        [("random", "random")],
                        value="random",
                        allow_blank=False,
                        compact=True,
                        id="opponent",
                    )
                with Horizontal(classes="row"):
                    yield Label("episodes")
                    yield Input(str(EPISODES), type="integer", id="episodes", compact=True)
                with Horizontal(classes="row"):
                    yield Label("seed")
                    yield Input(placeholder="a new one", type="integer", id="seed", compact=True)
                with Horizontal(classes="row"):
                    yield Label("server")
                    yield Input(self._target, placeholder=LOCAL, id="server", compact=True)
                with Horizontal(classes="row", id="win-row"):
                    yield Label("win is")
                    yield Input(placeholder="return > 0", id="win", compact=True)
                with Horizontal(id="buttons"):
                    yield Button("Run", id="run", variant="primary", compact=True)
                    yield Button("Stop", id="stop", compact=True, disabled=True)
            with Vertical(id="outcome"):
                yield Standings(id="standings")
                yield ProgressBar(id="bar", show_eta=False, show_percentage=False)
                yield Static(id="progress")
                with VerticalScroll(id="words", can_focus=False):
                    yield Static(id="caption")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one("#bar").visible = False
        self._offer(self._game)

    @on(Select.Changed, "#game")
    def _game_changed(self, event: Select.Changed) -> None:
        if event.value != self._game:
            self._offer(str(event.value))

    def _offer(self, name: str) -> None:
        """Offer the policies that can play a game, the one made for it and baselines chosen."""
        self._game = name
        game = game_of(name)
        names = fitting_policies(name if name == SERVED else game.info.name)
        chosen = (heuristic_for(game.info.short_name), *BASELINES)
        self.query_one(CheckList).offer(names, chosen)
        opponent = self.query_one("#opponent", Select)
        opponent.set_options((Content(n), n) for n in names)
        opponent.value = "random"
        self.query_one("#opponent-row").display = game.info.players > 1 or name == SERVED
        self.query_one("#win-row").display = name == SERVED
        self.query_one("#caption", Static).update(
            Content.styled(f"{game.title}. {game.outcome_rule}.", MUTED)
            if name != SERVED
            else Content.styled(UNNAMED, MUTED)
        )

    # Running.

    def _plan(self) -> Plan:
        """What the form says.

        Raises:
            UsageError: it cannot be.
        """
        seed = self.query_one("#seed", Input).value.strip()
        episodes = self.query_one("#episodes", Input).value.strip()
        return Plan(
            game=self._game if self._game != SERVED else "",
            policies=self.query_one(CheckList).selected,
            opponent=str(self.query_one("#opponent", Select).value),
            episodes=int(episodes) if episodes.lstrip("-").isdigit() else 0,
            seed=int(seed) if seed.lstrip("-").isdigit() else new_seed(),
            env=self.query_one("#server", Input).value.strip() or LOCAL,
            win=self.query_one("#win", Input).value.strip() if self._game == SERVED else "",
        )

    def action_run(self) -> None:
        """Start the run that the form describes."""
        if self.running:
            return
        try:
            plan = self._plan()
        except OpenEnvTuiError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._stop = stop = threading.Event()
        self.query_one("#seed", Input).placeholder = str(plan.seed)
        self.query_one(Standings).start(plan.policies)
        bar = self.query_one(ProgressBar)
        bar.visible = True
        bar.update(total=plan.episodes * len(plan.policies), progress=0)
        self._tell("Starting...")
        self._set_running(True)
        self.run_worker(lambda: self._evaluate(plan, stop), thread=True)

    def _evaluate(self, plan: Plan, stop: threading.Event) -> None:
        """In a thread: play, and post what came of it."""
        try:
            result: Evaluation | OpenEnvTuiError = run_plan(
                plan,
                progress=lambda progress: self._post(self.Progressed(progress)),
                stop=stop,
                command=_command(plan),
            )
        except OpenEnvTuiError as error:
            result = error
        self._post(self.Ended(result))

    def _post(self, message: Message) -> None:
        # The screen may have been left meanwhile; the run ends by itself.
        if self.is_attached:
            self.post_message(message)

    def on_evaluate_screen_progressed(self, event: Progressed) -> None:
        """Show how far the run has come."""
        if not self.running:
            return
        progress = event.progress
        self.query_one(Standings).show(progress.table)
        self.query_one(ProgressBar).update(progress=progress.done)
        left = "" if progress.seconds_left is None else f", {_duration(progress.seconds_left)} left"
        self._tell(
            f"{progress.done:,} of {progress.total:,} episodes, {progress.rate:,.0f} a second{left}"
        )

    def on_evaluate_screen_ended(self, event: Ended) -> None:
        """Show the result, or say why there is none."""
        self._stop = None
        self._set_running(False)
        result = event.result
        if isinstance(result, OpenEnvTuiError):
            self._tell("")
            self.query_one(ProgressBar).visible = False
            self.query_one("#caption", Static).update(
                Content.styled(f"Nothing came of it: {result}", "$text-error")
            )
            return
        self.query_one(Standings).show(result.table)
        stopped = "Stopped; what was played is" if result.interrupted else "Done;"
        self._tell(f"{stopped} kept in {result.folder}")
        self.query_one("#caption", Static).update(words(result.table))

    def _tell(self, text: str) -> None:
        self.query_one("#progress", Static).update(Content(text))

    def _set_running(self, running: bool) -> None:
        self.query_one("#run", Button).disabled = running
        self.query_one("#stop", Button).disabled = not running
        self.refresh_bindings()

    def action_stop(self) -> None:
        """End the run soon; what was played is kept."""
        if self._stop is not None:
            self._stop.set()
            self._tell("Stopping...")

    def action_add(self) -> None:
        """Add a policy with options, or one's own."""

        def given(spec: str | None) -> None:
            if spec is not None:
                self.query_one(CheckList).add(spec)

        game = game_of(self._game)
        info = game.info if self._game != SERVED else None
        self.app.push_screen(SpecScreen(game.title, info), given)

    def action_leave(self) -> None:
        """Back to where one came from; a run that is under way is stopped and kept."""
        self.action_stop()
        self.dismiss()

    def on_unmount(self) -> None:
        """A run does not outlive its screen."""
        if self._stop is not None:
            self._stop.set()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "run":
            self.action_run()
        else:
            self.action_stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "run":
            return not self.running
        if action == "stop":
            return self.running
        return True

    def action_help(self) -> None:
        """What the keys do here."""
        keys = [
            ("tab", "from field to field"),
            *key_lines(self),
        ]
        said = [
            ("", "All policies play the same episodes. In games for several, every deal is"),
            ("", "played from every seat, with the opponent in the others."),
            ("", f"Brackets hold 95 % intervals. Runs are kept in {wishes().results}."),
        ]
        self.app.push_screen(
            HelpScreen("Evaluate: help", [Section("Keys", keys), Section("The table", said)])
        )


def words(table: Table) -> Content:
    """Caption and warnings of a table."""
    opponents = sorted({row.opponent for row in table.rows if row.opponent})
    versus = f"Against {', '.join(opponents)}. " if opponents else ""
    said = [Content.styled(versus + table.caption, MUTED)]
    said += [Content.styled(f"Note: {warning}.", "$text-warning") for warning in table.warnings]
    return Content("\n").join(said)


def _command(plan: Plan) -> list[str]:
    """The command that makes this run again."""
    default = replace(plan, env=LOCAL)
    command = ["openenv-tui", "eval", *([plan.game] if plan.game else [])]
    for policy in plan.policies:
        command += ["-p", policy]
    command += ["-n", str(plan.episodes), "--seed", str(plan.seed), "--opponent", plan.opponent]
    if plan.win:
        command += ["--win", plan.win]
    return command if plan == default else [*command, "--env", plan.env]


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return (
        f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
    )
