"""The games of a run as they were stored, played again moment by moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self, cast

from openenv_tui.errors import IllegalActionError, OpenEnvTuiError, StoreError, UsageError
from openenv_tui.evaluation.sides import lineup, orders
from openenv_tui.evaluation.store import FILE_NAME, Store, unpack_actions
from openenv_tui.model import Observation, Step
from openenv_tui.views import View

if TYPE_CHECKING:
    from arena_env.arena import Arena, Moment
    from openenv_tui.games.openspiel import OpenSpielGame

WON = {1: "won", 0: "drew", -1: "lost", None: "ended"}
START = "The start"
UNSEEN = "The server moved for others unseen, so this game cannot be shown."


class Ply(NamedTuple):
    """One moment.

    Attributes:
        number: moments before it.
        move: what led to it, in words.
        seen: what each player sees; index = player id.
        acting: who must act now; () after the end.
        played: how many of the stored actions led to it.
    """

    number: int
    move: str
    seen: tuple[Observation, ...]
    acting: tuple[int, ...]
    played: int


@dataclass(frozen=True)
class Stored:
    """What the log says of one game.

    Attributes:
        seat: of the row's policy.
        names: who sat where; index = player id.
        outcome: 1, 0 or -1 for the row's policy; None where nobody can tell.
        total: its return; None where it is not known.
        steps: decisions of this side.
        actions: chance's included where ``complete``.
        fault: kind of the forfeit that ended it, if one did.
        end: how it ended, in words.
        problem: why it cannot be shown; "" where it can.
    """

    row: int
    episode: int
    seat: int
    seed: int
    names: tuple[str, ...]
    outcome: int | None
    total: float | None
    steps: int
    complete: bool
    actions: tuple[int, ...]
    fault: str | None
    end: str
    problem: str = ""

    @property
    def title(self) -> str:
        """Which game this is, and who sat where."""
        who = ", ".join(f"seat {place}: {name}" for place, name in enumerate(self.names))
        return f"Episode {self.episode:,}" + (f" · {who}" if len(self.names) > 1 else "")


class Shelf:
    """The games of one run.

    Args:
        store: its log; it stays the caller's.
        game: with its parameters.

    Raises:
        OpenEnvTuiError: there is no engine here for the game.
    """

    def __init__(self, store: Store, game: str) -> None:
        from arena_env.arena import Arena

        self._store = store
        self._arena: Arena = Arena(game)

    @property
    def game(self) -> OpenSpielGame:
        """What was played."""
        return self._arena.game

    def stored(self, row: int, episode: int) -> Stored:
        """What the log says of a game.

        Raises:
            UsageError: it is not there.
        """
        line = self._store.entry(row, episode)
        if line is None:
            raise UsageError(_missing(self._store, row, episode))
        _, _, seat, seed, outcome, total, steps, complete, blob, _, fault, by, message = line
        names = self._names(row, seat, episode)
        end = f"{names[seat]} {WON[outcome]}" + ("" if total is None else f", return {total:g}")
        if fault is not None:
            end += f"; {names[by]} forfeited ({fault}): {message}"
        actions = cast("tuple[int, ...]", unpack_actions(blob))
        problem = UNSEEN if not complete and fault is None else ""
        return Stored(
            row, episode, seat, seed, names, outcome, total, steps, bool(complete), actions, fault,
            end, problem,
        )  # fmt: skip

    def walk(self, stored: Stored) -> Iterator[Ply]:
        """Play a game again; what is seen at a moment can also be asked for later.

        Raises:
            IllegalActionError: the stored actions cannot be played.
        """
        arena, players = self._arena, range(self.game.info.players)
        walk = arena.walked if stored.complete else self._chosen
        move, played = START, 0
        for number, moment in enumerate(walk(stored.actions, stored.seed)):
            seen = tuple(arena.observe(player) for player in players)
            if stored.complete:
                played = seen[0].ply
            yield Ply(number, move, seen, tuple(each.player for each in moment.acting), played)
            played += len(moment.actions)
            said = [
                f"{stored.names[each.player]}: {self.game.action_name(each, action)}"
                for each, action in zip(moment.acting, moment.actions, strict=False)
            ]
            move = f"{number + 1}. {'; '.join(said)}"

    def viewers(self, stored: Stored) -> tuple[int, ...]:
        """Whose pictures are shown: both players' where they see different things."""
        info = self.game.info
        if info.players == 2 and not info.perfect_information:
            return (stored.seat, 1 - stored.seat)
        return (stored.seat,)

    def _chosen(self, actions: tuple[int, ...], seed: int) -> Iterator[Moment]:
        """Of the actions of this side alone: chance follows from the seed, up to the fault."""
        from arena_env.arena import Moment

        step = self._arena.reset(seed)
        at = 0
        while step.ending is None:
            taken = actions[at : at + len(step.observations)]
            yield Moment(step.observations, taken)
            if len(taken) < len(step.observations):
                return
            step = self._arena.step(taken)
            at += len(taken)
        yield Moment((), ())

    def _names(self, row: int, seat: int, episode: int) -> tuple[str, ...]:
        """Who sat where: the others follow the row's policy, in either order by turns."""
        policy, opponent = self._store.rows()[row]
        players = self.game.info.players
        others = lineup(opponent, players)
        if episode // players % orders(others):
            others = others[::-1]
        return tuple(
            policy if place == seat else others[(place - seat - 1) % players]
            for place in range(players)
        )


