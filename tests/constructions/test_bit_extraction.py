"""The memorizer's gadgets on complete small domains, and its sizes."""

from fractions import Fraction
from math import ceil, log2, sqrt

import numpy as np
import pytest

import memcap as mc
from memcap.constructions.bit_extraction import memorizer
from memcap.constructions.gadgets import BIAS, Stack, affine
from memcap.constructions.packing import Sizes, fitted_sizes, pack, printed_sizes
from memcap.core.balls import Ball
from memcap.model.fast_forward import fast_forward
from memcap.model.weights import Affine, Weights


def line_network(points, labels, sizes):
    """The memorizer alone, reading x as it is."""
    stack = Stack(["e"], part="memorizer")
    stack.relu({"x": {"e": 1}})
    value = memorizer(stack, points, labels, sizes)
    return Weights(
        "next_token",
        "vectors",
        Affine.dense([[1]]),
        tuple(stack.layers),
        affine(stack.slots, {"label": value}),
    )


@pytest.mark.parametrize("block", [1, 2, 3, 5])
@pytest.mark.parametrize("label_bits", [1, 2, 6])
def test_every_integer_of_the_range_gets_its_label_or_zero(block, label_bits):
    points = [2, 4, 7, 12, 20, 22, 29]
    labels = [(5 * i + 1) % 2**label_bits for i in range(len(points))]
    net = line_network(points, labels, Sizes(len(points), block, 5, label_bits))
    # An unstored point must keep its distance of 2, as in the lemma.
    legal = [x for x in range(2, 32) if all(x == p or abs(x - p) >= 2 for p in points)]
    outputs = fast_forward(net, np.array(legal)[:, None]).numbers()
    known = dict(zip(points, labels, strict=True))
    assert outputs.tolist() == [known.get(x, 0) for x in legal]


def test_points_between_the_integers():
    points = [Fraction(9, 4), Fraction(19, 4), Fraction(15, 2)]
    net = line_network(points, [1, 2, 3], fitted_sizes(points, [1, 2, 3]))
    inputs = np.array([[[float(x)]] for x in [*points, 9.5, 40.25]])
    assert fast_forward(net, inputs).numbers().tolist() == [1, 2, 3, 0, 0]


@pytest.mark.parametrize("number, block", [(1, 1), (7, 3), (40, 4), (41, 6)])
def test_depth_width_and_bits_are_those_of_the_sizes(number, block):
    rng = np.random.default_rng(number)
    points = sorted((2 * rng.permutation(500)[:number] + 2).tolist())
    labels = rng.integers(1, 8, number).tolist()
    sizes = Sizes(number, block, 10, 3)
    counts = mc.count(line_network(points, labels, sizes))
    # One layer to read x and the readout stand beside the memorizer's layers.
    assert counts.depth == sizes.depth + 2
    assert counts.width <= 12
    assert counts.max_bits <= max(sizes.word_bits, 11)
    assert abs(counts.nonzero - sizes.nonzero_estimate) <= 40 + 4 * sizes.steps


def test_blocks_pack_first_point_highest_and_pad_with_zeros():
    blocks = pack([2, 5, 8], [1, 3, 2], Sizes(3, 2, 4, 2))
    assert [(b.first, b.last) for b in blocks] == [(2, 6), (8, 9)]
    assert [b.points_word for b in blocks] == [0b0010_0101, 0b1000_0000]
    assert [b.labels_word for b in blocks] == [0b01_11, 0b10_00]


@pytest.mark.parametrize(
    "points, word",
    [([1, 4], "points >= 2"), ([2, 3], "1 apart"), ([2, 16], "points below 2\\^4")],
)
def test_points_that_break_the_lemma_are_refused(points, word):
    with pytest.raises(mc.HypothesisError, match=word):
        pack(points, [0] * len(points), Sizes(2, 1, 4, 1))


def test_printed_sizes_are_the_lemmas_rounded():
    sizes = printed_sizes(1000, Ball.of(868_000_000), 2)
    assert sizes.block == int(sqrt(1000 / log2(1000)))
    assert (sizes.point_bits, sizes.label_bits) == (ceil(log2(868_000_000)), 1)


@pytest.mark.parametrize("log", [1, 2, 4, 8, 16])
def test_printed_sizes_of_powers_of_two(log):
    sizes = printed_sizes(2**log, Ball.of(1000), 2)
    assert sizes.block == max(1, int(sqrt(2**log / log)))


def test_fitted_block_size_is_the_cheapest():
    rng = np.random.default_rng(0)
    points = sorted((2 * rng.permutation(5000)[:200] + 2).tolist())
    labels = rng.integers(1, 3, 200).tolist()
    sizes = fitted_sizes(points, labels)
    cost = {
        k: mc.count(
            line_network(points, labels, Sizes(200, k, sizes.point_bits, 2))
        ).nonzero
        for k in range(1, 12)
    }
    best = min(cost, key=lambda k: cost[k])
    assert cost[sizes.block] <= 1.02 * cost[best]


def test_slots_that_do_not_exist_are_refused():
    with pytest.raises(KeyError, match="y"):
        Stack(["x"], "p").relu({"z": {"y": 1, BIAS: 2}})


def test_parameters_grow_like_the_square_root():
    """Sixteen times the points cost less than seven times the parameters."""
    counts = []
    for number in (500, 8000):
        rng = np.random.default_rng(1)
        tokens = rng.permutation(20 * number)[:number, None]
        ds = mc.data.from_arrays(tokens, rng.integers(0, 2, number))
        counts.append(mc.count(mc.construct("relu_memorizer", ds).weights).nonzero)
    assert counts[1] < 7 * counts[0]
