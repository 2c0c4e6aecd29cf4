"""Frames in a file, as JSON lines: written while they go by, and played back without a server.

The first line says what the file is. Each further line is one of

- a frame: ``{"n": 7, "session": 0, "at": 1.204, "way": "sent", "text": "..."}``, with
  ``"by_hand": true`` where a person wrote it, and ``"waited"`` (seconds) where it answers;
- ``{"page": "schema", "content": {...}}``: what the server told over HTTP;
- ``{"opened": 0}``: that session is introduced, and its episodes follow.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from openenv_tui.connection.targets import LOCAL
from openenv_tui.errors import RecordingEndsError, RecordingError, UsageError
from openenv_tui.render import printable
from openenv_tui.wire.codec import quoted
from openenv_tui.wire.tape import Frame, Listener, Tape, Way
from openenv_tui.wire.transport import Transport, TransportClosed, public_address

FORMAT: Final = "openenv-tui frames"
VERSION: Final = 1


class Recorder(Listener):
    """Writes what goes onto a tape into a file, line by line, as it comes.

    Args:
        path: of a file that must not exist yet.
        target: the server, as it may be stored.

    Attributes:
        written: frames.
        problem: why the file ends early; None while all is well.

    Raises:
        RecordingError: the file is there, or cannot be written.
    """

    def __init__(self, path: Path, target: str) -> None:
        self.path = path
        self.written = 0
        self.problem: str | None = None
        try:
            self._file: TextIO = path.open("x", encoding="utf-8")
        except FileExistsError as error:
            raise RecordingError(
                f"{path} is there already, and nothing is written over it; name another file"
            ) from error
        except OSError as error:
            raise RecordingError(f"cannot write {path}: {error.strerror}") from error
        began = datetime.now(UTC).isoformat(timespec="seconds")
        head = {"format": FORMAT, "version": VERSION, "target": target, "began": began}
        self._write(head)

    def frame(self, frame: Frame) -> None:
        line: dict[str, Any] = {
            "n": frame.number,
            "session": frame.session,
            "at": round(frame.at, 6),
            "way": frame.way.value,
            "text": frame.text,
        }
        line |= {"by_hand": True} if frame.by_hand else {}
        line |= {} if frame.waited is None else {"waited": round(frame.waited, 6)}
        self._write(line)
        self.written += self.problem is None

    def page(self, name: str, content: Mapping[str, Any] | None) -> None:
        self._write({"page": name, "content": content})

    def opened(self, session: int) -> None:
        self._write({"opened": session})

    def close(self) -> None:
        """Nothing more will be written, and a file without a frame goes; twice does no harm."""
        if self._file.closed:
            return
        try:
            self._file.close()
            if not self.written:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            self.problem = self.problem or f"{error.strerror}"

    def _write(self, line: Mapping[str, Any]) -> None:
        if self.problem is not None or self._file.closed:
            return
        try:
            # Each line at once: whatever ends this program, the frames so far are there.
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        except OSError as error:
            # The game is worth more than its record.
            self.problem = f"{error.strerror}"


@contextmanager
def recorded(path: Path | None, target: str) -> Iterator[tuple[Tape, Recorder | None]]:
    """A tape, written to a file if a path is given.

    Raises:
        UsageError: there is nothing to be recorded on ``local``.
        RecordingError: the file cannot be written.
    """
    tape = Tape()
    if path is None:
        yield tape, None
        return
    if target == LOCAL:
        raise UsageError(
            "--record writes down what goes over the wire, and local is no server; start one with "
            "`openenv-tui serve catch` and add --env ws://127.0.0.1:8000"
        )
    recorder = Recorder(path, public_address(target) if "://" in target else target)
    tape.listeners.append(recorder)
    try:
        yield tape, recorder
    finally:
        recorder.close()


@dataclass
class Episode:
    """What went over the wire from one reset to the next.

    Attributes:
        session: in which it was played.
        frames: the reset first; those by hand among them.
    """

    session: int
    frames: list[Frame] = field(default_factory=list)

    @property
    def seed(self) -> int:
        """That the reset asked for; 0 if it asked for none."""
        seed = _data(self.frames[0]).get("seed")
        return seed if type(seed) is int and seed >= 0 else 0


@dataclass
class Recording:
    """A file of frames, read.

    Attributes:
        path: where it is.
        target: the server's address.
        introductions: session -> what was said before its first episode.
        episodes: in the order in which they were begun.
        pages: what the server told over HTTP.
        opened: the sessions whose introduction is over.
        cut: the file's last line is not whole.
    """

    path: Path
    target: str
    introductions: dict[int, list[Frame]] = field(default_factory=dict)
    episodes: list[Episode] = field(default_factory=list)
    pages: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)
    cut: bool = False

    @property
    def summary(self) -> str:
        """What is in it, in a few words."""
        played = len(self.episodes)
        parts = [*self.introductions.values(), *(each.frames for each in self.episodes)]
        frames = sum(map(len, parts))
        ending = ", cut off in its last line" if self.cut else ""
        return f"{played} episode{'s' * (played != 1)}, {frames} frames of {self.target}{ending}"


def read_recording(path: Path) -> Recording:
    """Read what a ``Recorder`` wrote; a last line that was cut off is left out.

    Raises:
        RecordingError: there is no such file, it is another kind of file, or no episode is in it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise RecordingError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _foreign(path) from error
    head = _object(lines[0]) if lines else None
    if head is None or head.get("format") != FORMAT:
        raise _foreign(path)
    if head.get("version") != VERSION:
        raise RecordingError(
            f"{path} has version {quoted(str(head.get('version')))} of the format, and this "
            f"program reads version {VERSION}; a newer openenv-tui may"
        )
    recording = Recording(path, printable(str(head.get("target", "a server"))))
    for number, text in enumerate(lines[1:], start=2):
        line = _object(text)
        if line is None and number == len(lines):
            recording.cut = True
        elif line is None or not _take(recording, line):
            raise RecordingError(f"line {number} of {path} is no line of a recording: damaged?")
    if not recording.episodes:
        raise RecordingError(f"no episode is in {path}: nothing was played while it was recorded")
    return recording


