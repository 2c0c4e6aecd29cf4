"""What a policy makes of the position, as bars beside the board; a click on one chooses it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar, Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from openenv_tui.game import Game
from openenv_tui.model import Observation
from openenv_tui.render.lines import clipped
from openenv_tui.tui.advice import Advice, Bar, bars, consulted
from openenv_tui.tui.glyphs import ascii_only

MOST_BARS: Final = 9
"""The best ones; naming every point of a Go board takes longer than a frame."""
LONGEST_NAME: Final = 12
EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
PLAIN_SPINNER: Final = "|/-\\"
PATIENCE: Final = 0.15
"""Seconds before a policy counts as thinking: a spinner that comes and goes at once disturbs."""


class Question(NamedTuple):
    """What a policy is asked.

    Attributes:
        spec: of the policy.
        place: tells this moment of this game from every other.
    """

    spec: str
    place: Hashable


class AdvicePanel(Widget):
    """Asks a policy about one moment after another, and draws what it answers."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "advice--heading", "advice--name", "advice--choice", "advice--bar", "advice--problem",
    }  # fmt: skip
    DEFAULT_CSS = """
    AdvicePanel {
        display: none;
        height: 2;
        margin-top: 1;
        & > .advice--heading { color: $foreground 60%; }
        & > .advice--name { color: $foreground; }
        & > .advice--choice { color: $text-accent; text-style: bold; }
        & > .advice--bar { color: $primary; }
        & > .advice--problem { color: $text-warning; }
    }
    """

    class Chosen(Message):
        """A click chose an action."""

        def __init__(self, action: int) -> None:
            self.action = action
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.advice: Advice | None = None
        self.thinking = False
        self._question: Question | None = None
        self._bars: tuple[Bar, ...] = ()
        self._names: dict[int, str] = {}
        self._measure = ""
        self._turns = 0
        self._spinner: Timer | None = None

    def consider(self, question: Question, game: Game, seen: Observation, seed: int) -> None:
        """Show what the policy would do, as soon as it knows; a question is asked once.

        What it said before stays until then. A question that is not answered yet is given up.
        """
        if question == self._question:
            return
        self._question = question
        self.thinking = True
        if self._spinner is None:
            self._spinner = self.set_interval(PATIENCE, self._turn)
        self._turns = 0
        self._spinner.resume()
        self.run_worker(self._ask(question, game, seen, seed), group="advice", exclusive=True)

    def give_up(self) -> None:
        """Ask and wait for nothing more."""
        self._question = None
        self.thinking = False
        if self._spinner is not None:
            self._spinner.pause()
        self.workers.cancel_node(self)

    async def _ask(self, question: Question, game: Game, seen: Observation, seed: int) -> None:
        self._take(game, seen, await consulted(question.spec, game.info, seen, seed))

    def _take(self, game: Game, seen: Observation, advice: Advice) -> None:
        self.thinking = False
        if self._spinner is not None:
            self._spinner.pause()
        self.advice = advice
        self._measure, listed = bars(advice)
        if not listed and advice.choice is not None:
            self._measure, listed = "its choice", (Bar(advice.choice, 1.0, ""),)
        # Where there are too many, those that count; in the order of the actions otherwise.
        if len(listed) > MOST_BARS:
            listed = tuple(sorted(listed, key=lambda bar: -bar.share)[:MOST_BARS])
        self._bars = listed
        self._names = {bar.action: game.action_name(seen, bar.action) for bar in listed}
        # It never becomes lower while it is there, so that nothing below it jumps.
        self.styles.height = max(1 + max(1, len(listed)), self.size.height)
        self.refresh()

    def _turn(self) -> None:
        self._turns += 1
        self.refresh(self.size.region.split_horizontal(1)[0])

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.size.width
        if y == 0:
            cells = [Segment(clipped(self._heading(), width), self._look("heading"))]
        elif self.advice is not None and self.advice.problem and not self._bars:
            part = self.advice.problem[(y - 1) * width : y * width]
            cells = [Segment(part, self._look("problem"))]
        elif y - 1 < len(self._bars):
            cells = self._line(self._bars[y - 1], width)
        else:
            cells = []
        return Strip(cells).crop_extend(0, width, base)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if 0 < event.y <= len(self._bars):
            self.post_message(self.Chosen(self._bars[event.y - 1].action))

    def _heading(self) -> str:
        spec = self._question.spec if self._question else ""
        if self.thinking and self._turns:
            wheel = PLAIN_SPINNER if ascii_only() else SPINNER
            return f"{wheel[self._turns % len(wheel)]} {spec} thinks; f4 stops it"
        return f"{spec}: {self._measure}" if self._measure else f"Asking {spec}"

    def _line(self, bar: Bar, width: int) -> list[Segment]:
        chosen = self.advice is not None and bar.action == self.advice.choice
        mark = (">" if ascii_only() else "▸") if chosen else " "
        named = min(LONGEST_NAME, max(len(name) for name in self._names.values()))
        said = max(len(each.words) for each in self._bars)
        room = max(4, width - named - said - 3)
        name = clipped(self._names[bar.action], named).ljust(named)
        return [
            Segment(f"{mark}{name} ", self._look("choice" if chosen else "name")),
            Segment(_drawn(bar.share, room), self._look("bar")),
            Segment(f" {bar.words}", self._look("choice" if chosen else "name")),
        ]

    def _look(self, part: str) -> Style:
        return self.rich_style + self.get_component_rich_style(f"advice--{part}")


def _drawn(share: float, room: int) -> str:
    """A bar of this share of the room, in eighths of a column where there are glyphs for them."""
    share = min(max(share, 0.0), 1.0)
    if ascii_only():
        return ("#" * round(share * room)).ljust(room)
    whole, part = divmod(round(share * room * 8), 8)
    return ("█" * whole + EIGHTHS[part].strip()).ljust(room)
