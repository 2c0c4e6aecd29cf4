"""What episodes that were played twice tell about a server's seeds and chance."""

from random import Random

from openenv_tui.connection.chance import SEED_PAIRS, Beginning, Pair, judge


def episodes(play):
    """What an audit sees of a server that answers ``play(seed, nth)`` with a start and a rest."""
    return [
        Pair(*(tuple(Beginning(*play(seed, nth)) for nth in range(2)) for seed in pair))
        for pair in SEED_PAIRS
    ]


def test_a_seed_that_decides_the_start_is_honoured():
    seeded, finding = judge(episodes(lambda seed, nth: (f"{seed}", "same")))
    assert seeded
    assert "honoured" in finding.said


def test_a_secret_that_only_later_answers_tell_is_chance_all_the_same():
    seeded, finding = judge(episodes(lambda seed, nth: ("guess", f"[{seed % 3}]")))
    assert seeded
    assert "honoured" in finding.said


def test_equal_episodes_of_all_seeds_show_no_chance():
    seeded, finding = judge(episodes(lambda seed, nth: ("start", "rest")))
    assert seeded
    assert "no chance was seen in 16 episodes of 8 seeds" in finding.said


def test_chance_after_an_equal_start_is_not_shared():
    rng = Random(1)
    seeded, finding = judge(episodes(lambda seed, nth: (f"{seed}", f"[{rng.random()}]")))
    assert not seeded
    assert finding.said == "fixes the start, and chance after it"


def test_a_seed_that_begins_in_two_ways_is_ignored():
    seeded, finding = judge(episodes(lambda seed, nth: (f"{seed == 11 and nth}", "")))
    assert not seeded
    assert "ignored: 1 of 8 seeds" in finding.said


def test_an_episode_that_time_cut_short_agrees_as_far_as_it_goes():
    seeded, _ = judge(episodes(lambda seed, nth: ("start", "[1]" if nth else "[1]\n[2]")))
    assert seeded
