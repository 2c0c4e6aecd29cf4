"""A person among the entrants of a run, without a screen."""

from __future__ import annotations

from collections import Counter

import pytest

from openenv_tui.errors import UsageError
from openenv_tui.evaluation.persons import in_order, persons_rows
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.runner import load_run, resume_run, run_plan
from openenv_tui.evaluation.store import FILE_NAME, Store
from openenv_tui.evaluation.verify import verify_run
from openenv_tui.games import load_game
from openenv_tui.match import play
from openenv_tui.specs import PolicySpec


class Stand:
    """Plays in a person's place as a policy would, and leaves after so many games."""

    def __init__(self, spec="random", leaves_after=None):
        self.policy = PolicySpec.parse(spec).build()
        self.leaves_after = leaves_after
        self.seen = []

    def __call__(self, games):
        with games.connect() as environment:
            games.seat(self.policy, environment)
            while (now := games.next()) is not None and len(self.seen) != self.leaves_after:
                self.seen.append(now)
                games.finished(play(environment, now.match(games.game, environment.opponents)))


def plan_for(game, *policies, episodes=10, **options):
    return Plan(game, policies, episodes=episodes, seed=4, **options)


def stored(folder, row):
    store = Store(folder / FILE_NAME, new=False)
    try:
        return store.episodes(row)
    finally:
        store.close()


@pytest.mark.parametrize("game", ["catch", "tic_tac_toe", "kuhn_poker", "blackjack"])
def test_a_persons_row_is_the_one_that_a_policy_with_their_moves_has(game, tmp_path):
    run_plan(plan_for(game, "first", "human"), tmp_path / "one", host=Stand("random"))
    run_plan(plan_for(game, "first", "random"), tmp_path / "other")
    assert stored(tmp_path / "one", 1) == stored(tmp_path / "other", 1)
    assert verify_run(tmp_path / "one").different == 0


def test_a_person_who_leaves_goes_on_where_they_were(tmp_path):
    plan = plan_for("kuhn_poker", "human", "first")
    first = run_plan(plan, tmp_path / "run", host=Stand(leaves_after=3))
    assert first.interrupted
    assert sorted(row.episodes for row in first.rows) == [3, 10]
    rest = Stand()
    table = resume_run(tmp_path / "run", host=rest).table
    assert [game.number for game in rest.seen] == [4, 5, 6, 7, 8, 9, 10]
    whole = run_plan(plan, keep=False, host=Stand()).table
    assert table.rows == whole.rows


def test_without_anybody_to_seat_a_person_nothing_is_begun(tmp_path):
    with pytest.raises(UsageError, match="'human' needs somebody at a terminal"):
        run_plan(plan_for("catch", "human"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_the_other_rows_play_in_processes_as_usual(tmp_path):
    plan = plan_for("tic_tac_toe", "human", "random", "first", jobs=2)
    several = run_plan(plan, keep=False, host=Stand("last")).table
    alone = run_plan(plan_for("tic_tac_toe", "last", "random", "first"), keep=False).table
    assert [row.mean_return for row in several.rows] == [row.mean_return for row in alone.rows]


def test_a_person_may_be_everybodys_opponent():
    stand = Stand("first")
    plan = plan_for("tic_tac_toe", "random", opponent="human", episodes=4)
    table = run_plan(plan, keep=False, host=stand).table
    assert [game.seat for game in stand.seen] == [1, 0, 1, 0]
    other = run_plan(
        plan_for("tic_tac_toe", "random", opponent="first", episodes=4), keep=False
    ).table
    assert table.rows[0].mean_return == other.rows[0].mean_return


def test_two_persons_at_one_table_are_refused():
    with pytest.raises(UsageError, match="cannot share one keyboard"):
        run_plan(plan_for("tic_tac_toe", "human", opponent="human"), keep=False, host=Stand())


def test_an_opponent_without_a_seat_is_no_person():
    assert persons_rows(plan_for("catch", "random", opponent="human"), 0) == []


def test_games_of_a_deal_with_hidden_cards_lie_far_apart_and_seats_take_turns():
    order = list(in_order(plan_for("kuhn_poker", "human", episodes=40), 2, info("kuhn_poker")))
    assert sorted(order) == [*range(40)]
    assert [episode % 2 for episode in order] == [0, 1] * 20
    apart = [abs(order.index(2 * deal) - order.index(2 * deal + 1)) for deal in range(20)]
    assert min(apart) >= 19
    assert [episode // 2 for episode in order[::2]] != [*range(20)]


@pytest.mark.parametrize("game", ["catch", "tic_tac_toe"])
def test_games_that_give_nothing_away_are_played_in_order_and_name_their_deal(game):
    stand = Stand()
    run_plan(plan_for(game, "human", episodes=4), keep=False, host=stand)
    assert [now.episode for now in stand.seen] == [0, 1, 2, 3]
    assert "deal" in stand.seen[0].words


def test_a_person_is_not_told_which_games_share_hidden_cards():
    stand = Stand()
    run_plan(plan_for("kuhn_poker", "human", episodes=4), keep=False, host=stand)
    assert [now.words for now in stand.seen][:2] == ["game 1 of 4, seat 0", "game 2 of 4, seat 1"]


def test_a_game_left_in_the_middle_is_noted_and_played_again(tmp_path):
    class Leaves(Stand):
        def __call__(self, games):
            with games.connect() as environment:
                games.seat(self.policy, environment)
                match = games.next().match(games.game, environment.opponents)
                match.chosen.append(0)
                games.left(match)

    run_plan(plan_for("catch", "human", episodes=2), tmp_path / "run", host=Leaves())
    table = resume_run(tmp_path / "run", host=Stand()).table
    assert table.rows[0].episodes == 2
    assert any(
        "1 game was left in the middle by the person" in warning for warning in table.warnings
    )
    assert load_run(tmp_path / "run").table.lost == {"left": 1}


def test_a_sequential_test_ends_a_persons_row_too():
    stand = Stand("tracker")
    plan = plan_for("catch", "human", episodes=500, sprt="0.2:0.9")
    (row,) = run_plan(plan, keep=False, host=stand).rows
    assert row.episodes == len(stand.seen) < 500
    assert row.complete


def test_seats_are_balanced_for_three():
    order = list(in_order(plan_for("leduc_poker", "human", episodes=30), 3, info("leduc_poker")))
    assert Counter(episode % 3 for episode in order) == {0: 10, 1: 10, 2: 10}


def info(game):
    return load_game(game).info
