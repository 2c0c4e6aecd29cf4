"""Who is better than whom in a tournament: computed from its log alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import combinations
from math import isnan, nan
from typing import TYPE_CHECKING, Any, Final

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.clusters import UNKNOWN, Clusters, Estimate, difference_test
from openenv_tui.evaluation.forfeits import WORDS, Faults, ForfeitRule, Worth, forfeit_rule
from openenv_tui.evaluation.meta_game import MetaGame, alpha_rank, nash_average
from openenv_tui.evaluation.paired import better_beyond_doubt, shared_ranks
from openenv_tui.evaluation.ranking import PAIRED, crossed, rank_rule
from openenv_tui.evaluation.ratings import DisconnectedError, Game, Ratings, Results, rate_results
from openenv_tui.evaluation.sides import Meetings, lineup, orders, read_games
from openenv_tui.evaluation.stats import wilson
from openenv_tui.model import ForfeitKind

if TYPE_CHECKING:
    from openenv_tui.evaluation.clusters import Floats, Numbers
    from openenv_tui.evaluation.store import Store

BY_RETURN: Final = "mean return"
BY_RATING: Final = "rating"


@dataclass(frozen=True)
class Standing:
    """One entrant's results, of all its games, whichever side of the pairing it was on.

    Attributes:
        rank: from 1, and one more for everybody who is better beyond doubt.
        games: that it played; in games for several, a seat at the table counts as one.
        score: of the games with a known outcome; a draw is half a win.
        mean_return: with an interval whose unit is the deal.
        points: the rating, 0 for the anchor; None where there is none.
        error: standard error of the difference from the anchor.
        bound: ">=" for a perfect record, "<=" for one without any point; else "".
        forfeits: kind -> number, by this entrant.
        lost_sessions: episodes of its pairings that were lost with their connection, and played
            again.
    """

    name: str
    rank: int
    games: int
    wins: int
    draws: int
    losses: int
    win_rate: Estimate
    draw_rate: Estimate
    loss_rate: Estimate
    score: float | None
    mean_return: Estimate
    points: float | None
    error: float | None
    bound: str
    forfeits: Mapping[str, int]
    lost_sessions: int


@dataclass(frozen=True)
class Meeting:
    """What one entrant got from another.

    Attributes:
        games: that they played against each other.
        score: of those with a known outcome; a draw is half a win.
        mean_return: of the first of them.
    """

    games: int
    score: Estimate
    mean_return: Estimate


@dataclass(frozen=True)
class FirstMove:
    """What the first seat is worth.

    Attributes:
        games: of the tournament.
        score: of the first seat; a draw is half a win.
        mean_return: of the first seat.
        points: of the rating; None where there is none, or where more than two play.
        error: its standard error.
    """

    games: int
    score: Estimate
    mean_return: Estimate
    points: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class Standings:
    """A tournament's results, best first.

    Attributes:
        about: the run: game, seed, rule, pairing, in a few sentences.
        format: of the tournament.
        anchor: the entrant whose rating is 0.
        deals: that were dealt; games of one deal go together.
        ranked_by: "mean return", or "rating" where entrants met different opponents.
        entrants: by rank.
        matrix: what each got from each, in the order of ``entrants``; None where they never met.
        superiority: the likelihood that one is the stronger (LOS), likewise; () without ratings.
        unrated: why there are no ratings; "" where there are.
        better: pairs of places in ``entrants``, of whom the first is better beyond doubt.
        faults: forfeits and lost sessions of each entrant, and what it would be worth under other
            rules; () where there were none.
    """

    game: str
    about: str
    format: str
    anchor: str
    players: int
    deals: int
    ranked_by: str
    entrants: tuple[Standing, ...]
    matrix: tuple[tuple[Meeting | None, ...], ...]
    superiority: tuple[tuple[float | None, ...], ...]
    first_move: FirstMove
    unrated: str = ""
    better: tuple[tuple[int, int], ...] = field(default=(), repr=False)
    faults: tuple[Faults, ...] = ()

    @property
    def caption(self) -> str:
        """Methods, in a few sentences."""
        test = PAIRED if self.ranked_by == BY_RETURN else "normal test of the difference"
        said = [
            rank_rule(self.ranked_by, test, len(self.entrants)).strip(" ."),
            "Brackets: 95 % intervals, Wilson's for rates, of deals for means "
            f"({self.deals:,} deals)",
        ]
        if not self.unrated:
            said.append(
                "Points: Bradley-Terry with draws"
                + (" and the first move" if self.players == 2 else "")
                + f", ± standard error of the difference from {self.anchor}; 400 are odds of 10:1"
            )
        if self.players > 2:
            said.append(
                "Won: alone with the greatest return; drawn: sharing it. For ratings and between "
                "two entrants a game is one for each two of its players, won by the greater "
                "return; mean returns are of the games in which both sat"
            )
        return f"{self.about} {'. '.join(said)}."

    @cached_property
    def meta_game(self) -> MetaGame | None:
        """Alpha-rank and Nash averaging of the matrix; None unless everybody met everybody."""
        number = len(self.entrants)
        pairs = [(one, other) for one in range(number) for other in range(number) if one != other]
        for payoff, what in (("mean return", "mean_return"), ("score", "score")):
            matrix = [[0.0] * number for _ in range(number)]
            for one, other in pairs:
                met = self.matrix[one][other]
                known = getattr(met, what).value if met else None
                matrix[one][other] = nan if known is None else known
            if number > 1 and not any(isnan(matrix[one][other]) for one, other in pairs):
                return MetaGame(payoff, alpha_rank(matrix), nash_average(matrix))
        return None

    @property
    def _apart(self) -> bool:
        """Whether some two never met."""
        count = range(len(self.entrants))
        return any(self.matrix[a][b] is None for a in count for b in count if a != b)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader might overlook."""
        names = [each.name for each in self.entrants]
        rates = [each.win_rate.value for each in self.entrants]
        found = crossed(names, rates, self.better, self.ranked_by)
        if self.ranked_by == BY_RATING:
            means = [each.mean_return.value for each in self.entrants]
            found += crossed(names, means, self.better, self.ranked_by, BY_RETURN)
        met = {each.games if each else 0 for row in self.matrix for each in row}
        if self.ranked_by == BY_RETURN and len(met - {0}) + self._apart > 1:
            found.append("entrants met different opponents, so their mean returns say less")
        if self.unrated:
            found.append(f"no ratings: {self.unrated}")
        odd = [f"{each.name} {each.bound}" for each in self.entrants if each.bound]
        if odd and not self.unrated:
            found.append(
                "nobody knows how much stronger or weaker than that, because all games went one "
                f"way: {', '.join(odd)}"
            )
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """What ``--json`` prints under ``tournament``; matrices are in the order of entrants."""
        return {
            "format": self.format,
            "anchor": self.anchor,
            "players": self.players,
            "deals": self.deals,
            "ranked_by": self.ranked_by,
            "entrants": [_flat(each) for each in self.entrants],
            "matrix": [[met and _flat(met) for met in row] for row in self.matrix],
            "superiority": [list(row) for row in self.superiority],
            "meta_game": self.meta_game and self.meta_game.to_dict(),
            "first_move": _flat(self.first_move),
            "unrated": self.unrated,
            "caption": self.caption,
            "warnings": list(self.warnings),
            "faults": [each.to_dict() for each in self.faults],
        }


