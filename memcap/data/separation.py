"""How far apart the tokens of a dataset are, exactly (KS23.DefSep, KS25.Ass4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.spatial import KDTree

from memcap.core.exact import Number, SquareRoot, exact
from memcap.data.dataset import Dataset, Vector


@dataclass(frozen=True, slots=True)
class Separation:
    """Norms and distances of the distinct tokens.

    Args:
        r_min: smallest norm of a token.
        r_max: largest norm of a token.
        epsilon: smallest distance of two different tokens; None if there is one.
    """

    r_min: SquareRoot
    r_max: SquareRoot
    epsilon: SquareRoot | None

    def check(self, r_min: Any = None, r_max: Any = None, epsilon: Any = None) -> str:
        """Decide token-wise (r_min, r_max, epsilon)-separatedness, exactly.

        KS23.DefSep, all strict: every norm above r_min and below r_max, different
        tokens more than epsilon apart. Leave out what is not asked.

        Args:
            r_min: a number or square root.
            r_max: likewise.
            epsilon: likewise.

        Returns:
            an empty text where it holds, else the sentence that says what fails.

        Example:
            >>> found = of_points([(3, 4), (0, 1)])
            >>> found.check(r_max=6), found.check(r_max=5)
            ('', 'a token has norm 5, not below 5.')
        """
        if r_min is not None and not self.r_min > r_min:
            return f"a token has norm {self.r_min}, not above {r_min}."
        if r_max is not None and not self.r_max < r_max:
            return f"a token has norm {self.r_max}, not below {r_max}."
        apart = self.epsilon
        if epsilon is not None and apart is not None and not apart > epsilon:
            return f"two tokens are {apart} apart, not more than {epsilon}."
        return ""


def separation(ds: Dataset) -> Separation:
    """Measure the separation of the tokens of a dataset; see `Dataset.separation`.

    Example:
        >>> from memcap.data.dataset import from_arrays
        >>> found = separation(from_arrays([[1, 4], [4, 6]], [0, 1]))
        >>> str(found.r_min), str(found.r_max), str(found.epsilon)
        ('1', '6', '2')
    """
    return of_points(ds.points)


def of_points(points: Sequence[Vector]) -> Separation:
    """Measure the separation of distinct vectors.

    Example:
        >>> str(of_points([(3, 4), (0, 1)]).r_max)
        '5'
    """
    ordered = tuple(sorted(points))
    norms = [_squared(point) for point in ordered]
    return Separation(
        SquareRoot(min(norms)), SquareRoot(max(norms)), _smallest_distance(ordered)
    )


def _squared(vector: Vector) -> Number:
    return exact(sum(Fraction(x) * x for x in vector))


def _smallest_distance(points: tuple[Vector, ...]) -> SquareRoot | None:
    if len(points) < 2:
        return None
    if len(points[0]) == 1:
        pairs = zip(points, points[1:], strict=False)
        return SquareRoot(min(_distance_squared(a, b) for a, b in pairs))
    return _smallest_in_space(points)


def _distance_squared(a: Vector, b: Vector) -> Number:
    return _squared(tuple(x - y for x, y in zip(a, b, strict=True)))


def _smallest_in_space(points: tuple[Vector, ...]) -> SquareRoot:
    # A float distance of d coordinates is off by a factor of at most 1 +- (d + 3) u
    # away from underflow, so the true nearest pair is among those within that factor
    # of the smallest float distance; these few are measured exactly.
    scale = max(abs(x) for point in points for x in point) or 1
    array = np.array([[float(Fraction(x) / scale) for x in p] for p in points])
    tree = KDTree(array)
    nearest, _ = tree.query(array, k=2)
    slack = 2.0**-40 * (1 + array.shape[1])
    reach = float(nearest[:, 1].min()) * (1 + slack) + 2.0**-45 * (1 + array.shape[1])
    candidates = tree.query_pairs(reach, output_type="ndarray")
    return SquareRoot(
        min(_distance_squared(points[int(i)], points[int(j)]) for i, j in candidates)
    )