@dataclass(frozen=True)
class Replayed:
    """A game with all of its moments.

    Attributes:
        run: the name of its folder.
        plies: from the start to the end; () where it cannot be shown.
    """

    run: str
    game: OpenSpielGame
    stored: Stored
    viewers: tuple[int, ...]
    plies: tuple[Ply, ...]

    @property
    def last(self) -> int:
        """Number of the last moment."""
        return len(self.plies) - 1

    def view(self, number: int, viewer: int) -> View:
        """The picture of what a player saw at a moment."""
        return self.game.view(self.plies[number].seen[viewer])


class Run(NamedTuple):
    """What is said of a run's games without playing them.

    Attributes:
        rows: (policy, opponent) of each row, in the order of the log.
        deal: so many consecutive episodes share a deal.
    """

    folder: Path
    game: str
    rows: tuple[tuple[str, str | None], ...]
    deal: int

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Look into a run's log.

        Raises:
            StoreError: there is none, or it cannot be read.
        """
        with closing(Store(folder / FILE_NAME, new=False)) as store:
            meta = store.meta()
            return cls(folder, str(meta["game"]), tuple(store.rows()), int(meta.get("deal", 1)))

    def row_of(self, policy: str) -> int:
        """The first row of a policy.

        Raises:
            UsageError: it has none.
        """
        for number, (name, _) in enumerate(self.rows):
            if name == policy:
                return number
        names = ", ".join(dict.fromkeys(name for name, _ in self.rows))
        raise UsageError(f"{self.folder.name} has no policy '{policy}'; it has {names}")

    def replayed(self, row: int, episode: int) -> Replayed:
        """Play a stored game again.

        Raises:
            UsageError: it is not there, or cannot be shown.
            OpenEnvTuiError: there is no engine here for the game.
        """
        with closing(Store(self.folder / FILE_NAME, new=False)) as store:
            if not 0 <= row < len(self.rows):
                raise UsageError(
                    f"{self.folder.name} has no row {row}: its rows are 0 to {len(self.rows) - 1}"
                )
            shelf = Shelf(store, self.game)
            stored = shelf.stored(row, episode)
            if stored.problem:
                raise UsageError(stored.problem)
            try:
                plies = tuple(shelf.walk(stored))
            except IllegalActionError as error:
                raise StoreError(
                    f"the stored actions cannot be played: {error.happened}"
                ) from error
            return Replayed(self.folder.name, shelf.game, stored, shelf.viewers(stored), plies)

    def pair(self, row: int, episode: int) -> Replayed | None:
        """The same deal from the next seat; None where there is none."""
        if self.deal < 2:
            return None
        start = episode - episode % self.deal
        try:
            return self.replayed(row, start + (episode - start + 1) % self.deal)
        except OpenEnvTuiError:
            return None


def rebuilt(arena: Arena, stored: Stored, ply: Ply) -> Step:
    """Bring an engine to a moment of a stored game; later chance is what it was if it can be."""
    if stored.complete:
        return arena.resumed(stored.actions[: ply.played], stored.seed)
    step = arena.reset(stored.seed)
    at = 0
    while at < ply.played:
        count = len(step.observations)
        step = arena.step(stored.actions[at : at + count])
        at += count
    return step


def _missing(store: Store, row: int, episode: int) -> str:
    there = list(store.played(row))
    if not there:
        return f"there is no episode {episode}: that row has no games yet"
    return f"there is no episode {episode}: there are {there[0]} to {there[-1]}"