def _flat(values: Standing | Meeting | FirstMove) -> dict[str, Any]:
    """With keys as rows of tables have them: ``win_rate``, ``win_rate_low``, ``win_rate_high``."""
    found: dict[str, Any] = {}
    for each in fields(values):
        key, value = each.name, getattr(values, each.name)
        if isinstance(value, Estimate):
            found |= {key: value.value, f"{key}_low": value.low, f"{key}_high": value.high}
        else:
            found[key] = dict(value) if isinstance(value, Mapping) else value
    return found


def is_tournament(meta: Mapping[str, Any]) -> bool:
    """Whether the rows of a run are pairings of a tournament."""
    return bool(meta.get("tournament"))


def standings(store: Store, *, forfeits: str = "") -> Standings:
    """Compute the standings from the log of a tournament.

    It takes about as long as a table does; while a run goes on, ask for it now and then.

    Args:
        store: the log.
        forfeits: the rule for them, if not that of the run.

    Raises:
        UsageError: it is not of a tournament, or the log does not say what would have come of that
            rule.
    """
    with store.counting(forfeit_rule(forfeits) if forfeits else None):
        tournament = _Tournament(store)
        found = tournament.standings()
        place = {each.name: number for number, each in enumerate(found.entrants)}
        faults = sorted(_faults(store, tournament), key=lambda each: place[each.policy])
        return replace(found, faults=tuple(faults))


def _faults(store: Store, tournament: _Tournament) -> Iterator[Faults]:
    """Of every entrant, if anybody forfeited or lost a session."""
    worth = {}
    if not tournament.faulty:
        return
    for rule in (ForfeitRule.LOSS, ForfeitRule.EXCLUDED):
        with store.counting(rule):
            worth[rule] = _Tournament(store).worth()
    for one, name in enumerate(tournament.names):
        yield Faults(
            name,
            None,
            tournament.forfeits[one],
            tournament.others[one],
            tournament.lost[one],
            *(each[one] for each in worth.values()),
        )


