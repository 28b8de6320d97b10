"""KS25.LemC2 and LemG1: points on a line, at least 2 apart and at least 2."""

from fractions import Fraction

import numpy as np
import pytest

from memcap.constructions.projection import project, project_as_printed
from memcap.core.errors import HypothesisError
from memcap.core.exact import exact


def cloud(number, dim, seed, integer=False):
    rng = np.random.default_rng(seed)
    raw = rng.integers(-9, 10, (number, dim)) if integer else rng.random((number, dim))
    rows = np.unique(raw, axis=0)
    return [tuple(exact(x) for x in row) for row in rows]


def smallest_distance(vectors):
    squares = [
        sum((x - y) ** 2 for x, y in zip(a, b, strict=True))
        for i, a in enumerate(vectors)
        for b in vectors[:i]
    ]
    return float(min(squares)) ** 0.5


def is_lawful(projection, vectors):
    for vector, value in zip(vectors, projection.values, strict=True):
        image = sum(w * x for w, x in zip(projection.direction, vector, strict=True))
        assert image + projection.shift == value
    ordered = sorted(projection.values)
    assert 2 <= ordered[0] < 3
    assert projection.shift == int(projection.shift)
    assert all(b - a >= 2 for a, b in zip(ordered, ordered[1:], strict=False))


@pytest.mark.parametrize("number, dim", [(1, 3), (2, 1), (30, 5), (60, 8), (200, 2)])
def test_searched_projections_are_exact(number, dim):
    vectors = cloud(number, dim, number)
    is_lawful(project(vectors), vectors)


@pytest.mark.parametrize("number, dim", [(1, 2), (10, 1), (30, 5), (60, 8)])
def test_printed_projections_are_exact_and_within_the_printed_range(number, dim):
    vectors = cloud(number, dim, number + 1)
    delta = Fraction(smallest_distance(vectors)) / 2 if len(vectors) > 1 else 1
    projection = project_as_printed(vectors, min(delta, 1), len(vectors))
    is_lawful(projection, vectors)
    r = max(1, max(float(sum(x * x for x in v)) ** 0.5 for v in vectors))
    bound = 20 * r * len(vectors) ** 2 * (np.pi * dim) ** 0.5 / float(min(delta, 1))
    assert max(projection.values) <= bound


def test_integer_vectors_need_few_bits():
    projection = project(cloud(100, 3, 0, integer=True))
    assert max(projection.values) < 2**17


def test_equal_vectors_are_refused():
    with pytest.raises(HypothesisError, match="distinct vectors"):
        project([(1, 2), (1, 2)])
