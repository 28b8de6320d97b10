"""Cover's number of dichotomies: the recursion, the half at N = 2 d, enumeration."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import comb
from typing import Any, NamedTuple

import numpy as np
import sympy

from memcap.theory.bounds import get
from proofs_check.methods import attack, identity
from proofs_check.methods.arrangements import cell_count, cells, drawn
from proofs_check.statement import Answer, Level, Outcome


class Listed(NamedTuple):
    """Points in general position and how many of their dichotomies there are."""

    points: int
    dim: int
    found: int


def recursion(level: Level) -> Outcome:
    """C(N + 1, d) = C(N, d) + C(N, d - 1), term by term Pascal's rule."""
    n, k = sympy.symbols("N k", positive=True, integer=True)
    right = sympy.binomial(n - 1, k) + sympy.binomial(n - 1, k - 1)
    ratio: Any = sympy.combsimp(right / sympy.binomial(n, k))
    same = identity.holds(ratio, sympy.Integer(1), "Pascal's rule")
    top = level.pick(40, 150)
    for points in range(1, top):
        for dim in range(1, points + 2):
            lower = cell_count(points, dim - 1) if dim > 1 else 0
            if cell_count(points + 1, dim) != cell_count(points, dim) + lower:
                return Outcome(Answer.FAILS, f"N = {points}, d = {dim}.")
    sentence = f"{same.sentence} Sums agree for all N < {top}, d <= N + 1."
    return Outcome(same.answer, sentence, top * top // 2)


def half(level: Level, points_per_weight: int = 2) -> Outcome:
    """2 C(2d, d) = 2^(2d): the terms of a row of binomials pair up."""
    for dim in range(1, top := level.pick(120, 600)):
        points = points_per_weight * dim
        row = [comb(points - 1, k) for k in range(points)]
        if row != row[::-1] or 2 * cell_count(points, dim) != 1 << points:
            point = {"d": str(dim), "N": str(points)}
            share = Fraction(cell_count(points, dim), 1 << points)
            return Outcome(
                Answer.FAILS, f"the share is {share} at {point}.", dim, "", point
            )
    d, k = sympy.symbols("d k", positive=True, integer=True)
    left = sympy.binomial(2 * d - 1, k)
    ratio: Any = sympy.combsimp(sympy.binomial(2 * d - 1, 2 * d - 1 - k) / left)
    same = identity.holds(ratio, sympy.Integer(1), "C(2d-1, k) = C(2d-1, 2d-1-k)")
    sentence = f"{same.sentence} The share at N = 2d is exactly 1/2 for d < {top}."
    return Outcome(same.answer, sentence, top)


def falling(level: Level) -> Outcome:
    """The share falls by C(N-1, d-1) / 2^N from N to N + 1 points."""
    cases = 0
    for dim in range(1, level.pick(25, 80)):
        for points in range(1, 4 * dim):
            now, then = (
                Fraction(cell_count(size, dim), 1 << size)
                for size in (points, points + 1)
            )
            cases += 1
            if now - then != Fraction(comb(points - 1, dim - 1), 1 << points):
                return Outcome(Answer.FAILS, f"N = {points}, d = {dim}.", cases)
    return Outcome(Answer.HOLDS, f"exact in {cases:,} cases, never rising.", cases)


def listed(level: Level) -> Iterator[Listed]:
    """Random points and points of the moment curve, dichotomies listed exactly."""
    rng = np.random.default_rng(3)
    for dim in range(1, 5):
        for points in range(1, level.pick(9, 11)):
            yield Listed(points, dim, len(cells(drawn(rng, points, dim))))
            curve = [[t**k for k in range(dim)] for t in range(1, points + 1)]
            yield Listed(points, dim, len(cells(curve)))


def enumeration(level: Level, missing: int = 0, sign: int = 1) -> Outcome:
    """The formula against lists; `missing` takes points off, `sign` turns the claim.

    Args:
        level: how many points.
        missing: planted slip, ``N - 1 - missing`` in place of ``N - 1``.
        sign: 1 for "at most so many", -1 for "at least so many".
    """

    def margin(one: Listed) -> int | None:
        if one.points <= missing:
            return None
        return sign * (cell_count(one.points - missing, one.dim) - one.found)

    def describe(one: Listed) -> Mapping[str, str]:
        return {"N": str(one.points), "d": str(one.dim), "found": str(one.found)}

    aimed = attack.Target(margin, describe)
    found = attack.search(aimed, listed(level))
    claim = "at most" if sign > 0 else "at least"
    return attack.outcome(aimed, found, f"{claim} 2 sum_(k<d) C(N-1, k) dichotomies")


def calculator(level: Level) -> Outcome:
    """memcap's two calculators of the statement give these numbers."""
    for points in range(1, 30):
        for dim in range(1, 12):
            value = get("Gen.Cover.dichotomies")(num_samples=points, parameters=dim)
            if value.exact != cell_count(points, dim):
                return Outcome(Answer.FAILS, f"N = {points}, d = {dim}.")
        if get("Gen.Cover")(num_samples=2 * points).exact != points:
            return Outcome(Answer.FAILS, f"N = {2 * points}.")
    return Outcome(Answer.HOLDS, "348 values agree.", 348)


def no_cap(level: Level) -> Outcome:
    """Where the count of dichotomies first exceeds 4^d, two bits a weight."""
    texts = []
    for dim in range(2, level.pick(6, 9)):
        points = next(n for n in range(dim, 99) if cell_count(n, dim) > 4**dim)
        texts.append(f"d = {dim}: N = {points}, {cell_count(points, dim)} > {4**dim}")
    found = len(cells([[t, t * t] for t in range(1, 10)]))
    answer = Answer.HOLDS if found == 18 > 16 else Answer.FAILS
    sentence = f"{'; '.join(texts)}. Listed for 9 points in the plane: {found}."
    return Outcome(answer, sentence, len(texts) + 1)
