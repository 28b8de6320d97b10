"""Norm and 1/sqrt(s): off by default, and what they do when asked for."""

import jax.numpy as jnp
import numpy as np
import pytest

from memcap.core.errors import WeightsError
from memcap.nn import Config, Transformer, parameters, to_weights
from memcap.nn.norm import normalize
from tests.nn.test_blocks import IDS, drawn, gradient

STATE = np.random.default_rng(0).normal(2, 3, (3, 4, 5))


def test_both_are_off_by_default():
    config = Config()
    assert (config.norm, config.scale_scores, config.score_scale) == ("none", False, 1)
    assert not [
        name for name in parameters(Transformer(config, rngs=0)) if "gain" in name
    ]


def test_layer_norm_centres_and_scales():
    made = np.asarray(normalize("layer", jnp.ones(5), jnp.zeros(5), STATE))
    np.testing.assert_allclose(made.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(made.std(axis=-1), 1, rtol=1e-5)
    moved = np.asarray(normalize("layer", 2 * jnp.ones(5), jnp.ones(5), STATE))
    np.testing.assert_allclose(moved, 2 * made + 1, rtol=1e-12)


def test_rms_norm_only_scales():
    made = np.asarray(normalize("rms", jnp.arange(1.0, 6.0), None, STATE))
    size = np.sqrt((STATE**2).mean(axis=-1, keepdims=True))
    np.testing.assert_allclose(made, STATE / size * np.arange(1, 6), rtol=1e-5)


def test_none_is_the_state_itself():
    assert normalize("none", None, None, STATE) is STATE


@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("norm", ["layer", "rms"])
def test_a_network_with_a_norm_trains_but_is_not_exported(norm, blocks):
    fields = {"norm": norm, "encoder_depth": 1, "task": "seq_to_seq"}
    model = drawn(blocks=blocks, **fields)
    slopes = gradient(model)
    gains = [name for name in slopes if name.endswith(("gain", "shift"))]
    assert len(gains) == 4 * (2 if norm == "layer" else 1)
    assert all(np.abs(slopes[name]).max() > 0 for name in gains)
    assert not np.allclose(
        model(IDS), drawn(blocks=blocks, **fields | {"norm": "none"})(IDS)
    )
    with pytest.raises(WeightsError) as caught:
        to_weights(model)
    assert f"norm '{norm}' divides by a square root" in str(caught.value)


def test_a_norm_forgets_the_size_of_a_state():
    model = drawn(vocab=None, dim=2, norm="rms", decoder_depth=0, attention="uniform")
    tokens = np.random.default_rng(0).normal(size=(2, 4, 2))
    scaled = model(tokens * 1000)
    big = model(tokens * 2000)
    np.testing.assert_allclose(scaled, big, rtol=1e-2)


@pytest.mark.parametrize("attention", ["softmax", "boltzmann", "hardmax"])
def test_scaled_scores_are_a_smaller_query(attention):
    fields = {"attention": attention, "head_size": 4, "rank": 1, "blocks": 1}
    plain, scaled = (
        to_weights(drawn(**fields, scale_scores=on)).layers[0] for on in (False, True)
    )
    for one, other in zip(plain.heads, scaled.heads, strict=True):
        assert (one.key, one.value) == (other.key, other.value)
        for (_, a), (_, b) in zip(
            one.query.rows[0].terms, other.query.rows[0].terms, strict=True
        ):
            assert b == a / 2
