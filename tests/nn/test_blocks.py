"""Several blocks: what they compute, export, see and learn, and how they compile."""

import itertools
from functools import partial

import jax
import numpy as np
import pytest
from flax import nnx

import memcap as mc
from memcap.nn import Config, Transformer, assign, from_weights, parameters, split
from memcap.nn.blocks import BlockStack
from memcap.nn.compiled import run
from memcap.nn.convert import to_weights
from memcap.nn.positions import sinusoid

IDS = np.random.default_rng(0).integers(0, 6, (3, 4))
ATTENTION = ("softmax", "boltzmann", "hardmax", "uniform")


def drawn(seed=0, dtype="float64", **fields):
    known = {"vocab": 6, "width": 4, "hidden": 5, "blocks": 3, "classes": 3}
    return Transformer(Config(**(known | fields)), rngs=seed, dtype=dtype)


@partial(jax.jit, static_argnames=("structure", "output"))
def slopes_of(trained, rest, tokens, progress, structure, output):
    def loss(values):
        made = nnx.merge(structure, values, rest)(tokens, progress=progress)
        return (made**2).sum() if output is None else made[output]

    return jax.grad(loss)(trained)


def gradient(model, tokens=IDS, output=None, progress=None):
    """Slopes by parameter name, of one output or of the sum of squares."""
    structure, trained, rest = split(model)
    found = slopes_of(trained, rest, tokens, progress, structure, output)
    slopes = nnx.merge(structure, found, rest)
    return {name: np.asarray(p[...]) for name, p in parameters(slopes).items()}


@pytest.mark.parametrize(
    ("attention", "feedforward", "depth", "task", "options"),
    [
        ("softmax", "residual", 2, "seq_to_seq", {"rank": 1, "head_size": 3}),
        ("softmax", "plain", 1, "next_token", {"scale_scores": True, "head_size": 3}),
        ("boltzmann", "residual", 0, "next_token", {"causal": True, "positions": 4}),
        ("boltzmann", "plain", 2, "seq_to_seq", {"heads": 2, "scale_scores": True}),
        ("hardmax", "residual", 1, "seq_to_seq", {"hardmax_gradient": "annealed"}),
        ("hardmax", "plain", 3, "seq_to_seq", {"hardmax_gradient": "straight_through"}),
        ("uniform", "residual", 2, "next_token", {"decision": "nearest"}),
        ("uniform", "plain", 0, "seq_to_seq", {"encoder_depth": 2, "causal": True}),
    ],
)
def test_agrees_with_the_exact_pass(attention, feedforward, depth, task, options):
    fields = {"attention": attention, "feedforward": feedforward, "task": task}
    sizes = {"positions": 5, "position_kind": "sinusoidal", "heads": 2}
    if attention == "boltzmann":
        sizes = {}
    model = drawn(**(fields | sizes | {"decoder_depth": depth} | options))
    weights = to_weights(model)
    exact = "exact" if weights.is_rational else "ball"
    expected = mc.forward(weights, IDS, arithmetic=exact).astype(float)
    assert np.ptp(expected) > 0.01
    np.testing.assert_allclose(model(IDS), expected, rtol=1e-12, atol=1e-12)
    back = from_weights(weights)
    np.testing.assert_allclose(back(IDS), expected, rtol=1e-12, atol=1e-12)
    assert to_weights(back) == weights


def test_one_block_is_drawn_as_it_ever_was():
    # Hashes made before there were several blocks: old records can be made again.
    for fields, sha256 in (
        (
            {"heads": 2, "head_size": 2, "positions": 4, "encoder_depth": 1},
            "43232ccebb1c",
        ),
        ({"attention": "boltzmann", "decoder_depth": 2}, "911158351fbc"),
    ):
        model = Transformer(Config(vocab=5, width=3, **fields), rngs=7)
        assert to_weights(model).sha256.startswith(sha256)
    plain = {"feedforward": "plain", "encoder_depth": 2, "attention": "hardmax"}
    model = Transformer(Config(dim=2, width=3, **plain), rngs=7)
    assert to_weights(model).sha256.startswith("effb81813e92")


def test_layers_come_block_by_block():
    weights = to_weights(drawn(encoder_depth=1, decoder_depth=2))
    parts = [layer.part for layer in weights.layers]
    assert parts == ["encoder"] + 3 * ["attention", "decoder", "decoder"]
    assert len({layer for layer in weights.layers}) == 10


