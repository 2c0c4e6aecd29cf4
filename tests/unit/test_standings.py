"""A tournament's standings, from its log."""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import combinations

import choix
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from openenv_tui.cli.show import command as show
from openenv_tui.errors import UsageError
from openenv_tui.evaluation.engines.inline import Seating
from openenv_tui.evaluation.plan import Cast, Plan
from openenv_tui.evaluation.ratings import SCALE, Game, rate, rate_results
from openenv_tui.evaluation.runner import load_run, run_plan
from openenv_tui.evaluation.show_standings import standings_text
from openenv_tui.evaluation.sides import read_games
from openenv_tui.evaluation.standings import counted, standings
from openenv_tui.evaluation.stats import Sums, mean_interval, wilson
from openenv_tui.evaluation.store import FILE_NAME, Store, entry
from openenv_tui.model import Forfeit, ForfeitKind, MatchRecord, Outcome

META = {
    "run": "t", "game": "kuhn_poker", "env": "local", "seed": 1, "episodes": 4, "players": 2,
    "pairing": "Every deal is played from every seat, by all policies", "outcome_rule": "",
    "deal": 2, "min_utility": -2.0, "max_utility": 2.0, "zero_sum": True, "seats": [0, 1],
    "sprt": "", "precision": None,
}  # fmt: skip


def log(pairings, names="abc", meta=None, **about):
    """A log of two-player games: (policy, opponent) -> returns of the policy, by episode."""
    store = Store(":memory:", new=True)
    tournament = {"format": "round-robin", "entrants": list(names), "anchor": names[0]} | about
    store.describe(META | {"tournament": tournament} | (meta or {}), list(pairings))
    for row, returns in enumerate(pairings.values()):
        store.add([entry(row, e, e % 2, record(e, value)) for e, value in enumerate(returns)])
    return store


