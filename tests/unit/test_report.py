"""The report's data, figures and pictures, without a whole page."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import trim_mean

from arena_env.arena import Arena
from openenv_tui.errors import IllegalActionError, UsageError
from openenv_tui.evaluation.engines.inline import Seating
from openenv_tui.evaluation.plan import Cast, Plan
from openenv_tui.evaluation.report.choice import MOST_CHOSEN, Wish, choose
from openenv_tui.evaluation.report.figures import Estimate, Forest, Heat, axis, shown
from openenv_tui.evaluation.report.pictures import Reel, as_html, packed
from openenv_tui.evaluation.report.replays import Projector, _kept
from openenv_tui.evaluation.report.spread import (
    BINS,
    interquartile_mean,
    quantile,
    shared_bins,
    spread,
)
from openenv_tui.evaluation.report.svg import draw
from openenv_tui.evaluation.runner import run_plan
from openenv_tui.evaluation.store import FILE_NAME, Store
from openenv_tui.render import Span
from openenv_tui.views import Tone
from tests.support.pages import Page

VALUES = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=60)


def counted(values):
    found = sorted(set(values))
    return [(value, values.count(value)) for value in found]


@given(VALUES, st.floats(0, 1))
def test_quantiles_are_numpys(values, share):
    assert quantile(counted(values), share) == pytest.approx(np.quantile(values, share))


@given(VALUES)
def test_the_interquartile_mean_is_scipys_trimmed_mean(values):
    expected = trim_mean(values, 0.25)
    assert interquartile_mean(counted(values)) == pytest.approx(expected, abs=1e-9)


@given(VALUES)
def test_bars_are_all_of_the_episodes(values):
    tally = counted(values)
    bars = spread("x", tally, shared_bins([tally])).bars
    assert sum(bar.share for bar in bars) == pytest.approx(1)
    assert len(bars) <= BINS


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_an_axis_holds_everything_and_has_some_ticks(values):
    found = axis(values)
    assert found.low < min(values)
    assert max(values) < found.high
    assert 2 <= len(found.ticks) <= 12
    assert all(0 <= found.part(tick) <= 1 for tick in found.ticks)


def test_numbers_are_written_in_few_letters():
    assert [shown(v) for v in (12345.6, -0.5, 1e-17, 100.0)] == ["12,346", "-0.5", "0", "100"]


def test_a_forest_escapes_its_labels_and_says_all_for_who_cannot_see():
    figure = Forest("x", "Mean", "return", (Estimate("<b>&", 0.5, 0.25, 0.75, 0.6),), 0.0)
    page = Page(draw(figure))
    assert page.problems == []
    assert page.named("b") == []
    assert page.named("svg")[0]["aria-label"] == "Mean: <b>& 0.5 from 0.25 to 0.75."


def test_unbounded_intervals_stay_inside_the_figure():
    figure = Forest("x", "Mean", "return", (Estimate("a", 0.5, -math.inf, math.inf),))
    assert "inf%" not in draw(figure)
    assert "nan" not in draw(figure)


def test_a_heat_map_is_darkest_at_its_ends():
    heat = Heat("x", "X", "", ("a", "b"), ("a", "b"), ((None, 1.0), (0.0, 0.5)),
                (("", "1"), ("0", "0.5")), 0.0, 0.5, 1.0)  # fmt: skip
    assert [[heat.shade(r, c) for c in range(2)] for r in range(2)] == [[0, 4], [-4, 0]]


@pytest.mark.parametrize(
    ("game", "moves"),
    [("tic_tac_toe", 9), ("kuhn_poker", 3), ("goofspiel(num_cards=3)", 3), ("pig(horizon=9)", 9)],
)
def test_a_walk_takes_the_moves_that_were_made(game, moves):
    arena = Arena(game)
    step = arena.reset(5)
    taken, seen = [], []
    while step.ending is None:
        seen.append([o.text for o in step.observations])
        taken.append(tuple(o.legal_actions[0] for o in step.observations))
        step = arena.step(taken[-1])
    walked = [
        ([o.text for o in moment.acting], moment.actions)
        for moment in arena.walked(step.ending.history, 5)
    ]
    assert walked == [*zip(seen, taken, strict=True), ([], ())]
    assert 1 <= len(taken) <= moves


def test_a_walk_stops_at_what_is_not_legal():
    with pytest.raises(IllegalActionError, match="action 1 of the history"):
        list(Arena("tic_tac_toe").walked([4, 4], 0))
    with pytest.raises(IllegalActionError, match="the game is over after 5 of 6"):
        list(Arena("tic_tac_toe").walked([0, 3, 1, 4, 2, 5], 0))


def test_long_games_are_shown_without_their_middle():
    assert list(_kept(5, 8)) == [0, 1, 2, 3, 4]
    assert list(_kept(100, 8)) == [0, 1, 94, 95, 96, 97, 98, 99]


def test_packed_lines_hold_the_letters_and_no_marks_of_their_own():
    line = (
        Span("a\ue001", Tone.FIRST, strong=True),
        Span("  ", Tone.MUTED),
        Span("<&", Tone.TILE_1),
    )
    text = packed(line)
    assert "".join(c for c in text if not "\ue000" <= c <= "\uefff") == "a?  <&"
    assert as_html((line,)).endswith("&lt;&amp;</i>")


@pytest.fixture(scope="module")
def kuhn(tmp_path_factory):
    place = tmp_path_factory.mktemp("kuhn") / "run"
    run_plan(Plan("kuhn_poker", ("random", "first"), episodes=60, seed=4), place)
    store = Store(place / FILE_NAME, new=False)
    yield store
    store.close()


def test_the_best_and_the_worst_deal_are_chosen(kuhn):
    chosen = choose(kuhn, kuhn.meta(), Wish(("best", "worst")), [0])
    means = kuhn.deal_means(0, 2)
    assert sum(number for _, number, _ in means) == 30
    returns = [entry[5] for entry in kuhn.episodes(0)]
    best, worst = (sum(returns[e] for e in one.episodes) / 2 for one in chosen)
    assert (best, worst) == (means[-1][0], means[0][0])
    assert best == max(sum(returns[n : n + 2]) / 2 for n in range(0, 60, 2))
    assert all(len(one.episodes) == 2 for one in chosen)


def test_an_episode_is_shown_with_the_others_of_its_deal(kuhn):
    (one,) = choose(kuhn, kuhn.meta(), Wish.parse("17"), [1])
    assert (one.row, one.episodes) == (1, (16, 17))


def test_many_rows_have_fewer_games_each(kuhn):
    chosen = choose(kuhn, kuhn.meta(), Wish(), [0, 1] * 30)
    assert len(chosen) == MOST_CHOSEN


@pytest.mark.parametrize("text", ["better", "", "best,-3"])
def test_a_wish_that_cannot_be_read_says_what_was_expected(text):
    with pytest.raises(UsageError, match="expected best, median, worst"):
        Wish.parse(text)


def test_each_player_of_a_card_game_has_a_picture(kuhn):
    replay = Projector(kuhn, "kuhn_poker", 50).replay(0, 1)
    assert replay.viewers == ("seen by random (seat 1)", "seen by random (seat 0)")
    text = ["".join(span.text for line in p for span in line) for p in replay.frames[-1].pictures]
    assert text[0] != text[1]
    assert len(replay.frames) >= 3


def test_everybody_is_named_where_they_sat(tmp_path):
    game = "kuhn_poker(players=3)"
    plan = Plan(game, ("random",), against=(("first", "last"),), episodes=12, seed=3)
    run_plan(plan, tmp_path / "run")
    store = Store(tmp_path / "run" / FILE_NAME, new=False)
    seating = Seating(plan, Cast(), 0, 3, (0, 1, 2))
    projector = Projector(store, game, 50)
    for episode in range(12):
        names = seating.at(episode).names
        title = ", ".join(f"seat {seat}: {name}" for seat, name in enumerate(names))
        assert projector.replay(0, episode).title == f"Episode {episode} · {title}"
    store.close()


def test_pictures_that_occur_twice_are_kept_once(kuhn):
    from openenv_tui.evaluation.report.contents import Shown

    replay = Projector(kuhn, "kuhn_poker", 50).replay(0, 0)
    reel = Reel()
    reel.add(Shown("</script><!--", "best", (replay, replay)))
    text = reel.to_json()
    assert "<" not in text
    whole = json.loads(text)
    assert whole["rows"] == ["</script><!--"]
    assert len(whole["pictures"]) == len({p for f in replay.frames for p in f.pictures})
