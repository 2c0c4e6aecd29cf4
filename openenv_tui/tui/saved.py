"""Games kept in a file: what everybody chose, by seat, and what was taken back."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from openenv_tui.connection import open_environment
from openenv_tui.connection.targets import LOCAL
from openenv_tui.errors import RecordingEndsError, RecordingError
from openenv_tui.model import Observation
from openenv_tui.policy import Policy
from openenv_tui.tui.seat import Chair, Person
from openenv_tui.tui.sitting import Move, Setup, Sitting
from openenv_tui.wire.tape import Tape

FORMAT: Final = "openenv-tui game"
VERSION: Final = 1


@dataclass(frozen=True)
class Choice:
    """What a seat chose: its player id, the action, and what a person calls that."""

    player: int
    action: int
    name: str


@dataclass(frozen=True)
class SavedGame:
    """A game on the embedded engine, over or not.

    Attributes:
        game: its name, parameters included.
        seed: all chance follows from it.
        seats: who played each seat, by player id.
        moves: in order; chance is not among them.
        undone: (how many moves stood, what was chosen after them and taken back), in order.
        over: whether it went to its end.
    """

    game: str
    seed: int
    seats: tuple[str, ...]
    moves: tuple[Choice, ...]
    undone: tuple[tuple[int, tuple[Choice, ...]], ...] = ()
    over: bool = False

    def write(self, path: Path) -> None:
        """Write it as JSON.

        Raises:
            RecordingError: the file is there already, or cannot be written.
        """
        content = {
            "format": FORMAT,
            "version": VERSION,
            "game": self.game,
            "seed": self.seed,
            "seats": list(self.seats),
            "over": self.over,
            "moves": [vars(choice) for choice in self.moves],
            "undone": [
                {"after": after, "moves": [vars(choice) for choice in taken_back]}
                for after, taken_back in self.undone
            ],
        }
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(json.dumps(content, indent=1) + "\n")
        except FileExistsError as error:
            raise RecordingError(f"{path} is there already; name another file") from error
        except OSError as error:
            raise RecordingError(f"cannot write {path}: {error.strerror}") from error

    @classmethod
    def read(cls, path: Path) -> SavedGame:
        """Read what ``write`` wrote.

        Raises:
            RecordingError: the file cannot be read, or holds no such game.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["format"] != FORMAT or content["version"] != VERSION:
                raise ValueError(f"expected {FORMAT} {VERSION}")
            undone = tuple((int(u["after"]), _choices(u["moves"])) for u in content["undone"])
            return cls(
                str(content["game"]),
                int(content["seed"]),
                tuple(map(str, content["seats"])),
                _choices(content["moves"]),
                undone,
                bool(content["over"]),
            )
        except OSError as error:
            raise RecordingError(f"cannot read {path}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise RecordingError(f"{path} holds no saved game: {error}") from error


def is_saved_game(path: Path) -> bool:
    """Whether a file begins as a saved game does, and not as a recording of frames."""
    try:
        with path.open(encoding="utf-8") as file:
            return f'"{FORMAT}"' in file.read(100)
    except (OSError, UnicodeDecodeError):
        return False


def of_sitting(sitting: Sitting) -> SavedGame:
    """The game that is under way, or the one that has just ended.

    Raises:
        RecordingError: it is played on a server; frames are what there is to keep of those.
    """
    if not sitting.replayable:
        raise RecordingError("a game on a server is kept with --record FILE when it is started")
    assert sitting.match is not None
    return SavedGame(
        sitting.game.info.name,
        sitting.match.seed,
        tuple(sitting.name(player) for player in range(sitting.game.info.players)),
        tuple(Choice(move.player, move.action, move.name) for move in sitting.history),
        tuple(
            (after, tuple(Choice(move.player, move.action, move.name) for move in moves))
            for after, moves in sitting.undone
        ),
        sitting.record is not None,
    )


def new_place(folder: Path, game: str, seed: int) -> Path:
    """A file in a folder that is not there yet, called after the game and its seed."""
    name, number = f"{game}-{seed}", 1
    path = folder / f"{name}.game.json"
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.game.json"
    return path


class Retold(Policy):
    """Plays one seat's moves of a saved game."""

    def __init__(self, moves: Sequence[int]) -> None:
        self._moves = tuple(moves)
        self._left = deque(self._moves)

    def begin(self, _: Any) -> None:
        self._left = deque(self._moves)

    async def act(self, observation: Observation, rng: Random) -> int:
        # Awaited, because an error then ends the game, and is no fault of the seat's.
        if not self._left:
            raise RecordingEndsError("the saved game ends here")
        return self._left.popleft()


class SavedSitting(Sitting):
    """A sitting at which a saved game is played again."""

    again = "From the start"
    about = "saved"
    open_seats = False

    def next_seed(self) -> None:
        """There is one game; the one after it is the same."""

    def _begin_anew(self) -> None:
        told = [*self.undone]
        super()._begin_anew()
        self.undone = told


async def open_saved(game: SavedGame) -> SavedSitting:
    """Sit down before a saved game.

    Raises:
        OpenEnvTuiError: the engine does not have the game.
    """
    environment = await open_environment(LOCAL, game.game, every_view=True)
    person = Person(environment.game)
    chairs = {}
    for player in environment.seats:
        moves = [choice.action for choice in game.moves if choice.player == player]
        name = game.seats[player] if player < len(game.seats) else "?"
        chairs[player] = Chair(name, Retold(moves), person)
    setup = Setup(game.game, LOCAL, person=False, seed=game.seed)
    sitting = SavedSitting(setup, environment, chairs, person, Tape())
    sitting.undone = [(after, _moves(taken_back)) for after, taken_back in game.undone]
    return sitting


def _moves(choices: Sequence[Choice]) -> tuple[Move, ...]:
    return tuple(Move(0, each.player, "", each.name, each.action) for each in choices)


def _choices(listed: Sequence[Mapping[str, Any]]) -> tuple[Choice, ...]:
    return tuple(Choice(int(e["player"]), int(e["action"]), str(e["name"])) for e in listed)
