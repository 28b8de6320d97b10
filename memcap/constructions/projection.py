"""Put distinct vectors on a line, at least 2 apart and at least 2 (KS25.LemC2, LemG1).

Two ways. `project` searches small integer directions, measures the exact projections
and scales by the smallest integer that makes the gaps 2. `project_as_printed` draws a
unit vector v and rounds ``2^p s v`` with the lemma's own scale
``s = V^2 sqrt(pi d / 8) (2 / delta + 1/2)`` and ``p = ceil(log2 sqrt d)``. Both check
the gaps exactly; a direction that fails is drawn again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm, pi, sqrt

import numpy as np

from memcap.core.errors import HypothesisError
from memcap.core.exact import Number, SquareRoot, exact
from memcap.core.refs import Ref

REF = Ref("KS25", "LemC2")
_TRIES = 32


@dataclass(frozen=True, slots=True)
class Projection:
    """An affine map to the line and where it puts the vectors.

    Args:
        direction: the d weights.
        shift: added to the product, so that the smallest value is at least 2.
        values: image of each vector, in the order given.
    """

    direction: tuple[Number, ...]
    shift: Number
    values: tuple[Number, ...]


def project(vectors: Sequence[Sequence[Number]], seed: int = 0) -> Projection:
    """Search an integer direction with far-apart projections.

    Args:
        vectors: V distinct vectors of d exact numbers.
        seed: of the search.

    Returns:
        the direction with the smallest ratio of range to smallest gap that was found,
        scaled so that the exact gaps are at least 2 and the smallest value is 2.

    Raises:
        HypothesisError: two vectors are equal.

    Example:
        >>> project([(1,), (2,), (5,)]).values
        (2, 4, 10)
    """
    if len({tuple(vector) for vector in vectors}) < len(vectors):
        raise HypothesisError(REF, "distinct vectors", "two are equal")
    integers, unit = _common_integers(vectors)
    looked_at = (
        _scaled(integers, unit, direction)
        for direction in _candidates(integers, np.random.default_rng(seed))
    )
    found = [scaled for scaled in looked_at if scaled is not None]
    if not found:
        raise HypothesisError(
            REF,
            "a direction with distinct projections",
            "none was found",
            "Try another seed.",
        )
    _, direction, values, factor = min(found, key=lambda scaled: scaled[0])
    return _finish([factor * w for w in direction], values, unit, factor)


def _scaled(
    integers: list[list[int]], unit: int, direction: list[int]
) -> tuple[int, list[int], list[int], Fraction] | None:
    """Bits of the range once gaps are 2, with the direction, its values, the factor.

    None if two points collide.
    """
    values = [sum(w * x for w, x in zip(direction, z, strict=True)) for z in integers]
    gap = _smallest_gap(values)
    if gap == 0:
        return None
    # In the unit of the integers the gap is gap / unit. A power of two keeps weights
    # dyadic and wastes less than one bit.
    factor = Fraction(2)
    while factor * gap >= 4 * unit:
        factor /= 2
    while factor * gap < 2 * unit:
        factor *= 2
    spread = floor(factor * (max(values) - min(values)) / unit) + 2
    return spread.bit_length(), direction, values, factor


def _finish(
    direction: list[Fraction], values: list[int], unit: int, factor: Fraction
) -> Projection:
    if len(values) == 1:
        return Projection((0,) * len(direction), 2, (2,))
    images = [factor * value / unit for value in values]
    # A whole shift keeps the bias short where the vectors have many digits.
    shift = ceil(2 - min(images))
    return Projection(
        tuple(exact(w) for w in direction),
        exact(shift),
        tuple(exact(x + shift) for x in images),
    )


def _common_integers(
    vectors: Sequence[Sequence[Number]],
) -> tuple[list[list[int]], int]:
    unit = lcm(*{x.denominator for vector in vectors for x in vector})
    return [[int(x * unit) for x in vector] for vector in vectors], unit


def _smallest_gap(values: Sequence[int]) -> int:
    ordered = sorted(values)
    gaps = (b - a for a, b in zip(ordered, ordered[1:], strict=False))
    return min(gaps, default=1)


def _candidates(
    integers: list[list[int]], rng: np.random.Generator
) -> Sequence[list[int]]:
    """Directions worth an exact look: the best in floats at each size of entries."""
    dim, number = len(integers[0]), len(integers)
    if dim == 1:
        return [[1]]
    scale = max(abs(x) for vector in integers for x in vector) or 1
    floats = np.array([[x / scale for x in vector] for vector in integers])
    limit, ranked, size = 2 * number * number, [], 1
    while size <= limit:
        for direction in rng.integers(-size, size + 1, (_TRIES, dim)):
            ranked.append((_float_bits(floats @ direction), size, direction.tolist()))
        size *= 4
    # Floats only rank the candidates; what is returned is measured exactly. Among
    # equals the smaller weights come first.
    ranked.sort(key=lambda row: row[:2])
    last = rng.integers(-limit, limit + 1, (4, dim)).tolist()
    return [direction for _, _, direction in ranked[:4]] + last


def _float_bits(values: np.ndarray) -> float:
    """Bits of the range in units of the smallest gap, rounded to a power of two."""
    ordered = np.sort(values)
    gap = float(np.diff(ordered).min(initial=np.inf))
    if gap <= 0 or len(values) < 2:
        return np.inf
    return np.ceil(np.log2((ordered[-1] - ordered[0]) / 2 ** np.floor(np.log2(gap))))


def project_as_printed(
    vectors: Sequence[Sequence[Number]],
    delta: Number | SquareRoot,
    num_points: int,
    seed: int = 0,
) -> Projection:
    """Project with the scale that KS25.LemC2 prints.

    Args:
        vectors: distinct vectors, at least `delta` apart.
        delta: their separation, at most 1.
        num_points: V of the lemma, at least the number of vectors.
        seed: of the unit vector.

    Raises:
        HypothesisError: no direction with gaps of 2 was found.
    """
    rng, dim = np.random.default_rng(seed), len(vectors[0])
    precision = 1 << ceil((dim - 1).bit_length() / 2)
    s = num_points**2 * sqrt(pi * dim / 8) * (2 / float(delta) + 0.5)
    integers, unit = _common_integers(vectors)
    for _ in range(_TRIES):
        v = rng.standard_normal(dim)
        v = v / np.linalg.norm(v) if dim > 1 else np.ones(1)
        weights = [round(Fraction(x) * Fraction(s) * precision) for x in v.tolist()]
        values = [sum(w * x for w, x in zip(weights, z, strict=True)) for z in integers]
        if len(values) < 2 or _smallest_gap(values) >= 2 * unit * precision:
            direction = [Fraction(w, precision) for w in weights]
            return _finish(direction, values, unit * precision, Fraction(1))
    raise HypothesisError(
        REF, "a direction with gaps of 2", f"{_TRIES} draws failed", "Try another seed."
    )
