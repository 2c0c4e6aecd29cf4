"""Schedules: who meets whom, for any number of entrants and whatever comes of their games."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openenv_tui.evaluation.schedules import (
    FORMATS,
    MOST_TABLES,
    PLAY_OFFS,
    Duel,
    Field,
    bracket,
    paired,
    tables,
)

fields = st.tuples(st.integers(2, 9), st.integers(2, 6)).map(lambda both: Field(*both))
duels_of_two = st.integers(2, 12).map(Field)


def held(form, field, draw):
    """The rounds of a tournament; ``draw`` says the mean return of each entrant at each table."""
    course, found = FORMATS[form].course(field), []
    round_ = next(course)
    while True:
        means = [{one: draw(one, bout) for one in bout.lineup} for bout in round_]
        found.append((round_, means))
        try:
            round_ = course.send(means)
        except StopIteration:
            return found


def by_strength(one, bout):
    return -float(one)


def always_drawn(one, bout):
    return 0.0


def pairs(rounds):
    return Counter(
        tuple(sorted(set(bout.lineup))) for round_, _ in rounds for bout in round_ if not bout.extra
    )


@given(duels_of_two)
def test_in_a_round_robin_of_two_seats_everybody_meets_everybody_once(field):
    met = pairs(held("round-robin", field, by_strength))
    assert met == Counter(dict.fromkeys(combinations(range(field.entrants), 2), 1))


@given(fields)
def test_at_larger_tables_everybody_meets_everybody_and_sits_equally_often(field):
    found = tables(field.entrants, field.seats)
    assert len(found) == len(set(found))
    assert {len(lineup) for lineup in found} == {field.seats}
    met = {pair for lineup in found for pair in combinations(sorted(set(lineup)), 2)}
    assert met == set(combinations(range(field.entrants), 2))
    assert len(set(Counter(one for lineup in found for one in lineup).values())) == 1


@pytest.mark.parametrize(("entrants", "seats"), [(12, 3), (20, 4), (15, 6), (40, 3)])
def test_many_entrants_get_a_balanced_choice_of_tables(entrants, seats):
    found = tables(entrants, seats)
    assert len(set(Counter(one for lineup in found for one in lineup).values())) == 1
    met = Counter(pair for lineup in found for pair in combinations(lineup, 2))
    assert len(met) == entrants * (entrants - 1) // 2
    assert len(found) < 3 * len(met) / (seats * (seats - 1) / 2) + MOST_TABLES


def test_the_row_of_a_mixed_table_is_about_who_has_the_fewest_seats():
    assert tables(2, 3) == [(1, 0, 0), (0, 1, 1)]
    assert tables(3, 3) == [(0, 1, 2)]


@given(fields, st.data())
def test_a_gauntlet_is_everybody_against_the_anchor(field, data):
    field = field._replace(anchor=data.draw(st.integers(0, field.entrants - 1)))
    ((round_, _),) = held("gauntlet", field, by_strength)
    assert {bout.lineup[0] for bout in round_} == set(range(field.entrants)) - {field.anchor}
    assert all(set(bout.lineup[1:]) == {field.anchor} for bout in round_)


@given(st.sampled_from(list(FORMATS)), fields, st.data())
def test_the_number_of_tables_is_known_beforehand(form, field, data):
    draw = data.draw(st.sampled_from([by_strength, always_drawn]))
    rounds = held(form, field, draw)
    played = sum(not bout.extra for round_, _ in rounds for bout in round_)
    assert played == FORMATS[form].bouts(field)


@given(st.integers(2, 12), st.integers(1, 12), st.data())
def test_in_a_swiss_tournament_nobody_rests_twice_before_all_did(entrants, rounds, data):
    scores = st.sampled_from([-1.0, 0.0, 1.0])
    found = held("swiss", Field(entrants, rounds=rounds), lambda one, bout: data.draw(scores))
    assert len(found) == rounds
    played = Counter(one for round_, _ in found for bout in round_ for one in bout.lineup)
    rests = {one: rounds - played[one] for one in range(entrants)}
    assert max(rests.values()) - min(rests.values()) <= (entrants % 2)
    assert sum(rests.values()) == rounds * (entrants % 2)


def every_pairing(left, may):
    if not left:
        yield 0
        return
    one, *others = left
    for other in others:
        rest = [each for each in others if each != other]
        for most in every_pairing(rest, may):
            if (again := may(one, other)) is not None:
                yield max(most, again)


@given(st.integers(2, 7), st.integers(1, 7), st.data())
def test_nobody_meets_again_as_long_as_that_can_be(entrants, rounds, data):
    met, byes = Counter(), Counter()
    for _ in range(rounds):
        standing = data.draw(st.permutations(range(entrants)))
        fewest = min(byes[one] for one in standing)

        def again(one, other, fewest=fewest):
            if None in (one, other):
                return 0 if byes[one if other is None else other] == fewest else None
            return met[Duel(min(one, other), max(one, other))]

        everybody = [*standing, None] if entrants % 2 else standing
        least = min(every_pairing(everybody, again))
        duels, resting = paired(standing, met, byes)
        assert max((met[duel] for duel in duels), default=0) == least
        met.update(duels)
        byes.update([] if resting is None else [resting])


def test_a_swiss_tournament_pairs_neighbours_in_the_standing():
    first, second = held("swiss", Field(4), by_strength)
    assert [bout.lineup for bout in first[0]] == [(0, 1), (2, 3)]
    assert [bout.lineup for bout in second[0]] == [(0, 2), (1, 3)]


def test_a_bye_is_a_point_and_goes_to_the_last():
    first, second, *_ = held("swiss", Field(5), by_strength)
    assert [bout.lineup for bout in first[0]] == [(0, 1), (2, 3)]
    # 0 and 2 won by 1 each, 4 rested; 1 and 3 have nothing, and 3 rests as the last of those.
    assert [bout.lineup for bout in second[0]] == [(0, 2), (1, 4)]


@given(st.integers(1, 64))
def test_a_bracket_is_a_power_of_two_and_byes_go_to_the_first(entrants):
    places = bracket(entrants)
    assert len(places) & (len(places) - 1) == 0
    assert sorted(one for one in places if one is not None) == list(range(entrants))
    resting = {one for one, other in zip(places[::2], places[1::2], strict=False) if other is None}
    assert resting == set(range(len(places) - entrants))


@given(st.integers(2, 16), st.integers(2, 5))
def test_of_a_knockout_without_surprises_the_first_two_play_the_last_round(entrants, seats):
    *_, (final, _) = held("knockout", Field(entrants, seats), by_strength)
    assert {one for bout in final for one in bout.lineup} == {0, 1}


def test_a_drawn_pairing_goes_on_for_some_deals_and_then_the_higher_seed_does():
    rounds = held("knockout", Field(4), always_drawn)
    assert [[bout.extra for bout in round_] for round_, _ in rounds] == [
        [False] * 2, *[[True] * 2] * PLAY_OFFS, [False], *[[True]] * PLAY_OFFS,
    ]  # fmt: skip
    assert rounds[-1][0][0].lineup == (0, 1)


def test_a_play_off_is_of_those_alone_who_drew():
    def one_surprise(one, bout):
        return float(one == 3 and (bout.extra or 3 not in bout.lineup)) + (one == 0)

    rounds = held("knockout", Field(4), one_surprise)
    assert [[bout.lineup for bout in round_] for round_, _ in rounds] == [
        [(0, 3), (1, 2)],
        [(1, 2)], [(1, 2)], [(1, 2)], [(1, 2)], [(1, 2)],
        [(0, 1)],
    ]  # fmt: skip
