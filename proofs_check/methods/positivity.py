"""Polynomial inequalities for all whole numbers from given ones on.

Written in the excesses over those smallest numbers, a polynomial whose coefficients
are all non-negative is non-negative there, for every value of every symbol.
"""

from collections.abc import Mapping
from itertools import product

import sympy

from proofs_check.statement import Answer, Outcome


def nonnegative(
    expression: sympy.Expr, least: Mapping[sympy.Symbol, int], claim: str
) -> Outcome:
    """Whether a polynomial is non-negative wherever each symbol is at least so much.

    Args:
        expression: a polynomial with rational coefficients.
        least: the smallest value of every symbol.
        claim: the inequality in words.

    Example:
        >>> x, y = sympy.symbols("x y")
        >>> nonnegative(x * y - x, {x: 0, y: 1}, "xy >= x").answer.value
        'holds'
        >>> dict(nonnegative(x - 2 * y, {x: 1, y: 1}, "x >= 2y").counterexample)
        {'x': '1', 'y': '1'}
    """
    shifted = {symbol: symbol + start for symbol, start in least.items()}
    terms = sympy.Poly(sympy.expand(expression.xreplace(shifted)), *least).terms()
    if all(coefficient >= 0 for _, coefficient in terms):
        smallest = _at(expression, least)
        sentence = f"{claim}: {len(terms)} coefficients, none of them negative."
        return Outcome(Answer.HOLDS, sentence, len(terms), f"{smallest}")
    for excess in product(range(4), repeat=len(least)):
        at = {s: start + e for (s, start), e in zip(least.items(), excess, strict=True)}
        if _at(expression, at) < 0:
            point = {str(symbol): str(value) for symbol, value in at.items()}
            where = ", ".join(f"{name} = {x}" for name, x in point.items())
            return Outcome(
                Answer.FAILS, f"{claim} fails at {where}.", 1, "", counterexample=point
            )
    sentence = f"{claim}: a coefficient is negative, no counterexample up to 3 more."
    return Outcome(Answer.OPEN, sentence, len(terms))


def _at(expression: sympy.Expr, point: Mapping[sympy.Symbol, int]) -> sympy.Expr:
    """The value at a point of whole numbers."""
    numbers = {symbol: sympy.Integer(value) for symbol, value in point.items()}
    return sympy.expand(expression.xreplace(numbers))
