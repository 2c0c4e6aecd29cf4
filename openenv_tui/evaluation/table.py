"""The table of a run: computed from its log, ranked, captioned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import starmap
from typing import TYPE_CHECKING, Any

from openenv_tui.evaluation.estimates import estimates, gains, methods
from openenv_tui.evaluation.forfeits import (
    WORDS,
    Faults,
    ForfeitRule,
    forfeit_rule,
    read_faults,
)
from openenv_tui.evaluation.paired import shared_ranks
from openenv_tui.evaluation.ranking import PAIRED, RETURN, Ranking, crossed, rank_rule, ranking
from openenv_tui.evaluation.sample import Sample, read_samples, shared_gain
from openenv_tui.evaluation.stopping import Bounds, Result, Watch, rule_for
from openenv_tui.evaluation.store import LEFT, Store

if TYPE_CHECKING:
    from openenv_tui.evaluation.standings import Standings


@dataclass(frozen=True)
class Row:
    """One policy's results. Rates are in [0, 1]; bounds are of 95 % intervals.

    Rates are of the episodes whose outcome is known.

    Attributes:
        opponent: who had the other seats; None in games for one.
        win_rate: None while no outcome is known.
        mean_return: None while no return is known.
        mean_steps: decisions of this side, for each episode.
        forfeits: kind -> number, by this policy.
        lost_sessions: episodes lost with their connection, and played again.
        exact_mean_return: the expected return, without sampling; None where it is not known.
        exact_win_rate: the same of the win rate.
        rank: from 1, and one more for each who is better beyond doubt.
        cut_off: episodes that a limit on steps ended.
        left_out: episodes that do not count, because somebody forfeited them.
        complete: all its episodes were played, or enough of them by the run's own rule.
        verdict: how it stands with that rule; "" without one.
        win_rate_method: of its interval: "wilson", or "score" where episodes share deals.
        mean_return_method: "score", "t" or "bca"; "equal" where all units were.
        pairing_gain: how many times as many episodes it would take on deals and seats by chance.
        shared_gain: how many times as many a comparison with the first row would take on separate
            deals.
        iqm: mean of the middle half of the returns, where they are scores; else None.
        quantiles: share of the returns below -> return, where they are scores; else None.
        improvement: the chance that an episode's score is above one of the first row's.
    """

    policy: str
    opponent: str | None
    episodes: int
    wins: int
    draws: int
    losses: int
    win_rate: float | None
    win_rate_low: float | None
    win_rate_high: float | None
    mean_return: float | None
    mean_return_low: float | None
    mean_return_high: float | None
    mean_steps: float
    forfeits: Mapping[str, int]
    lost_sessions: int
    exact_mean_return: float | None
    exact_win_rate: float | None
    rank: int
    cut_off: int = 0
    complete: bool = True
    verdict: str = ""
    left_out: int = 0
    win_rate_method: str = "wilson"
    mean_return_method: str = "score"
    pairing_gain: float | None = None
    shared_gain: float | None = None
    iqm: float | None = None
    iqm_low: float | None = None
    iqm_high: float | None = None
    quantiles: Mapping[str, float] | None = None
    improvement: float | None = None


@dataclass(frozen=True)
class Table:
    """The rows of a run, best first, and what a reader has to know to believe them.

    Attributes:
        lost: kind -> number of the sessions that were lost; their episodes were played again.
        stopping: the rule by which rows end early, in a sentence; "" without one.
        ranked_by: "mean return", or "score" where no return is told.
        test: by which rows are told apart.
        rule: for forfeits, in words; "" where nobody forfeited and a forfeit is a loss.
        faults: forfeits and lost sessions of each row, and what it would be worth under other
            rules; () where there were none, and while a run goes on.
        better: pairs of places in ``rows``, of which the first is better beyond doubt.
        standings: of a tournament, where they are exported with its pairings.
        inexact: policy -> why its row has no exact value; ``all`` where that holds for every row.
    """

    run: str
    game: str
    env: str
    seed: int
    pairing: str
    outcome_rule: str
    episodes: int
    rows: tuple[Row, ...]
    lost: Mapping[str, int] = field(default_factory=dict)
    audit: Mapping[str, Any] | None = None
    stopping: str = ""
    ranked_by: str = RETURN
    test: str = PAIRED
    rule: str = ""
    faults: tuple[Faults, ...] = ()
    better: tuple[tuple[int, int], ...] = field(default=(), repr=False)
    standings: Standings | None = field(default=None, repr=False)
    inexact: Mapping[str, str] = field(default_factory=dict)

    @property
    def caption(self) -> str:
        """Rule, seeds, episodes, pairing and methods, in a few sentences."""
        told = f"{self.setting} {self.method}{gains(self.rows)}{self.rule}{self.stopping}"
        return told + rank_rule(self.ranked_by, self.test, len(self.rows)) + self._exactness

    @property
    def exact(self) -> bool:
        """Whether any row has an exact value."""
        return any(row.exact_mean_return is not None for row in self.rows)

    @property
    def _exactness(self) -> str:
        said = " Exact: win rate and mean return over every way the game can go, not sampled."
        text = said if self.exact else ""
        if "all" in self.inexact:
            return f"{text} No exact values: {self.inexact['all']}."
        reasons = "; ".join(dict.fromkeys(self.inexact.values()))
        return f"{text} No exact value where {reasons}." if reasons else text

    @property
    def setting(self) -> str:
        """What was played: game, place, episodes, seed, rule and pairing, in a few sentences."""
        each = "policy" if self.standings is None else "pairing"
        return (
            f"{self.game} on {self.env}, {self.episodes:,} episodes a {each}, seed {self.seed}. "
            f"{self.outcome_rule[:1].upper()}{self.outcome_rule[1:]}. {self.pairing}."
        )

    @property
    def method(self) -> str:
        """How the intervals were worked out, in a sentence."""
        return methods(self.rows, self._unit)

    @property
    def _unit(self) -> str:
        return "one unit a deal" if "every seat" in self.pairing else "one unit an episode"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader might overlook."""
        rates = [row.win_rate for row in self.rows]
        found = crossed([row.policy for row in self.rows], rates, self.better, self.ranked_by)
        return (*found, *self.incidents)

    @property
    def incidents(self) -> tuple[str, ...]:
        """What went otherwise than planned."""
        found = []
        short = [row.policy for row in self.rows if not row.complete]
        if short:
            found.append(f"not all episodes were played: {', '.join(short)}")
        left = self.lost.get(LEFT)
        if left:
            games = "game was" if left == 1 else "games were"
            found.append(f"{left:,} {games} left in the middle by the person, to be played again")
        kinds = ", ".join(f"{kind} {number}" for kind, number in self.lost.items() if kind != LEFT)
        if kinds:
            found.append(f"sessions were lost and their episodes played again: {kinds}")
        found += [
            f"{row.cut_off:,} of {row.policy}'s episodes were cut off by the limit on steps"
            for row in self.rows
            if row.cut_off
        ]
        found += [
            f"only {known:,} of {row.policy}'s {row.episodes:,} episodes have a known outcome"
            for row in self.rows
            if 0 < (known := row.wins + row.draws + row.losses) < row.episodes - row.left_out
        ]
        found += [
            f"{row.left_out:,} of {row.policy}'s {row.episodes:,} episodes were forfeited, by "
            "whomever, and do not count"
            for row in self.rows
            if row.left_out
        ]
        found += [missed for row in self.rows if (missed := _missed(row))]
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        return {
            "run": self.run,
            "game": self.game,
            "env": self.env,
            "seed": self.seed,
            "pairing": self.pairing,
            "outcome_rule": self.outcome_rule,
            "audit": self.audit,
            "rows": [asdict(row) for row in self.rows],
            "method": self.method,
            "caption": self.caption,
            "notes": list(self.warnings),
            "faults": [each.to_dict() for each in self.faults],
        }