def standings_of(store: Store, *, forfeits: str = "") -> Standings | None:
    """``standings``, or None where the run is no tournament."""
    return standings(store, forfeits=forfeits) if is_tournament(store.meta()) else None


class _Tournament:
    """The games of a log, and what is worked out of them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._meta = store.meta()
        if not is_tournament(self._meta):
            raise UsageError(
                "this run is not a tournament: its policies met no opponents of their own"
            )
        about = self._meta["tournament"]
        self.names = tuple(about["entrants"])
        self._anchor = str(about.get("anchor") or self.names[0])
        self._games = read_games(store, self.names)
        self._meetings = self._games.meetings
        self._bounds = self._meta["min_utility"], self._meta["max_utility"]
        self._returns = [self._clusters(one) for one in range(len(self.names))]
        self.forfeits: list[dict[str, int]] = [
            {kind.value: 0 for kind in ForfeitKind} for _ in self.names
        ]
        self.others = [0] * len(self.names)
        self.lost: list[Counter[str]] = [Counter() for _ in self.names]
        self._count_faults()

    @property
    def faulty(self) -> bool:
        """Whether anybody forfeited, or any session was lost."""
        return any(self.others) or any(self.lost) or any(sum(e.values()) for e in self.forfeits)

    def worth(self) -> list[Worth]:
        """What each entrant is worth, by the rule for forfeits under which this is."""
        found = []
        for one in range(len(self.names)):
            wins, draws, losses = self._results(one)
            rate, mean = _share(wins, wins + draws + losses), self._returns[one].mean(*self._bounds)
            found.append(Worth(wins + draws + losses, *rate, mean.value))
        return found

    def standings(self) -> Standings:
        """All of it, best first."""
        ratings, unrated = self._rated()
        key = BY_RETURN if ratings is None or self._balanced else BY_RATING
        better = self._better_by_rating(ratings) if ratings and key == BY_RATING else self._better()
        ranks = shared_ranks(better)
        merits = ratings.points if ratings and key == BY_RATING else self._merits
        count = range(len(self.names))
        order = sorted(count, key=lambda one: (ranks[one], -merits[one], self.names[one]))
        return Standings(
            game=self._meta["game"],
            about=_about(self._meta),
            format=self._meta["tournament"].get("format", ""),
            anchor=self._anchor,
            players=self._meta["players"],
            deals=self._games.number,
            ranked_by=key,
            entrants=tuple(self._standing(one, ranks[one], ratings) for one in order),
            matrix=tuple(tuple(self._meeting(one, other) for other in order) for one in order),
            superiority=_superiority(ratings, order) if ratings else (),
            first_move=self._first_move(ratings),
            unrated=unrated,
            better=tuple(
                (place, below)
                for place, one in enumerate(order)
                for below, other in enumerate(order)
                if better[one][other]
            ),
        )

    def _clusters(self, one: int) -> Clusters:
        at = self._games.who == one
        games = at.nonzero()[0]
        return Clusters.of(self._games.returns[at], self._games.deals[games], self._games.number)

    @property
    def _merits(self) -> list[float]:
        means = [each.mean(*self._bounds).value for each in self._returns]
        return [float("-inf") if mean is None else mean for mean in means]

    @property
    def _balanced(self) -> bool:
        """Everybody met everybody equally often, so that mean returns can be compared."""
        met, numbers = self._meetings, range(len(self.names))
        between = {
            int(((met.first == one) & (met.second == other)).sum())
            + int(((met.first == other) & (met.second == one)).sum())
            for one, other in combinations(numbers, 2)
        }
        return len(between) == 1

    def _better(self) -> list[list[bool]]:
        units = [each.units for each in self._returns]
        tests = {
            (one, other): difference_test(units[one], units[other])
            for one, other in combinations(range(len(units)), 2)
        }
        return better_beyond_doubt(self._merits, tests)

    def _better_by_rating(self, ratings: Ratings) -> list[list[bool]]:
        tests = {}
        for one, other in combinations(range(len(self.names)), 2):
            likely = ratings.superiority(one, other)
            difference = ratings.points[one] - ratings.points[other]
            tests[one, other] = difference, 2 * min(likely, 1 - likely)
        return better_beyond_doubt(ratings.points, tests)

    def _rated(self) -> tuple[Ratings | None, str]:
        try:
            results = counted(self._meetings, self._games.number)
            anchor = self.names.index(self._anchor)
            two = self._meta["players"] == 2
            return rate_results(self.names, results, anchor=anchor, first_mover=two), ""
        except DisconnectedError as error:
            return None, str(error)

    def _standing(self, one: int, rank: int, ratings: Ratings | None) -> Standing:
        wins, draws, losses = self._results(one)
        judged = wins + draws + losses
        name = self.names[one]
        return Standing(
            name=name,
            rank=rank,
            games=int((self._games.who == one).sum()),
            wins=wins,
            draws=draws,
            losses=losses,
            win_rate=_share(wins, judged),
            draw_rate=_share(draws, judged),
            loss_rate=_share(losses, judged),
            score=(wins + draws / 2) / judged if judged else None,
            mean_return=self._returns[one].mean(*self._bounds),
            points=ratings.points[one] if ratings else None,
            error=ratings.errors[one] if ratings else None,
            bound=ratings.bounds.get(name, "") if ratings else "",
            forfeits=self.forfeits[one],
            lost_sessions=self.lost[one].total(),
        )

    def _meeting(self, one: int, other: int) -> Meeting | None:
        import numpy as np

        met = self._meetings
        first = (met.first == one) & (met.second == other)
        second = (met.first == other) & (met.second == one)
        if not (first | second).any():
            return None
        returns = np.concatenate([met.returns[first, 0], met.returns[second, 1]])
        outcomes = np.concatenate([met.outcomes[first], -met.outcomes[second]])
        deals = np.concatenate([met.deals[first], met.deals[second]])
        return Meeting(len(deals), self._score(outcomes, deals), self._mean(returns, deals))

    def _first_move(self, ratings: Ratings | None) -> FirstMove:
        games = self._games
        return FirstMove(
            games=len(games.deals),
            score=self._score(games.outcomes[:, 0], games.deals),
            mean_return=self._mean(games.returns[:, 0], games.deals),
            points=ratings.first_move if ratings else None,
            error=ratings.first_move_error if ratings else None,
        )

    def _mean(self, values: Floats, deals: Numbers) -> Estimate:
        return Clusters.of(values, deals, self._games.number).mean(*self._bounds)

    def _score(self, outcomes: Floats, deals: Numbers) -> Estimate:
        return Clusters.of((outcomes + 1) / 2, deals, self._games.number).mean(0.0, 1.0)

    def _results(self, one: int) -> tuple[int, int, int]:
        """Wins, draws and losses of an entrant."""
        outcomes = self._games.outcomes[self._games.who == one]
        wins, draws, losses = (int((outcomes == value).sum()) for value in (1, 0, -1))
        return wins, draws, losses

    def _count_faults(self) -> None:
        number = {name: place for place, name in enumerate(self.names)}
        players = self._meta["players"]
        for row, (policy, opponent) in enumerate(self._store.rows()):
            around = lineup(opponent, players)
            for kind, by, reverse, times in self._store.faults_by_place(
                row, players, orders(around)
            ):
                name = (policy, *(around[::-1] if reverse else around))[by]
                self.forfeits[number[name]][kind] += times
                for other in {policy, *around} - {name}:
                    self.others[number[other]] += times
            for name in {policy, *around}:
                self.lost[number[name]].update(self._store.lost_kinds(row))


def counted(meetings: Meetings, deals: int) -> Results:
    """The results of meetings, as the model of ratings takes them."""
    import numpy as np

    known = ~np.isnan(meetings.outcomes)
    games = np.stack(
        [meetings.first[known], meetings.second[known], meetings.outcomes[known].astype(np.int64)],
        axis=1,
    )
    kinds, number = np.unique(games, axis=0, return_inverse=True)
    flat = meetings.deals[known] * len(kinds) + number.reshape(-1)
    counts = np.bincount(flat, minlength=deals * len(kinds)).reshape(deals, len(kinds))
    return Results(
        tuple(Game(*map(int, kind)) for kind in kinds), counts.astype(float), np.ones(deals)
    )


def _about(meta: Mapping[str, Any]) -> str:
    rule = forfeit_rule(meta.get("forfeits") or ForfeitRule.LOSS)
    said = [
        f"{meta['game']} on {meta['env']}, seed {meta['seed']}, {meta['episodes']:,} episodes a "
        "pairing",
        f"{meta['outcome_rule'][:1].upper()}{meta['outcome_rule'][1:]}",
        meta["pairing"],
        *([] if rule is ForfeitRule.LOSS else [WORDS[rule]]),
    ]
    return ". ".join(each for each in said if each) + "."


def _share(part: int, whole: int) -> Estimate:
    if not whole:
        return UNKNOWN
    return Estimate(part / whole, *wilson(part, whole))


def _superiority(ratings: Ratings, order: Sequence[int]) -> tuple[tuple[float | None, ...], ...]:
    return tuple(
        tuple(None if one == other else ratings.superiority(one, other) for other in order)
        for one in order
    )
