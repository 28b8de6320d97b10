"""Piecewise affine columns: cut exactly, combined exactly, used without being seen."""

import random

import numpy as np
import pytest

from memcap.model import columns
from memcap.model.fast_forward import fast_forward
from memcap.model.forward import forward
from memcap.model.pieces import Base, combined
from memcap.model.weights import Affine, Linear, Relu, Residual, Weights
from tests.model import random_networks


@pytest.fixture
def always(monkeypatch):
    """Hold in pieces whatever can be."""
    monkeypatch.setattr(columns, "FEWEST_ROWS", 1)
    monkeypatch.setattr(columns, "FEWEST_READERS", 1)


@pytest.mark.parametrize("seed", range(40))
def test_random_networks_agree_with_the_reference(always, seed):
    for block in range(10):
        rng = random.Random(1000 * seed + block)
        net = random_networks.network(rng)
        tokens = random_networks.tokens(rng, net, rng.randint(1, 40), rng.randint(1, 4))
        if not net.is_rational:
            continue
        expected = forward(net, tokens)
        assert (fast_forward(net, tokens).numbers() == expected).all()


def deep_scalar_network(rng, depth):
    """Everything behind one integer: wide layers, folds, residual blocks."""
    layers, width = [], 1
    for _ in range(depth):
        kind, wide = rng.random(), rng.randint(1, 9)
        if kind < 0.5:
            made = random_networks.affine(rng, width, wide, density=0.8)
            layers.append(Relu(made) if kind < 0.4 else Linear(made))
            width = wide
        else:
            inner = random_networks.affine(rng, width, wide)
            outer = random_networks.affine(rng, wide, width)
            layers.append(Residual(inner, outer))
    readout = random_networks.affine(rng, width, 1)
    return Weights("next_token", "vectors", Affine.dense([[1]]), tuple(layers), readout)


@pytest.mark.parametrize("seed", range(60))
def test_scalar_networks_on_many_integers(always, seed):
    rng = random.Random(seed)
    net = deep_scalar_network(rng, rng.randint(1, 6))
    line_of_integers = np.array(rng.sample(range(500), 120))[:, None]
    expected = forward(net, line_of_integers)
    assert (fast_forward(net, line_of_integers).numbers() == expected).all()


@pytest.mark.parametrize("seed", range(30))
def test_relu_and_sums_of_pieces(seed):
    rng = np.random.default_rng(seed)
    base = Base(rng.integers(-50, 50, 80), (1, 1))
    found, truth = base.line, base.table.astype(object)
    for _ in range(6):
        factor, offset = int(rng.integers(-4, 5)) or 1, int(rng.integers(-60, 60))
        other = base.line
        found = combined([found, other], [factor, 1], offset, (1, 1)).relu()
        truth = np.maximum(truth * factor + base.table + offset, 0)
        assert (found.spelled_out() == truth).all()
        assert (found.low, found.high) == (truth.min(), truth.max())


def test_a_wide_look_up_is_held_in_pieces():
    starts = list(range(10, 1000, 10))
    ramps = Affine.build(1, [{0: 1}] + [{0: -1}] * 99, [0, *starts])
    keep = [{0: 1}] + [{i: -1} for i in range(1, 100)]
    steps = Affine.build(100, keep, [0] + [1] * 99)
    words = [3**k << 70 for k in range(99)]
    total = Affine.build(100, [dict(enumerate([0, *words]))])
    layers = (Relu(ramps), Relu(steps))
    net = Weights("next_token", "vectors", Affine.dense([[1]]), layers, total)
    line_of_integers = np.arange(1000)
    found = fast_forward(net, line_of_integers[:, None]).numbers().tolist()
    assert found == [sum(words[: x // 10]) for x in line_of_integers]
