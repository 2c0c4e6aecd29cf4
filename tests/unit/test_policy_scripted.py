"""The scripted policy: a list of actions, as text or in a file."""

from __future__ import annotations

import pytest

from openenv_tui.errors import SpecError
from openenv_tui.model import EpisodeContext, Observation
from openenv_tui.specs import PolicySpec


def played(spec, moves):
    policy = PolicySpec.parse(spec).build()
    policy.begin(EpisodeContext(None, 0))
    return [policy.act(Observation.of(0, (0, 1, 2)), None) for _ in range(moves)]


def test_words_are_numbers_or_values_and_begin_anew_at_the_end():
    assert played("scripted(actions='0 2 UP')", 4) == [0, 2, "UP", 0]


def test_without_repeat_the_last_action_is_played_on():
    assert played("scripted(actions='0 2', repeat=false)", 4) == [0, 2, 2, 2]


def test_words_in_brackets_are_words():
    assert played("scripted(actions='[4] [0]')", 2) == ["[4]", "[0]"]


def test_a_json_list_may_hold_forms():
    assert played("""scripted(actions='[{"x": 1}, 3]')""", 2) == [{"x": 1}, 3]


def test_a_new_episode_begins_the_script_anew():
    policy = PolicySpec.parse("scripted(actions='1 2')").build()
    policy.act(Observation.of(0, (1, 2)), None)
    policy.begin(EpisodeContext(None, 0))
    assert policy.act(Observation.of(0, (1, 2)), None) == 1


def test_a_file_holds_one_action_a_line(tmp_path):
    script = tmp_path / "moves.jsonl"
    script.write_text('0\n\n{"message": "hi"}\n')
    assert played(f"scripted(actions='@{script}')", 2) == [0, {"message": "hi"}]


@pytest.mark.parametrize(
    ("text", "said"), [("", "no action in the script"), ("[]", "no action"), ("@gone", "gone")]
)
def test_a_script_that_cannot_be_read_says_why(text, said):
    with pytest.raises(SpecError, match=said):
        PolicySpec("scripted", {"actions": text}).build()


def test_a_bad_line_of_a_file_is_named(tmp_path):
    script = tmp_path / "moves.jsonl"
    script.write_text("0\nUP\n")
    with pytest.raises(SpecError, match="line 2"):
        PolicySpec("scripted", {"actions": f"@{script}"}).build()
