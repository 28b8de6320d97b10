"""Unit vectors with rational entries, the least denominators first.

A point u of the plane below goes to ``(2u, |u|^2 - 1) / (|u|^2 + 1)`` on the sphere, by
stereographic projection; rational points go to rational points, and are dense.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import lcm, sqrt

import numpy as np

Unit = tuple[Fraction, ...]


def on_sphere(point: Sequence[Fraction]) -> Unit:
    """The unit vector in one dimension more that a point is projected to.

    Example:
        >>> [str(x) for x in on_sphere([Fraction(1, 2)])]
        ['4/5', '-3/5']
    """
    square = sum((Fraction(x) * x for x in point), Fraction(0))
    entries = [2 * Fraction(x) for x in point] + [square - 1]
    return tuple(x / (square + 1) for x in entries)


@cache
def in_plane(largest: int) -> tuple[Unit, ...]:
    """All rational unit vectors of the plane with denominators up to `largest`.

    Example:
        >>> [tuple(map(str, v)) for v in in_plane(5)[:5]]
        [('-1', '0'), ('0', '-1'), ('0', '1'), ('1', '0'), ('-4/5', '-3/5')]
    """
    found: set[Unit] = {(Fraction(0), Fraction(1))}
    size = int((2 * largest) ** 0.5) + 1
    for p in range(-size, size + 1):
        for q in range(1, size + 1):
            found.add(on_sphere([Fraction(p, q)]))
    kept = [v for v in found if denominator(v) <= largest]
    return tuple(sorted(kept, key=lambda v: (denominator(v), v)))


def denominator(v: Unit) -> int:
    """The common denominator of the entries."""
    return lcm(*(x.denominator for x in v))


def random_unit(rng: np.random.Generator, dim: int, parts: int = 32) -> Unit:
    """A rational unit vector near a direction that is uniform on the sphere.

    Args:
        rng: draws it.
        dim: its entries.
        parts: as for `near`.
    """
    return near(rng.standard_normal(dim).tolist(), parts)


def near(direction: Sequence[float], parts: int) -> Unit:
    """A rational unit vector near the direction of a vector other than zero.

    Args:
        direction: its entries.
        parts: the projected point is rounded to this denominator.

    Example:
        >>> [str(x) for x in near([3.0, 4.0], 3)]
        ['3/5', '4/5']
    """
    length = sqrt(sum(x * x for x in direction))
    *front, last = (x / length for x in direction)
    # Projected from the pole farther away, where it is stable.
    flip = -1 if last > 0 else 1
    below = [Fraction(round(parts * x / (1 - flip * last)), parts) for x in front]
    *front, last = on_sphere(below)
    return (*front, flip * last)
