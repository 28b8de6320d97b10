"""Ranks that are certain: exact ones of rationals, lower bounds of balls."""

from collections.abc import Sequence
from itertools import combinations

from flint import arb, fmpq_mat

from memcap.core.exact import Number, to_flint

Rows = Sequence[Sequence[Number]]


def rank(rows: Rows) -> int:
    """The rank of a rational matrix.

    Example:
        >>> rank([[1, 2], [2, 4]]), rank([[1, 2], [2, 5]])
        (1, 2)
    """
    return fmpq_mat([[to_flint(entry) for entry in row] for row in rows]).rank()


def kruskal_rank(rows: Rows) -> int:
    """The largest r such that every r rows are independent.

    Example:
        >>> kruskal_rank([[1, 0], [0, 1], [1, 1]]), kruskal_rank([[1, 0], [2, 0]])
        (2, 1)
    """
    most = min(len(rows), len(rows[0]))
    for size in range(1, most + 1):
        if any(rank(chosen) < size for chosen in combinations(rows, size)):
            return size - 1
    return most


def rank_at_least(rows: Sequence[Sequence[arb]]) -> int:
    """A lower bound on the rank of every matrix that a matrix of balls contains.

    Elimination with the largest pivot; it ends where every entry left may be 0.

    Example:
        >>> rank_at_least([[arb(1), arb(2)], [arb(3), arb(4)]])
        2
        >>> rank_at_least([[arb(1), arb(1)], [arb(1), arb(1, 0.5)]])
        1
    """
    left = [list(row) for row in rows]
    found = 0
    while left and left[0]:
        _, i, j = max(
            (float(entry.abs_lower()), i, j)
            for i, row in enumerate(left)
            for j, entry in enumerate(row)
        )
        if left[i][j].contains(0):
            return found
        left = _without(left, i, j)
        found += 1
    return found


def _without(rows: list[list[arb]], i: int, j: int) -> list[list[arb]]:
    """The rows but the i-th, freed of the j-th column."""
    pivot = rows[i]
    others = []
    for k, row in enumerate(rows):
        if k != i:
            factor = row[j] / pivot[j]
            freed = [a - factor * b for a, b in zip(row, pivot, strict=True)]
            others.append(freed[:j] + freed[j + 1 :])
    return others
