"""The module against the reference forward pass, for every kind of layer."""

from dataclasses import replace

import jax
import numpy as np
import pytest

import memcap as mc
from memcap.core.errors import WeightsError
from memcap.model.forward import forward
from memcap.model.weights import Affine, Attention, Head, Linear, Relu, Weights
from memcap.nn import from_weights
from tests.nn.networks import affine, network, starred, vectors

ONE, ZERO = Affine.dense([[1]]), Affine.build(1, [{}, {}, {}])
KINDS = ("softmax", "hardmax", "uniform")


def run(weights, tokens, dtype="float64"):
    return np.asarray(from_weights(weights, dtype)(tokens))


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_agrees_with_float64_forward(kind, causal, seed):
    weights = network(seed, kind, outputs=3, task="seq_to_seq", causal=causal)
    tokens = vectors(seed)
    found, expected = run(weights, tokens), forward(weights, tokens, "float64")
    assert found.shape == expected.shape == (5, 4, 3)
    assert len(np.unique(expected)) >= 9
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("task", ("next_token", "seq_to_seq"))
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_stars_agree_with_float64_forward(kind, task, seed):
    weights = starred(seed, kind, outputs=3, task=task)
    tokens = vectors(seed)
    found, expected = run(weights, tokens), forward(weights, tokens, "float64")
    assert found.shape == expected.shape == ((5, 4, 3) if "seq" in task else (5, 3))
    assert len(np.unique(expected)) >= 5
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ("hardmax", "uniform"))
def test_stars_are_exact_on_small_binary_fractions(kind):
    # Three tokens and the aggregate: the star divides by 4 and by 2, and hardmax by
    # 1, 2 or 4 where no three tokens are equal.
    weights = starred(11, kind, outputs=2, task="seq_to_seq")
    tokens = vectors(11, samples=8, length=3)
    exact = forward(weights, tokens, "exact")
    assert (exact == run(weights, tokens)).all()
    assert len(np.unique(run(weights, tokens))) >= 8
    assert (exact != forward(replace(weights, aggregate=ZERO), tokens)).any()


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_an_aggregate_under_full_attention(kind, causal):
    plain = network(1, kind, outputs=2, ids=5, positions=4, causal=causal)
    extra = affine(np.random.default_rng(1), 3, 1, bias=False)
    weights = replace(plain, aggregate=extra)
    tokens = np.random.default_rng(1).integers(0, 5, (6, 4))
    expected = forward(weights, tokens, "float64")
    np.testing.assert_allclose(run(weights, tokens), expected, rtol=1e-12)
    assert not np.allclose(expected, forward(plain, tokens, "float64"))