def _take(recording: Recording, line: Mapping[str, Any]) -> bool:
    """Add a line to a recording; False if it makes no sense."""
    if "page" in line:
        content = line.get("content")
        recording.pages[str(line["page"])] = content if isinstance(content, dict) else None
        return True
    if type(session := line.get("opened")) is int:
        recording.opened.add(session)
        return True
    frame = _frame(line)
    if frame is None:
        return False
    episodes = recording.episodes
    begun = episodes and episodes[-1].session == frame.session
    if _begins(recording, frame):
        episodes.append(Episode(frame.session, [frame]))
    elif begun:
        episodes[-1].frames.append(frame)
    else:
        recording.introductions.setdefault(frame.session, []).append(frame)
    return True


def _begins(recording: Recording, frame: Frame) -> bool:
    """Whether a reset begins an episode, or belongs to the introduction still."""
    return (
        frame.way is Way.SENT
        and frame.kind == "reset"
        and not frame.by_hand
        and frame.session in recording.opened
    )


def _frame(line: Mapping[str, Any]) -> Frame | None:
    number, session, at = line.get("n"), line.get("session"), line.get("at")
    text, waited = line.get("text"), line.get("waited")
    if type(number) is not int or type(session) is not int or type(text) is not str:
        return None
    if not isinstance(at, (int, float)) or line.get("way") not in ("sent", "received"):
        return None
    told = waited if isinstance(waited, (int, float)) else None
    return Frame(number, session, at, Way(line["way"]), text, line.get("by_hand") is True, told)


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _data(frame: Frame) -> Mapping[str, Any]:
    data = (_object(frame.text) or {}).get("data")
    return data if isinstance(data, dict) else {}


def _foreign(path: Path) -> RecordingError:
    return RecordingError(
        f"{path} is no recording of frames; --record FILE of play and watch writes one"
    )


class RecordedServer:
    """Answers as the server did while the recording was made.

    Args:
        recording: at least one episode.
        tape: is given the frames as they are played back, with the times that they had.

    Attributes:
        episode: the place in ``recording.episodes`` of the one that the next reset begins.
    """

    def __init__(self, recording: Recording, tape: Tape) -> None:
        self.recording = recording
        self.address = recording.target
        self.episode = 0
        self._tape = tape
        self._session = 0
        self._left: deque[Frame] = deque()
        self._introducing = True
        tape.pages.update(recording.pages)

    async def open(self, timeout: float) -> Transport:
        self._session = self.recording.episodes[self.episode].session
        self._left = deque(self.recording.introductions.get(self._session, ()))
        self._introducing = True
        return PlayedBack(self)

    async def page(self, name: str, timeout: float) -> Mapping[str, Any] | None:
        return self.recording.pages.get(name)

    def opened(self) -> None:
        self._introducing = False
        self._left.clear()

    def log(self) -> str | None:
        return None

    async def close(self) -> None:
        pass

    @property
    def fits_next(self) -> bool:
        """The episode to come was played in the session that is open."""
        return self.recording.episodes[self.episode].session == self._session

    def upcoming(self) -> Mapping[str, Any] | None:
        """The data of the action that comes next; None if the episode goes no further."""
        for frame in self._left:
            if frame.way is Way.SENT and not frame.by_hand:
                return _data(frame) if frame.kind == "step" else None
        return None

    def ask(self, text: str) -> None:
        """A request is made: of an episode, the next one in the recording."""
        frame = Frame(0, self._session, 0.0, Way.SENT, text)
        if frame.kind == "reset" and not self._introducing:
            self._left = deque(self.recording.episodes[self.episode].frames)
        while self._left:
            found = self._left.popleft()
            self._tape.add(found)
            if found.way is Way.SENT and not found.by_hand:
                return
        raise self._end()

    def answer(self) -> str:
        """What came back."""
        while self._left and self._left[0].by_hand:
            self._tape.add(self._left.popleft())
        if not self._left or self._left[0].way is Way.SENT:
            raise self._end()
        found = self._left.popleft()
        self._tape.add(found)
        return found.text

    def _end(self) -> TransportClosed:
        return TransportClosed("this is how far it was recorded", RecordingEndsError)


class PlayedBack:
    """The transport of a session with a ``RecordedServer``."""

    def __init__(self, server: RecordedServer) -> None:
        self._server = server

    async def send(self, text: str) -> None:
        self._server.ask(text)

    async def receive(self) -> str:
        return self._server.answer()

    async def close(self) -> None:
        pass

    def abort(self) -> None:
        pass
