"""Neutral weights to a module and back: nothing is rounded, or it is refused."""

from dataclasses import replace
from fractions import Fraction

import jax
import numpy as np
import pytest
from flax import nnx

from memcap.core.errors import DataError, PrecisionError, WeightsError
from memcap.model.forward import forward
from memcap.model.weights import Affine, Attention, Head, Linear, Relu, Weights
from memcap.nn import Config, Transformer, from_weights, split, to_weights
from memcap.nn.precision import FORMATS
from tests.nn.networks import network, starred


@pytest.mark.parametrize("dtype", list(FORMATS))
@pytest.mark.parametrize("kind", ["softmax", "hardmax", "uniform"])
def test_round_trip_is_the_identity(kind, dtype):
    for weights in (
        network(1, kind),
        network(2, kind, outputs=3, task="seq_to_seq", causal=True),
        network(3, kind, ids=7, positions=5),
        network(4, kind, residual=False, heads=3),
        starred(5, kind, ids=7, positions=5),
        replace(network(6, kind), aggregate=Affine.build(1, [{}, {0: 1}, {}])),
    ):
        back = to_weights(from_weights(weights, dtype))
        assert back.sha256 == weights.sha256
        assert back == weights


def test_heads_without_query_survive():
    empty, one = Affine(2, ()), Affine.dense([[1, 0]])
    head = Head(empty, empty, one, Affine.dense([[0], [1]]))
    weights = Weights(
        "next_token",
        "vectors",
        Affine.dense([[1], [0]]),
        (Attention("uniform", (head,)),),
        Affine.dense([[0, 1]]),
    )
    model = from_weights(weights)
    assert model([[1, 2, 6]]).tolist() == [3.0]
    assert to_weights(model) == weights


def chain(value, part="decoder", where=1):
    """A chain of three ReLU layers, one of which holds `value`."""
    maps = [Affine.dense([[1]])] * 3
    maps[where] = Affine.dense([[value]])
    layers = tuple(Relu(affine, part) for affine in maps)
    one = Affine.dense([[1]])
    return Weights("next_token", "vectors", one, layers, one)


def holds(value, dtype):
    try:
        model = from_weights(chain(value), dtype)
    except PrecisionError:
        return False
    assert to_weights(model) == chain(value)
    return True


@pytest.mark.parametrize("dtype", list(FORMATS))
def test_limits_of_each_type_by_numpy(dtype):
    info = jax.numpy.finfo(dtype)
    largest = Fraction(*float(info.max).as_integer_ratio())
    smallest = Fraction(*float(info.smallest_normal).as_integer_ratio())
    step = Fraction(*float(info.eps).as_integer_ratio())
    for value in (1 + step, 2 - step, largest, smallest, -(smallest * (1 + step))):
        assert holds(value, dtype)
    for value in (1 + step / 2, largest * 2, smallest / 2, Fraction(1, 3)):
        assert not holds(value, dtype)


@pytest.mark.parametrize("value", [2**31 - 1, 2**63, -(2**63), 2**64, 2**64 - 2**11])
def test_integers_at_the_edges_of_machine_types(value):
    assert holds(value, "float64")
    assert not holds(
        value + 1 if abs(value) > 2**53 else value * (2**53 + 1), "float64"
    )


def test_refusal_names_layer_part_and_digits():
    with pytest.raises(PrecisionError) as caught:
        from_weights(chain(2**811 + 1, where=2))
    assert str(caught.value) == (
        "layer 2 (decoder) holds a number of 812 significant bits; float64 holds 53: "
        "use memcap.forward(weights, tokens, arithmetic='exact')."
    )


@pytest.mark.parametrize(
    ("weights", "dtype", "sentence"),
    [
        (chain(Fraction(1, 3)), "float64", "layer 1 (decoder) holds a number that is"),
        (chain(Fraction(1, 2**1023)), "float64", "binary exponent -1023; float64"),
        (chain(2**16), "float16", "binary exponent 16; float16 holds -14 to 15"),
        (chain(2**8 + 1), "bfloat16", "9 significant bits; bfloat16 holds 8"),
        (chain(3, part=""), "float8", "dtype 'float8' is not one of float64, float32"),
    ],
)
def test_refusals(weights, dtype, sentence):
    with pytest.raises(PrecisionError) as caught:
        from_weights(weights, dtype)
    assert sentence in str(caught.value)


