"""What an evaluation is to do, checked before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openenv_tui.errors import OpenEnvTuiError, UnfitPolicyError, UnknownNameError, UsageError
from openenv_tui.evaluation.forfeits import ATTEMPTS, ForfeitRule, forfeit_rule
from openenv_tui.evaluation.schedules import FORMATS
from openenv_tui.model import GameInfo
from openenv_tui.policy import Policy
from openenv_tui.rule import Rule
from openenv_tui.seeding import SEED_BITS
from openenv_tui.specs import PolicySpec

LOCAL = "local"
HUMAN = "human"
"""The name of a person among policies."""


@dataclass(frozen=True)
class Tournament:
    """How the policies of a plan meet each other.

    Attributes:
        format: a name in ``FORMATS``.
        anchor: whom a gauntlet is run against, and by whom ratings are measured; "" for the first.
        rounds: of a Swiss tournament; None for the usual number.
    """

    format: str = "round-robin"
    anchor: str = ""
    rounds: int | None = None

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise UnknownNameError("tournament format", self.format, FORMATS)
        if self.rounds is not None and self.format != "swiss":
            raise UsageError(f"only a Swiss tournament has --rounds; this one is a {self.format}")
        if self.rounds is not None and self.rounds < 1:
            raise UsageError(f"rounds must be at least 1, not {self.rounds}")


@dataclass(frozen=True)
class Plan:
    """One run: some policies on one game.

    Episode i of every row has the same seed, so policies are compared on shared episodes. In a
    game for several, episode i puts the policy at seat i % players of deal i // players, so every
    deal is played from every seat.

    Attributes:
        game: its name with parameters; "" for whatever a server serves.
        policies: specs, one row each.
        opponent: spec of who takes the other seats, where this side plays them.
        sprt: hypotheses of a sequential test, such as "0.5:0.55"; each row ends with its decision.
        precision: half-width at which a row ends; None to play all episodes.
        against: for each row who takes them there, in the order of the seats after the row's own
            policy; () for ``opponent`` in all rows.
        exact: the table has exact values by all means (True), not at all (False), or where they
            are cheap (None).
        episodes: for each row.
        seed: everything that is ours follows from it.
        env: where the game is played: "local", or a server's address.
        jobs: worker processes, for the embedded engine.
        learn: policies that learn do so, in order of the episodes.
        clock: seconds for each decision; None for no limit.
        sessions: most sessions to open at once on a server.
        timeout: seconds for each answer of a server.
        give_up: seconds in which nothing comes back from a server, until it is taken for dead.
        win: a rule for outcomes, such as "return > 0"; "" for the game's own.
        forfeits: what one is worth: "loss", "excluded", or "replay" for another attempt.
        max_steps: an episode is cut off after so many, on servers other than of OpenSpiel games.
        tournament: how the policies meet each other; None if each meets ``opponent``. The rows are
            its pairings then, and ``rounds.drawn`` makes the plan that has them.
        lengths: for each row how many episodes; () for ``episodes`` in all rows.
    """

    game: str
    policies: tuple[str, ...]
    opponent: str = "random"
    episodes: int = 1000
    seed: int = 0
    env: str = LOCAL
    jobs: int = 1
    learn: bool = False
    clock: float | None = None
    sessions: int = 8
    timeout: float = 60.0
    give_up: float = 60.0
    win: str = ""
    max_steps: int = 1000
    sprt: str = ""
    precision: float | None = None
    against: tuple[tuple[str, ...], ...] = ()
    tournament: Tournament | None = None
    lengths: tuple[int, ...] = ()
    forfeits: str = ForfeitRule.LOSS.value
    exact: bool | None = None

    def __post_init__(self) -> None:
        if not self.policies:
            raise UsageError("no policy to evaluate: name at least one, as in -p random")
        if self.against and len(self.against) != len(self.policies):
            raise ValueError("every row needs its own opponents, or none does")
        rows = [(spec, self.others(row)) for row, spec in enumerate(self.policies)]
        repeated = next((spec for spec, others in rows if rows.count((spec, others)) > 1), None)
        if repeated is not None:
            raise UsageError(f"policy '{repeated}' is named twice; rows need names of their own")
        for name, least in (("episodes", 1), ("jobs", 1), ("sessions", 1), ("max_steps", 1)):
            if getattr(self, name) < least:
                raise UsageError(f"{name} must be at least {least}, not {getattr(self, name)}")
        if not 0 <= self.seed < 1 << SEED_BITS:
            raise UsageError(
                f"a seed is a whole number from 0 to 2**{SEED_BITS} - 1, not {self.seed}"
            )
        for name, seconds in (("clock", self.clock), ("timeout", self.timeout)):
            if seconds is not None and not seconds > 0:
                raise UsageError(f"a {name} is a positive number of seconds, not {seconds:g}")
        if not self.give_up >= 0:
            raise UsageError(f"give_up is a number of seconds, not {self.give_up:g}")
        forfeit_rule(self.forfeits)
        if self.win:
            Rule.parse(self.win)
        self._check_tournament()
        if self.learn and (self.sprt or self.precision is not None):
            raise UsageError(
                "a policy that learns gets better while it plays, so no test can stop it early"
            )

    def _check_tournament(self) -> None:
        if self.tournament is None or self.against:
            return
        if self.learn:
            raise UsageError(
                "a policy that learns in a tournament would meet its opponents at different "
                "strengths: let it learn with `eval --learn` first, then enter what it learnt"
            )
        anchor = self.tournament.anchor
        if anchor and anchor not in self.entrants:
            raise UnknownNameError("entrant", anchor, self.entrants, "the anchor is one of them")

    def length(self, row: int) -> int:
        """How many episodes a row has."""
        return self.lengths[row] if self.lengths else self.episodes

    @property
    def attempts(self) -> int:
        """So often an episode is played at most, until nobody forfeits it."""
        return ATTEMPTS if self.forfeits == ForfeitRule.REPLAY else 1

    def others(self, row: int) -> tuple[str, ...]:
        """Who takes the other seats; the last of them all that are left."""
        return self.against[row] if self.against else (self.opponent,)

    def lineup(self, row: int, seats: int) -> tuple[str, ...]:
        """Who takes each of so many other seats."""
        others = self.others(row)
        return (*others, *[others[-1]] * seats)[:seats]

    def orders(self, row: int, players: int) -> int:
        """In how many orders the others sit around a row's policy: 2 where they differ, else 1."""
        return 2 if len(set(self.lineup(row, players - 1))) > 1 else 1

    @property
    def entrants(self) -> tuple[str, ...]:
        """Everybody who plays, each once: the rows' policies first."""
        if self.tournament is not None and not self.against:
            return self.policies
        others = [name for row in range(len(self.policies)) for name in self.others(row)]
        return tuple(dict.fromkeys((*self.policies, *others)))


