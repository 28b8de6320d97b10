"""Sign vectors of affine and linear forms, listed exactly and without optimization.

M affine forms in general position in R^W, M >= W, cut the space into faces, each of
which has a vertex in its closure: a point where exactly W forms vanish. Next to that
vertex these W forms take every combination of signs, the others keep theirs. So the
vertices list all faces. Linear forms and full-dimensional cells work alike, with the
rays on which all but one dimension of the forms vanish.

At most ``sum_(t <= W) 2^t binom(M, t)`` sign vectors in {-1, 0, 1} occur, and at most
``2 sum_(k < W) binom(M - 1, k)`` cells of linear forms; both are attained by every
arrangement in general position.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import comb

import numpy as np
from flint import fmpq_mat, fmpz_mat

from memcap.core.errors import DataError

Signs = tuple[int, ...]


def face_count(forms: int, dim: int) -> int:
    """Most sign vectors of M affine forms in W variables.

    Example:
        >>> face_count(1, 1), face_count(3, 2), face_count(2, 5)
        (3, 19, 9)
    """
    return sum(comb(forms, t) << t for t in range(dim + 1))


def cell_count(forms: int, dim: int) -> int:
    """Most cells of M linear forms in W variables, Cover's number of dichotomies.

    Example:
        >>> cell_count(4, 2), cell_count(3, 3)
        (8, 8)
    """
    return 2 * sum(comb(forms - 1, k) for k in range(dim))


def faces(forms: Sequence[Sequence[int]]) -> set[Signs]:
    """All sign vectors of affine forms in general position.

    Args:
        forms: `[M, W + 1]` integers, coefficients and then the constant; M >= W >= 1.

    Raises:
        DataError: the forms are not in general position.

    Example:
        >>> sorted(faces([[1, 0], [1, -1]]))
        [(-1, -1), (0, -1), (1, -1), (1, 0), (1, 1)]
    """
    dim = len(forms[0]) - 1
    found: set[Signs] = set()
    for chosen in combinations(range(len(forms)), dim):
        vertex = _vertex([forms[i] for i in chosen])
        signs = [
            _sign(sum(a * x for a, x in zip(f, vertex, strict=True))) for f in forms
        ]
        found.update(_around(signs, chosen, (-1, 0, 1)))
    return found


def cells(points: Sequence[Sequence[int]]) -> set[Signs]:
    """All dichotomies of points by a hyperplane through the origin.

    Args:
        points: `[N, d]` integers in general position, every d of them independent.

    Raises:
        DataError: the points are not in general position.

    Example:
        >>> sorted(cells([[1], [2]]))
        [(-1, -1), (1, 1)]
    """
    count, dim = len(points), len(points[0])
    if count < dim:
        return set(product((-1, 1), repeat=count))
    found: set[Signs] = set()
    for chosen in combinations(range(count), dim - 1):
        ray = _normal([points[i] for i in chosen], dim)
        for turn in (1, -1):
            signs = [
                turn * _sign(sum(a * x for a, x in zip(p, ray, strict=True)))
                for p in points
            ]
            found.update(_around(signs, chosen, (-1, 1)))
    return found


def _vertex(rows: Sequence[Sequence[int]]) -> tuple[Fraction | int, ...]:
    """Where the forms vanish, followed by a 1 for the constants."""
    matrix = fmpq_mat(fmpz_mat([list(row[:-1]) for row in rows]))
    right = fmpq_mat(fmpz_mat([[-row[-1]] for row in rows]))
    if matrix.det() == 0:
        raise DataError("forms without a common point; draw them in general position.")
    solved = matrix.solve(right)
    at = [Fraction(int(x.p), int(x.q)) for x in solved.entries()]
    return (*at, 1)


def _normal(rows: Sequence[Sequence[int]], dim: int) -> list[int]:
    """A vector orthogonal to d - 1 vectors, by cofactors."""
    if dim == 1:
        return [1]
    minors = [
        fmpz_mat([[x for i, x in enumerate(row) if i != j] for row in rows]).det()
        for j in range(dim)
    ]
    return [(-1) ** j * int(minor) for j, minor in enumerate(minors)]


def _around(
    signs: list[int], chosen: Sequence[int], values: tuple[int, ...]
) -> Iterator[Signs]:
    zeros = [i for i, sign in enumerate(signs) if sign == 0]
    if zeros != sorted(chosen):
        raise DataError("forms meet in too many points; draw them in general position.")
    for free in product(values, repeat=len(chosen)):
        made = list(signs)
        for i, sign in zip(chosen, free, strict=True):
            made[i] = sign
        yield tuple(made)


def _sign(value: Fraction | int) -> int:
    return (value > 0) - (value < 0)


def drawn(rng: np.random.Generator, rows: int, columns: int) -> list[list[int]]:
    """A random integer matrix; with wide entries in general position almost surely."""
    return rng.integers(-997, 998, size=(rows, columns)).tolist()
