"""Zhang17.Thm1 in balls: a hidden layer through points that no float tells apart.

M points z_1 < ... < z_M of a line, known as enclosures, with p targets each. One hidden
layer ``sum_j w_j R(z - b_j)`` with ``b_1 < z_1 < b_2 < z_2 < ...`` is piecewise linear
with one knot before every point, so the w_j can be solved for one after the other. Two
choices keep the numbers short:

- b_(j+1) lies within a quarter of the smaller neighbouring gap behind z_j, so that the
  line overshoots by at most a quarter of a step before it turns; among all numbers
  there it is the one with the fewest binary digits;
- w_j is rounded to what moves f(z_j) by at most `TOLERANCE`; the next knot starts from
  the rounded line, so that errors do not add up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from memcap.core.exact import Number, exact

TOLERANCE = Fraction(1, 64)


@dataclass(frozen=True, slots=True)
class HiddenLayer:
    """``f_c(z) = sum_j weights[c][j] max(z - biases[j], 0)``.

    Args:
        biases: M numbers, increasing.
        weights: p rows of M numbers.
    """

    biases: tuple[Number, ...]
    weights: tuple[tuple[Number, ...], ...]


def interpolate(
    points: Sequence[Fraction], targets: Sequence[Sequence[int]]
) -> HiddenLayer:
    """A hidden layer with ``|f_c(z_i) - targets[c][i]| <= TOLERANCE``.

    Args:
        points: M increasing numbers, midpoints of enclosures far narrower than the
            gaps between them.
        targets: p rows of M integers.

    Example:
        >>> layer = interpolate([Fraction(1), Fraction(2), Fraction(4)], [[1, 0, 1]])
        >>> layer.biases
        (0, Fraction(5, 4), Fraction(9, 4))
        >>> values = [sum(w * max(z - b, 0) for w, b in
        ...               zip(layer.weights[0], layer.biases)) for z in (1, 2, 4)]
        >>> max(abs(f - y) for f, y in zip(values, [1, 0, 1])) <= TOLERANCE
        True
    """
    biases = _knots(points)
    weights = tuple(_solve(points, biases, row) for row in targets)
    return HiddenLayer(tuple(exact(b) for b in biases), weights)


def _knots(points: Sequence[Fraction]) -> list[Fraction]:
    gaps = [b - a for a, b in zip(points, points[1:], strict=False)]
    first = gaps[0] if gaps else Fraction(1)
    knots = [shortest(points[0] - first, points[0] - first / 2)]
    before = points[0] - knots[0]
    for point, gap in zip(points, gaps, strict=False):
        room = min(before, gap) / 4
        knots.append(shortest(point + room / 4, point + room))
        before = gap
    return knots


def shortest(low: Fraction, high: Fraction) -> Fraction:
    """The dyadic number in ``[low, high]`` with the fewest digits after the point.

    Example:
        >>> shortest(Fraction(1, 3), Fraction(2, 3))
        Fraction(1, 2)
    """
    width = high - low
    power = max(0, width.denominator.bit_length() - width.numerator.bit_length() - 1)
    while True:
        unit = 1 << power
        candidate = -(-low.numerator * unit // low.denominator)
        if Fraction(candidate, unit) <= high:
            return Fraction(candidate, unit)
        power += 1


def _solve(
    points: Sequence[Fraction], knots: Sequence[Fraction], row: Sequence[int]
) -> tuple[Number, ...]:
    weights: list[Number] = []
    slope, offset = Fraction(0), Fraction(0)
    for point, knot, target in zip(points, knots, row, strict=True):
        # So far f(z) = slope z - offset; the new unit turns it at the knot.
        reach = point - knot
        needed = (target - (slope * point - offset)) / reach
        weight = _rounded(needed, TOLERANCE / reach)
        weights.append(exact(weight))
        slope += weight
        offset += weight * knot
    return tuple(weights)


def _rounded(value: Fraction, tolerance: Fraction) -> Fraction:
    """A multiple of a power of two, at most `tolerance` away."""
    power = tolerance.denominator.bit_length() - tolerance.numerator.bit_length() + 1
    unit = Fraction(2) ** -power
    return round(value / unit) * unit
