"""What nobody reads is not computed, and nothing else changes."""

from itertools import product

import jax
import numpy as np
import pytest

from memcap.nn import Config, Transformer
from memcap.nn.mixing import mix
from tests.nn.test_blocks import gradient

STATE = np.random.default_rng(0).normal(size=(3, 4, 5))


def drawn(**fields):
    known = {"vocab": 6, "width": 5, "hidden": 7, "heads": 2}
    return Transformer(Config(**(known | fields)), rngs=0, dtype="float64")


def ids(samples, seed=1):
    return np.random.default_rng(seed).integers(0, 6, (samples, 4))


@pytest.mark.parametrize("norm", ["none", "layer"])
@pytest.mark.parametrize("attention", ["softmax", "boltzmann", "hardmax", "uniform"])
@pytest.mark.parametrize("causal", [False, True])
def test_the_last_token_alone_is_the_last_of_all(attention, causal, norm):
    (layer, _) = drawn(attention=attention, causal=causal, norm=norm).segments
    every, alone = layer(STATE), layer(STATE, last=True)
    assert alone.shape == (3, 1, 5)
    np.testing.assert_allclose(alone, every[:, -1:], rtol=1e-12)
    slopes = jax.grad(lambda x: (layer(x)[:, -1] ** 2).sum())(STATE)
    np.testing.assert_allclose(
        jax.grad(lambda x: (layer(x, last=True) ** 2).sum())(STATE), slopes, atol=1e-12
    )


def test_a_star_seen_from_the_last_token():
    scores = np.random.default_rng(2).normal(size=(3, 4, 4))
    for kind, causal in product(("softmax", "hardmax", "uniform"), (False, True)):
        how = {"causal": causal, "pattern": "star"}
        every = mix(kind, scores, STATE, **how)
        alone = mix(kind, scores[:, -1:], STATE, last=True, **how)
        np.testing.assert_allclose(alone, every[:, -1:], rtol=1e-12)
        # The star leaves two of the four keys out.
        assert np.abs(alone - mix(kind, scores, STATE)[:, -1:]).max() > 0.1


@pytest.mark.parametrize("task", ["next_token", "seq_to_seq"])
@pytest.mark.parametrize("feedforward", ["residual", "plain"])
def test_many_tokens_of_few_ids_are_as_one_sequence_at_a_time(task, feedforward):
    norm = "rms" if feedforward == "residual" else "none"
    model = drawn(task=task, feedforward=feedforward, encoder_depth=2, norm=norm)
    tokens = ids(3)
    assert tokens[0].size < 6 < tokens.size
    single = [np.asarray(model(row[None]))[0] for row in tokens]
    np.testing.assert_allclose(model(tokens), np.stack(single), rtol=1e-10)
    every = gradient(model, tokens)
    parts = [gradient(model, row[None]) for row in tokens]
    for name, slope in every.items():
        total = sum(part[name] for part in parts)
        np.testing.assert_allclose(slope, total, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("fields", "samples", "for_each_token"),
    [
        ({}, 16, False),
        ({}, 1, True),
        ({"positions": 4}, 16, True),
        ({"vocab": None, "dim": 2}, 16, True),
    ],
)
def test_layers_ahead_of_attention_run_for_each_id(fields, samples, for_each_token):
    model = drawn(encoder_depth=1, **fields)
    tokens = ids(samples) if model.ids else np.ones((samples, 4, 2))
    program = str(jax.make_jaxpr(lambda x: model(x))(tokens))
    # Seven hidden units of every token, or of every one of six ids.
    assert (f"f64[{samples},4,7]" in program) == for_each_token
    assert ("f64[6,7]" in program) != for_each_token
