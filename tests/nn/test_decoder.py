"""The decoder: its count, its causality, its refusals."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import memcap as mc
from memcap.core.errors import WeightsError
from memcap.nn import DecoderConfig, build, parameters, split, trained_parameters

CONFIG = DecoderConfig(vocab=11, positions=9, width=16, layers=2, heads=2)


def _logits(model, tokens):
    return np.asarray(model(np.asarray(tokens)))


@pytest.mark.parametrize(
    ("width", "heads", "wanted"),
    [(16, 1, 6848), (24, 1, 14880), (32, 2, 25984), (48, 3, 57408), (64, 4, 101120)],
)
def test_parameters_are_those_of_the_formula(width, heads, wanted):
    config = DecoderConfig(vocab=11, positions=17, width=width, layers=2, heads=heads)
    model = build(config, rngs=0)
    counted = sum(leaf.size for leaf in jax.tree.leaves(split(model)[1]))
    parts = trained_parameters(config)
    assert config.parameters == wanted == counted == sum(parts.values())


def test_a_logit_depends_on_earlier_tokens_alone():
    model = build(CONFIG, rngs=1)
    tokens = np.random.default_rng(0).integers(0, 11, (4, 9))
    changed = tokens.copy()
    changed[:, 5:] = (changed[:, 5:] + 1) % 11
    before, after = _logits(model, tokens), _logits(model, changed)
    np.testing.assert_array_equal(before[:, :5], after[:, :5])
    assert (before[:, 5:] != after[:, 5:]).any()


def test_a_logit_depends_on_every_earlier_token_and_its_place():
    model = build(CONFIG, rngs=1, dtype="float64")
    tokens = np.arange(9)[None]
    before = _logits(model, tokens)[0, -1]
    for place in range(9):
        changed = tokens.copy()
        changed[0, place] = 10
        assert (_logits(model, changed)[0, -1] != before).any()
    swapped = tokens[:, [1, 0, *range(2, 9)]]
    assert (_logits(model, swapped)[0, -1] != before).any()


def test_the_same_seed_draws_the_same_network():
    tokens = np.arange(9)[None]
    one, two, other = (build(CONFIG, rngs=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(_logits(one, tokens), _logits(two, tokens))
    assert (_logits(one, tokens) != _logits(other, tokens)).any()


def test_names_tell_the_layers_apart():
    names = parameters(build(CONFIG, rngs=0))
    assert {"embedding", "positions", "gain", "readout"} < set(names)
    assert {"layers.0.maps", "layers.1.outer"} < set(names)


def test_following_a_sequence_gives_the_logits_of_a_whole_pass():
    model = build(CONFIG, rngs=1)
    tokens = np.random.default_rng(0).integers(0, 11, (4, 9))
    whole = _logits(model, tokens)
    found, memory = model.start(jnp.asarray(tokens[:, :4]))
    follow = jax.jit(model.follow)
    for place in range(4, 9):
        np.testing.assert_allclose(found, whole[:, place - 1], atol=1e-6)
        found, memory = follow(jnp.asarray(tokens[:, place]), place, memory)
    np.testing.assert_allclose(found, whole[:, 8], atol=1e-6)


def test_what_a_memory_holds_behind_a_place_is_without_effect():
    model = build(CONFIG, rngs=1)
    _, memory = model.start(jnp.zeros((2, 4), jnp.int32))
    behind = (jnp.arange(9) >= 4)[None, None, :, None]
    other = jax.tree.map(lambda held: jnp.where(behind, 7.0, held), memory)
    token = jnp.array([3, 5])
    follow = jax.jit(model.follow)
    before, after = (follow(token, 4, held)[0] for held in (memory, other))
    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"heads": 3}, "heads"), ({"width": 0}, "width"), ({"vocab": 1}, "vocab")],
)
def test_bad_sizes_are_refused(fields, named):
    with pytest.raises(WeightsError, match=named):
        DecoderConfig(**({"vocab": 5, "positions": 4, "width": 8} | fields))


@pytest.mark.parametrize("tokens", [[[0, 11]], [list(range(10))], [0, 1], [[0.5]]])
def test_tokens_that_do_not_fit_are_refused(tokens):
    with pytest.raises(WeightsError):
        build(CONFIG, rngs=0)(np.asarray(tokens))


def test_there_is_no_exact_export():
    with pytest.raises(WeightsError, match="run it in floats"):
        mc.nn.to_weights(build(CONFIG, rngs=0))
