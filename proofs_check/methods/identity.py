"""Identities in symbols, with a second look in balls.

A simplifier can be wrong. So a difference that simplifies to zero is also evaluated at
random rational points in balls of high precision, where it must contain zero; and one
that does not simplify is looked at there for a point at which it certainly differs.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy
from flint import arb, ctx

from proofs_check.statement import Answer, Outcome

_PRECISION = 256


def holds(
    left: sympy.Expr,
    right: sympy.Expr,
    claim: str,
    *,
    seed: int = 0,
    points: int = 8,
    low: int = 1,
    high: int = 9,
) -> Outcome:
    """Whether two expressions are equal for all values of their symbols.

    Args:
        left: an expression in symbols, with rational constants and pi.
        right: the other.
        claim: the identity in words.
        seed: of the points.
        points: how many points to look at.
        low: the symbols run over rationals from here
        high: to here.

    Example:
        >>> x = sympy.Symbol("x", positive=True)
        >>> holds((x + 1) ** 2, x**2 + 2 * x + 1, "the square").answer.value
        'holds'
        >>> holds((x + 1) ** 2, x**2 + 1, "no square").answer.value
        'fails'
    """
    difference = sympy.sympify(left) - sympy.sympify(right)
    symbols = sorted(difference.free_symbols, key=str)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(low * 64, high * 64, size=(points, max(1, len(symbols))))
    for row in drawn.tolist():
        at = {s: sympy.Rational(k, 64) for s, k in zip(symbols, row, strict=False)}
        if not enclosure(difference, at).contains(0):
            point = {str(symbol): str(value) for symbol, value in at.items()}
            where = ", ".join(f"{name} = {x}" for name, x in point.items())
            place = f"at {where}" if where else f"by the constant {difference}"
            return Outcome(
                Answer.FAILS, f"{claim} fails {place}.", 1, counterexample=point
            )
    if sympy.simplify(difference) == 0:
        return Outcome(Answer.HOLDS, f"{claim}: equal in symbols.", points + 1)
    sentence = f"{claim}: equal at {points} points, not simplified to zero."
    return Outcome(Answer.OPEN, sentence, points)


def enclosure(expression: sympy.Expr, at: Mapping[Any, Any]) -> arb:
    """A ball around the value of an expression at a point."""
    with ctx.workprec(_PRECISION):
        return _ball(sympy.sympify(expression).subs(dict(at)))


def _ball(node: Any) -> arb:
    """Balls for the functions that occur: sums, products, powers, exp, log, pi."""
    if node.is_Rational:
        return arb(int(node.p)) / arb(int(node.q))
    if node is sympy.pi:
        return arb.pi()
    if node is sympy.E:
        return arb(1).exp()
    inner = [_ball(child) for child in node.args]
    if isinstance(node, sympy.Add):
        return sum(inner, arb(0))
    if isinstance(node, sympy.Mul):
        product = arb(1)
        for factor in inner:
            product = product * factor
        return product
    if isinstance(node, sympy.Pow):
        return _power(node, inner)
    if isinstance(node, sympy.exp):
        return inner[0].exp()
    if isinstance(node, sympy.log):
        return inner[0].log()
    raise TypeError(f"no ball is known for {node.func.__name__}; add it to identity.py")


def _power(node: Any, inner: list[arb]) -> arb:
    exponent = node.exp
    if exponent.is_Integer:
        return inner[0] ** int(exponent)
    if exponent == sympy.Rational(1, 2):
        return inner[0].sqrt()
    return (inner[0].log() * inner[1]).exp()
