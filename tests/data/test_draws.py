"""The numbers of contexts, and that all of them are drawn, by enumeration."""

from itertools import product

import numpy as np
import pytest

from memcap.core.errors import DataError
from memcap.data.draws import Contexts

SPACES = [
    Contexts(vocab, length, duplicates, pointed)
    for vocab, length, duplicates, pointed in product(
        range(1, 5), range(1, 5), (True, False), (True, False)
    )
    if duplicates or length <= vocab
]


def context(space, sequence):
    last = sequence[-1] if space.pointed else None
    return tuple(sorted(sequence)), last


def every_context(space):
    sequences = product(range(space.vocab), repeat=space.length)
    allowed = (s for s in sequences if space.duplicates or len(set(s)) == len(s))
    return {context(space, s) for s in allowed}


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_the_count_is_the_number_of_contexts(space):
    assert space.count == len(every_context(space))


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_all_contexts_can_be_drawn(space):
    rows = space.draw(np.random.default_rng(0), space.count)
    assert {context(space, row) for row in rows.tolist()} == every_context(space)


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_one_more_is_refused_with_the_count(space):
    with pytest.raises(DataError, match=f"only {space.count} contexts"):
        space.draw(np.random.default_rng(0), space.count + 1)


@pytest.mark.parametrize("pointed", [True, False])
@pytest.mark.parametrize("duplicates", [True, False])
def test_sparse_draws_are_different_contexts(duplicates, pointed):
    space = Contexts(12, 4, duplicates, pointed)
    size = space.count // 5
    rows = space.draw(np.random.default_rng(1), size)
    assert rows.shape == (size, 4)
    assert len({context(space, row) for row in rows.tolist()}) == size
    assert rows.min() == 0 and rows.max() == 11
    if not duplicates:
        assert all(len(set(row)) == 4 for row in rows.tolist())


def test_contexts_that_uniform_sequences_never_meet_are_drawn_all_the_same():
    # Of 2000 contexts almost all have far more of one token than of the other.
    space = Contexts(vocab=2, length=1000, duplicates=True, pointed=True)
    rows = space.draw(np.random.default_rng(2), 450)
    assert len({(int(row.sum()), int(row[-1])) for row in rows}) == 450


def test_spaces_beyond_64_bits_are_drawn_from():
    space = Contexts(vocab=1000, length=40, duplicates=False, pointed=False)
    assert space.count > 1 << 64
    rows = space.draw(np.random.default_rng(3), 50)
    assert all(len(set(row)) == 40 for row in rows.tolist())


def test_sequences_without_repeats_are_uniform():
    space = Contexts(vocab=3, length=2, duplicates=False, pointed=True)
    rows = space.uniform_ids(np.random.default_rng(4), 6000)
    counts = np.unique(rows, axis=0, return_counts=True)[1]
    # Six sequences of 1000 each, within six standard deviations.
    assert len(counts) == 6 and np.all(np.abs(counts - 1000) < 6 * 29)


def test_free_tokens_stand_in_every_order():
    space = Contexts(vocab=3, length=3, duplicates=False, pointed=False)
    rows = space.of_ranks(np.random.default_rng(5), np.zeros(600, dtype=np.int64))
    assert len({tuple(row) for row in rows.tolist()}) == 6
