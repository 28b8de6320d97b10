"""The short cut for one softmax layer encloses what the reference pass encloses."""

import random
from dataclasses import replace

import numpy as np
import pytest

from memcap.core.errors import UndecidedError
from memcap.model.ball_outputs import ContextOutputs, has_one_softmax_layer
from memcap.model.forward import forward
from memcap.model.weights import Affine, Attention, Head, Relu, Weights
from tests.model import random_networks

ONE = Affine.dense([[1]])


def softmax(rng, width, heads=1, **flags):
    made = tuple(random_networks._head(rng, width) for _ in range(heads))
    return Attention("softmax", made, **flags)


def small_numbers(affine):
    """The same places, numbers between -2 and 2, so that shares are not all 0 or 1."""
    rows = [
        {c: weight.numerator % 9 / 4 - 1 for c, weight in terms}
        for _, terms in affine.rows
    ]
    return Affine.build(affine.inputs, rows)


def networks(seed):
    """Random layers around one softmax layer, with wild and with tame scores."""
    rng = random.Random(seed)
    weights = random_networks.network(rng, kinds=("softmax",), depth=2, length=4)
    width = weights.readout.inputs
    flags = {"causal": rng.random() < 0.5, "residual": rng.random() < 0.7}
    before = tuple(x for x in weights.layers if not isinstance(x, Attention))
    layer = softmax(rng, width, heads=rng.randint(1, 2), **flags)
    tame = tuple(
        Head(*(small_numbers(m) for m in (h.query, h.key, h.value, h.output)))
        for h in layer.heads
    )
    after = Relu(random_networks.affine(rng, width, width))
    for chosen in (layer, replace(layer, heads=tame)):
        yield rng, replace(weights, layers=(*before, chosen, after))


@pytest.mark.parametrize("seed", range(40))
def test_fine_enclosures_of_the_reference_lie_in_coarse_ones(seed):
    for rng, weights in networks(seed):
        assert has_one_softmax_layer(weights)
        tokens = random_networks.tokens(rng, weights, 5, 4)
        tokens = np.concatenate([tokens, tokens[:, ::-1], tokens[:2]])
        try:
            fine = forward(weights, tokens, "ball", 3000)
            outputs = ContextOutputs(weights, tokens)
            coarse = outputs.at(150)[outputs.contexts.index]
        except UndecidedError:
            continue
        assert fine.shape == coarse.shape
        for a, b in zip(coarse.ravel(), fine.ravel(), strict=True):
            assert not b.value.is_finite() or a.value.contains(b.value)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("task", ["next_token", "seq_to_seq"])
def test_it_says_something(task, causal):
    # Enclosures that contain everything would pass the test above.
    head = Head(ONE, ONE, ONE, ONE)
    layers = (Attention("softmax", (head,), causal),)
    weights = Weights(task, "vectors", ONE, layers, Affine.dense([[1], [2]]), "argmax")
    tokens = np.random.default_rng(0).integers(-3, 4, (6, 5))
    outputs = ContextOutputs(weights, tokens)
    found = outputs.at(100)[outputs.contexts.index]
    assert found.shape == ((6, 2) if task == "next_token" else (6, 5, 2))
    for ball, value in zip(
        found.ravel(), forward(weights, tokens, "float64").ravel(), strict=True
    ):
        assert ball.upper - ball.lower < 2.0**-80
        assert float(ball) == pytest.approx(value, rel=1e-12)


def test_what_has_another_form():
    head = Head(ONE, ONE, ONE, ONE)
    soft, hard = (Attention(kind, (head,)) for kind in ("softmax", "hardmax"))
    for layers in ((), (hard,), (soft, soft), (soft, hard)):
        weights = Weights("next_token", "vectors", ONE, layers, ONE)
        assert not has_one_softmax_layer(weights)
