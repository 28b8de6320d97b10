"""Significant bits of a forward pass, against every order of addition."""

from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import permutations
from operator import add

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
from tests.nn.networks import network as random_uniform


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


class Short:
    """A number of a float type of p bits: every operation rounds."""

    p = 0

    def __init__(self, value):
        self.value = rounded(Fraction(value), Short.p)

    def __add__(self, other):
        return Short(self.value + other.value)

    def __mul__(self, other):
        return Short(self.value * other.value)

    def __truediv__(self, number):
        return Short(self.value / Short(number).value)


def in_short_floats(net, tokens, p, order):
    """The outputs in simulated floats of p bits, terms added in a random order."""
    Short.p, rng = p, np.random.default_rng(order)
    short = np.frompyfunc(Short, 1, 1)

    def affine(rows, state):
        made = []
        for bias, terms in rows:
            products = [state[c] * Short(w) for c, w in terms]
            products.append(short(np.full(state[0].shape, bias, dtype=object)))
            order = rng.permutation(len(products))
            made.append(reduce(add, (products[i] for i in order)))
        return made

    def relu(state):
        return [np.frompyfunc(lambda x: Short(max(x.value, 0)), 1, 1)(x) for x in state]

    state = affine(
        net.embedding.rows, [short(x) for x in np.moveaxis(np.array(tokens), -1, 0)]
    )
    for layer in net.layers:
        if isinstance(layer, Attention):
            old, length = state, np.shape(tokens)[1]
            for head in layer.heads:
                totals = [x.sum(axis=1) for x in affine(head.value.rows, old)]
                means = [
                    np.stack([x / length] * length, axis=1).astype(object)
                    for x in totals
                ]
                added = affine(head.output.rows, means)
                state = [x + y for x, y in zip(state, added, strict=True)]
        elif isinstance(layer, Residual):
            added = affine(layer.outer.rows, relu(affine(layer.inner.rows, state)))
            state = [x + y for x, y in zip(state, added, strict=True)]
        else:
            made = affine(layer.map.rows, state)
            state = made if isinstance(layer, Linear) else relu(made)
    return [x.value for x in affine(net.readout.rows, state)[0][:, -1]]


def test_any_number_of_bits_that_fits_is_enough_and_fewer_are_not():
    wrong = 0
    for seed in range(12):
        net = random_uniform(seed)
        tokens = np.random.default_rng(seed).integers(-3, 4, (3, 4, 2))
        found = significance(net, tokens)
        right = mc.forward(net, tokens).tolist()
        for order in range(3):
            assert in_short_floats(net, tokens, found.bits, order) == right
            assert in_short_floats(net, tokens, found.bits + 3, order) == right
            wrong += in_short_floats(net, tokens, found.bits // 2, order) != right
    assert wrong > 18


def test_only_what_is_read_is_measured():
    # Adding 1 takes the first token one bit more, but nothing reads the result.
    net = points([Linear(Affine.dense([[1]], [1]))], Affine.dense([[1]]))
    assert significance(net, [[2**30, 1]]).bits == 30
    every = replace(net, task="seq_to_seq")
    assert significance(every, [[2**30, 1]]).bits == 31


def test_weights_and_inputs_count_where_they_meet_nothing():
    net = points([], Affine.build(2, [{0: 1, 1: 2**20 + 1}]), ((1,), (0,)))
    assert significance(net, [[1]]).bits == 21
    tiny = points([], Affine.dense([[2**40]]))
    assert not significance(tiny, [[2.0**-140]]).fits(24)


def test_a_mean_is_checked_in_the_type_that_runs_it():
    for length in range(3, 129, 2):
        found = significance(
            points([averaging()], Affine.dense([[1]])),
            [[length] + [0] * (length - 1)],
        )
        right = {
            p: rounded(length * rounded(Fraction(1, length), p), p) == 1
            for p in (8, 24, 53)
        }
        assert found.fits(8) == (right[8] and right[24] and found.bits <= 8)
        assert found.fits(24) == right[24] and found.fits(53) == right[53]


def test_softmax_and_positions_are_refused():
    softmax = Attention("softmax", averaging().heads, residual=False)
    with pytest.raises(mc.MemcapError, match="uniform"):
        significance(points([softmax], Affine.dense([[1]])), [[1, 2]])