def test_names_reach_into_the_blocks():
    model = drawn(decoder_depth=2)
    known = parameters(model)
    assert known["blocks.attention.query"].shape == (3, 1, 1, 4)
    assert known["blocks.feedforward.inner"].shape == (3, 2, 5, 4)
    assign(model, {"blocks.attention.output": np.zeros((3, 1, 4, 1))})
    assert all(not any(head.output.numbers()) for head in heads_of(model))
    _, trained, rest = split(model, ["blocks.attention.query"])
    sizes = [len(jax.tree.leaves(tree)) for tree in (trained, rest)]
    assert sizes == [len(known) - 1, 1]


def heads_of(model):
    layers = to_weights(model).layers
    return [layer.heads[0] for layer in layers if layer.part == "attention"]


@pytest.mark.parametrize("feedforward", ["residual", "plain"])
def test_every_block_learns(feedforward):
    slopes = gradient(drawn(seed=1, feedforward=feedforward, task="seq_to_seq"))
    for name, slope in slopes.items():
        if name.startswith("blocks"):
            assert np.abs(slope).reshape(3, -1).max(axis=1).min() > 0, name


@pytest.mark.parametrize(
    ("attention", "options"),
    [
        ("softmax", {"norm": "layer"}),
        ("boltzmann", {"norm": "rms"}),
        ("hardmax", {"hardmax_gradient": "straight_through"}),
        ("hardmax", {"hardmax_gradient": "annealed"}),
        ("uniform", {}),
    ],
)
def test_causal_blocks_pass_nothing_back(attention, options):
    tokens = np.random.default_rng(1).normal(size=(1, 5, 2))
    known = {"vocab": None, "dim": 2, "task": "seq_to_seq", "attention": attention}
    for causal in (False, True):
        model = drawn(causal=causal, **known, **options)
        structure, state = nnx.split(model)

        def first(x, structure=structure, state=state):
            return run(structure, state, x, 0.25)[0, :, 0]

        slopes = np.asarray(jax.jacobian(first)(tokens))
        influence = np.abs(slopes[:, 0]).sum(axis=2)
        assert np.triu(influence, 1).any() != causal
        assert (np.diag(influence) > 0).all() and np.tril(influence, -1).any()


def test_depth_does_not_lengthen_the_program():
    def program(blocks):
        model = drawn(blocks=blocks, decoder_depth=3, dtype="float32")
        structure, state = nnx.split(model)
        return str(jax.make_jaxpr(run, static_argnums=0)(structure, state, IDS, None))

    shallow, deep = program(2), program(40)
    assert shallow.count("scan[") == deep.count("scan[") == 2
    assert shallow.count("\n") == deep.count("\n")


def test_networks_of_one_configuration_share_a_compilation():
    fields = {"width": 7, "norm": "rms", "positions": 9, "position_kind": "sinusoidal"}
    models = [drawn(seed, "float32", **fields) for seed in range(3)]
    structures = {nnx.split(model)[0] for model in models}
    assert len(structures) == len({split(model)[0] for model in models}) == 1
    before = run._cache_size()
    for model in models:
        model(IDS)
    for step in range(4):
        models[0](IDS, progress=np.float32(step / 4))
    assert run._cache_size() == before + 2


def test_a_stack_is_one_segment_and_its_blocks_are_copies():
    model = drawn(dtype="float32")
    (stack,) = model.segments
    assert isinstance(stack, BlockStack)
    first, *_ = stack.blocks()
    first.attention.query[...] = first.attention.query[...] * 0
    assert np.abs(np.asarray(stack.block.attention.query[...])).min() > 0


def test_sinusoids_are_stored_but_not_trained():
    fixed = drawn(positions=5, position_kind="sinusoidal")
    expected = [
        [
            f(k / 10_000 ** (2 * i / 4))
            for i, f in itertools.product(range(2), (np.sin, np.cos))
        ]
        for k in range(5)
    ]
    np.testing.assert_allclose(fixed.positions[...], expected, rtol=1e-12)
    np.testing.assert_array_equal(fixed.positions[...], sinusoid(5, 4))
    assert "positions" not in parameters(fixed)
    assert len(jax.tree.leaves(split(fixed)[2])) == 1
    assert "positions" in parameters(drawn(positions=5))
    assert not np.allclose(fixed(IDS), fixed(IDS[:, [2, 0, 1, 3]]))
