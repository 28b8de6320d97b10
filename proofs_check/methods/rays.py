"""Polynomial inequalities for all values of the symbols from a start upwards.

Shift every symbol so that its ray starts at 0. If no coefficient is then negative, the
polynomial is not negative on all of the rays, a sum of products of numbers that are not
negative; if the constant term is positive too, so is the polynomial.
"""

from collections.abc import Mapping
from itertools import product

import sympy

from memcap.core.exact import Number
from proofs_check.methods.identity import enclosure
from proofs_check.statement import Answer, Outcome

_STEPS = (0, 1, 2, 7, 50)
_FEW = 4
Starts = Mapping[sympy.Symbol, Number]


def positive_beyond(expression: sympy.Expr, starts: Starts, claim: str) -> Outcome:
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
    return _decided(expression, starts, claim, strict=True)


def nonnegative(expression: sympy.Expr, starts: Starts, claim: str) -> Outcome:
    """The same for ``>= 0``.

    Example:
        >>> x, y = sympy.symbols("x y")
        >>> nonnegative(x * y - x, {x: 0, y: 1}, "xy >= x").answer.value
        'holds'
        >>> nonnegative(x - 2 * y, {x: 1, y: 1}, "x >= 2y").counterexample
        {'x': '1', 'y': '1'}
    """
    return _decided(expression, starts, claim, strict=False)


def _decided(
    expression: sympy.Expr, starts: Starts, claim: str, *, strict: bool
) -> Outcome:
    symbols = list(starts)
    moved = [(s, s + sympy.Rational(starts[s])) for s in symbols]
    shifted = sympy.expand(expression.subs(moved, simultaneous=True))
    terms = [(p, c) for p, c in sympy.Poly(shifted, *symbols).terms() if c != 0]
    balls = {powers: enclosure(c, {}) for powers, c in terms}
    constant = balls.get((0,) * len(symbols))
    if all(b > 0 for b in balls.values()) and (constant is not None or not strict):
        least = f"{float(constant.lower()):.6g}" if constant is not None else "0"
        sentence = f"{claim}: all {len(balls)} shifted coefficients are positive."
        return Outcome(Answer.HOLDS, sentence, len(balls), f">= {least}")
    return _looked_at(expression, starts, claim, strict)


def _looked_at(
    expression: sympy.Expr, starts: Starts, claim: str, strict: bool
) -> Outcome:
    """A point of the rays at which the claim certainly fails, if one is found."""
    steps = _STEPS if len(starts) <= _FEW else _STEPS[:3]
    for tried, excess in enumerate(product(steps, repeat=len(starts)), 1):
        pairs = zip(starts.items(), excess, strict=True)
        at = {s: sympy.Rational(start) + step for (s, start), step in pairs}
        value = enclosure(expression, at)
        if value < 0 or (strict and value <= 0):
            point = {str(s): str(number) for s, number in at.items()}
            where = ", ".join(f"{name} = {x}" for name, x in point.items())
            sentence = f"{claim} fails at {where}."
            return Outcome(Answer.FAILS, sentence, tried, "", point)
    return Outcome(Answer.OPEN, f"{claim}: a shifted coefficient is not positive.")
