"""The separable network: its formula, its basis, what it can fit, what it refuses."""

from itertools import product

import jax
import numpy as np
import optax
import pytest
from flax import nnx

import memcap as mc
from memcap.core.errors import PrecisionError, WeightsError
from memcap.nn import (
    SeparableConfig,
    SeparableNetwork,
    assign,
    build,
    parameters,
    split,
    to_weights,
    trained_parameters,
)
from memcap.nn.compiled import run
from memcap.nn.separable import spline


@pytest.mark.parametrize(
    "config",
    [
        SeparableConfig(length=4, nodes=8, rank=3),
        SeparableConfig(length=3, dim=2, nodes=2, rank=5, classes=7),
        SeparableConfig(length=5, vocab=9, nodes=9, decision="nearest"),
    ],
)
def test_the_formula_is_the_size_of_the_parameter_tree(config):
    model = build(config, rngs=0)
    leaves = jax.tree.leaves(split(model)[1])
    assert config.parameters == sum(leaf.size for leaf in leaves)
    assert config.parameters == sum(trained_parameters(config).values())


def test_the_example_of_108_parameters():
    assert SeparableConfig(length=4, nodes=8, rank=3, classes=2).parameters == 108


def test_splines_sum_to_one_inside_and_less_at_the_ends():
    nodes, x = np.arange(8) / 7, np.linspace(0, 1, 211)
    total = np.asarray(spline(np.abs(x[:, None] - nodes) * 7)).sum(axis=1)
    inside = (x > 0.5 / 7) & (x < 6.5 / 7)
    np.testing.assert_allclose(total[inside], 1, rtol=1e-12)
    np.testing.assert_allclose(total[[0, -1]], 0.875, rtol=1e-12)


def naive(model, points):
    """The formula of the docstring, one product at a time."""
    factors, scale, readout, bias = (
        np.asarray(parameters(model)[name][...])
        for name in ("factors", "scale", "readout", "readout_bias")
    )
    d, e, r = factors.shape
    rows = []
    for x in points:
        total = bias.copy()
        for j in range(r):
            made = 1.0
            for i in range(d):
                u = np.abs(x[i] - np.arange(e) / (e - 1)) * scale[i]
                basis = np.where(u < 0.5, 0.75 - u**2, np.maximum(1.5 - u, 0) ** 2 / 2)
                made *= basis @ factors[i, :, j]
            total = total + made * readout[:, j]
        rows.append(total)
    return np.array(rows)


def test_agrees_with_the_formula():
    rng = np.random.default_rng(0)
    config = SeparableConfig(length=3, dim=2, nodes=5, rank=4, classes=3)
    model = build(config, rngs=1, dtype="float64")
    assign(model, {"factors": rng.normal(size=(6, 5, 4)), "scale": rng.random(6) + 3})
    tokens = rng.normal(size=(7, 3, 2))
    expected = naive(model, 1 / (1 + np.exp(-tokens.reshape(7, 6))))
    assert np.ptp(expected) > 0.1 and (np.sign(expected) < 0).any()
    np.testing.assert_allclose(model(tokens), expected, rtol=1e-6, atol=1e-8)


def test_ids_lie_on_the_nodes():
    config = SeparableConfig(length=2, vocab=5, nodes=5)
    model = build(config, rngs=1, dtype="float64")
    ids = np.array([[0, 4], [3, 1]])
    np.testing.assert_allclose(model(ids), naive(model, ids / 4), rtol=1e-6)


def test_rank_n_memorizes_n_separated_points():
    # Product j is the indicator of sequence j: factors that are 1 at its ids' nodes
    # and 0 at the others, by solving for the spline that takes these values.
    rng = np.random.default_rng(0)
    v, n, classes = 6, 4, 3
    ids = np.unique(rng.integers(0, v, (40, n)), axis=0)
    labels = rng.integers(0, classes, len(ids))
    config = SeparableConfig(length=n, vocab=v, nodes=v, rank=len(ids), classes=classes)
    gaps = np.abs(np.arange(v)[:, None] - np.arange(v)).astype(float)
    at_nodes = np.asarray(spline(gaps))
    indicators = np.eye(v)[ids.T]
    factors = np.linalg.solve(at_nodes, indicators.transpose(0, 2, 1))
    model = build(config, rngs=0, dtype="float64")
    assign(model, {"factors": factors, "readout": np.eye(classes)[labels].T})
    outputs = np.asarray(model(ids))
    assert (outputs.argmax(axis=1) == labels).all()
    np.testing.assert_allclose(outputs, np.eye(classes)[labels], atol=1e-6)


