"""What playing and watching share: a board, what is known beside it, one game at a time."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from math import inf
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Label, Log, Static

from openenv_tui.errors import OpenEnvTuiError, SessionLostError
from openenv_tui.games.forms import Space
from openenv_tui.model import Ending, Observation, Outcome
from openenv_tui.render import printable
from openenv_tui.tui.catalogue import fitting_policies
from openenv_tui.tui.glyphs import ARROWS, MUTED, ascii_only, key_name, outcome_mark
from openenv_tui.tui.keymap import key_lines
from openenv_tui.tui.screens.facts import Sight, facts
from openenv_tui.tui.screens.notice import HelpScreen, LostScreen, Section
from openenv_tui.tui.screens.pick import PickScreen
from openenv_tui.tui.seat import Choice
from openenv_tui.tui.sitting import Moment, Move, stand_in
from openenv_tui.tui.widgets.actions import ActionList, Option, options_of
from openenv_tui.tui.widgets.advice import AdvicePanel, Question
from openenv_tui.tui.widgets.board import Board
from openenv_tui.tui.widgets.form import FormPanel

if TYPE_CHECKING:
    from openenv_tui.tui.sitting import Sitting

VIM: Final = {"h": "left", "j": "down", "k": "up", "l": "right"}
SPEEDS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, inf)
GRACE: Final = 0.4
"""Seconds after the end in which keys of the game, typed a little late, mean nothing else."""
FLASH: Final = 0.5
"""Seconds for which a reward is drawn in reverse."""
LEAST_MOVES: Final = 3
MOST_ACTIONS: Final = 30
"""Beside the board; naming every point of a Go board takes longer than a frame."""
FEW_ACTIONS: Final = 4
"""They come before the moves where there is not room for both."""


class TableScreen(Screen[None]):
    """A board and what is known beside it.

    Args:
        sitting: owned from now on.
    """

    AUTO_FOCUS = "#board"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual's own
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", key_display="esc", id="table.leave"),
        Binding("f5,r", "new_game", "New", key_display="f5", id="table.new"),
        Binding("f6,s", "same_game", "Again", key_display="f6", id="table.same"),
        Binding("enter", "proceed", "New game", show=False, id="table.proceed"),
        Binding("f2,t", "change_hands", "Hand over", key_display="f2", id="table.hands"),
        Binding("f3", "inspect", "Inspect", id="table.inspect"),
        Binding("f4,a", "advice", "Advice", key_display="f4", id="table.advice"),
        Binding("f7", "adviser", "Adviser", show=False, id="table.adviser"),
        Binding("f8", "save", "Save", show=False, id="table.save"),
        Binding("slash", "pick", "List", show=False, id="table.pick"),
    ]

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self.sitting = sitting
        self.paused = False
        self.speed = SPEEDS.index(2.0)
        self._watched = sitting.environment.seats[0]
        self._go = asyncio.Event()
        self._single_step = False
        self._ended_at: float | None = None
        self._remark = ""
        self._lines_written = 0
        self._undone_written = 0
        self._most_actions = 1
        self._adviser: str | None = None
        self._fresh = False
        self._phase: tuple[bool, int | None] | None = None
        sitting.person.on_asked = self._asked
        sitting.person.on_refused = self._refuse
        sitting.person.on_told = self._tell

    # What is on the screen.

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with Horizontal(id="table"):
            yield Board(id="board")
            with Vertical(id="side"):
                yield Static(id="facts")
                yield Label("Actions", classes="heading choices")
                yield ActionList(id="actions", classes="choices")
                yield AdvicePanel(id="advice")
                yield Label("Moves", classes="heading")
                yield Log(id="moves", max_lines=5000)
        yield Static(id="status")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one("#moves").can_focus = False
        self._start()

    @property
    def viewpoint(self) -> int:
        """The seat whose view is drawn: the person's own, or the one they watch."""
        return self._watched if self.sitting.seat is None else self.sitting.seat

    @property
    def over(self) -> bool:
        """Whether the game has ended."""
        return self._ended_at is not None

    def draw(self) -> None:
        """Show what is so now."""
        sitting = self.sitting
        if not self.is_mounted or sitting.step is None:
            return
        try:
            seen = self.moment.seen[self.viewpoint]
            playable = sitting.seat is not None and not self.over
            self.query_one(Board).show(sitting.game.view(seen), playable=playable)
            listed = self._options(seen, MOST_ACTIONS)
            self.query_one(ActionList).show(listed, len(seen.legal_actions) if listed else 0)
        except OpenEnvTuiError as error:
            self._give_up(error)
            return
        self._say("#title", self._title())
        self._say("#facts", self._facts())
        self._say("#status", self._status())
        self._write_moves()
        self._make_room()
        self._show_phase()
        self._offer_form(seen)
        self._ask_adviser()

    def _offer_form(self, seen: Observation) -> None:
        """A form to fill in where the actions are no list: there while the person may need it."""
        asked = self.sitting.person.asked
        panels = self.query(FormPanel)
        filled_in = isinstance(seen.action_space, Space) and not seen.action_space.legal_actions
        self.set_class(filled_in and not self.over, "-form")
        if not isinstance(seen.action_space, Space) or not filled_in:
            panels.remove()
            return
        if self.sitting.seat is None or self.over:
            panels.set(display=False)
            return
        if not panels or panels.first().form != seen.action_space.form:
            panels.remove()
            self.mount(FormPanel(seen.action_space), after="#table")
            self.call_after_refresh(self._offer_form, seen)
            return
        panel = panels.first()
        panel.space = seen.action_space
        panel.display = True
        panel.disabled = asked is None
        if asked is not None:
            self.call_after_refresh(panel.take_focus)

    @on(FormPanel.Filled)
    def _filled_in(self, event: FormPanel.Filled) -> None:
        if self.sitting.seat is not None and not self.over:
            self.sitting.person.press(event.action)

    @on(FormPanel.LetGo)
    def _to_the_board(self) -> None:
        self.query_one(Board).focus()

    def _asked(self) -> None:
        self.draw()

    def _tell(self, reason: str) -> None:
        self._remark = printable(reason)
        self.draw()

    def _say(self, place: str, words: Content) -> None:
        """Change some words; the screen is laid out anew only if they need more or fewer lines."""
        widget = self.query_one(place, Static)
        before = widget.content
        if words == before:
            return
        lines = before.plain.count("\n") if isinstance(before, Content) else -1
        widget.update(words, layout=words.plain.count("\n") != lines)

    def _show_phase(self) -> None:
        """Bring the footer up to date where other keys apply now: to make it anew is costly."""
        phase = self.over, self.sitting.seat
        if phase != self._phase:
            self._phase = phase
            self.set_class(self.sitting.seat is None, "-watching")
            self.refresh_bindings()

    def _make_room(self) -> None:
        """As many lines for actions as the game has needed, and always some for the moves.

        They never become fewer while the screen keeps its size, so that nothing jumps.
        """
        actions = self.query_one(ActionList)
        self._most_actions = max(self._most_actions, actions.total)
        rest = self.query_one("#side").size.height - self.query_one("#facts").size.height
        room = max(FEW_ACTIONS, rest - 4 - LEAST_MOVES)
        actions.styles.height = min(self._most_actions, room)

    def on_resize(self, _: events.Resize) -> None:
        """The side panel shares its lines out anew."""
        self.call_after_refresh(self._make_room)

    def _options(self, seen: Observation, most: int | None = None) -> tuple[Option, ...]:
        if self.sitting.seat is None:
            return ()
        game = self.sitting.game
        names = {action: game.action_name(seen, action) for action in seen.legal_actions[:most]}
        return options_of(names, game.keys(seen))

    def _title(self) -> Content:
        game = self.sitting.game
        about = f"  {self.sitting.about}" if self.sitting.about else ""
        about += f"  undone {len(self.sitting.undone)}" if self.sitting.undone else ""
        return Content.assemble((game.title, "bold"), (f"  {game.info.name}{about}", MUTED))

    def goal_line(self) -> Content:
        """What a player is to do."""
        return Content.styled(self.sitting.game.goal, MUTED)

    @property
    def moment(self) -> Moment:
        """The moment that is drawn: the newest, or the one that is looked back at."""
        return self.sitting.moments[-1]

    def _facts(self) -> Content:
        return facts(self.sitting, Sight(self.moment, self.viewpoint, self._fresh))

    def _write_moves(self) -> None:
        """Add the moves that are new; of others only what the person may know."""
        log, history = self.query_one(Log), self.sitting.history
        if self._lines_written > len(history):
            self._forget_lines()
        for number, move in enumerate(history[self._lines_written :], self._lines_written):
            self._write_undone(number)
            if self._may_know(move):
                log.write_line(f"{move.number:>3} {self._worded(move)}")
        self._lines_written = len(history)
        self._write_undone(len(history))

    def _forget_lines(self) -> None:
        self.query_one(Log).clear()
        self._lines_written = self._undone_written = 0

    def _write_undone(self, number: int) -> None:
        """What was taken back when so many moves stood, in words and in brackets."""
        marks = self.sitting.undone
        while self._undone_written < len(marks) and marks[self._undone_written][0] <= number:
            moves = filter(self._may_know, marks[self._undone_written][1])
            self.query_one(Log).write_line(f"    undone: {', '.join(map(self._worded, moves))}")
            self._undone_written += 1

    def _may_know(self, move: Move) -> bool:
        secret = self.sitting.hidden and self.sitting.seat is not None
        return not secret or move.player == self.viewpoint

    def _worded(self, move: Move) -> str:
        who = "" if self.sitting.game.info.players == 1 else f"{move.player} "
        return f"{who}{move.name}"

    def _status(self) -> Content:
        raise NotImplementedError

    def conclusion(self) -> tuple[Outcome | None, str]:
        """How the game ended for the viewpoint, in the game's own words."""
        sitting = self.sitting
        record, step = sitting.record, sitting.step
        if record is not None and record.forfeit is not None:
            forfeit = record.forfeit
            who = f"{sitting.name(forfeit.seat)} (seat {forfeit.seat})"
            return record.outcomes[self.viewpoint], f"{who} forfeits: {forfeit.message}."
        ending = step.ending if step is not None else None
        assert isinstance(ending, Ending)
        seat, game = self.viewpoint, sitting.game
        return game.judge(ending, seat, self._last), game.conclusion(ending, seat, self._last)

    def _last(self, player: int) -> Observation | None:
        return self.sitting.observe(player) if player in self.sitting.chairs else None

    def ending_line(self) -> Content:
        """The conclusion with its mark."""
        outcome, words = self.conclusion()
        tone = {Outcome.WIN: "$text-success", Outcome.LOSS: "$text-error"}.get(
            outcome or Outcome.DRAW
        )
        return Content.assemble(
            (f"{outcome_mark(outcome, ascii_only())} ", f"bold {tone or ''}"),
            (words, f"bold {tone or ''}"),
        )

    # The game.

    def _start(self) -> None:
        self._ended_at = None
        self._remark = ""
        self._forget_lines()
        self._say("#status", Content("..."))
        self.run_worker(self._play(), group="game", exclusive=True)

    async def _play(self) -> None:
        try:
            await self._play_once()
        except SessionLostError as error:
            if self.sitting.step is not None:
                self._give_up(error)
                return
            # Lost between two games: a new session is as good as the old one.
            await self._retry()
        except OpenEnvTuiError as error:
            self._give_up(error)

    async def _retry(self) -> None:
        try:
            await self.sitting.reopen()
            await self._play_once()
        except OpenEnvTuiError as error:
            self._give_up(error)

    async def _play_once(self) -> None:
        async with aclosing(self.sitting.play()) as steps:
            async for step in steps:
                self._remark = ""
                if self.sitting.rewinding:
                    continue
                self._flash()
                if step.ending is None:
                    self.draw()
                    await self._wait_a_little()
        self._ended_at = monotonic()
        self.sitting.person.forget()
        self.draw()

    def _flash(self) -> None:
        """Let a reward stand out for a short while."""
        self._fresh = any(self.sitting.rewards.values())
        if self._fresh:
            self.set_timer(FLASH, self._calm_down)

    def _calm_down(self) -> None:
        self._fresh = False
        if self.sitting.moments:
            self._say("#facts", self._facts())

    async def _wait_a_little(self) -> None:
        """Keep the pace while only policies play; a person sets it by their keys."""
        began = monotonic()
        # Once through the loop at least: the screen is painted between two steps.
        await asyncio.sleep(0)
        while self.sitting.seat is None and not self._single_step:
            left = began + 1 / SPEEDS[self.speed] - monotonic()
            if left <= 0 and not self.paused:
                break
            self._go.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._go.wait(), None if self.paused else left)
        self._single_step = False

    def _give_up(self, error: OpenEnvTuiError) -> None:
        self.workers.cancel_group(self, "game")
        self.app.push_screen(LostScreen(str(error), self.sitting.again), self._after_loss)

    def _after_loss(self, again: bool | None) -> None:
        if not again:
            self.action_leave()
            return
        self.run_worker(self._recover(), group="game", exclusive=True)

    async def _recover(self) -> None:
        self._say("#status", Content("Connecting..."))
        try:
            await self.sitting.recover()
        except OpenEnvTuiError as error:
            self._give_up(error)
            return
        self._start()

    async def on_unmount(self) -> None:
        self.workers.cancel_group(self, "game")
        await self.sitting.close()

    # Keys and clicks.

    def on_key(self, event: events.Key) -> None:
        """Keys of the game come first; whatever is left are this screen's bindings."""
        if self._takes(event.key) or (event.character and self._takes(event.character.lower())):
            event.stop()
            event.prevent_default()

    def _takes(self, key: str) -> bool:
        person = self.sitting.person
        known = person.known_keys
        if self.sitting.seat is None:
            return False
        if self._ended_at is not None:
            late = monotonic() - self._ended_at < GRACE
            return late and (key in known or key == "enter")
        if VIM.get(key) in known and key not in known:
            key = VIM[key]
        if key in known or (self.sitting.step is None and (len(key) == 1 or key in ARROWS)):
            person.press(key)
            return True
        return self._moves_cursor(VIM.get(key, key))

    def _moves_cursor(self, key: str) -> bool:
        board = self.query_one(Board)
        if key == "enter" and board.cursor_action is not None:
            self.sitting.person.press(board.cursor_action)
            return True
        return key in ARROWS and board.move_cursor(key)

    @on(Board.Chosen)
    @on(ActionList.Chosen)
    @on(AdvicePanel.Chosen)
    def _clicked(self, event: Board.Chosen | ActionList.Chosen | AdvicePanel.Chosen) -> None:
        if self.sitting.seat is not None and not self.over:
            self.sitting.person.press(event.action)

    def _refuse(self, choice: Choice) -> None:
        name = key_name(choice, ascii_only()) if isinstance(choice, str) else "that"
        self._remark = f"{name} is not possible now"
        self.draw()

    @on(ActionList.MoreAsked)
    def action_pick(self) -> None:
        """Choose among all legal actions by name."""
        asked = self.sitting.person.asked
        if asked is None:
            return

        def chosen(action: int | None) -> None:
            if action is not None and not self.over:
                self.sitting.person.press(action)

        self.app.push_screen(PickScreen(self._options(asked)), chosen)

    def action_leave(self) -> None:
        """Back to where one came from."""
        if len(self.app.screen_stack) <= 2:
            self.app.exit()
        else:
            self.dismiss()

    def action_new_game(self) -> None:
        """A new game with the next seed."""
        self.sitting.next_seed()
        self._start()

    def action_same_game(self) -> None:
        """The same deal once more."""
        self._start()

    def action_proceed(self) -> None:
        """Go on after the end."""
        if self.over:
            self.action_new_game()

    def action_change_hands(self) -> None:
        """Take the seat that is watched, or give it to its policy."""
        if self.sitting.seat is None:
            self.sitting.take_seat(self._watched)
        else:
            self._watched = self.sitting.seat
            self.sitting.leave_seat()
        self._go.set()
        self._lines_written = len(self.sitting.history) + 1
        self.draw()

    # Advice.

    @property
    def advised(self) -> bool:
        """Whether a policy's advice is shown."""
        return self.has_class("-advised")

    def action_advice(self) -> None:
        """Show what a policy would do here, or hide it; hiding stops one that still thinks."""
        self.set_class(not self.advised, "-advised")
        if not self.advised:
            self.query_one(AdvicePanel).give_up()
        self._ask_adviser()
        self.call_after_refresh(self._make_room)

    def action_adviser(self) -> None:
        """Choose the policy whose advice is shown."""
        from openenv_tui.tui.screens.adviser import AdviserScreen

        def chosen(spec: str | None) -> None:
            if spec is not None:
                self._adviser = spec
                self.set_class(True, "-advised")
                self.draw()

        game = self.sitting.game
        self.app.push_screen(AdviserScreen(game, self._advisers(), self.adviser()), chosen)

    def _advisers(self) -> tuple[str, ...]:
        try:
            return fitting_policies(self.sitting.game.info.name)
        except OpenEnvTuiError:
            return ("random",)  # a game that only its server knows

    def adviser(self) -> str:
        """The spec of the policy that is asked."""
        return self._adviser or stand_in(self.sitting.game)

    def advised_seat(self) -> int | None:
        """The seat that has to choose and whose view may be used; None while there is none."""
        return self.viewpoint if self.viewpoint in self.moment.turn else None

    def _ask_adviser(self) -> None:
        seat = self.advised_seat() if self.advised and self.sitting.moments else None
        if seat is None:
            return
        sitting, moment = self.sitting, self.moment
        seed = sitting.match.seed if sitting.match else sitting.seed
        place = id(sitting.match), moment.moves, seat
        question = Question(self.adviser(), place)
        self.query_one(AdvicePanel).consider(question, sitting.game, moment.seen[seat], seed)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "proceed":
            return self.over
        if action == "save":
            sitting = self.sitting
            return sitting.replayable and sitting.savable and sitting.match is not None
        if action == "pick":
            return self.sitting.seat is not None and not self.over
        if action == "change_hands":
            return not self.over and self.sitting.open_seats
        return True

    def action_inspect(self) -> None:
        """Look at what goes over the wire."""
        from openenv_tui.tui.screens.inspect import InspectScreen

        self.app.push_screen(InspectScreen(self.sitting), self._after_inspection)

    def _after_inspection(self, touched: bool | None) -> None:
        self.draw()
        if touched and not self.over:
            self._tell("You sent frames by hand: the board is right again after the next move")

    def action_save(self) -> None:
        """Keep this game in a file, which `openenv-tui replay` opens."""
        from openenv_tui.tui.saved import new_place, of_sitting

        try:
            game = of_sitting(self.sitting)
            path = new_place(Path.cwd(), self.sitting.game.info.short_name, game.seed)
            game.write(path)
        except OpenEnvTuiError as error:
            self.notify(str(error), title="Not saved", severity="error", markup=False)
            return
        self.notify(f"openenv-tui replay {path.name}", title="Saved", markup=False)

    def action_help(self) -> None:
        """What the keys do here."""
        game = self.sitting.game
        self.app.push_screen(HelpScreen(f"{game.title}: help", self.help_sections()))

    def help_sections(self) -> list[Section]:
        """For the help screen."""
        game, seat = self.sitting.game, self.viewpoint
        said = [("", game.goal), ("", f"Outcome: {game.outcome_rule}.")]
        keys: list[tuple[str, str]] = []
        if self.sitting.step is not None:
            seen = self.sitting.observe(seat)
            keys = [
                (key_name(key, ascii_only()), game.action_name(seen, action))
                for key, action in game.keys(seen).items()
            ]
        board = self.query_one(Board)
        if board.cursor_action is not None:
            keys.append(("arrows", "move the cursor"))
            keys.append(("enter, click", "choose the field"))
        return [
            Section("The game", said),
            *([Section("Keys of the game, as it stands", keys)] if keys else []),
            Section("Keys of this screen", self.help_keys()),
        ]

    def help_keys(self) -> list[tuple[str, str]]:
        """This screen's own keys."""
        return [
            *key_lines(self),
            ("", "A letter that is a key of the game belongs to the game."),
        ]
