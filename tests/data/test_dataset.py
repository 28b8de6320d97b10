"""The dataset record: what it refuses, what its hash sees."""

import numpy as np
import pytest

from memcap.core.errors import DataError
from memcap.data import from_arrays


def small(**changes):
    fields = {"tokens": [[0, 1], [1, 2]], "labels": [0, 1]} | changes
    return from_arrays(**fields)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tokens": [[0, 1], [1]]}, "different lengths"),
        ({"tokens": [0, 1]}, "shape"),
        ({"tokens": np.empty((0, 2), dtype=int)}, "empty"),
        ({"tokens": [[0.0, 1.0], [1.0, 2.0]]}, "must be integers"),
        ({"tokens": [["a", "b"], ["b", "c"]]}, "must be numbers"),
        ({"tokens": [[True, False], [True, True]]}, "must be numbers"),
        ({"tokens": [[0, 1], [1, -2]]}, r"-2 at \(1, 1\)"),
        ({"tokens": [[[0.0], [np.nan]], [[1.0], [2.0]]]}, r"\(0, 1, 0\) is nan"),
        ({"labels": [0, 1, 1]}, "labels have shape"),
        ({"labels": [0, -1]}, "label -1 at"),
        ({"labels": [0, 0.5]}, "must be integers"),
        ({"tokens": np.full((2, 2), 2**63, np.uint64)}, "outside"),
        ({"tokens": np.full((2, 2, 1), 2**53 + 1)}, "beyond 2"),
        ({"tokens": np.ones((2, 2, 1), np.longdouble)}, "64 bits"),
        ({"tokens": np.ma.array([[0, 1], [1, 2]], mask=[[0, 0], [0, 1]])}, "masked"),
        ({"labels": [0, 1e300]}, "outside"),
        ({"names": ["a", "b"]}, "token id 2 has no text among the 2 names"),
        ({"class_names": ["a"]}, "label 1 has no text among the 1 class_names"),
        ({"num_classes": 1}, "not below num_classes = 1"),
        ({"embedding": [[1.0], [2.0]]}, "no row in the embedding"),
        ({"embedding": [[1.0], [2.0], [np.inf]]}, "embedding value"),
    ],
)
def test_unusable_arrays_are_refused_in_one_sentence(changes, words):
    with pytest.raises(DataError, match=words) as caught:
        small(**changes)
    assert "\n" not in str(caught.value)


def test_the_arrays_are_copied_and_frozen():
    tokens = np.array([[0, 1], [1, 2]])
    ds = small(tokens=tokens)
    tokens[0, 0] = 5
    assert ds.tokens[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        ds.tokens[0, 0] = 3


def test_the_hash_changes_with_every_token_and_label():
    base = np.arange(6).reshape(3, 2)
    seen = {from_arrays(base, [0, 1, 1]).sha256}
    for k in range(base.size):
        changed = base.copy()
        changed.flat[k] += 10
        seen.add(from_arrays(changed, [0, 1, 1]).sha256)
    seen.add(from_arrays(base, [1, 1, 1]).sha256)
    seen.add(from_arrays(base, [0, 1, 0]).sha256)
    seen.add(from_arrays(base, [0, 1, 1], num_classes=3).sha256)
    seen.add(from_arrays(base[:, ::-1], [0, 1, 1]).sha256)
    seen.add(from_arrays(base, [0, 1, 1], embedding=np.eye(6)).sha256)
    seen.add(from_arrays(base[:, :, None] * 1.0, [0, 1, 1]).sha256)
    assert len(seen) == 6 + 7


def test_the_hash_ignores_what_is_only_for_reports():
    named = small(source="x", names=["a", "b", "c"], class_names=["no", "yes"])
    assert named.sha256 == small().sha256


def test_zero_and_minus_zero_are_one_token():
    ds = from_arrays([[[0.0], [-0.0]], [[1.0], [0.0]]], [0, 1])
    assert ds.token_index.tolist() == [[0, 0], [1, 0]]
    assert ds.points == ((0,), (1,))


def test_ids_with_equal_embeddings_are_one_token():
    ds = small(embedding=[[1.0, 0.0], [0.5, 0.0], [1.0, 0.0]])
    assert ds.token_index.tolist() == [[1, 0], [0, 1]]
    assert ds.dim == 2
    assert ds.token_vectors.shape == (2, 2, 2)


def test_taking_samples_keeps_names_and_classes():
    ds = small(num_classes=5, class_names=["v", "w", "x", "y", "z"]).take([1])
    assert (ds.tokens.tolist(), ds.labels.tolist()) == ([[1, 2]], [1])
    assert ds.num_classes == 5 and len(ds.class_names) == 5
