"""The six games: what a person is told, checked against known positions."""

from __future__ import annotations

import pytest

from arena_env.arena import Arena
from openenv_tui.games import load_game
from openenv_tui.games.blackjack import total
from openenv_tui.model import Outcome
from openenv_tui.render import plain


def played(name: str, *actions: int, seed: int = 3):
    """The arena after these actions, and the last step."""
    arena = Arena(name)
    step = arena.reset(seed)
    for action in actions:
        step = arena.step((action,))
    return arena, step


def concluded(arena, step, seat=0):
    return arena.game.conclusion(step.ending, seat, arena.observe)


def test_catch_shows_ball_and_paddle_and_tells_how_it_ended():
    arena, step = played("catch", *[2] * 9)
    assert concluded(arena, step) == "Caught!"
    assert "[◉]" in plain(arena.game.view(arena.observe(0)))
    arena, step = played("catch", *[1] * 9)
    assert concluded(arena, step) == "Missed by 2 columns."
    assert plain(arena.game.view(arena.observe(0))).count("×") == 2


def test_catch_of_another_size_is_drawn_at_that_size():
    arena, _ = played("catch(rows=8,columns=7)")
    view = arena.game.view(arena.observe(0))
    assert (len(view.rows), len(view.rows[0])) == (8, 7)


def test_cliff_walking_remembers_the_way_and_knows_the_best():
    arena, step = played("cliff_walking", 1, *[0] * 7, 3)
    assert concluded(arena, step) == "You reached the goal in 9 steps; the best there is."
    assert arena.game.judge(step.ending, 0, arena.observe) == Outcome.WIN
    arena, step = played("cliff_walking", 0)
    assert concluded(arena, step) == "You fell off the cliff at step 1."
    assert arena.game.judge(step.ending, 0, arena.observe) == Outcome.LOSS


def test_walking_until_nightfall_is_no_win():
    arena, step = played("cliff_walking", *[2] * 100)
    assert step.ending.returns == (-100.0,)
    assert arena.game.judge(step.ending, 0, arena.observe) == Outcome.LOSS
    assert concluded(arena, step) == "No goal within 100 steps."


def test_2048_is_won_by_the_tile_and_not_by_the_score():
    arena = Arena("2048(max_tile=16)")
    outcomes = set()
    for seed in range(40):
        step = arena.reset(seed)
        while step.ending is None:
            step = arena.step((step.observations[0].legal_actions[-1],))
        largest = max(arena.observe(0).tensor)
        outcome = arena.game.judge(step.ending, 0, arena.observe)
        assert (outcome == Outcome.WIN) == (largest >= 16)
        outcomes.add(outcome)
    assert Outcome.WIN in outcomes


def test_tic_tac_toe_marks_the_winning_line():
    arena, step = played("tic_tac_toe", 4, 0, 2, 1, 6)
    marked = [cell.marked for row in arena.game.view(arena.observe(0)).rows for cell in row]
    assert [place for place, mark in enumerate(marked) if mark] == [2, 4, 6]
    assert concluded(arena, step) == "Three in a row: you win!"
    assert concluded(arena, step, seat=1) == "The other side has three in a row."


def test_tic_tac_toe_offers_its_empty_fields_to_the_mouse():
    arena, step = played("tic_tac_toe", 4)
    view = arena.game.view(step.observations[0])
    offered = [cell.action for row in view.rows for cell in row]
    assert offered == [0, 1, 2, 3, None, 5, 6, 7, 8]


def test_kuhn_poker_names_calls_and_folds_and_counts_the_pot():
    arena, step = played("kuhn_poker", 0, 1)
    text = plain(arena.game.view(step.observations[0]))
    assert "Pot 3" in text
    assert "check → bet" in text
    _, step = played("kuhn_poker", 0, 1, 0)
    assert step.ending.returns == (-1.0, 1.0)
    assert concluded(arena, step) == "You lose 1 chip: nobody called the bet."


def test_kuhn_poker_never_shows_the_other_card():
    for seed in range(6):
        arena, step = played("kuhn_poker", 0, seed=seed)
        hidden = [card for hand in arena.game.view(step.observations[0]).hands
                  for card in hand.cards if card.hidden]  # fmt: skip
        assert len(hidden) == 1


def test_blackjack_hides_the_dealers_card_until_the_end():
    arena, step = played("blackjack")
    dealer, _ = arena.game.view(arena.observe(0)).hands
    assert [card.hidden for card in dealer.cards] == [False, True]
    arena, step = played("blackjack", 1)
    dealer, _ = arena.game.view(arena.observe(0)).hands
    assert not any(card.hidden for card in dealer.cards)
    assert concluded(arena, step).endswith((": you win.", ": the dealer wins.", ": a push."))


@pytest.mark.parametrize(
    ("cards", "points", "soft"),
    [((0, 12), 21, True), ((0, 13), 12, True), ((0, 9, 8), 20, False), ((10, 11, 12), 30, False)],
)
def test_hands_are_counted_with_aces_where_they_help(cards, points, soft):
    assert total(cards) == (points, soft)


def test_keys_are_the_natural_ones():
    arena, _ = played("catch")
    assert arena.game.keys(arena.observe(0)) == {"left": 0, "down": 1, "right": 2, "space": 1}
    arena, _ = played("blackjack")
    assert arena.game.keys(arena.observe(0)) == {"h": 0, "s": 1}
    arena, step = played("kuhn_poker")
    assert arena.game.keys(step.observations[0]) == {"p": 0, "b": 1}
    arena, step = played("tic_tac_toe")
    assert arena.game.keys(step.observations[0])["5"] == 4


def test_any_other_game_shows_its_own_words():
    arena, step = played("connect_four", 3)
    seen = step.observations[0]
    assert "...x..." in plain(arena.game.view(seen))
    assert arena.game.action_name(seen, 3) == "o3"
    assert load_game("connect_four").title == "Connect Four"