def test_rank_one_learns_a_product_of_signs():
    # The parity of three ids is a product of one sign for each coordinate.
    ids = np.array(list(product(range(4), repeat=3)))
    ds = mc.data.from_arrays(ids, ids.sum(axis=1) % 2)
    config = SeparableConfig.for_dataset(ds, nodes=4, rank=1)
    parts = [split(build(config, rngs=seed)) for seed in range(4)]
    structure, rest = parts[0][0], parts[0][2]
    starts = jax.tree.map(lambda *x: np.stack(x), *(trained for _, trained, _ in parts))
    optimizer = optax.adam(0.1)

    def outputs(values):
        return nnx.merge(structure, values, rest)(ids)

    def loss(values):
        made = outputs(values)
        return optax.softmax_cross_entropy_with_integer_labels(made, ds.labels).mean()

    def step(carry, _):
        values, moments = carry
        with jax.numpy_dtype_promotion("standard"):
            change, moments = optimizer.update(jax.grad(loss)(values), moments)
        return (optax.apply_updates(values, change), moments), None

    def train(values):
        carry = (values, optimizer.init(values))
        return outputs(jax.lax.scan(step, carry, length=1000)[0][0])

    found = np.asarray(jax.jit(jax.vmap(train))(starts)).argmax(axis=2)
    assert (found == ds.labels).sum(axis=1).max() == 64
    assert config.parameters == 3 * 4 + 3 + 2 + 2


def test_seeds_share_a_compilation_and_repeat():
    config = SeparableConfig(length=3, vocab=7, nodes=6)
    models = [build(config, rngs=seed) for seed in (0, 0, 1)]
    ids = np.array([[0, 1, 2], [6, 5, 4]])
    before = run._cache_size()
    first, again, other = (np.asarray(model(ids)) for model in models)
    assert run._cache_size() == before + 1
    assert (first == again).all() and (first != other).all()


def test_vectors_and_plain_numbers():
    model = build(SeparableConfig(length=3, decision="nearest"), rngs=0)
    numbers = np.array([[0.1, 2.0, -1.0]])
    assert model(numbers).shape == (1,)
    np.testing.assert_array_equal(model(numbers), model(numbers[:, :, None]))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"nodes": 1}, "nodes = 1 is not an integer >= 2"),
        ({"rank": 0}, "rank = 0 is not"),
        ({"vocab": 4, "dim": 2}, "an id is one coordinate"),
        ({"classes": 1}, "needs classes >= 2"),
    ],
)
def test_a_configuration_refuses(fields, sentence):
    with pytest.raises(WeightsError) as caught:
        SeparableConfig(**fields)
    assert sentence in str(caught.value)


def test_a_network_refuses():
    config = SeparableConfig(length=2, vocab=4)
    model = build(config, rngs=0)
    for tokens in ([[0, 1, 2]], [[0.5, 1.0]]):
        with pytest.raises(WeightsError, match=r"takes \(N, 2\) integer ids"):
            model(tokens)
    with pytest.raises(WeightsError, match=r"ids run from 0 to 4, not within 0\.\.3"):
        model([[0, 4]])
    with pytest.raises(WeightsError, match="do not fit a network of sequences of 2"):
        build(SeparableConfig(length=2, dim=3), rngs=0)(np.zeros((1, 2, 2)))
    with pytest.raises(WeightsError, match="does not hold"):
        to_weights(model)
    with pytest.raises(WeightsError, match="give rngs=0"):
        SeparableNetwork(config)
    with pytest.raises(PrecisionError, match="dtype 'half'"):
        build(config, rngs=0, dtype="half")
    ds = mc.data.random_seq_to_seq(num_samples=2, length=2, vocab=4, classes=2, seed=0)
    with pytest.raises(WeightsError, match="one label for each sequence"):
        SeparableConfig.for_dataset(ds)
