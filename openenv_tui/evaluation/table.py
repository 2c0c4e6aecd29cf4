"""The table of a run: computed from its log, ranked, captioned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import starmap
from typing import Any

from openenv_tui.evaluation.stats import mean_interval, wilson
from openenv_tui.evaluation.stopping import Bounds, Result, Watch, rule_for
from openenv_tui.evaluation.store import Store


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
        exact_mean_return: None: not worked out.
        exact_win_rate: None: not worked out.
        rank: by mean return, from 1; equal means share a rank.
        cut_off: episodes that a limit on steps ended.
        complete: all its episodes were played, or enough of them by the run's own rule.
        verdict: how it stands with that rule; "" without one.
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


@dataclass(frozen=True)
class Table:
    """The rows of a run, best first, and what a reader has to know to believe them.

    Attributes:
        lost: kind -> number of the sessions that were lost; their episodes were played again.
        stopping: the rule by which rows end early, in a sentence; "" without one.
        tournament: how it was held, if the rows are the pairings of one.
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
    tournament: Mapping[str, Any] | None = None

    @property
    def caption(self) -> str:
        """Rule, seeds, episodes, pairing and methods, in a few sentences."""
        each = "policy" if self.tournament is None else "pairing"
        return (
            f"{self.game} on {self.env}, {self.episodes:,} episodes a {each}, seed {self.seed}. "
            f"{self.outcome_rule[:1].upper()}{self.outcome_rule[1:]}. {self.pairing}. "
            f"{self.method} {self.stopping}Ranked by mean return."
        )

    @property
    def method(self) -> str:
        """How the intervals were worked out, in a sentence."""
        return (
            "Brackets: 95 % intervals, Wilson for rates, Student's t for mean returns "
            f"({self._unit})."
        )

    @property
    def _unit(self) -> str:
        return "one unit a deal" if "every seat" in self.pairing else "one unit an episode"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader might overlook."""
        found = []
        for first, second in zip(self.rows, self.rows[1:], strict=False):
            if first.win_rate is None or second.win_rate is None:
                continue
            if first.opponent != second.opponent:
                continue
            if first.rank < second.rank and first.win_rate < second.win_rate:
                found.append(
                    f"{first.policy} has the higher mean return, "
                    f"{second.policy} the higher win rate"
                )
        short = [row.policy for row in self.rows if not row.complete]
        if short:
            found.append(f"not all episodes were played: {', '.join(short)}")
        if self.lost:
            kinds = ", ".join(f"{kind} {number}" for kind, number in self.lost.items())
            found.append(f"sessions were lost and their episodes played again: {kinds}")
        found += [
            f"{row.cut_off:,} of {row.policy}'s episodes were cut off by the limit on steps"
            for row in self.rows
            if row.cut_off
        ]
        found += [
            f"only {known:,} of {row.policy}'s {row.episodes:,} episodes have a known outcome"
            for row in self.rows
            if 0 < (known := row.wins + row.draws + row.losses) < row.episodes
        ]
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
            **({} if self.tournament is None else {"tournament": dict(self.tournament)}),
        }


def tabulate(store: Store) -> Table:
    """Compute the table from the log alone."""
    meta = store.meta()
    stops = watches(store)
    rows = [
        _row(store, number, policy, opponent, meta, stops[number] if stops else None)
        for number, (policy, opponent) in enumerate(store.rows())
    ]
    return Table(
        run=meta["run"],
        game=meta["game"],
        env=meta["env"],
        seed=meta["seed"],
        pairing=meta["pairing"],
        outcome_rule=meta["outcome_rule"],
        episodes=meta["episodes"],
        rows=_ranked(rows),
        lost=store.lost(),
        audit=meta.get("audit"),
        stopping=_stopping(meta),
        tournament=meta.get("tournament"),
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
        return f"A row ends when its interval is ±{meta['precision']:g}. "
    if meta.get("sprt"):
        return (
            f"A row ends with the decision of a sequential test of {meta['sprt']}, wrong at most "
            "5 % of the time either way; its intervals are not adjusted for that. "
        )
    return ""


def _row(
    store: Store,
    number: int,
    policy: str,
    opponent: str | None,
    meta: Mapping[str, Any],
    stop: Watch | None,
) -> Row:
    counts = store.counts(number, meta["deal"])
    judged = counts.wins + counts.draws + counts.losses
    rate = wilson(counts.wins, judged)
    # Before the first episode nothing is known of the rate; without a rule nothing ever will be.
    told = judged > 0 or not counts.episodes
    units = counts.units
    if not units.number and counts.known:
        units = store.counts(number, 1).units
    interval = mean_interval(units, meta["min_utility"], meta["max_utility"])
    known = counts.known > 0
    return Row(
        policy=policy,
        opponent=opponent,
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
        complete=counts.episodes >= meta["episodes"] or (stop is not None and stop.verdict.enough),
        verdict=_verdict(stop) if stop is not None else "",
    )


def _verdict(stop: Watch) -> str:
    verdict = stop.verdict
    open_still = verdict.left is not None and not verdict.enough
    return f"{verdict.words}, about {verdict.left:,} left" if open_still else verdict.words


def _ranked(rows: Sequence[Row]) -> tuple[Row, ...]:
    def merit(row: Row) -> float:
        return float("-inf") if row.mean_return is None else row.mean_return

    ordered = sorted(rows, key=lambda row: -merit(row))
    ranked = []
    for row in ordered:
        better = sum(1 for other in rows if merit(other) > merit(row))
        ranked.append(Row(**{**_fields(row), "rank": better + 1}))
    return tuple(ranked)


def _fields(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