def _missed(row: Row) -> str:
    """Which of a row's intervals misses the exact value; "" if none does."""
    pairs = (
        ("win rate", row.win_rate_low, row.win_rate_high, row.exact_win_rate),
        ("mean return", row.mean_return_low, row.mean_return_high, row.exact_mean_return),
    )
    missed = [
        f"{what} misses the exact {exact:.4g}"
        for what, low, high, exact in pairs
        if low is not None
        and high is not None
        and exact is not None
        # What was added up in another order may differ in its last digits.
        and not low - 1e-9 <= exact <= high + 1e-9
    ]
    if not missed:
        return ""
    by_chance = "one interval in twenty does by chance"
    against = f" against {row.opponent}" if row.opponent else ""
    whose = f"the interval of {row.policy}'s {' and that of its '.join(missed)}"
    return f"{whose}{against}; {by_chance}"


def tabulate(store: Store, *, live: bool = False, forfeits: str = "") -> Table:
    """Compute the table from the log alone.

    Args:
        store: the log.
        live: the run goes on, and a table is asked for several times a second: its ranks are of
            the first deals, and nothing is resampled.
        forfeits: the rule for them, if not that of the run.

    Raises:
        UsageError: the log does not say what would have come of that rule.
    """
    with store.counting(forfeit_rule(forfeits) if forfeits else None):
        return _tabulated(store, live, forfeits)


def _tabulated(store: Store, live: bool, forfeits: str) -> Table:
    meta = store.meta()
    stops = watches(store)
    listed = store.rows()
    samples = read_samples(store, meta["deal"])
    rows = [
        _row(store, number, names, meta, stops[number] if stops else None, sample, live=live)
        for number, (names, sample) in enumerate(zip(listed, samples, strict=True))
    ]
    rule = forfeit_rule(forfeits or meta.get("forfeits") or ForfeitRule.LOSS)
    faulty = any(sum(row.forfeits.values()) or row.left_out for row in rows)
    compared = ranking(store, meta, samples, live=live)
    ranked, better = _ranked(rows, compared)
    return Table(
        run=meta["run"],
        game=meta["game"],
        env=meta["env"],
        seed=meta["seed"],
        pairing=meta["pairing"],
        outcome_rule=meta["outcome_rule"],
        episodes=meta["episodes"],
        rows=_beside_the_first(ranked, dict(zip(listed, samples, strict=True)), live=live),
        lost=store.lost(),
        audit=meta.get("audit"),
        stopping=_stopping(meta),
        ranked_by=compared.key,
        test=compared.test,
        rule=f" {WORDS[rule]}." if faulty or rule is not ForfeitRule.LOSS else "",
        faults=() if live else read_faults(store, meta["deal"]),
        better=better,
    )


