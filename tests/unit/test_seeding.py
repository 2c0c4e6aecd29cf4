"""Seeds and random numbers: the same everywhere, and fit for their purpose."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from openenv_tui.seeding import SEED_BITS, Rng, Seeds, derive


def test_the_numbers_that_published_runs_were_made_with_have_not_changed():
    assert derive(1) == 4159415240386655
    assert derive(1, "deal", 17) == 6883951764751507
    assert Seeds(1, "deal")[17] == 7618587637637655
    assert Rng(1, 2).random() == 0.3873408971129959
    assert Rng(2**70).getrandbits(64) == 17939353915897357273


def in_another_process(code, hash_seed):
    done = subprocess.run(
        [sys.executable, "-c", f"from openenv_tui.seeding import *; print({code})"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    "code", ["derive(7, 'deal', 3)", "Seeds(7, 'deal')[3]", "Rng(7, 1).random()"]
)
def test_a_number_is_the_same_in_every_process(code):
    here = str(eval(code, {"derive": derive, "Seeds": Seeds, "Rng": Rng}))
    assert in_another_process(code, "1") == in_another_process(code, "2") == here


@given(st.integers(), st.lists(st.one_of(st.integers(), st.text()), max_size=4))
def test_a_seed_survives_json(seed, path):
    derived = derive(seed, *path)
    assert 0 <= derived < 2**SEED_BITS
    assert int(float(derived)) == derived


def test_every_step_of_a_path_counts():
    paths = [(), ("a",), ("b",), ("a", "b"), ("ab",), ("a", 1), ("a", 11), (1,), (0,), ("a", 1, 1)]
    assert len({derive(1, *path) for path in paths}) == len(paths)
    assert derive(1, "a") != derive(2, "a")


def test_a_family_has_a_seed_for_every_number_and_shares_none_with_another():
    deals, shuffles = Seeds(3, "deal"), Seeds(3, "shuffle")
    seeds = [family[number] for family in (deals, shuffles) for number in range(2000)]
    assert len(set(seeds)) == 4000
    assert max(seeds) < 2**SEED_BITS
    assert Seeds(3, "deal")[17] == deals[17]


def test_neighbouring_seeds_give_unrelated_streams():
    first = [Rng(seed).random() for seed in range(4000)]
    assert stats.kstest(first, "uniform").pvalue > 0.001
    assert abs(stats.spearmanr(first[:-1], first[1:]).statistic) < 0.06


def test_the_numbers_are_uniform():
    rng = Rng(1)
    assert stats.kstest([rng.random() for _ in range(5000)], "uniform").pvalue > 0.001
    counts = [0] * 7
    for _ in range(7000):
        counts[rng.randrange(7)] += 1
    assert stats.chisquare(counts).pvalue > 0.001


def test_streams_of_one_seed_differ():
    assert len({Rng(5, stream).random() for stream in range(1000)}) == 1000


def test_a_seed_fixes_every_method():
    def drawn(rng):
        cards = list(range(20))
        rng.shuffle(cards)
        return (
            cards,
            rng.gauss(0, 1),
            rng.choice("abc"),
            rng.sample(range(9), 3),
            rng.getrandbits(99),
        )

    assert drawn(Rng(8)) == drawn(Rng(8))
    assert drawn(Rng(8)) != drawn(Rng(9))


def test_restarting_forgets_everything_that_was_drawn():
    rng = Rng(8)
    drawn = [rng.gauss(0, 1), rng.random()]
    rng.restart(8)
    assert [rng.gauss(0, 1), rng.random()] == drawn


def test_a_state_that_was_taken_can_be_gone_back_to():
    rng = Rng(8)
    rng.gauss(0, 1)
    state = rng.getstate()
    drawn = [rng.gauss(0, 1), rng.random(), rng.getrandbits(70)]
    rng.setstate(state)
    assert [rng.gauss(0, 1), rng.random(), rng.getrandbits(70)] == drawn


@given(st.integers(0, 300), st.integers())
def test_random_bits_are_as_many_as_asked_for(bits, seed):
    assert 0 <= Rng(seed).getrandbits(bits) < 2**bits


def test_a_negative_number_of_bits_is_refused():
    with pytest.raises(ValueError, match="non-negative"):
        Rng(1).getrandbits(-1)


def test_an_integer_seeds_it_as_restart_does():
    rng = Rng(1)
    rng.seed(5)
    assert rng.random() == Rng(5).random()


def test_a_generator_is_not_pickled_nor_copied():
    with pytest.raises(TypeError, match="send its seed"):
        pickle.dumps(Rng(1))
    with pytest.raises(TypeError, match="send its seed"):
        copy.copy(Rng(1))
