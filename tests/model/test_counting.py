"""Counts of networks that can be counted by hand."""

import random
from dataclasses import asdict
from fractions import Fraction

import pytest

import memcap as mc
from memcap.core.exact import bits
from memcap.model.counting import PartCount, count
from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Linear,
    Relu,
    Residual,
    Weights,
)
from tests.model import random_networks

HALF = Fraction(1, 2)


def example() -> Weights:
    """Two slots, then 3 units, then 2 slots with attention of two heads."""
    nothing = Affine.build(2, [{}])
    head = Head(nothing, nothing, Affine.dense([[3, 0]]), Affine.dense([[0], [5]]))
    wide = Head(
        Affine.dense([[1, 0]] * 4),
        Affine.dense([[0, 1]] * 4),
        Affine.dense([[1, 1], [1, 0]]),
        Affine.dense([[1, 0], [0, 7]]),
    )
    return Weights(
        "next_token",
        "vectors",
        Affine.dense([[1], [2]]),
        (
            Relu(Affine.dense([[1, 0], [0, 4], [HALF, 0]], [0, 0, 9]), "encoder"),
            Linear(Affine.dense([[1, 1, 1], [0, 0, -8]]), "encoder"),
            Attention("uniform", (head, wide)),
            Residual(
                Affine.dense([[1, 1]] * 6, [1, 0, 0, 0, 0, 0]),
                Affine.build(6, [{0: 100}, {}]),
                "decoder",
            ),
        ),
        Affine.dense([[1, Fraction(1, 3)]], [6]),
    )


def test_by_hand():
    parts = count(example()).by_part
    assert list(parts) == ["embedding", "encoder", "attention", "decoder", "readout"]
    # 1 and 2 have 1 + 2 bits.
    assert parts["embedding"] == PartCount(2, 2, 0, 2, 3)
    # 1, 4, 1/2, 9 of 6 + 3 entries; 1, 1, 1, -8 of 6 + 2.
    assert parts["encoder"] == PartCount(8, 17, 2, 4, 1 + 3 + 1 + 4 + 3 + 4)
    # Head one: 3 and 5 of 2 + 2 + 2 + 2; head two: 4, 4, 3, 2 of 8 + 8 + 4 + 4.
    assert parts["attention"] == PartCount(15, 32, 1, 3, 2 + 3 + 4 + 4 + 3 + 1 + 3)
    # Both biases of a residual layer count as dense: 12 + 6 and 12 + 2.
    assert parts["decoder"] == PartCount(14, 32, 1, 7, 13 + 7)
    # The readout has a bias here, so it is counted: 1 + 3 + 3 bits.
    assert parts["readout"] == PartCount(3, 3, 1, 3, 1 + 3 + 3)
    found = count(example())
    assert (found.nonzero, found.dense, found.depth) == (42, 86, 5)
    assert (found.width, found.max_bits, found.total_bits) == (
        6,
        7,
        3 + 16 + 20 + 20 + 7,
    )


def test_width_is_the_largest_of_slots_heads_and_units():
    one = Affine.dense([[1]])

    def width(*layers, embedding=one, readout=one):
        return count(Weights("next_token", "vectors", embedding, layers, readout)).width

    wide = Affine.dense([[1]] * 5)
    back = Affine.dense([[1] * 5])
    assert width() == 1
    assert width(embedding=wide, readout=back) == 5
    assert width(Relu(wide), Relu(back)) == 5
    assert width(Residual(wide, back)) == 5
    values = Head(one, one, wide, back)
    keys = Head(wide, wide, one, one)
    assert width(Attention("hardmax", (values,))) == 5
    assert width(Attention("softmax", (keys, keys, keys))) == 15
    assert width(Attention("uniform", (values, keys))) == 6


def test_a_readout_without_bias_has_no_bias_to_count():
    one = Affine.dense([[1, 1]])
    two = Affine.dense([[1], [1]])
    plain = count(Weights("next_token", "vectors", two, (), one))
    biased = count(
        Weights("next_token", "vectors", two, (), Affine.dense([[1, 1]], [4]))
    )
    assert (plain.dense, biased.dense) == (4, 5)
    assert (plain.nonzero, biased.nonzero) == (4, 5)


def test_positions_are_a_part():
    ids = Affine.dense([[1, 2, 3]])
    weights = Weights(
        "next_token",
        "ids",
        ids,
        (),
        Affine.dense([[1]]),
        positions=Affine.dense([[0, 8]]),
    )
    assert count(weights).by_part["positions"] == PartCount(1, 2, 0, 4, 4)
    assert count(weights).depth == 1


def test_a_part_may_be_called_like_another():
    one = Affine.dense([[1]])
    weights = Weights("next_token", "vectors", one, (Relu(one, "embedding"),), one)
    found = count(weights)
    assert found.by_part["embedding"].nonzero == 2
    assert sum(part.nonzero for part in found.by_part.values()) == found.nonzero == 3


@pytest.mark.parametrize("seed", range(30))
def test_parts_add_up_and_nothing_is_left_out(seed):
    weights = random_networks.network(random.Random(seed))
    found = count(weights)
    total = sum(found.by_part.values(), PartCount())
    for name, value in asdict(total).items():
        assert getattr(found, name) == value
    numbers = [x for affine in _maps(weights) for x in affine.numbers()]
    assert found.nonzero == len(numbers) and all(x != 0 for x in numbers)
    assert found.total_bits == sum(map(bits, numbers))
    assert found.max_bits == max(map(bits, numbers), default=0)
    assert found.depth == len(weights.layers) + 1
    assert found.nonzero <= found.dense


def _maps(weights):
    yield from (weights.embedding, weights.readout)
    if weights.positions:
        yield weights.positions
    for layer in weights.layers:
        if isinstance(layer, Attention):
            for h in layer.heads:
                yield from (h.query, h.key, h.value, h.output)
        elif isinstance(layer, Residual):
            yield from (layer.inner, layer.outer)
        else:
            yield layer.map


def test_zeros_are_no_parameters():
    dense = Affine.dense([[0, 1], [0, 0]], [0, 2])
    assert list(dense.numbers()) == [1, 2]


def test_a_construction_is_counted_as_it_says():
    ds = mc.data.random_next_token(num_samples=40, length=4, vocab=9, classes=3, seed=0)
    built = mc.construct("next_token", ds)
    found = count(built.weights)
    sizes = [built.report["encoder_sizes"], built.report["decoder_sizes"]]
    # Each memorizer with a layer before it, one after the first; averaging; readout.
    assert found.depth == sum(s.depth for s in sizes) + 3 + 1 + 1
    assert max(s.word_bits for s in sizes) >= found.max_bits - 1
    assert found.width <= 14
