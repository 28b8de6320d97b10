"""Realised gaps against the lemmas: exhaustive grids, random sets, counter-examples."""

from fractions import Fraction
from itertools import chain, combinations

import numpy as np
import pytest

from memcap.core.balls import Ball, Truth, at_most, less
from memcap.core.errors import DataError, HypothesisError, UndecidedError
from memcap.core.exact import SquareRoot
from memcap.theory.boltzmann import (
    check_admissible,
    operator_ball,
    separation,
    smallest_gap,
)
from memcap.theory.boltzmann.lemmas import condition, ln_bound


def grid(spacing, values):
    return [spacing * i for i in range(values)]


def subsets(points, sizes):
    return list(chain.from_iterable(combinations(points, n) for n in sizes))


def ratio(gap, bound):
    """Realised gap over bound; the bound never exceeds it if the lemma is right."""
    quotient = gap.value / bound
    assert less(1, quotient) is Truth.TRUE
    return float(quotient)


@pytest.mark.parametrize(
    ("spacing", "equal_sizes", "any_sizes"),
    [(2, 1.3617, 1.0091), (Fraction(11, 5), 1.4704, 1.0401), (3, 1.7411, 1.1159)],
)
def test_sharp_bound_on_whole_grids(spacing, equal_sizes, any_sizes):
    equal, different = [], []
    for values in range(3, 9):
        points = grid(spacing, values)
        inputs = dict(spread=points[-1], delta=spacing)
        for n in range(2, values):
            gap = smallest_gap(combinations(points, n), delta=spacing)
            equal.append(ratio(gap, separation(n=n, **inputs).bound))
        gap = smallest_gap(subsets(points, range(1, values + 1)))
        different.append(ratio(gap, separation(sizes="different", **inputs).bound))
    assert min(equal) == pytest.approx(equal_sizes, abs=1e-4)
    assert min(different) == pytest.approx(any_sizes, abs=1e-4)


@pytest.mark.parametrize("spacing", [Fraction(1317, 1000), Fraction(3, 2), 2])
def test_threshold_bound_on_whole_grids(spacing):
    for values in range(3, 9):
        points = grid(spacing, values)
        inputs = dict(spread=points[-1], delta=spacing, version="threshold")
        for n in range(2, values):
            gap = smallest_gap(combinations(points, n), delta=spacing)
            ratio(gap, separation(n=n, **inputs).bound)
        gap = smallest_gap(subsets(points, range(1, values + 1)))
        ratio(gap, separation(sizes="different", **inputs).bound)


def test_sharp_bound_on_uneven_sets():
    rng = np.random.default_rng(2)
    for _ in range(60):
        spacing = Fraction(int(rng.choice([4, 5, 6, 8, 12])), 2)
        slack = [Fraction(int(x), 2**20) for x in rng.integers(0, 3 << 20, size=6)]
        points, last = [], Fraction(-7)
        for extra in slack[: rng.integers(3, 7)]:
            points.append(last := last + spacing + extra / int(rng.choice([1, 10**6])))
        inputs = dict(spread=points[-1] - points[0], delta=spacing)
        for n in range(2, len(points)):
            gap = smallest_gap(combinations(points, n), delta=spacing)
            ratio(gap, separation(n=n, **inputs).bound)
        gap = smallest_gap(subsets(points, range(1, len(points) + 1)))
        ratio(gap, separation(sizes="different", **inputs).bound)


def test_published_bound_under_its_condition():
    found = []
    for n in (2, 3, 4):
        spacing = Fraction(int(np.ceil((2 * np.log(n) + 3) * 8)), 8)
        for values in (n + 1, n + 2):
            points = [x - Fraction(spacing * values, 2) for x in grid(spacing, values)]
            r = max(abs(x) for x in points)
            gap = smallest_gap(combinations(points, n), r=r, delta=spacing)
            bound = separation(n=n, r=r, delta=spacing, version="published").bound
            found.append(ratio(gap, bound))
            for vector in combinations(points, n):
                value = operator_ball(vector)
                assert at_most(value.maximum(-value), r) is Truth.TRUE
    assert min(found) > 100  # the published bound is far from tight


