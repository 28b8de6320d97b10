"""Significant bits of a forward pass, against every order of addition."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

import memcap as mc
from memcap.model.significance import Significance, rounded, significance
from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Linear,
    Relu,
    Residual,
    Weights,
)


def points(layers, readout, embedding=((1,),)):
    return Weights(
        "next_token", "vectors", Affine.dense(embedding), tuple(layers), readout
    )


def averaging(width=1):
    nothing = Affine(width, ())
    head = Head(nothing, nothing, Affine.build(width, [{0: 1}]), Affine.dense([[1]]))
    return Attention("uniform", (head,), residual=False)


def test_partial_sums_count_and_not_only_the_result():
    net = points([Linear(Affine.dense([[1]]))], Affine.dense([[1]], [-(2**20)]))
    found = significance(net, [[2**20 + 1]])
    assert found.bits == 21
    cancelled = points([], Affine.build(2, [{0: 64, 1: -64}]), ((1,), (1,)))
    assert significance(cancelled, [[3]]).bits == 2
    finer = points([], Affine.build(2, [{0: 64, 1: Fraction(-1, 2)}]), ((1,), (1,)))
    assert significance(finer, [[3]]).bits == 9


@pytest.mark.parametrize("seed", range(20))
def test_within_the_bits_every_order_of_addition_is_exact(seed):
    rng = np.random.default_rng(seed)
    weights = [
        Fraction(int(a), 1 << int(b)) for a, b in rng.integers(-9, 9, (4, 2)) ** 2
    ]
    values = rng.integers(-20, 20, 4).tolist()
    net = points([], Affine.dense([weights]), np.eye(4).tolist())
    found = significance(net, np.array([[values]]))
    terms = [w * x for w, x in zip(weights, values, strict=True)]
    for order in permutations(terms):
        total = Fraction(0)
        for term in order:
            total = rounded(total + rounded(term, found.bits), found.bits)
        assert total == sum(terms)


def test_residual_layers_and_relu_are_walked():
    block = Residual(Affine.dense([[1]], [-4]), Affine.dense([[-2]]))
    net = points([block, Relu(Affine.dense([[1]]))], Affine.dense([[1]]))
    # At 16: 16 - 2 * 12, the largest partial sum is -24.
    assert significance(net, [[16], [4]]).bits == 3
    assert significance(net, [[16], [5]]).bits == 5


def test_thirds_are_no_binary_fractions():
    net = points([], Affine.dense([[Fraction(1, 3)]]))
    found = significance(net, [[1]])
    assert found.bits is None and not found.fits(53)
    assert (
        significance(points([averaging()], Affine.dense([[1]])), [[1, 2, 1]]).bits
        is None
    )


@pytest.mark.parametrize("length, total", [(3, 9), (7, 0), (8, 3)])
def test_an_average_that_is_a_binary_fraction(length, total):
    net = points([averaging()], Affine.dense([[1]]))
    tokens = [[total] + [0] * (length - 1)]
    assert significance(net, tokens).fits(24)


def test_dividing_by_a_rounded_reciprocal_is_checked():
    # 49 * (1 / 49) is not 1 in float64.
    assert 49 * (1 / 49) != 1.0
    net = points([averaging()], Affine.dense([[1]]))
    found = significance(net, [[49] + [0] * 48])
    assert found.bits == 6 and not found.fits(53)


def test_exponents_out_of_range_do_not_fit():
    assert Significance(3, "", -126, 0).fits(8)
    assert not Significance(3, "", -127, 0).fits(8)
    assert not Significance(3, "", 0, 128).fits(8)


def test_rounding_is_that_of_floats():
    rng = np.random.default_rng(0)
    for value in rng.standard_normal(200) * 2.0 ** rng.integers(-40, 40, 200):
        assert rounded(Fraction(value), 24) == Fraction(float(np.float32(value)))


def test_softmax_and_positions_are_refused():
    softmax = Attention("softmax", averaging().heads, residual=False)
    with pytest.raises(mc.MemcapError, match="uniform"):
        significance(points([softmax], Affine.dense([[1]])), [[1, 2]])
