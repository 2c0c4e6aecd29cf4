"""The log of a run."""

from __future__ import annotations

import os
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openenv_tui.errors import StoreError
from openenv_tui.evaluation import opening
from openenv_tui.evaluation.store import FILE_NAME, Store, entry, unpack_actions
from openenv_tui.model import Forfeit, ForfeitKind, MatchRecord, Outcome

WON = MatchRecord(
    "tic_tac_toe", 7, ("a", "b"), (1.0, -1.0), (Outcome.WIN, Outcome.LOSS), 5, (0, 3, 1, 4, 2)
)


def stored(records, seats=None):
    store = Store(":memory:", new=True)
    seats = seats or [0] * len(records)
    store.add([entry(0, i, seats[i], record) for i, record in enumerate(records)])
    return store


def test_an_episode_is_counted_for_the_seat_of_its_row():
    counts = stored([WON, WON], seats=[0, 1]).counts(0, deal=1)
    assert (counts.episodes, counts.wins, counts.losses, counts.draws) == (2, 1, 1, 0)
    assert counts.total == 0.0


def test_the_unit_of_the_mean_is_the_complete_deal():
    store = stored([WON, WON, WON], seats=[0, 1, 0])
    assert store.units(0, deal=2) == (1, 0.0, 0.0)
    assert store.counts(0, deal=2).known == 3


def test_forfeits_are_counted_by_kind_for_the_one_whose_fault_it_was():
    forfeit = Forfeit(1, ForfeitKind.ILLEGAL, "chose 9")
    record = WON._replace(forfeit=forfeit, complete=False)
    assert stored([record], seats=[0]).counts(0, 1).forfeits["illegal"] == 0
    assert stored([record], seats=[1]).counts(0, 1).forfeits["illegal"] == 1


@pytest.mark.parametrize("actions", [(), (0, 255), (3, 256, 70_000), (2**40, 1)])
def test_actions_come_back_as_they_were(actions):
    assert unpack_actions(entry(0, 0, 0, WON._replace(history=actions))[8]) == actions


def test_an_episode_played_again_takes_the_place_of_the_first():
    store = stored([WON])
    store.add([entry(0, 0, 1, WON)])
    counts = store.counts(0, 1)
    assert (counts.episodes, counts.losses) == (1, 1)


def test_a_log_can_be_read_while_it_is_written(tmp_path):
    writer = Store(tmp_path / FILE_NAME, new=True)
    writer.describe({"game": "catch"}, [("random", None)])
    writer.add([entry(0, 0, 0, WON)])
    reader = Store(tmp_path / FILE_NAME, new=False)
    assert reader.counts(0, 1).episodes == 1
    assert reader.rows() == [("random", None)]
    writer.add([entry(0, 1, 0, WON)])
    assert reader.counts(0, 1).episodes == 2
    reader.close()
    writer.close()
    assert os.listdir(tmp_path) == [FILE_NAME]


def test_a_missing_log_says_so(tmp_path):
    with pytest.raises(StoreError, match=r"there is no run in .*: run.sqlite is missing"):
        Store(tmp_path / FILE_NAME, new=False)


def test_a_file_that_is_no_log_says_so(tmp_path):
    (tmp_path / FILE_NAME).write_text("not a database, whatever its name says" * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        Store(tmp_path / FILE_NAME, new=False)


def test_a_log_of_another_version_says_which(tmp_path):
    database = sqlite3.connect(tmp_path / FILE_NAME)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="a log of version 99, and this program reads 1"):
        Store(tmp_path / FILE_NAME, new=False)


def test_a_log_is_read_where_nothing_can_be_written(tmp_path, monkeypatch):
    writer = Store(tmp_path / FILE_NAME, new=True)
    writer.describe({"game": "catch"}, [("random", None)])
    writer.add([entry(0, 0, 0, WON)])

    def refuse(_):
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorname = "SQLITE_CANTOPEN"
        raise error

    monkeypatch.setattr(opening, "_read_only", refuse)
    reader = Store(tmp_path / FILE_NAME, new=False)
    assert reader.counts(0, 1).episodes == 1
    reader.close()
    writer.close()


def test_a_reader_cannot_change_a_log(tmp_path):
    Store(tmp_path / FILE_NAME, new=True).close()
    reader = Store(tmp_path / FILE_NAME, new=False)
    with pytest.raises(StoreError, match="it can only be read here"):
        reader.add([entry(0, 0, 0, WON)])
    reader.close()


def test_a_log_that_is_there_is_written_on(tmp_path):
    for episode in range(2):
        writer = Store(tmp_path / FILE_NAME, new=True)
        writer.add([entry(0, episode, 0, WON)])
        assert list(writer.played(0)) == [*range(episode + 1)]
        writer.close()


def test_a_log_that_was_begun_and_not_described_says_so(tmp_path):
    (tmp_path / FILE_NAME).touch()
    with pytest.raises(StoreError, match="holds nothing yet"):
        Store(tmp_path / FILE_NAME, new=False)
    assert not Store(tmp_path / FILE_NAME, new=True).described


def test_what_is_read_together_is_of_one_moment(tmp_path):
    writer = Store(tmp_path / FILE_NAME, new=True)
    writer.add([entry(0, 0, 0, WON)])
    reader = Store(tmp_path / FILE_NAME, new=False)
    with reader.still():
        assert reader.counts(0, 1).episodes == 1
        writer.add([entry(0, 1, 0, WON)])
        assert reader.counts(0, 1).episodes == 1
    assert reader.counts(0, 1).episodes == 2
    reader.close()
    writer.close()


@given(
    returns=st.lists(st.none() | st.integers(-3, 3).map(float), max_size=60),
    deal=st.sampled_from([1, 2, 3, 6, 13]),
    missing=st.sets(st.integers(0, 60)),
)
def test_units_are_the_means_of_complete_deals(returns, deal, missing):
    there = {i: r for i, r in enumerate(returns) if i not in missing}
    store = Store(":memory:", new=True)
    store.add([entry(0, i, 0, WON._replace(returns=(r, None))) for i, r in there.items()])
    deals = [[there.get(e) for e in range(d, d + deal)] for d in range(0, len(returns), deal)]
    means = [sum(values) / deal for values in deals if None not in values]
    found = store.units(0, deal)
    assert found.number == len(means)
    assert found.total == pytest.approx(sum(means))
    assert found.squares == pytest.approx(sum(mean * mean for mean in means))


def test_reading_a_closed_log_leaves_nothing_behind(tmp_path):
    Store(tmp_path / FILE_NAME, new=True).close()
    reader = Store(tmp_path / FILE_NAME, new=False)
    assert reader.rows() == []
    assert os.listdir(tmp_path) == [FILE_NAME]
    reader.close()
