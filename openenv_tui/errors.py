"""Every exception that this program raises on purpose.

OpenEnvTuiError                 exit code 1
├── UsageError                  2   what was asked for cannot be
│   ├── UnknownNameError            no game, policy, exporter or run of that name
│   ├── SpecError                   a policy spec that cannot be read, or an option it does not take
│   ├── GameError                   a game that cannot be loaded, or has no seats to play
│   ├── UnfitPolicyError            a policy that cannot play this game
│   ├── AwaitedPolicyError          a policy that answers later, where nobody can wait
│   ├── NoExactValueError           numbers that cannot be had without sampling
│   └── MissingExtraError           a feature whose optional packages are not installed
├── StoreError                  2   a results folder that cannot be written or read
│   └── RecordingError              a file of frames that cannot be written or read
├── ConnectionFailedError       3   no session with a server could be opened
│   ├── UnreachableError            it does not answer
│   │   └── RefusedError                nothing listens there
│   ├── NotOpenEnvError             something listens, and it is not an OpenEnv server
│   ├── LaunchError                 a server that was to be started here does not come up
│   ├── CapacityError               the server has no session left
│   └── GaveUpError                 a run whose server was gone for too long
│       └── EpisodeFailsError           a run with an episode that is lost every time
├── SessionLostError            1   an open session ended, stalled or went out of step
│   ├── DroppedError                the connection broke off without a goodbye
│   ├── GoingAwayError              the server stops or restarts
│   ├── IdleError                   the server ended it because nothing was asked for a while
│   ├── StalledError                no answer came in time
│   ├── LateAnswerError             an answer may belong to an earlier question
│   ├── FrameTooLargeError          a frame larger than one side takes
│   └── RecordingEndsError          a recorded session goes no further
├── WireError                   1   an answer that makes no sense
│   ├── GarbageError                a frame that is not of the protocol
│   └── BinaryFrameError            a frame that is not text
├── ServerError                 1   the server answered with an error
│   └── StepFailedError             in the middle of an episode; the session is still open
└── IllegalActionError          1   an action that the engine refuses
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class OpenEnvTuiError(Exception):
    """The base of every error here; its text is fit to be shown to a user.

    Attributes:
        exit_code: what the command line exits with when this error ends a command.
        kind: of a session's end, in a word or two, as logs count it.
        meaning: what it means for the episode under way; "" where there may be none.
        advice: what to do.
    """

    exit_code = 1
    kind = "error"
    meaning = ""
    advice = ""

    @property
    def happened(self) -> str:
        """What happened, without meaning and advice."""
        return super().__str__()

    def __str__(self) -> str:
        return "; ".join(filter(None, (self.happened, self.meaning, self.advice)))


class UsageError(OpenEnvTuiError):
    """What was asked for cannot be: a wrong name, option or combination."""

    exit_code = 2


class UnknownNameError(UsageError):
    """No thing of that kind has that name; the nearest known ones are suggested."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(sorted(known))
        nearest = get_close_matches(name, self.known, n=1)
        parts = [f"no {kind} named '{name}'"]
        if nearest:
            parts.append(f"did you mean '{nearest[0]}'?")
        if not nearest and self.known and len(self.known) <= 30:
            parts.append(f"known: {', '.join(self.known)}")
        if hint:
            parts.append(hint)
        super().__init__("; ".join(parts).replace("?; ", "? "))


class SpecError(UsageError):
    """A policy spec that cannot be read, or an option that its policy does not take."""


class GameError(UsageError):
    """A game that cannot be loaded with these parameters, or that has no seats to play."""


class UnfitPolicyError(UsageError):
    """A policy that cannot play the game it was asked to play."""

    def __init__(self, policy: str, game: str, reason: str) -> None:
        self.policy = policy
        self.game = game
        self.reason = reason
        super().__init__(f"policy '{policy}' cannot play {game}: {reason}")


class AwaitedPolicyError(UsageError):
    """A policy whose answer has to be awaited, in a match that is played without waiting."""

    def __init__(self, policy: str) -> None:
        self.policy = policy
        super().__init__(f"policy '{policy}' has to be awaited: use play_async")


class NoExactValueError(UsageError):
    """What was asked for cannot be worked out without sampling; the text says why."""