def record(episode, value):
    """Of a game in which the policy of the row got ``value``."""
    seat = episode % 2
    mine = Outcome.WIN if value > 0 else Outcome.LOSS if value < 0 else Outcome.DRAW
    other = Outcome.LOSS if value > 0 else Outcome.WIN if value < 0 else Outcome.DRAW
    returns, outcomes = [value, -value], [mine, other]
    if seat:
        returns.reverse()
        outcomes.reverse()
    return MatchRecord("g", episode // 2, ("", ""), tuple(returns), tuple(outcomes), 3, (1,))


def by_name(found):
    return {each.name: each for each in found.entrants}


def random_pairings(names, episodes, seed):
    """Games that follow strengths, with draws and stakes."""
    rng = random.Random(seed)
    strength = {name: rng.gauss(0, 1) for name in names}
    return {
        pair: [
            rng.choice((0.0, 1.0, 1.0, 2.0))
            * rng.choices((1, -1), [2 ** strength[pair[0]], 2 ** strength[pair[1]]])[0]
            for _ in range(episodes)
        ]
        for pair in combinations(names, 2)
    }


def test_an_entrant_is_counted_on_both_sides_of_its_pairings():
    store = log({("a", "b"): [1.0, -1.0, 2.0, 0.0], ("c", "a"): [1.0, 1.0, -2.0, 0.0]})
    a = by_name(standings(store))["a"]
    assert (a.games, a.wins, a.draws, a.losses) == (8, 3, 2, 3)
    assert a.mean_return.value == (1 - 1 + 2 + 0 - 1 - 1 + 2 - 0) / 8
    assert a.win_rate == (3 / 8, *wilson(3, 8))


def test_the_returns_of_a_game_that_is_no_zero_sum_are_those_that_were_stored():
    store = log({("a", "b"): []}, names="ab", meta={"zero_sum": False})
    game = MatchRecord("g", 0, ("a", "b"), (3.0, 1.0), (Outcome.WIN, Outcome.LOSS), 2)
    store.add([entry(0, 0, 0, game, whole=True), entry(0, 1, 1, game._replace(returns=(5.0, 2.0)))])
    found = by_name(standings(store))
    assert found["a"].mean_return.value == 2.5
    assert found["b"].mean_return.value == 1.0  # of the second game nobody wrote it down


def test_the_deal_is_the_unit_over_all_opponents():
    """Two games a deal against each of two: the same interval as of the deals' own means."""
    store = log({("a", "b"): [1.0, -1.0, 2.0, 2.0], ("a", "c"): [1.0, 2.0, 2.0, -2.0]})
    units = [(1 - 1 + 1 + 2) / 4, (2 + 2 + 2 - 2) / 4]
    low, high = mean_interval(Sums(2, sum(units), sum(u * u for u in units)), -2.0, 2.0)
    assert by_name(standings(store))["a"].mean_return[1:] == pytest.approx((low, high))


def test_ratings_from_the_log_are_what_choix_finds():
    pairings = {
        pair: [value or 1.0 for value in returns]
        for pair, returns in random_pairings("abcd", 300, 3).items()
    }
    store = log(pairings, names="abcd")
    games = read_games(store, tuple("abcd"))
    results = counted(games.meetings, games.number)
    ours = rate_results("abcd", results, first_mover=False, prior=None)
    pairs = [
        ("abcd".index(one), "abcd".index(other))[:: 1 if value > 0 else -1]
        for (one, other), returns in pairings.items()
        for value in returns
    ]
    theirs = choix.opt_pairwise(4, pairs, alpha=0.0, method="Newton-CG", tol=1e-14)
    assert np.array(ours.points) / SCALE == pytest.approx(theirs - theirs[0], abs=1e-6)


def test_ratings_from_the_log_are_those_of_the_same_games_in_a_mapping():
    pairings = random_pairings("abc", 120, 5)
    deals = Counter()
    for deal in range(60):
        together = []
        for (one, other), returns in pairings.items():
            for episode in (2 * deal, 2 * deal + 1):
                pair = "abc".index(one), "abc".index(other)
                outcome = int(np.sign(returns[episode]))
                swapped = episode % 2
                together.append(Game(*pair[::-1], -outcome) if swapped else Game(*pair, outcome))
        deals[tuple(together)] += 1
    theirs, ours = rate("abc", deals), by_name(standings(log(pairings)))
    for place, name in enumerate("abc"):
        assert ours[name].points == pytest.approx(theirs.points[place], abs=1e-6)
        assert ours[name].error == pytest.approx(theirs.errors[place], abs=1e-6)


def test_of_few_deals_ratings_have_errors_too():
    found = standings(log({("a", "b"): [1.0, -1.0]}, names="ab"))
    assert by_name(found)["b"].error > 100


def test_a_perfect_record_is_marked():
    found = by_name(standings(log({("a", "b"): [1.0] * 20}, names="ab")))
    assert found["a"].bound == ">="
    assert found["b"].bound == "<="


def test_who_never_met_has_no_ratings_but_a_reason():
    found = standings(log({("a", "b"): [1.0] * 4, ("c", "d"): [1.0] * 4}, names="abcd"))
    assert "never met: a, b; c, d" in found.unrated
    assert all(each.points is None for each in found.entrants)
    assert found.superiority == ()
    assert "no ratings: there is no joint rating" in standings_text(found).replace("\n", " ")


def test_of_three_each_two_have_played_a_game_won_by_the_greater_return():
    store = log({("a", "b + c"): []}, meta={"players": 3, "deal": 6, "seats": [0, 1, 2]})
    games = [MatchRecord("g", 0, ("",) * 3, (3.0, 1.0, 2.0), (None,) * 3, 3) for _ in range(6)]
    store.add([entry(0, e, e % 3, game) for e, game in enumerate(games)])
    found = by_name(standings(store))
    # Seats of a: 0, 1, 2 with b after a, then again with b before a.
    assert found["a"].mean_return.value == 2.0
    assert (found["a"].wins, found["a"].losses) == (2, 4)
    assert [found[name].mean_return.value for name in "bc"] == [2.0, 2.0]
    assert standings(store).matrix[0][1].games == 6
    assert standings(store).first_move.points is None


def test_seats_are_those_that_were_played(tmp_path):
    plan = Plan(
        "leduc_poker(players=3)", ("first", "last"), against=(("random", "last"), ("random",)),
        episodes=24, seed=2,
    )  # fmt: skip
    run_plan(plan, tmp_path / "run")
    store = Store(tmp_path / "run" / FILE_NAME, new=False)
    names = ("first", "last", "random")
    games = read_games(store, names)
    for row in (0, 1):
        seating = Seating(plan, Cast(), row, 3, (0, 1, 2))
        there = [tuple(names[who] for who in each) for each in games.who[24 * row :][:24]]
        assert there == [seating.at(episode).names for episode in range(24)]
    assert games.returns.sum(axis=1) == pytest.approx(0.0)
    store.close()


def test_first_seat_is_measured_over_all_games():
    # The first seat wins always: episodes with the policy at seat 0 are won, the others lost.
    found = standings(log({("a", "b"): [1.0, -1.0] * 20, ("b", "c"): [1.0, -1.0] * 20}))
    assert found.first_move.score.value == 1.0
    assert found.first_move.score.low < 1.0
    assert found.first_move.points > 100


def test_forfeits_are_of_whose_fault_they_were():
    store = log({("a", "b"): []}, names="ab")
    game = record(0, 1.0)._replace(forfeit=Forfeit(1, ForfeitKind.CRASH, "x"), complete=False)
    store.add([entry(0, 0, 0, game), entry(0, 1, 1, game)])
    found = by_name(standings(store))
    assert found["a"].forfeits["crash"] == found["b"].forfeits["crash"] == 1


def test_forfeits_of_a_tournament_stand_under_both_rules():
    store = log({("a", "b"): [1.0, -1.0]}, names="ab")
    game = record(0, 1.0)._replace(forfeit=Forfeit(1, ForfeitKind.CRASH, "x"), complete=False)
    store.add([entry(0, 2, 0, game), entry(0, 3, 0, game)])
    found = standings(store)
    first = {each.policy: each for each in found.faults}["a"]
    assert (first.others, first.loss.win_rate, first.excluded.win_rate) == (2, 3 / 4, 1 / 2)
    assert by_name(standings(store, forfeits="excluded"))["a"].win_rate.value == 1 / 2
    assert "what they decide" in standings_text(found)
    assert found.to_dict()["faults"][0]["loss"]["episodes"] == 4


def test_policies_that_leave_nothing_to_chance_have_errors_too():
    """The first seat wins every game: of ratings no difference shows, and that is not certain."""
    found = standings(log({("a", "b"): [1.0, -1.0] * 50}, names="ab"))
    assert by_name(found)["b"].points == pytest.approx(0.0, abs=1e-6)
    assert by_name(found)["b"].error > 10


def test_schedules_out_of_balance_are_ranked_by_rating():
    pairings = random_pairings("abc", 60, 1)
    assert standings(log(pairings)).ranked_by == "mean return"
    pairings["a", "b"] = pairings["a", "b"][:20]
    assert standings(log(pairings)).ranked_by == "rating"


def test_where_stakes_and_wins_disagree_both_are_told():
    # b wins three games of four, and loses by more than it wins; a third, weak, is beaten by both.
    pairings = {("a", "b"): [2.0, -0.5, -0.5, -0.5] * 40, ("a", "c"): [1.0, 1.0] * 10}
    pairings["b", "c"] = [1.0, -2.0] * 60
    found = standings(log(pairings))
    assert found.ranked_by == "rating"
    assert "b has the higher rating, a the higher mean return" in found.warnings


def test_without_ratings_different_opponents_are_noted():
    found = standings(log({("a", "b"): [1.0] * 4, ("c", "d"): [1.0] * 4}, names="abcd"))
    assert any("different opponents" in warning for warning in found.warnings)
    even = standings(log({("a", "b"): [1.0] * 4}, names="ab"))
    assert not any("different opponents" in warning for warning in even.warnings)


def test_other_runs_are_no_tournaments():
    store = Store(":memory:", new=True)
    store.describe(META, [("a", "b")])
    with pytest.raises(UsageError, match="not a tournament"):
        standings(store)


tournaments = st.integers(0, 10_000).map(
    lambda seed: random_pairings("abcd"[: 2 + seed % 3], 2 * (1 + seed % 23), seed)
)


@settings(max_examples=40, deadline=None)
@given(tournaments, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(pairings, rng):
    names = "".join(sorted({name for pair in pairings for name in pair}))
    mixed = list(pairings.items())
    rng.shuffle(mixed)
    one, other = standings(log(pairings, names)), standings(log(dict(mixed), names))
    for first, second in zip(one.entrants, other.entrants, strict=True):
        assert (first.name, first.rank, first.games) == (second.name, second.rank, second.games)
        assert first.points == pytest.approx(second.points, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(tournaments)
def test_turning_every_pairing_around_changes_nothing(pairings):
    names = "".join(sorted({name for pair in pairings for name in pair}))
    # The opponent's seat in an episode is the policy's in the next one of the deal.
    turned = {
        (other, one): [
            -value for pair in zip(returns[1::2], returns[::2], strict=True) for value in pair
        ]
        for (one, other), returns in pairings.items()
    }
    one, other = standings(log(pairings, names)), standings(log(turned, names))
    assert [(each.name, each.rank) for each in one.entrants] == [
        (each.name, each.rank) for each in other.entrants
    ]
    assert one.first_move.mean_return == pytest.approx(other.first_move.mean_return)


@settings(max_examples=40, deadline=None)
@given(tournaments)
def test_the_matrix_is_antisymmetric_and_the_totals_are_its_sums(pairings):
    names = "".join(sorted({name for pair in pairings for name in pair}))
    found = standings(log(pairings, names))
    for one, entrant in enumerate(found.entrants):
        row = [met for met in found.matrix[one] if met]
        assert sum(met.games for met in row) == entrant.games
        for other, met in enumerate(found.matrix[one]):
            back = found.matrix[other][one]
            if met and back:
                assert met.mean_return.value == pytest.approx(-back.mean_return.value)
                assert met.score.value + back.score.value == pytest.approx(1.0)
                assert met.mean_return.low < met.mean_return.high
                likely = found.superiority[one][other] + found.superiority[other][one]
                assert likely == pytest.approx(1.0)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A real round robin, kept."""
    folder = tmp_path_factory.mktemp("runs") / "kuhn"
    names = ["random", "kuhn_equilibrium", "first", "last"]
    pairs = list(combinations(names, 2))
    plan = Plan(
        "kuhn_poker", tuple(one for one, _ in pairs), against=tuple((b,) for _, b in pairs),
        episodes=200, seed=1,
    )  # fmt: skip
    run_plan(plan, folder)
    store = Store(folder / FILE_NAME, new=True)
    about = {"format": "round-robin", "entrants": names, "anchor": "random"}
    store.describe({"tournament": about}, store.rows())
    store.close()
    return folder


def test_show_prints_standings_matrix_likelihoods_and_first_move(run):
    shown = CliRunner().invoke(show, [str(run)], standalone_mode=False).stdout
    for words in ("round-robin", "0 (anchor)", "Row against column", "LOS", "The first seat"):
        assert words in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_show_json_has_the_tournament_beside_the_rows(run):
    shown = json.loads(CliRunner().invoke(show, [str(run), "--json"], standalone_mode=False).stdout)
    assert len(shown["rows"]) == 6
    assert shown["tournament"]["entrants"][0]["name"] == "last"
    assert shown["tournament"]["matrix"][0][0] is None
    assert shown["tournament"]["entrants"][0]["win_rate_low"] > 0.5


def test_eight_entrants_fit_into_eighty_columns():
    names = [f"policy_with_a_long_name_{letter}" for letter in "abcdefgh"]
    pairings = {pair: [1.0, -2.0] * 1000 for pair in combinations(names, 2)}
    shown = standings_text(standings(log(pairings, names)))
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown


def test_a_run_of_a_tournament_has_standings_and_prints_them(run):
    result = load_run(run)
    assert result.standings is not None
    assert "The first seat" in str(result)


def test_in_a_cycle_no_entrant_is_the_one_to_choose():
    cycle = {("a", "b"): [1.0] * 4, ("b", "c"): [1.0] * 4, ("c", "a"): [1.0] * 4}
    found = standings(log(cycle)).to_dict()["meta_game"]
    assert found["payoff"] == "mean return"
    assert found["alpha_rank"] == pytest.approx([1 / 3] * 3)
    assert found["nash_weights"] == pytest.approx([1 / 3] * 3)


def test_who_beats_everybody_is_the_one_to_choose():
    ladder = {("a", "b"): [1.0] * 4, ("b", "c"): [1.0] * 4, ("a", "c"): [1.0] * 4}
    found = standings(log(ladder))
    best = [each.name for each in found.entrants].index("a")
    assert found.meta_game.nash.weights[best] == pytest.approx(1)
    assert found.meta_game.alpha_rank[best] > 0.9
    assert "against the Nash average" in standings_text(found, 100)


def test_where_a_pair_has_not_met_there_is_no_game_of_choosing():
    found = standings(log({("a", "b"): [1.0] * 4, ("b", "c"): [1.0] * 4}))
    assert found.meta_game is None
    assert found.to_dict()["meta_game"] is None
