"""Every exception that this program raises on purpose.

OpenEnvTuiError                 exit code 1
├── UsageError                  2   what was asked for cannot be
│   ├── UnknownNameError            no game, policy, exporter or run of that name
│   ├── SpecError                   a policy spec that cannot be read, or an option it does not take
│   ├── GameError                   a game that cannot be loaded, or has no seats to play
│   ├── UnfitPolicyError            a policy that cannot play this game
│   ├── AwaitedPolicyError          a policy that answers later, where nobody can wait
│   └── MissingExtraError           a feature whose optional packages are not installed
├── StoreError                  2   a results folder that cannot be written or read
├── ConnectionFailedError       3   no session with a server could be opened
│   ├── UnreachableError            nothing listens there, or it does not answer
│   ├── NotOpenEnvError             something listens, and it is not an OpenEnv server
│   └── CapacityError               the server has no session left
├── SessionLostError            1   an open session ended, stalled or went out of step
├── WireError                   1   a frame that is not of the protocol
├── ServerError                 1   the server answered with an error
└── IllegalActionError          1   an action that the engine refuses
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class OpenEnvTuiError(Exception):
    """The base of every error here; its text is fit to be shown to a user.

    Attributes:
        exit_code: what the command line exits with when this error ends a command.
    """

    exit_code = 1


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


class MissingExtraError(UsageError):
    """A feature whose optional packages are not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{feature} needs an extra: pip install 'openenv-tui[{extra}]'")


class StoreError(OpenEnvTuiError):
    """A results folder that cannot be written, or a run that cannot be read."""

    exit_code = 2


class ConnectionFailedError(OpenEnvTuiError):
    """No session with a server could be opened."""

    exit_code = 3


class UnreachableError(ConnectionFailedError):
    """Nothing listens at the address, or it does not answer in time."""


class NotOpenEnvError(ConnectionFailedError):
    """Something listens at the address, and it does not speak OpenEnv."""


class CapacityError(ConnectionFailedError):
    """The server refused a session because all of its sessions are taken."""


class SessionLostError(OpenEnvTuiError):
    """An open session ended, stalled or went out of step; its episode is lost."""


class WireError(OpenEnvTuiError):
    """A frame that does not follow the protocol; the text quotes its beginning."""


class ServerError(OpenEnvTuiError):
    """The server answered a request with an error.

    Attributes:
        code: the protocol's error code, such as EXECUTION_ERROR.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"the server answered {code}: {message}")


class IllegalActionError(OpenEnvTuiError):
    """An action that is not legal now; the engine has not seen it."""