class MissingExtraError(UsageError):
    """A feature whose optional packages are not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{feature} needs an extra: pip install 'openenv-tui[{extra}]'")


class StoreError(OpenEnvTuiError):
    """A results folder that cannot be written, or a run that cannot be read."""

    exit_code = 2


class RecordingError(StoreError):
    """A file of frames that cannot be written or read."""


class ConnectionFailedError(OpenEnvTuiError):
    """No session with a server could be opened."""

    exit_code = 3


class UnreachableError(ConnectionFailedError):
    """Nothing listens at the address, or it does not answer in time."""

    kind = "unreachable"


class RefusedError(UnreachableError):
    """Nothing listens at the address: no server runs there, or not yet."""

    kind = "refused"


class NotOpenEnvError(ConnectionFailedError):
    """Something listens at the address, and it does not speak OpenEnv."""


class LaunchError(ConnectionFailedError):
    """A server that was to be started here does not come up; the text quotes its log."""


class CapacityError(ConnectionFailedError):
    """The server refused a session because all of its sessions are taken."""

    kind = "capacity"


class GaveUpError(ConnectionFailedError):
    """A run stopped trying to reach its server; what was played is stored."""


class EpisodeFailsError(GaveUpError):
    """A run stopped because one episode was lost every time that it was played."""


class SessionLostError(OpenEnvTuiError):
    """An open session ended, stalled or went out of step; its episode is lost."""

    kind = "lost"


class DroppedError(SessionLostError):
    """The connection broke off without a goodbye: a crash, a kill, or the network."""

    kind = "drop"
    meaning = "the episode cannot be finished"
    advice = "see whether the server still runs, and open a new session"


class GoingAwayError(SessionLostError):
    """The server said that it stops or restarts (close codes 1001, 1012 and 1013)."""

    kind = "restart"
    meaning = "the episode ended with it"
    advice = "open a new session once the server is back"


class IdleError(SessionLostError):
    """The server ended the session because nothing was asked of it for a while."""

    kind = "idle"
    meaning = "the episode ended with it"
    advice = "open a new session, and answer sooner or give the server a longer idle time-out"


class StalledError(SessionLostError):
    """No answer came in time."""

    kind = "stall"
    meaning = "the episode is given up, because a late answer would be taken for the next one"
    advice = "open a new session, with a longer time-out if the server is only slow"


class LateAnswerError(SessionLostError):
    """Nobody can tell any more which answer belongs to which question."""

    kind = "late answer"
    meaning = "the episode is given up before an answer is taken for another's"
    advice = "open a new session"


class FrameTooLargeError(SessionLostError):
    """A frame was larger than the server or this program takes (close code 1009)."""

    kind = "too large"
    meaning = "the episode cannot be finished"
    advice = "open a new session, and ask for less at once or raise the limit"


class RecordingEndsError(SessionLostError):
    """A recorded session goes no further; its server is not asked."""

    kind = "recording ends"
    meaning = "the episode was left here, or its session was lost"


class WireError(OpenEnvTuiError):
    """An answer that makes no sense: not of the protocol, or not of the game."""

    kind = "nonsense"


class GarbageError(WireError):
    """A frame that does not follow the protocol; the text quotes its beginning."""

    kind = "garbage"
    meaning = "the session is over, because its next frames could not be trusted"
    advice = "see whether something else listens there"


class BinaryFrameError(WireError):
    """A frame that is not text, where OpenEnv sends text only."""

    kind = "binary"
    meaning = "the session is over, because its next frames could not be trusted"
    advice = "see whether something else listens there"


class ServerError(OpenEnvTuiError):
    """The server answered a request with an error.

    Attributes:
        code: the protocol's error code, such as EXECUTION_ERROR.
    """

    kind = "error reply"

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"the server answered {code}: {message}")

    def __reduce__(self) -> tuple[type[ServerError], tuple[str, str]]:
        return type(self), (self.code, self.message)


class StepFailedError(ServerError):
    """The server answered an action with an error; its environment is where it was."""

    meaning = "the session is open, but this episode cannot be trusted to go on"
    advice = "begin a new episode; reset does"


class IllegalActionError(OpenEnvTuiError):
    """An action that is not legal now; the engine has not seen it."""