class Absent(Policy):
    """Keeps the seat of a person until they come; it is never asked to play."""


class Cast:
    """Makes the policies of a plan: of their specs, or as they were given.

    Args:
        given: row name -> a policy object, for names that are no specs.
    """

    def __init__(self, given: Mapping[str, Policy] | None = None) -> None:
        self._given = dict(given or {})

    def seating(self, person: Policy) -> Cast:
        """The same, with a person who answers."""
        return Cast({**self._given, HUMAN: person})

    def build(self, name: str) -> Policy:
        """A policy of that name; the very object, if it was given as one."""
        given = self._given.get(name)
        if given is None and name == HUMAN:
            return Absent()
        return PolicySpec.parse(name).build() if given is None else given

    def shared(self, name: str) -> bool:
        """Whether every ``build`` gives the same object, so that it can play one game at a time."""
        return name in self._given

    def __bool__(self) -> bool:
        return bool(self._given)


def _unfit(policy: Policy, info: GameInfo) -> str | None:
    try:
        return policy.unfit(info)
    except OpenEnvTuiError:
        raise
    except Exception as error:
        # A stranger's code may raise anything; that it cannot answer is an answer too.
        return f"it failed when it was asked: {type(error).__name__}: {error}"


def check_fit(plan: Plan, cast: Cast, info: GameInfo, *, opponent_needed: bool) -> None:
    """Ask every policy of a plan whether it can play the game.

    Raises:
        UnknownNameError, SpecError: there is no such policy, or not with these options.
        UnfitPolicyError: one cannot play it.
    """
    for name in plan.entrants if opponent_needed else plan.policies:
        reason = _unfit(cast.build(name), info)
        if reason:
            raise UnfitPolicyError(name, info.name, reason)
