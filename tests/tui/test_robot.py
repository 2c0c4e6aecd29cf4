"""A robot presses random keys for a while on every screen: nothing breaks."""

import pytest

from tests.support.robot import PLACES, Tally, press

KEYS, SECONDS = 100, 10.0
"""At most for each screen; `python benchmarks/robot.py --minutes 60` is the long way."""


@pytest.mark.parametrize("place", PLACES)
async def test_random_keys_break_nothing(place, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    tally = Tally()
    await press(place, 1, SECONDS, tally, most_keys=KEYS)
    assert tally.keys
