"""Limited bits: the explicit sizes against LemC1, whole numbers and the orders."""

from math import isqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memcap.constructions.packing import Sizes, printed_block
from memcap.core.balls import Truth, at_most
from memcap.core.errors import HypothesisError
from memcap.theory.bounds import available, get

POINTS = dict(num_stored=144, num_points=200, dim=3, r=2, delta=1, classes=3)
SEQUENCES = dict(num_samples=144, length=8, dim=3, r=2, delta=1, classes=3)


def value(name, **inputs):
    return get(name)(**inputs).ball(128)


def test_one_group_is_the_memorizer_itself():
    for limited, whole in (("explicit_depth", "depth"), ("explicit_bits", "bits")):
        found = value(f"KS25.LemF1.{limited}", **POINTS, bit_budget=12)
        assert found.value.overlaps(value(f"KS25.LemC1.{whole}", **POINTS).value)
        found = value(f"KS25.ThmF1.{limited}", **SEQUENCES, bit_budget=12)
        assert found.value.overlaps(value(f"KS25.ThmB1.{whole}", **SEQUENCES).value)


def test_groups_by_hand():
    # 144 points in 16 groups of 9; eq. 110 counts two layers of projection a group.
    lemma = value("KS25.LemC1.depth", **{**POINTS, "num_stored": 9})
    chain = value("KS25.LemF1.explicit_depth", **POINTS, bit_budget=3)
    assert chain.value.overlaps(((lemma - 2) * 16 + 2).value)
    # 145 points need one group more.
    more = value(
        "KS25.LemF1.explicit_depth", **POINTS | {"num_stored": 145}, bit_budget=3
    )
    assert more.value.overlaps(((lemma - 2) * 17 + 2).value)


def test_parameters_are_nineteen_a_layer():
    for name, inputs in (("KS25.LemF1", POINTS), ("KS25.ThmF1", SEQUENCES)):
        layers = value(f"{name}.explicit_depth", **inputs, bit_budget=5)
        numbers = value(f"{name}.parameters", **inputs, bit_budget=5)
        assert numbers.value.overlaps((layers * 19 + 3).value)


@st.composite
def lemma_inputs(draw):
    number = draw(st.integers(1, 10**5))
    inputs = dict(
        num_stored=number,
        num_points=number + draw(st.integers(1, 10**5)),
        dim=draw(st.integers(1, 1000)),
        r=draw(st.integers(1, 10**6)),
        delta=1,
        classes=draw(st.integers(1, 10**4)),
    )
    return inputs, draw(st.integers(1, isqrt(number)))


@settings(max_examples=60, deadline=None)
@given(lemma_inputs())
def test_whole_layers_stay_within_the_explicit_depth(drawn):
    inputs, budget = drawn
    reach = get("KS25.LemC1.range")(**{**inputs, "num_stored": 2})
    sizes = Sizes(
        budget**2,
        printed_block(budget**2),
        reach.log2().upper.__ceil__(),
        inputs["classes"].bit_length(),
    )
    groups = -(-inputs["num_stored"] // budget**2)
    # The layer that reads x and the readout are the two of the projection.
    layers = groups * sizes.depth + 2
    explicit = get("KS25.LemF1.explicit_depth")(**inputs, bit_budget=budget)
    assert layers <= explicit.floor()


@settings(max_examples=60, deadline=None)
@given(lemma_inputs())
def test_explicit_sizes_are_of_the_stated_order(drawn):
    # With l = max(log2 B, 1), L = max(2 log2 B, 1) <= 2 l and g > 5: a group has
    # B (3 sqrt L + (3 g + 2) / sqrt L) + 4 <= 8.3 B (sqrt l + g / sqrt l) layers, and
    # there are at most 2 N / B^2 groups, so 19 of the order are enough, 3 for the bits.
    inputs, budget = drawn
    for size, factor in (("depth", 19), ("bits", 3)):
        order = value(f"KS25.LemF1.{size}", **inputs, bit_budget=budget)
        explicit = value(f"KS25.LemF1.explicit_{size}", **inputs, bit_budget=budget)
        assert at_most(explicit, order * factor) is Truth.TRUE


@pytest.mark.parametrize("size", ["width", "explicit_depth", "explicit_bits"])
@pytest.mark.parametrize("budget", [0, 13, 2.5, None])
def test_budgets_beyond_the_root_are_refused(size, budget):
    for name, inputs in (("KS25.LemF1", POINTS), ("KS25.ThmF1", SEQUENCES)):
        with pytest.raises(HypothesisError, match="bit_budget"):
            get(f"{name}.{size}")(**inputs, bit_budget=budget)


def test_free_parameters_are_inputs_with_a_hypothesis():
    for bound in available().values():
        assert set(bound.free) <= set(bound.inputs)
        for name in bound.free:
            assert any(name in needs.names for needs in bound.domain)
