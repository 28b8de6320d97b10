"""Directions for the layers of `delta_layers`, found by random steps uphill.

Floats throughout: what is found is rounded and measured exactly by whoever uses it.
"""

from collections.abc import Callable, Sequence

import numpy as np

from memcap.core.exact import Number

_TRIES = 2000
_RESTARTS = 4


def floats(points: Sequence[Sequence[Number]]) -> np.ndarray:
    """`[V, d]` the tokens as floats."""
    return np.array([[float(x) for x in point] for point in points])


def key_and_query(points: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """v with even gaps of v.x, and w with nearly equal |w.x|.

    Args:
        points: `[V, d]` tokens.
        seed: of the draws.
    """
    rng = np.random.default_rng([seed, 4])

    def even(v: np.ndarray) -> float:
        values = np.sort(points @ v)
        return float(np.diff(values).min() / (values[-1] - values[0]))

    def alike(w: np.ndarray) -> float:
        sizes = np.abs(points @ w)
        return float(sizes.min() / sizes.max())

    tries = rng.standard_normal((_TRIES, points.shape[1]))
    v = climb(even, max(tries, key=even), rng)
    return v, climb(alike, max(tries, key=alike), rng)


def two_rows(points: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two query rows and two key rows of small spread over smallest gap.

    Args:
        points: `[V, d]` tokens.
        seed: of the draws.

    Returns:
        `[2, d]` query rows, `[2, d]` key rows.
    """
    rng = np.random.default_rng([seed, 3])

    def quality(numbers: np.ndarray) -> float:
        query, key = numbers.reshape(2, 2, -1)
        scores = np.sort((points @ query.T) @ (key @ points.T), axis=1)
        gaps = np.diff(scores, axis=1).min()
        return float(gaps / (scores[:, -1] - scores[:, 0]).max())

    v, w = key_and_query(points, seed)
    starts = [np.concatenate([w, 0 * w, v, rng.standard_normal(len(v))])]
    starts += list(rng.standard_normal((_RESTARTS, 4 * len(v))))
    best = max((climb(quality, start, rng) for start in starts), key=quality)
    query, key = best.reshape(2, 2, -1)
    return query, key


def climb(
    quality: Callable[[np.ndarray], float], start: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Random steps uphill, shrinking where none of 32 helps."""
    best, score, step = start, quality(start), 0.5
    while step > 1e-4:
        near = best + step * rng.standard_normal((32, len(best)))
        values = [quality(numbers) for numbers in near]
        if max(values) > score:
            best, score = near[int(np.argmax(values))], max(values)
            best = best / np.abs(best).max()
        else:
            step *= 0.7
    return best
