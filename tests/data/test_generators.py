"""What the families promise: consistency, different contexts, seeds, refusals."""

import numpy as np
import pytest

from memcap.core.errors import DataError, InconsistentLabelsError
from memcap.data import from_arrays, generators

# Every family, small: (function, arguments), each consistent by its own promise.
FAMILIES = {
    "next": (generators.random_next_token, dict(length=3, vocab=9, classes=3)),
    "next_distinct": (
        generators.random_next_token,
        dict(length=3, vocab=9, classes=3, duplicates=False),
    ),
    "seq": (generators.random_seq_to_seq, dict(length=3, vocab=9, classes=3)),
    "seq_distinct": (
        generators.random_seq_to_seq,
        dict(length=3, vocab=9, classes=3, duplicates=False),
    ),
    "constant": (generators.constant_sequences, dict(length=3, classes=3)),
    "shared": (generators.shared_multiset, dict(length=3, vocab=9, classes=3)),
    "vectors": (
        generators.separated_vectors,
        dict(length=3, dim=2, num_points=9, classes=3),
    ),
}
families = pytest.mark.parametrize("family", FAMILIES)


def make(family, num_samples=50, **changes):
    function, arguments = FAMILIES[family]
    return function(num_samples, **arguments | changes)


@families
def test_a_family_is_consistent_and_has_n_contexts(family):
    ds = make(family)
    ds.check_consistent()
    assert (ds.num_samples, ds.length, ds.num_classes) == (50, 3, 3)
    if ds.task == "next_token":
        assert len(np.unique(ds.contexts())) == 50
    else:
        assert len(np.unique(np.sort(ds.tokens), axis=0)) == 50


@families
def test_the_seed_decides_everything(family):
    assert make(family, seed=7).sha256 == make(family, seed=7).sha256
    assert make(family, seed=7).sha256 != make(family, seed=8).sha256


@families
def test_unused_classes_count(family):
    assert make(family, num_samples=2, classes=99).num_classes == 99


@families
@pytest.mark.parametrize(
    ("argument", "value"),
    [("num_samples", 0), ("length", 0), ("classes", 0), ("seed", -1), ("length", 2.5)],
)
def test_a_bad_argument_is_refused_by_name(family, argument, value):
    with pytest.raises(DataError, match=argument):
        make(family, **{argument: value})


@pytest.mark.parametrize("family", ["next_distinct", "seq_distinct"])
def test_no_token_twice_needs_enough_tokens(family):
    assert all(len(set(row)) == 3 for row in make(family).tokens.tolist())
    with pytest.raises(DataError, match="vocab = 2"):
        make(family, vocab=2)


@pytest.mark.parametrize(("family", "count"), [("next", 6), ("seq", 4)])
def test_the_whole_space_is_delivered_and_no_more(family, count):
    assert make(family, num_samples=count, vocab=2).num_samples == count
    with pytest.raises(DataError, match=f"only {count} contexts"):
        make(family, num_samples=count + 1, vocab=2)


def test_equal_tokens_of_a_sequence_share_their_label_and_others_do_not():
    ds = generators.random_seq_to_seq(20, length=6, vocab=3, classes=50)
    for tokens, labels in zip(ds.tokens, ds.labels, strict=True):
        assert len(set(zip(tokens, labels, strict=True))) == len(set(tokens))
    assert np.any(ds.labels != ds.labels[:, :1])


def test_labels_and_ids_are_uniform():
    ds = generators.random_next_token(20000, length=4, vocab=50, classes=4, seed=3)
    classes = np.bincount(ds.labels, minlength=4)
    ids = np.bincount(ds.tokens.reshape(-1), minlength=50)
    # Within six standard deviations of the binomial counts.
    assert np.all(np.abs(classes - 5000) < 6 * 62)
    assert np.all(np.abs(ids - 1600) < 6 * 40)


def test_shared_multisets_say_nothing_about_the_label():
    ds = generators.shared_multiset(60, length=4, vocab=7, classes=2)
    groups = np.sort(ds.tokens).reshape(15, 4, 4)
    assert np.all(groups == groups[:, :1])
    assert np.all(ds.labels.reshape(15, 4).sum(axis=1) == 2)
    with pytest.raises(InconsistentLabelsError):
        from_arrays(np.sort(ds.tokens), ds.labels).check_consistent()


def test_shared_multisets_of_few_tokens_are_counted():
    # Five tokens that hold 0, 1 and 2: two are free, in 6 multisets of 3 samples.
    ds = generators.shared_multiset(18, length=5, vocab=3, classes=2)
    assert len(np.unique(ds.contexts())) == 18
    with pytest.raises(DataError, match="enough for 18 samples"):
        generators.shared_multiset(19, length=5, vocab=3, classes=2)


def test_the_cardinality_adversary_collides_under_a_constant_shift():
    ds = generators.cardinality_adversary()
    value = {0: 90, 1: 45, 2: 0}
    sums = [sum(value[t] for t in row) for row in ds.tokens.tolist()]
    assert sums == [0, 90, 90]
    assert len(set(ds.labels.tolist())) == 3
    ds.check_consistent()


@pytest.mark.parametrize("dim", [1, 2, 16])
@pytest.mark.parametrize("distance", [1.0, 0.3, 1e-9, 3.0, 1e12])
def test_vectors_keep_their_distance_exactly(dim, distance):
    ds = generators.separated_vectors(
        40, 4, dim=dim, num_points=30, classes=2, min_distance=distance
    )
    assert ds.dim == dim
    assert ds.separation().epsilon >= distance


@pytest.mark.parametrize("distance", [0.0, -1.0, float("nan"), float("inf")])
def test_a_distance_must_be_positive_and_finite(distance):
    with pytest.raises(DataError, match="min_distance"):
        make("vectors", min_distance=distance)
