"""Files that are there whole or not at all."""

from __future__ import annotations

import os

import pytest

from openenv_tui.evaluation.writing import write_whole


def test_a_file_takes_the_place_of_the_one_before_it(tmp_path):
    write_whole(tmp_path / "a", "one")
    write_whole(tmp_path / "a", "zwei ü")
    assert (tmp_path / "a").read_text(encoding="utf-8") == "zwei ü"
    assert os.listdir(tmp_path) == ["a"]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path, monkeypatch):
    write_whole(tmp_path / "a", "one")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "a", "two")
    assert (tmp_path / "a").read_text() == "one"
    assert os.listdir(tmp_path) == ["a"]


def test_bytes_are_written_as_they_are(tmp_path):
    write_whole(tmp_path / "a", b"\x00\xff")
    assert (tmp_path / "a").read_bytes() == b"\x00\xff"