def test_an_aggregate_without_attention():
    weights = Weights(
        "seq_to_seq", "vectors", ONE, (Relu(ONE),), ONE, aggregate=Affine.dense([[9]])
    )
    assert run(weights, [[1, 2], [3, 4]]).tolist() == [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize("length", [1, 3, 7])
def test_a_constructed_star_is_exact(length):
    # The aggregate divides by n + 1, here a power of two.
    ds = mc.data.random_seq_to_seq(
        num_samples=4, length=length, vocab=9, classes=3, seed=0
    )
    weights = mc.construct("sparse_seq_to_seq", ds).weights
    assert (run(weights, ds.tokens) == ds.labels).all()


@pytest.mark.parametrize("kind", ("hardmax", "uniform"))
def test_is_exact_on_small_binary_fractions(kind):
    # Four tokens: every mean of the uniform layer is a binary fraction, and hardmax
    # over two distinct tokens twice each shares with 1, 1/2 or 1/4.
    weights = network(7, kind, outputs=2)
    half = vectors(7, length=2)
    tokens = np.concatenate([half, half], axis=1)
    exact = forward(weights, tokens, "exact")
    assert (exact == run(weights, tokens)).all()
    assert len(np.unique(run(weights, tokens))) >= 8


def test_hardmax_shares_ties():
    first = Affine.dense([[1, 0]])
    second = Affine.dense([[0, 1]])
    head = Head(first, first, second, Affine.dense([[0], [1]]))
    weights = Weights(
        "next_token",
        "vectors",
        Affine.dense([[1, 0], [0, 1]]),
        (Attention("hardmax", (head,), residual=False),),
        second,
    )
    tokens = [[[1, 8], [3, 2], [3, 4], [2, 16]]]
    assert run(weights, np.array(tokens)).tolist() == [3.0]


@pytest.mark.parametrize("residual", [False, True])
def test_skip_connection_is_optional(residual):
    weights = network(3, "softmax", residual=residual)
    tokens = vectors(3)
    assert len(np.unique(forward(weights, tokens, "float64"))) > 3
    np.testing.assert_allclose(
        run(weights, tokens), forward(weights, tokens, "float64"), rtol=1e-12
    )


def test_ids_and_positions():
    weights = network(5, "softmax", ids=6, positions=4, outputs=2)
    ids = np.random.default_rng(5).integers(0, 6, (7, 3))
    found = run(weights, ids)
    np.testing.assert_allclose(found, forward(weights, ids, "float64"), rtol=1e-12)
    swapped = run(weights, ids[:, [1, 0, 2]])
    assert not np.allclose(found, swapped)


def test_plain_numbers_are_one_dimensional_vectors():
    weights = Weights(
        "seq_to_seq",
        "vectors",
        Affine.dense([[2]]),
        (Relu(Affine.dense([[1]], [-3])),),
        Affine.dense([[1]]),
    )
    assert run(weights, [[1, 2], [3, 4]]).tolist() == [[0.0, 1.0], [3.0, 5.0]]


def test_no_layer_at_all():
    weights = Weights(
        "next_token", "vectors", Affine.dense([[2]]), (), Affine.dense([[3]], [1])
    )
    assert run(weights, [[5, 1], [5, 2]]).tolist() == [7.0, 13.0]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_shorter_types_compute_in_their_own_type(dtype):
    weights = network(2, "uniform")
    model = from_weights(weights, dtype)
    found = model(vectors(2))
    assert found.dtype == dtype
    exact = forward(weights, vectors(2), "float64")
    steps = {"float32": 1e-6, "bfloat16": 5e-2, "float16": 5e-3}[dtype]
    np.testing.assert_allclose(
        np.asarray(found).astype(float), exact, rtol=steps, atol=steps
    )


def test_deep_plain_network_is_one_scan():
    rng = np.random.default_rng(0)
    deep = tuple(
        (Linear if i % 7 == 3 else Relu)(affine(rng, 3 + (i + 1) % 5, 3 + i % 5))
        for i in range(40)
    )
    weights = Weights(
        "next_token",
        "vectors",
        Affine.dense([[1, 0], [0, 1], [1, 1]]),
        deep,
        Affine.dense([[1, 2, 1]]),
    )
    assert len(from_weights(weights).segments) == 1
    expected = forward(weights, vectors(1), "float64")
    np.testing.assert_allclose(run(weights, vectors(1)), expected, rtol=1e-12)


def test_one_wide_layer_does_not_widen_a_long_run():
    rng = np.random.default_rng(0)
    narrow = [Relu(affine(rng, 3, 3)) for _ in range(600)]
    wide = [Relu(affine(rng, 300, 3)), Relu(affine(rng, 3, 300))]
    weights = Weights(
        "next_token",
        "vectors",
        Affine.dense([[1, 0], [0, 1], [1, 1]]),
        (*narrow, *wide, *narrow),
        Affine.dense([[1, 2, 1]]),
    )
    model = from_weights(weights, "float32")
    sizes = [segment.weight.size for segment in model.segments]
    assert len(sizes) == 3
    assert sizes[0] == 600 * 9
    # In one run the padded stack would hold 1202 * 300 * 300 = 1e8 numbers.
    assert sum(sizes) < 8e5


def test_jit_and_vmap():
    weights = network(4, "softmax", outputs=3)
    model, tokens = from_weights(weights, "float32"), vectors(4).astype(np.float32)
    plain = np.asarray(model(tokens))
    jitted = np.asarray(jax.jit(lambda batch: model(batch))(tokens))
    mapped = np.asarray(jax.vmap(lambda one: model(one[None])[0])(tokens))
    np.testing.assert_allclose(jitted, plain, rtol=1e-5)
    np.testing.assert_allclose(mapped, plain, rtol=1e-5)


@pytest.mark.parametrize(
    ("ids", "positions", "tokens", "sentence"),
    [
        (3, None, [[0, 3]], "ids run from 0 to 3"),
        (3, None, [[-1, 0]], "ids run from -1"),
        (3, None, [[0.5, 1]], "takes (N, n) integer ids"),
        (3, 2, [[0, 1, 2]], "sequences of 3 tokens, but 2 positions"),
        (None, None, [[[1.0, 2.0, 3.0]]], "2-dimensional tokens"),
    ],
)
def test_refuses_tokens_that_do_not_fit(ids, positions, tokens, sentence):
    model = from_weights(network(1, ids=ids, positions=positions))
    with pytest.raises(WeightsError) as caught:
        model(tokens)
    assert sentence in str(caught.value)


def test_unknown_id_inside_jit_is_visible():
    model = from_weights(network(1, ids=3), "float32")
    assert np.isnan(jax.jit(lambda ids: model(ids))(np.array([[0, 7]]))).all()
