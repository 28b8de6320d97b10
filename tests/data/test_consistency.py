"""Contexts and consistency against their definitions, by brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memcap.core.errors import DataError, InconsistentLabelsError
from memcap.data import drop_inconsistent, drop_repeated, from_arrays


@st.composite
def datasets(draw):
    size, length = draw(st.integers(1, 8)), draw(st.integers(1, 4))
    ids = st.lists(st.integers(0, 2), min_size=length, max_size=length)
    tokens = draw(st.lists(ids, min_size=size, max_size=size))
    if draw(st.booleans()):
        labels = draw(st.lists(st.integers(0, 1), min_size=size, max_size=size))
    else:
        marks = st.lists(st.integers(0, 1), min_size=length, max_size=length)
        labels = draw(st.lists(marks, min_size=size, max_size=size))
    return from_arrays(tokens, labels)


def pairs(ds, i):
    """The (context, label) pairs of sample i, from the definition."""
    tokens, labels = ds.tokens[i].tolist(), np.atleast_1d(ds.labels[i]).tolist()
    read = tokens[-1:] if ds.task == "next_token" else tokens
    bag = tuple(sorted(tokens))
    return [((bag, t), label) for t, label in zip(read, labels, strict=True)]


@given(datasets())
def test_contexts_are_equal_by_definition(ds):
    wanted = [context for i in range(ds.num_samples) for context, _ in pairs(ds, i)]
    found = ds.contexts().reshape(-1).tolist()
    assert len(set(zip(wanted, found, strict=True))) == len(set(wanted))
    assert len(set(wanted)) == len(set(found))


@given(datasets(), st.randoms(use_true_random=False))
def test_contexts_ignore_the_order_before_the_last_token(ds, random):
    rest = list(range(ds.length - 1))
    random.shuffle(rest)
    order = [*rest, ds.length - 1]
    labels = ds.labels if ds.task == "next_token" else ds.labels[:, order]
    moved = from_arrays(ds.tokens[:, order], labels, num_classes=ds.num_classes)
    expected = ds.contexts()
    if ds.task == "seq_to_seq":
        expected = expected[:, order]
    assert moved.contexts().tolist() == expected.tolist()


@given(datasets())
def test_dropping_is_greedy_in_the_order_of_the_data(ds):
    known, keep = {}, []
    for i in range(ds.num_samples):
        own = dict(pairs(ds, i))
        sound = all(own[c] == label == known.get(c, label) for c, label in pairs(ds, i))
        if sound:
            known |= own
            keep.append(i)
    if not keep:
        with pytest.raises(DataError, match="nothing is left"):
            drop_inconsistent(ds)
        return
    left = drop_inconsistent(ds)
    assert left.sha256 == ds.take(keep).sha256
    left.check_consistent()
    assert drop_inconsistent(left).sha256 == left.sha256


@given(datasets())
def test_a_conflict_is_reported_exactly_when_there_is_one(ds):
    every = {pair for i in range(ds.num_samples) for pair in pairs(ds, i)}
    if len(every) == len({context for context, _ in every}):
        ds.check_consistent()
        return
    with pytest.raises(InconsistentLabelsError, match="drop_inconsistent"):
        ds.check_consistent()


def test_the_first_conflict_is_named():
    ds = from_arrays([[0, 1, 2], [5, 5, 5], [1, 0, 2], [0, 1, 2]], [0, 1, 0, 1])
    with pytest.raises(InconsistentLabelsError, match="samples 0 and 3 .* 0 and 1"):
        ds.check_consistent()


def test_a_conflict_within_one_sequence_is_named():
    ds = from_arrays([[4, 3, 4]], [[0, 0, 1]])
    with pytest.raises(InconsistentLabelsError, match="tokens 0 and 2"):
        ds.check_consistent()


def test_repeated_contexts_are_dropped():
    ds = from_arrays([[0, 1, 2], [1, 0, 2], [2, 1, 0]], [0, 0, 1])
    assert drop_repeated(ds).tokens.tolist() == [[0, 1, 2], [2, 1, 0]]
    both = from_arrays(ds.tokens, np.zeros((3, 3), dtype=int))
    assert drop_repeated(both).tokens.tolist() == [[0, 1, 2]]
