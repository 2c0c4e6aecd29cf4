"""Block drawings grow without falling apart."""

import pytest

from openenv_tui.blocks import BLOCKS, magnified


def test_every_block_becomes_its_four_squares():
    assert magnified(["▚"], 2) == ["█ ", " █"]
    assert magnified(["▀"], 2) == ["██", "  "]
    assert magnified(["▗"], 2) == ["  ", " █"]


@pytest.mark.parametrize("times", [2, 3])
def test_size_and_ink_grow_evenly(times):
    art = ["▚▖ ▗▞", " ▝█▘ ", "▞▘ ▝▚"]
    large = magnified(art, times)
    assert {len(line) for line in large} == {5 * times}
    assert len(large) == 3 * times
    assert ink(large) == ink(art) * times**2


def test_what_is_no_block_is_repeated():
    assert magnified(["a▚"], 2) == ["aa▚▚", "aa▚▚"]


def test_once_is_as_it_was():
    assert magnified(["▚▖ ▗▞"], 1) == ["▚▖ ▗▞"]


def ink(lines):
    return sum(BLOCKS.index(letter).bit_count() for line in lines for letter in line)