@pytest.mark.parametrize(
    ("n", "values", "lowest", "highest"),
    [
        (2, 3, 0.46, 0.47),
        (3, 4, 0.17, 0.18),
        (3, 5, 0.47, 0.48),
        (3, 6, 0.73, 0.74),
        (4, 5, 0.036, 0.038),
        (4, 6, 0.10, 0.11),
        (4, 7, 0.27, 0.28),
    ],
)
def test_published_bound_fails_at_spacing_one(n, values, lowest, highest):
    points = grid(1, values)
    gap = smallest_gap(combinations(points, n))
    claimed = ln_bound(points[-1], 1, n, "published", "equal", 128).exp()
    assert condition(1, n, "published") is Truth.FALSE
    assert less(gap.value, claimed) is Truth.TRUE
    # The pair itself is the counter-example, re-evaluated apart from the search.
    one, two = (operator_ball(vector, 128) for vector in gap.pair)
    difference = (one - two).maximum(two - one)
    assert less(difference, claimed) is Truth.TRUE
    assert less(lowest, difference / claimed) is Truth.TRUE
    assert less(difference / claimed, highest) is Truth.TRUE


def test_the_neighbours_hold_the_smallest_of_all_pairs():
    rng = np.random.default_rng(3)
    for _ in range(10):
        points = sorted({Fraction(int(x), 7) for x in rng.integers(-40, 40, size=6)})
        family = subsets(points, (1, 2, 3))
        gap = smallest_gap(family)
        values = [float(operator_ball(one)) for one in family]
        smallest = min(abs(x - y) for x, y in combinations(values, 2))
        assert float(gap.value) == pytest.approx(smallest, rel=1e-3, abs=1e-12)
        assert gap.sets == len(family)


def test_precision_grows_until_the_gap_is_known():
    points = grid(30, 6)
    gap = smallest_gap(combinations(points, 5))
    assert gap.precision > 64
    bound = separation(spread=150, delta=30, n=5).bound
    assert less(bound, gap.value) is Truth.TRUE
    assert gap.pair == ((150, 120, 90, 60, 30), (150, 120, 90, 60, 0))
    assert gap.unique is Truth.TRUE


def test_rational_sets_are_told_apart_at_any_spacing():
    points = grid(Fraction(1, 1000), 7)
    assert less(0, smallest_gap(subsets(points, range(1, 8))).value) is Truth.TRUE


def test_order_and_repeated_sets_do_not_matter():
    gap = smallest_gap([[0, 2], [2, 0], [4, 0]])
    assert gap.sets == 2 and gap.unique is Truth.TRUE
    shifted = smallest_gap([[0, 2], [4, 2], [4, 6]])
    assert shifted.unique is Truth.UNDECIDED
    assert shifted.value.contains(2)


def test_what_is_not_decided_names_the_pair():
    with pytest.raises(UndecidedError, match=r"\{90, 60, 0\} and \{90, 60, 30\}.*64"):
        smallest_gap([[0, 60, 90], [30, 60, 90]], limit=64)


@pytest.mark.parametrize(
    ("vectors", "bounds", "words"),
    [
        ([[0, 2], [2, 5, 2]], {}, "vector 1 holds 2 more than once"),
        ([[0, 2], [3, 5]], {"delta": 2}, "2 of vector 0 and 3 of vector 1 are 1 apart"),
        ([[0, 2], [-9, 5]], {"r": 8}, "entry -9 of vector 1"),
        ([[0, 3]], {"r": SquareRoot(8)}, "entry 3 of vector 0"),
        ([[], [1]], {}, "vector 0 is empty"),
    ],
)
def test_inadmissible_vectors(vectors, bounds, words):
    with pytest.raises(HypothesisError, match=words):
        check_admissible(vectors, **bounds)
    with pytest.raises(HypothesisError, match=words):
        smallest_gap(vectors, **bounds)


def test_admissible_at_the_edge():
    check_admissible([[0, 2], [4, 2]], r=4, delta=2)
    with pytest.raises(DataError, match="two different sets"):
        smallest_gap([[1, 2], [2, 1]])


def test_a_gap_is_a_ball_with_positive_lower_end():
    gap = smallest_gap([[0, 3], [0, 6]])
    assert isinstance(gap.value, Ball) and gap.value.lower > 0
