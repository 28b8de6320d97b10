"""Zhang17.Thm1: a hidden layer of M units passes through M labels.

M different points go to a line, z_1 < ... < z_M, and knots b_1 < z_1 < b_2 < z_2 < ...
between them. The matrix R(z_i - b_j) is lower triangular with positive diagonal, so the
weights follow one after the other:

    w_i = (y_i - sum_{j<i} w_j (z_i - b_j)) / (z_i - b_i).
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from flint import fmpq, fmpq_mat

from memcap.constructions.interpolation import TOLERANCE, interpolate
from memcap.core.refs import Ref
from proofs_check.checks.related.zhang_system import attack, describe, midway, tasks
from proofs_check.methods.chain import chain, link
from proofs_check.methods.identity import holds
from proofs_check.statement import (
    Answer,
    Check,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)


def induction(level: Level) -> Outcome:
    """From M points to M + 1: the new unit is silent before and needed once."""
    before = sympy.Symbol("z_M_minus_z_i", nonnegative=True)
    left, right = sympy.symbols("p q", positive=True)
    y, f, w = sympy.symbols("y f w", real=True)
    # b = z_M + p lies between z_M and z = z_M + p + q.
    old = sympy.Max(0, -(before + left))
    reach = sympy.Max(0, (left + right) - left)
    weight = sympy.solve(f + w * reach - y, w)
    links = [
        link("the new unit is 0 at all earlier points", old == 0),
        link("it is z - b > 0 at the new point", bool(reach.is_positive)),
        link("one weight fits the new label", len(weight) == 1),
        holds(f + weight[0] * reach, y, "f + w (z - b) = y"),
        holds((y - f) / right, weight[0], "w = (y - f(z)) / (z - b)"),
    ]
    return chain("M + 1 labels follow from M", links)


def direction(level: Level) -> Outcome:
    """(1, t, t^2, ...) separates M points for some t <= (d-1) M (M-1) / 2."""
    rng, cases, worst = np.random.default_rng(10), level.pick(150, 1500), 0
    for _ in range(cases):
        dim, number = (int(k) for k in rng.integers(2, 6, size=2))
        points = list(
            {tuple(row) for row in rng.integers(-2, 3, (number, dim)).tolist()}
        )
        most = (dim - 1) * len(points) * (len(points) - 1) // 2
        bad = [t for t in range(most + 1) if not _separates(points, t)]
        worst = max(worst, len(bad))
        if len(bad) > most:
            where = {"points": str(points)}
            sentence = f"No t separates {points}."
            return Outcome(Answer.FAILS, sentence, cases, counterexample=where)
    sentence = (
        f"For {cases} sets of points some t <= (d-1) M (M-1) / 2 separates them; at "
        f"most {worst} values of t do not."
    )
    return Outcome(Answer.HOLDS, sentence, cases)


def _separates(points: Sequence[Sequence[int]], t: int) -> bool:
    values = {sum(x * t**i for i, x in enumerate(point)) for point in points}
    return len(values) == len(points)


def size(level: Level) -> Outcome:
    """d weights of v, M biases, M output weights."""
    d, m = sympy.symbols("d M", positive=True)
    parts = {"v": d, "biases": m, "output weights": m}
    return holds(sympy.Add(*parts.values()), 2 * m + d, f"parts {', '.join(parts)}")


def triangular(level: Level) -> Outcome:
    """Determinants of R(z_i - b_j): the product of the diagonal, never 0."""
    cases = 0
    for task in tasks(level, repeated=False):
        knots = midway(task.points)
        rows = [[max(z - b, Fraction(0)) for b in knots] for z in task.points]
        entries = [fmpq(x.numerator, x.denominator) for row in rows for x in row]
        found = fmpq_mat(len(rows), len(rows), entries).det()
        product = fmpq(1)
        for i, row in enumerate(rows):
            product *= fmpq(row[i].numerator, row[i].denominator)
        cases += 1
        if found != product or found <= 0:
            where = dict(describe(task))
            sentence = f"The matrix is not regular at {where['points']}."
            return Outcome(Answer.FAILS, sentence, cases, counterexample=where)
    sentence = f"{cases} determinants are the positive products of the diagonals."
    return Outcome(Answer.HOLDS, sentence, cases)


def rounded(level: Level) -> Outcome:
    """memcap's layer with short knots and rounded weights is within its tolerance."""
    worst: Any = Fraction(0)
    every = [t for t in tasks(level, repeated=False) if len(t.points) > 1]
    for task in every:
        labels = [round(y) for y in task.labels]
        layer = interpolate(task.points, [labels])
        for z, y in zip(task.points, labels, strict=True):
            terms = zip(layer.weights[0], layer.biases, strict=True)
            found = sum(w * max(z - b, 0) for w, b in terms)
            worst = max(worst, abs(found - y))
    claim = f"largest error of {len(every)} rounded layers {float(worst):.4g} <= 1/64"
    return link(claim, bool(worst <= TOLERANCE))


STATEMENTS: tuple[Statement, ...] = (
    Statement(
        Ref("Zhang17", "Thm1"),
        Kind.THEOREM,
        "A network of one hidden layer with M ReLU units and 2 M + d weights passes "
        "through any labels of M different points in R^d.",
        r"\sum_j w_j R(v^T x_i - b_j) = y_i, \quad b_1 < z_1 < b_2 < z_2 < \ldots",
        ("the points are different",),
        "recalled",
        (
            Check(
                "induction over the points",
                Method.IDENTITY,
                Scope.STEP,
                induction,
                "for M = 1 there is no earlier point, f = 0, and any b_1 < z_1 does. A "
                "unit that is 0 at the earlier points leaves their labels as they are.",
            ),
            Check(
                "a direction",
                Method.ARGUMENT,
                Scope.STEP,
                direction,
                "for different x, x' the polynomial sum_i (x - x')_i t^i is not zero "
                "and has at most d - 1 roots, so at most (d-1) M (M-1) / 2 values of t "
                "are lost.",
            ),
            Check("weights", Method.IDENTITY, Scope.STEP, size),
            Check("determinants", Method.EXHAUSTIVE, Scope.CASES, triangular),
            Check("adversarial gaps", Method.ATTACK, Scope.CASES, lambda x: attack(x)),
            Check("rounded weights", Method.EXHAUSTIVE, Scope.CASES, rounded),
        ),
    ),
)
