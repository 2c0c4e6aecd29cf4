"""Perfect matchings, against every way to pair a few."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from openenv_tui.evaluation.matching import can_be_paired, first_matching


def every_pairing(left):
    """All ways to pair, those with the smallest numbers first."""
    if not left:
        yield []
        return
    one, *others = left
    for other in others:
        rest = [each for each in others if each != other]
        for more in every_pairing(rest):
            yield [(one, other), *more]


graphs = st.sampled_from([0, 2, 4, 6, 8]).flatmap(
    lambda size: st.tuples(st.just(size), st.sets(st.sampled_from(
        list(combinations(range(max(2, size)), 2))))))  # fmt: skip


@given(graphs)
def test_the_first_pairing_of_all_that_are_allowed_is_found(graph):
    size, edges = graph
    fitting = (p for p in every_pairing(list(range(size))) if set(p) <= edges)
    assert first_matching(size, lambda a, b: (a, b) in edges) == next(fitting, None)


def test_two_triangles_cannot_be_paired():
    triangles = {(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)}
    assert not can_be_paired(range(6), lambda a, b: (a, b) in triangles)
    assert can_be_paired(range(6), lambda a, b: (a, b) in triangles | {(2, 3)})
