"""KS23.Cor1: labels of every token, the paper's parameter count, what is refused."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import memcap as mc
from memcap.constructions.interpolation import TOLERANCE, interpolate, shortest
from memcap.model.files import weights_from_json, weights_to_json


def random_tokens(task, classes=3, seed=0, number=25, length=4, vocab=9):
    draw = (
        mc.data.random_next_token if task == "next_token" else mc.data.random_seq_to_seq
    )
    return draw(
        num_samples=number,
        length=length,
        vocab=vocab,
        classes=classes,
        seed=seed,
        duplicates=False,
    )


def random_vectors(task):
    ids = random_tokens(task, vocab=7, number=15)
    table = np.random.default_rng(5).standard_normal((7, 3)) + 1
    return mc.data.from_arrays(ids.tokens, ids.labels, embedding=table)


def text():
    ds = mc.data.load("turkish", task="seq_to_seq", num_samples=40, length=5)
    ordered = np.sort(ds.tokens, axis=1)
    return ds.take((ordered[:, 1:] != ordered[:, :-1]).all(axis=1))


DATA = {
    "next token": random_tokens("next_token"),
    "every token": random_tokens("seq_to_seq"),
    "binary": random_tokens("seq_to_seq", classes=2, seed=4),
    "vectors": random_vectors("seq_to_seq"),
    "vectors, last token": random_vectors("next_token"),
    "text": text(),
    "one sample": mc.data.from_arrays([[3, 1]], [[2, 0]]),
    "one class": mc.data.from_arrays([[3, 1], [4, 1]], [0, 0]),
}
OPTIONS = {
    "plain": {},
    "one hot": {"readout": "one_hot"},
    "separate": {"readout": "one_hot", "hidden": "separate"},
    "positions": {"positions": True},
}


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("label", DATA)
def test_every_label_is_certainly_right(label, options):
    ds = DATA[label]
    built = mc.construct("rank_one_memorizer", ds, **OPTIONS[options])
    certificate = mc.verify(built, ds)
    assert certificate.verdict is mc.Verdict.PROVED, certificate.sentence
    assert certificate.correct == ds.num_labels
    again = weights_from_json(weights_to_json(built.weights))
    assert again.sha256 == built.weights.sha256


def test_causal_layer_memorizes_prefixes():
    ds = mc.data.from_arrays(
        [[0, 1, 2], [0, 2, 1], [1, 0, 2]], [[0, 1, 2], [0, 1, 0], [2, 1, 2]]
    )
    built = mc.construct("rank_one_memorizer", ds, causal=True)
    assert mc.verify(built, ds).verdict is mc.Verdict.PROVED


def test_order_of_samples_does_not_matter():
    ds = DATA["every token"]
    other = ds.take(np.random.default_rng(0).permutation(ds.num_samples))
    built = mc.construct("rank_one_memorizer", other)
    assert mc.verify(built, ds).verdict is mc.Verdict.PROVED


def cyclic(dim, number, length):
    """Vectors with labels that change from every context to the next on the line."""
    rng = np.random.default_rng(1)
    table = rng.standard_normal((number * length, dim)) + 2
    tokens = rng.permutation(number * length).reshape(number, length)
    blank = mc.data.from_arrays(tokens, np.zeros_like(tokens), embedding=table)
    direction = mc.construct("rank_one_memorizer", blank).weights
    key = direction.layers[0].heads[0].key.rows[0].terms
    line = table @ np.array([float(dict(key)[i]) for i in range(dim)])
    rank = np.argsort(np.argsort(line))
    return mc.data.from_arrays(tokens, (rank[tokens] + 1) % 3, embedding=table)


@pytest.mark.parametrize(
    "hidden, printed", [("separate", "KS23.Cor1"), ("shared", "KS23.Cor1.shared")]
)
def test_the_papers_count_is_matched(hidden, printed):
    """P = 4 (s + d) + d (2 n N + d) with s = 1, d = 3, n = 4, N = 10: 265, or 179."""
    ds = cyclic(dim=3, number=10, length=4)
    built = mc.construct("rank_one_memorizer", ds, readout="one_hot", hidden=hidden)
    counts = mc.count(built.weights)
    formula = mc.bounds.get(printed)(num_samples=10, length=4, dim=3).exact
    assert formula == {"separate": 265, "shared": 179}[hidden]
    # The identity embedding stands outside the corollary. The labels on the line run
    # 1, 2, 0, 1, ...: two coordinates begin with zeros, and their first one and two
    # weights vanish.
    vanished = 1 + 2
    own = counts.factored - counts.by_part["embedding"].nonzero
    assert own + vanished == formula
    assert mc.verify(built, ds).verdict is mc.Verdict.PROVED


REFUSED = [
    (mc.data.from_arrays([[1, 1]], [0]), {}, mc.HypothesisError, "holds a token twice"),
    (
        mc.data.from_arrays([[1, 2], [2, 1]], [[0, 1], [0, 0]]),
        {},
        mc.InconsistentLabelsError,
        "samples 0 and 1",
    ),
    (
        mc.data.from_arrays([[1, 2, 3], [1, 3, 2]], [[0, 1, 0], [1, 1, 0]]),
        {"causal": True},
        mc.InconsistentLabelsError,
        "contradicts",
    ),
    (DATA["binary"], {"readout": "words"}, mc.HypothesisError, "words"),
    (DATA["binary"], {"hidden": "none"}, mc.HypothesisError, "none"),
    (
        mc.data.from_arrays([[[0.0], [1.0]]], [0]),
        {},
        mc.HypothesisError,
        "r_min = 0",
    ),
]


@pytest.mark.parametrize("ds, options, error, word", REFUSED)
def test_unmet_hypotheses_are_refused_by_name(ds, options, error, word):
    with pytest.raises(error, match=word):
        mc.construct("rank_one_memorizer", ds, **options)


line = st.lists(
    st.fractions(0, 100, max_denominator=10**30), min_size=1, max_size=12, unique=True
).map(sorted)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(line, st.integers(0, 10**6))
def test_hidden_layer_passes_through_the_points(points, seed):
    targets = np.random.default_rng(seed).integers(0, 9, (2, len(points))).tolist()
    layer = interpolate(points, targets)
    for b, z in zip(layer.biases, points, strict=True):
        assert b < z
    for z, b in zip(points, layer.biases[1:], strict=False):
        assert z < b
    for row, weights in zip(targets, layer.weights, strict=True):
        for z, y in zip(points, row, strict=True):
            pairs = zip(weights, layer.biases, strict=True)
            assert abs(sum(w * max(z - b, 0) for w, b in pairs) - y) <= TOLERANCE


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.fractions(-50, 50), st.fractions(Fraction(1, 10**12), 9))
def test_shortest_number_of_an_interval(low, width):
    found = shortest(low, low + width)
    assert low <= found <= low + width
    assert found.denominator & (found.denominator - 1) == 0
    assert found.denominator <= 4 / width + 1
