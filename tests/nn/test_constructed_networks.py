"""Constructed weights on the device: exact where they fit, else refused."""

import numpy as np
import pytest

import memcap as mc
from memcap.core.errors import PrecisionError
from memcap.nn.precision import significant_bits


def longest(weights):
    maps = [weights.embedding, weights.readout]
    for layer in weights.layers:
        if hasattr(layer, "map"):
            maps.append(layer.map)
    return max(significant_bits(x) or 0 for m in maps for x in m.numbers())


def small_next_token(seed):
    return mc.data.random_next_token(
        num_samples=12, length=4, vocab=5, classes=3, seed=seed
    )


@pytest.mark.parametrize("seed", range(4))
def test_networks_of_short_words_are_exact_in_float64(seed):
    ds = small_next_token(seed)
    weights = mc.construct("next_token", ds).weights
    # Words of L bits run exactly in float64 up to L = 51.
    assert longest(weights) <= 51
    model = mc.nn.from_weights(weights, dtype="float64")
    outputs = np.asarray(model(ds.tokens))
    assert (outputs == ds.labels).all()
    assert (outputs == mc.forward(weights, ds.tokens, "float64")).all()
    assert mc.nn.to_weights(model) == weights


def test_networks_of_long_words_are_refused_with_the_bit_count():
    ds = mc.data.random_next_token(num_samples=600, length=8, vocab=20, classes=2)
    weights = mc.construct("next_token", ds).weights
    needed = longest(weights)
    assert needed > 53
    with pytest.raises(PrecisionError, match=f"{needed} significant bits"):
        mc.nn.from_weights(weights, dtype="float64")


def test_words_too_long_for_float32_still_fit_float64():
    ds = mc.data.random_next_token(num_samples=200, length=4, vocab=12, classes=3)
    weights = mc.construct("next_token", ds).weights
    assert 24 < longest(weights) <= 51
    outputs = np.asarray(mc.nn.from_weights(weights, dtype="float64")(ds.tokens))
    assert (outputs == ds.labels).all()
    with pytest.raises(PrecisionError, match="float32 holds 24"):
        mc.nn.from_weights(weights, dtype="float32")


def test_points_are_memorized_exactly_in_float32():
    tokens = np.arange(8)[:, None]
    ds = mc.data.from_arrays(tokens, [0, 1, 1, 0, 1, 0, 0, 1])
    weights = mc.construct("relu_memorizer", ds).weights
    assert longest(weights) <= 22
    outputs = mc.nn.from_weights(weights, dtype="float32")(tokens)
    assert outputs.dtype == np.float32
    assert (np.asarray(outputs) == ds.labels).all()
