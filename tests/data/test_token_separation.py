"""Separation against all pairs, in exact arithmetic."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memcap.data import from_arrays


def squares(points):
    vectors = [[Fraction(x) for x in point] for point in points]
    norms = [sum(x * x for x in v) for v in vectors]
    gaps = [
        sum((x - y) ** 2 for x, y in zip(a, b, strict=True))
        for a, b in combinations(vectors, 2)
    ]
    return min(norms), max(norms), min((g for g in gaps if g), default=None)


def agrees(points):
    ds = from_arrays(np.array(points, dtype=float)[:, None, :], [0] * len(points))
    found, wanted = ds.separation(), squares(points)
    epsilon = found.epsilon.squared if found.epsilon is not None else None
    return (found.r_min.squared, found.r_max.squared, epsilon) == wanted


coordinates = st.floats(-1e6, 1e6, allow_nan=False) | st.sampled_from(
    [0.0, 0.1, 2**-60]
)


@given(
    st.integers(1, 3).flatmap(
        lambda d: st.lists(
            st.lists(coordinates, min_size=d, max_size=d), min_size=1, max_size=8
        )
    )
)
def test_separation_is_that_of_all_pairs(points):
    assert agrees(points)


@pytest.mark.parametrize(
    "points",
    [
        [[1.0, 0.0], [1.0, 2.0**-50], [0.0, 1.0]],
        [[1e300, 0.0], [0.0, 1e300], [1e-300, 0.0], [0.0, 0.0]],
        [[1.0, 1.0], [1.0 + 2**-52, 1.0], [1.0, 1.0 - 2**-53]],
    ],
)
def test_gaps_near_the_end_of_floating_point_are_exact(points):
    assert agrees(points)


def test_ids_are_numbers_on_a_line():
    found = from_arrays([[3, 10], [4, 3]], [0, 1]).separation()
    assert (found.r_min, found.r_max, found.epsilon) == (3, 10, 1)


def test_a_single_token_has_no_distance():
    assert from_arrays([[5, 5]], [0]).separation().epsilon is None
