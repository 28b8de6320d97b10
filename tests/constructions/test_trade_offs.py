"""Bits against parameters (limited_bits), depth against width (bounded_depth)."""

import numpy as np
import pytest

import memcap as mc
from memcap.constructions.bit_extraction import memorizer
from memcap.constructions.gadgets import Stack
from memcap.constructions.packing import Sizes
from memcap.model.fast_forward import fast_forward

OPTION = {"limited_bits": "bit_budget", "bounded_depth": "depth"}


def labelled_and_extra(seed=0):
    """144 labelled points and 20 of label 0, as integers."""
    rng = np.random.default_rng(seed)
    labels = np.concatenate([rng.integers(1, 4, 144), np.zeros(20, dtype=int)])
    return mc.data.from_arrays(rng.permutation(1000)[:164, None], labels, num_classes=4)


@pytest.mark.parametrize("name", sorted(OPTION))
@pytest.mark.parametrize("value", [1, 2, 4, 6, 12])
def test_every_budget_labels_all_points_and_the_extra_ones_zero(name, value):
    ds = labelled_and_extra()
    built = mc.construct(name, ds, **{OPTION[name]: value})
    certificate = mc.verify(built, ds)
    assert certificate.verdict is mc.Verdict.PROVED, certificate.sentence
    assert built.report["groups"] == -(-144 // value**2)


def test_more_bits_fewer_parameters_and_width_13():
    ds = labelled_and_extra()
    counts = [
        mc.count(mc.construct("limited_bits", ds, bit_budget=b).weights)
        for b in (1, 2, 4, 8)
    ]
    numbers = [c.nonzero for c in counts]
    assert numbers == sorted(numbers, reverse=True)
    bits = [c.max_bits for c in counts]
    assert bits == sorted(bits) and bits[0] < bits[-1]
    assert max(c.width for c in counts) == 13


def test_more_depth_less_width():
    ds = labelled_and_extra()
    counts = [
        mc.count(mc.construct("bounded_depth", ds, depth=level).weights)
        for level in (1, 2, 4, 8)
    ]
    assert [c.depth for c in counts] == sorted(c.depth for c in counts)
    assert [c.width for c in counts] == sorted((c.width for c in counts), reverse=True)
    assert all(
        c.width <= 12 * -(-144 // level**2)
        for c, level in zip(counts, (1, 2, 4, 8), strict=True)
    )


@pytest.mark.parametrize("name", sorted(OPTION))
@pytest.mark.parametrize("value", [0, 13, 2.0])
def test_budgets_beyond_the_root_are_refused(name, value):
    with pytest.raises(mc.HypothesisError, match="1..12"):
        mc.construct(name, labelled_and_extra(), **{OPTION[name]: value})


@pytest.mark.parametrize("name", sorted(OPTION))
def test_sequences_are_refused(name):
    ds = mc.data.from_arrays([[1, 2], [3, 4]], [0, 1])
    with pytest.raises(mc.HypothesisError, match="length 1"):
        mc.construct(name, ds)


def test_groups_are_zero_away_from_every_point():
    ds = mc.data.from_arrays([[0], [10], [20], [30], [40]], [1, 2, 3, 1, 2])
    for name, option in OPTION.items():
        weights = mc.construct(name, ds, **{option: 1}).weights
        outputs = fast_forward(weights, [[10], [50], [60], [70], [110]]).numbers()
        assert outputs.tolist() == [2, 0, 0, 0, 0]


@pytest.mark.parametrize("number", [0, 5])
def test_kept_slots_are_carried_through_every_layer(number):
    points, labels = [2, 5, 9, 14, 20][:number], [1, 2, 3, 1, 2][:number]
    stack = Stack(["x", "a", "b"], part="")
    value = memorizer(
        stack, points, labels, Sizes(number, 2, 5, 2), {"total": {"a": 2, "b": 1}}
    )
    assert "total" not in value and "total" in stack.slots
    for layer, after in zip(stack.layers[1:], stack.layers[2:], strict=False):
        assert layer.map.outputs == after.map.inputs
    assert max(layer.map.outputs for layer in stack.layers) <= 13
