"""KS25.LemB1 and LemB2: distinguishing tokens and sums that differ."""

from math import ceil, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memcap.constructions.sequence_ids import (
    distinguishing_tokens,
    projected_labels,
    random_labels,
    sums,
)

multiset_tables = st.lists(
    st.lists(st.integers(0, 6), min_size=4, max_size=4), min_size=1, max_size=25
).map(lambda rows: np.unique(np.sort(np.array(rows), axis=1), axis=0))


@settings(max_examples=150, derandomize=True, deadline=None)
@given(multiset_tables)
def test_restricted_multisets_stay_distinct(multisets):
    tokens = distinguishing_tokens(multisets)
    assert len(tokens) == len(set(tokens)) <= max(0, len(multisets) - 1)
    restricted = {tuple((row == token).sum() for token in tokens) for row in multisets}
    assert len(restricted) == len(multisets)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(multiset_tables, st.integers(0, 3))
@pytest.mark.parametrize("choose", [random_labels, projected_labels])
def test_sums_of_labels_differ(choose, multisets, seed):
    tokens = distinguishing_tokens(multisets)
    labels = choose(multisets, tokens, seed)
    assert set(labels) == set(tokens) and all(x >= 1 for x in labels.values())
    totals = sums(multisets, labels).tolist()
    assert len(set(totals)) == len(multisets)
    expected = [sum(labels.get(t, 0) for t in row) for row in multisets.tolist()]
    assert totals == expected


def shifted(h, count, size, repaired, length):
    stretch = count**2 * size * sqrt(pi)
    shift = ceil(4 * length * stretch + sqrt(size)) if repaired else int(2 * stretch)
    return [x + shift for x in h]


def test_the_printed_shift_collides_and_the_repaired_one_does_not():
    """m1 = {a, a}, m2 = {b}, v = (-0.6, 0.8): an admissible direction."""
    v, count, size = (-0.6, 0.8), 2, 2
    h = [ceil(count**2 * size * sqrt(pi) * x) for x in v]
    assert h == [-8, 12]
    printed = shifted(h, count, size, repaired=False, length=2)
    assert printed == [20, 40] and 2 * printed[0] == printed[1]
    repaired = shifted(h, count, size, repaired=True, length=2)
    assert abs(2 * repaired[0] - repaired[1]) >= sqrt(size)


def test_equal_length_sequences_collide_under_the_printed_shift():
    """{2,2}, {1,1}, {0,2} with A = (1, 0) and v = (-0.5784, 0.8157)."""
    multisets = np.array([[2, 2], [1, 1], [0, 2]])
    tokens = distinguishing_tokens(multisets)
    assert tokens == [1, 0]
    count, size = 3, 2
    h = [ceil(count**2 * size * sqrt(pi) * x) for x in (-0.5784, 0.8157)]
    f = dict(zip(tokens, shifted(h, count, size, False, 2), strict=True))
    assert sums(multisets, f).tolist() == [0, 90, 90]
    repaired = dict(zip(tokens, shifted(h, count, size, True, 2), strict=True))
    assert len(set(sums(multisets, repaired).tolist())) == 3


def test_one_random_draw_from_n_squared_succeeds_more_often_than_not():
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(200):
        rows = np.sort(rng.integers(0, 8, (20, 5)), axis=1)
        multisets = np.unique(rows, axis=0)
        tokens = distinguishing_tokens(multisets)
        draw = rng.integers(1, len(multisets) ** 2 + 1, len(tokens))
        totals = sums(multisets, dict(zip(tokens, draw.tolist(), strict=True)))
        hits += len(set(totals.tolist())) == len(multisets)
    assert hits > 100
