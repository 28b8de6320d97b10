"""Polynomial inequalities for all values of the symbols from a start upwards.

Shift every symbol so that its ray starts at 0. If the constant term is then positive
and no other coefficient negative, the polynomial is positive on all of the rays: a sum
of products of numbers that are not negative, plus the constant.
"""

from collections.abc import Mapping
from itertools import product

import sympy

from memcap.core.exact import Number
from proofs_check.methods.identity import enclosure
from proofs_check.statement import Answer, Outcome

_STEPS = (0, 1, 2, 7, 50)


def positive_beyond(
    expression: sympy.Expr, starts: Mapping[sympy.Symbol, Number], claim: str
) -> Outcome:
    """Whether a polynomial is positive wherever every symbol is at least its start.

    Args:
        expression: a polynomial in the symbols, its coefficients algebraic in pi.
        starts: the least value of each symbol, included.
        claim: the inequality in words.

    Example:
        >>> x = sympy.Symbol("x")
        >>> positive_beyond(x**2 - x + 1, {x: 1}, "x^2 + 1 > x").answer.value
        'holds'
        >>> positive_beyond(4 - x**2, {x: 1}, "x < 2").counterexample
        {'x': '2'}
    """
    symbols = list(starts)
    moved = {s: s + sympy.Rational(starts[s]) for s in symbols}
    terms = sympy.Poly(
        sympy.expand(expression.subs(list(moved.items()), simultaneous=True)), *symbols
    )
    balls = {powers: enclosure(c, {}) for powers, c in terms.terms()}
    constant = balls.get((0,) * len(symbols))
    if constant is not None and constant > 0 and all(b > 0 for b in balls.values()):
        least = f"{float(constant.lower()):.6g}"
        sentence = f"{claim}: all {len(balls)} shifted coefficients are positive."
        return Outcome(Answer.HOLDS, sentence, len(balls), f">= {least}")
    return _looked_at(expression, starts, claim)


def _looked_at(
    expression: sympy.Expr, starts: Mapping[sympy.Symbol, Number], claim: str
) -> Outcome:
    """A point of the rays where the polynomial is certainly not positive, if found."""
    points = list(product(_STEPS, repeat=len(starts)))
    for steps in points:
        pairs = zip(starts.items(), steps, strict=True)
        at = {s: sympy.Rational(start) + step for (s, start), step in pairs}
        if enclosure(expression, at) <= 0:
            point = {str(s): str(value) for s, value in at.items()}
            where = ", ".join(f"{name} = {x}" for name, x in point.items())
            sentence = f"{claim} fails at {where}."
            return Outcome(Answer.FAILS, sentence, len(points), "", point)
    return Outcome(Answer.OPEN, f"{claim}: a shifted coefficient is not positive.")