def watches(store: Store) -> list[Watch]:
    """What each row's rule says of what was played; [] where there is no rule."""
    meta = store.meta()
    if not meta.get("sprt") and meta.get("precision") is None:
        return []
    bounds = Bounds(meta["deal"], meta["min_utility"], meta["max_utility"])
    found = []
    for row in range(len(store.rows())):
        rule = rule_for(meta["sprt"], meta["precision"], bounds)
        assert rule is not None
        watch = Watch(rule, bounds.deal)
        watch.feed(starmap(Result, store.results(row)))
        found.append(watch)
    return found


def _stopping(meta: Mapping[str, Any]) -> str:
    if meta.get("precision") is not None:
        return f" A row ends when its interval is ±{meta['precision']:g}."
    if meta.get("sprt"):
        return (
            f" A row ends with the decision of a sequential test of {meta['sprt']}, wrong at most "
            "5 % of the time either way; its intervals are not adjusted for that."
        )
    return ""


def _beside_the_first(
    rows: tuple[Row, ...], samples: Mapping[tuple[str, str | None], Sample], *, live: bool
) -> tuple[Row, ...]:
    """The rows with what they gain by sharing deals with the first one, and how scores compare."""
    if live or not rows:
        return rows
    from openenv_tui.evaluation.resampling import improvement

    first = samples[rows[0].policy, rows[0].opponent]
    found = list(rows[:1])
    for row in rows[1:]:
        sample = samples[row.policy, row.opponent]
        scored = row.iqm is not None and rows[0].iqm is not None
        found.append(
            replace(
                row,
                shared_gain=shared_gain(first, sample),
                improvement=improvement(sample.scores, first.scores) if scored else None,
            )
        )
    return tuple(found)


def _row(
    store: Store,
    number: int,
    names: tuple[str, str | None],
    meta: Mapping[str, Any],
    stop: Watch | None,
    sample: Sample,
    *,
    live: bool,
) -> Row:
    counts = store.counts(number, meta["deal"])
    judged = counts.wins + counts.draws + counts.losses
    # Before the first episode nothing is known of the rate; without a rule nothing ever will be.
    told = judged > 0 or not counts.episodes
    bounds = meta["min_utility"], meta["max_utility"]
    seed = None if live else (meta["seed"], number)
    found = estimates(sample, counts.wins, judged, bounds, seed)
    rate, interval, scores = found.rate, found.mean, found.scores
    known = counts.known > 0
    return Row(
        policy=names[0],
        opponent=names[1],
        episodes=counts.episodes,
        wins=counts.wins,
        draws=counts.draws,
        losses=counts.losses,
        win_rate=counts.wins / max(1, judged) if told else None,
        win_rate_low=rate.low if told else None,
        win_rate_high=rate.high if told else None,
        mean_return=counts.total / counts.known if known else None,
        mean_return_low=interval.low if known else None,
        mean_return_high=interval.high if known else None,
        mean_steps=counts.steps / counts.episodes if counts.episodes else 0.0,
        forfeits=counts.forfeits,
        lost_sessions=counts.lost,
        exact_mean_return=None,
        exact_win_rate=None,
        rank=0,
        cut_off=counts.cut,
        left_out=counts.left_out,
        complete=counts.episodes >= meta["episodes"] or (stop is not None and stop.verdict.enough),
        verdict=_verdict(stop) if stop is not None else "",
        win_rate_method=found.rate_method,
        mean_return_method=found.mean_method,
        pairing_gain=found.gain,
        iqm=scores.iqm if scores else None,
        iqm_low=scores.interval.low if scores else None,
        iqm_high=scores.interval.high if scores else None,
        quantiles=scores.quantiles if scores else None,
    )


def _verdict(stop: Watch) -> str:
    verdict = stop.verdict
    open_still = verdict.left is not None and not verdict.enough
    return f"{verdict.words}, about {verdict.left:,} left" if open_still else verdict.words


def _ranked(
    rows: Sequence[Row], found: Ranking
) -> tuple[tuple[Row, ...], tuple[tuple[int, int], ...]]:
    """The rows, best first, and the pairs of their places of which the first is better."""
    ranks = shared_ranks(found.better)
    places = sorted(
        range(len(rows)), key=lambda number: (ranks[number], -_merit(rows[number], found.key))
    )
    pairs = tuple(
        (place, below)
        for place, one in enumerate(places)
        for below, other in enumerate(places)
        if found.better[one][other]
    )
    return tuple(replace(rows[number], rank=ranks[number]) for number in places), pairs


def _merit(row: Row, key: str) -> float:
    judged = row.wins + row.draws + row.losses
    score = (row.wins + row.draws / 2) / judged if judged else None
    value = row.mean_return if key == RETURN else score
    return float("-inf") if value is None else value
