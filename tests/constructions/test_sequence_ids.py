"""KS25.LemB1 and LemB2: distinguishing tokens and sums that differ."""

from collections import Counter
from math import ceil, pi, sqrt
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memcap.constructions import sequence_ids
from memcap.constructions.sequence_ids import (
    distinguishing_tokens,
    projected_labels,
    random_labels,
    sums,
)
from memcap.core.errors import HypothesisError

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


def greedy(multisets):
    """The set A word for word: every multiset in turn, all keys again for a token."""
    chosen, seen, rows = [], {}, [Counter(row) for row in multisets.tolist()]
    for i, row in enumerate(rows):
        while (key := tuple(row[t] for t in chosen)) in seen:
            other = rows[seen[key]]
            chosen.append(min(t for t in row | other if row[t] != other[t]))
            seen = {tuple(r[t] for t in chosen): j for j, r in enumerate(rows[:i])}
        seen[key] = i
    return chosen


@settings(max_examples=150, derandomize=True, deadline=None)
@given(multiset_tables, st.randoms(use_true_random=False), st.integers(1, 4))
def test_tokens_are_the_greedy_ones_in_any_order_of_the_rows(multisets, random, first):
    """Walks of few rows, so that small tables are doubled many times."""
    order = list(range(len(multisets)))
    random.shuffle(order)
    rows = multisets[order] - 2
    with (
        mock.patch.object(sequence_ids, "_FIRST_WALK", first),
        mock.patch.object(sequence_ids, "_CHUNK", 3),
    ):
        assert distinguishing_tokens(rows) == greedy(rows)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(multiset_tables, st.integers(0, 2**32))
def test_tokens_do_not_depend_on_the_luck_of_the_sums(multisets, seed):
    """Rows that a chance would add to those that are not alone change nothing."""
    honest, rng = sequence_ids._not_alone, np.random.default_rng(seed)

    def unlucky(rows, tokens):
        return honest(rows, tokens) | (rng.random(len(rows)) < 0.5)

    with (
        mock.patch.object(sequence_ids, "_FIRST_WALK", 2),
        mock.patch.object(sequence_ids, "_not_alone", unlucky),
    ):
        assert distinguishing_tokens(multisets) == greedy(multisets)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(multiset_tables, st.sets(st.integers(0, 6)))
def test_every_row_that_is_not_alone_is_found(multisets, tokens):
    tokens = sorted(t for t in tokens if (multisets == t).any())
    keys = [tuple((row == t).sum() for t in tokens) for row in multisets]
    many = Counter(keys)
    found = sequence_ids._not_alone(multisets, tokens)
    # Sums of 64 random bits of the fixed seed do not meet by chance in so few rows.
    assert found.tolist() == [many[key] > 1 for key in keys]


@pytest.mark.parametrize("vocab", [12, 150])
def test_tokens_of_thousands_of_rows(vocab):
    rng = np.random.default_rng(vocab)
    # Most tokens are rare ones, as in text.
    drawn = (vocab * rng.random((2000, 6)) ** 3).astype(np.int64)
    rows = rng.permutation(np.unique(np.sort(drawn, axis=1), axis=0))
    assert distinguishing_tokens(rows) == greedy(rows)


def test_equal_multisets_are_refused_however_far_apart():
    rows = np.sort(np.random.default_rng(0).integers(0, 50, (1200, 5)), axis=1)
    rows = rows[np.sort(np.unique(rows, axis=0, return_index=True)[1])]
    rows = np.concatenate([rows, rows[3:4]])
    with pytest.raises(HypothesisError, match="two are equal"):
        distinguishing_tokens(rows)


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
