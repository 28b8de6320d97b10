"""Grouping of rows against numpy's own, slower way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from memcap.data.rows import compact_ids, first_appearances, group_rows, sorted_rows

LARGEST = 2**63 - 1


@given(
    arrays(
        np.int64,
        array_shapes(min_dims=2, max_dims=2, max_side=6),
        elements=st.sampled_from([0, 1, 2, 2**31, 2**62, LARGEST]),
    )
)
def test_groups_are_numpys_unique_rows(rows):
    _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    found_first, group = group_rows(rows)
    assert found_first.tolist() == first.tolist()
    assert group.tolist() == inverse.reshape(-1).tolist()


@pytest.mark.parametrize("most", [3, 40, 2**15 - 3, 2**15 - 2, 2**15 - 1, 2**40])
def test_groups_of_many_rows_in_any_integers(most):
    """Thousands of rows, most of them tied in their first word, over several chunks."""
    rng = np.random.default_rng(most)
    rows = rng.integers(0, 2, (20_000, 12)) * most
    rows[:, -1] = rng.integers(0, most + 1, 20_000)
    rows = sorted_rows(rows)
    _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    for found in (rows, rows.astype(np.int64)):
        found_first, group = group_rows(found)
        assert (found_first == first).all()
        assert (group == inverse.reshape(-1)).all()


@pytest.mark.parametrize("entries", [[-1, 2**15 - 2], [-1, 2**15 - 1], [-(2**40), 5]])
def test_sorted_rows_hold_every_entry_and_one_more(entries):
    rows = np.array([entries[::-1], entries])
    found = sorted_rows(rows)
    assert found.tolist() == [entries] * 2
    assert (found + 1).tolist() == [[x + 1 for x in entries]] * 2


@pytest.mark.parametrize("ids", [[[3, 0], [3, 7]], [[LARGEST, 5], [5, 2**40]]])
def test_compact_ids_index_the_distinct_ids(ids):
    ids = np.array(ids)
    used, index = compact_ids(ids)
    assert used.tolist() == sorted(set(ids.reshape(-1).tolist()))
    assert used[index].tolist() == ids.tolist()


def test_first_appearances_keep_the_order():
    assert first_appearances(np.array([5, 1, 5, 9, 1, 0])).tolist() == [5, 1, 9, 0]