def test_the_longest_number_is_named():
    one = Affine.dense([[1]])
    layers = (
        Linear(Affine.dense([[2**60 + 1]])),
        Linear(Affine.dense([[1]], [2**90 + 1]), "encoder"),
    )
    weights = Weights("next_token", "vectors", one, layers, one)
    with pytest.raises(PrecisionError, match=r"layer 1 \(encoder\).* 91 significant"):
        from_weights(weights)


def test_bias_of_positions_is_refused():
    one = Affine.dense([[1]])
    with pytest.raises(WeightsError, match="positions have a bias"):
        Weights("next_token", "ids", one, (), one, positions=Affine.dense([[1]], [1]))


def test_float64_needs_no_global_switch():
    weights = chain(1 + Fraction(1, 2**52))
    with jax.enable_x64(False):
        model = from_weights(weights)
        found = np.asarray(model([[3]]))
        again = np.asarray(jax.jit(lambda tokens: model(tokens))(np.array([[3]])))
        assert to_weights(model) == weights
        assert jax.numpy.zeros(1).dtype == np.float32
    assert found.dtype == again.dtype == np.float64
    assert float(found[0]) == float(again[0]) == float(forward(weights, [[3]])[0]) != 3


def test_non_zero_padding_is_refused():
    model = from_weights(
        Weights(
            "next_token",
            "vectors",
            Affine.dense([[1]]),
            (Relu(Affine.dense([[1], [1]])), Relu(Affine.dense([[1, 1]]))),
            Affine.dense([[1]]),
        ),
        "float32",
    )
    stack = model.segments[0]
    stack.weight[...] = stack.weight[...].at[0, 1, 1].set(1)
    with pytest.raises(WeightsError, match="padding"):
        to_weights(model)


def test_nan_is_refused():
    model = Transformer(Config(), rngs=0)
    model.readout[...] = model.readout[...] * np.nan
    with pytest.raises(DataError, match="not a finite number"):
        to_weights(model)


@pytest.mark.parametrize("attention", ["softmax", "boltzmann", "hardmax", "uniform"])
@pytest.mark.parametrize(
    ("feedforward", "dtype"), [("residual", "float64"), ("plain", "float32")]
)
def test_drawn_networks_export_what_they_compute(attention, feedforward, dtype):
    config = Config(
        vocab=9,
        width=5,
        heads=2,
        head_size=3,
        rank=1,
        classes=3,
        hidden=7,
        attention=attention,
        feedforward=feedforward,
        encoder_depth=2,
        decoder_depth=2,
        positions=4,
        causal=True,
        task="seq_to_seq",
    )
    model = Transformer(config, rngs=3, dtype=dtype)
    ids = np.random.default_rng(0).integers(0, 9, (6, 4))
    weights = to_weights(model)
    expected = forward(weights, ids, "float64")
    tolerance = 1e-4 if dtype == "float32" else 1e-11
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(model(ids), expected, rtol=tolerance, atol=tolerance)
    assert to_weights(from_weights(weights, dtype)) == weights


def test_padding_gets_no_gradient():
    config = Config(vocab=5, width=3, hidden=6, feedforward="plain", encoder_depth=2)
    model = Transformer(config, rngs=0)
    structure, parameters, rest = split(model)
    ids = np.array([[0, 1, 2], [3, 4, 0]])

    def loss(values):
        return (nnx.merge(structure, values, rest)(ids) ** 2).sum()

    gradient = nnx.merge(structure, jax.grad(loss)(parameters), rest)
    to_weights(gradient)
    used = np.abs(np.asarray(gradient.segments[0].weight[...])).sum(axis=(1, 2))
    assert (used > 0).all()
