"""Piecewise linear networks of one real variable, evaluated for all reals in symbols.

Between neighbouring breakpoints every unit of such a network is affine, so it is known
from its values at both ends; on the two rays, from its value at the end and its slope.
A ReLU of a unit that is non-negative at both ends is the unit, of one that is
non-positive at both ends 0. A unit that changes its sign inside is no case: the list of
breakpoints was not complete, and the evaluation refuses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy

from memcap.constructions.gadgets import BIAS, Expression
from proofs_check.statement import Answer, Outcome

Rows = Mapping[str, Expression]


class SignChange(ValueError):
    """A unit changes its sign between two breakpoints, or its sign is not known."""


@dataclass(frozen=True, slots=True)
class Ends:
    """An affine function on a piece.

    Args:
        first: its value at the first end.
        last: its value at the last end; on a ray its slope away from the first.
    """

    first: sympy.Expr
    last: sympy.Expr

    def relu(self) -> "Ends":
        """Its positive part, if it has one sign."""
        ends = sympy.expand(self.first), sympy.expand(self.last)
        if all(end.is_nonnegative for end in ends):
            return self
        if all(end.is_nonpositive for end in ends):
            return Ends(sympy.Integer(0), sympy.Integer(0))
        raise SignChange(f"the sign of a unit with ends {ends} is not known.")


def values(
    layers: Sequence[Rows], readout: Expression, variable: str, breaks: Sequence
) -> list[tuple[sympy.Expr, sympy.Expr]]:
    """What a network puts out on every piece of the line.

    Args:
        layers: of ReLU units over named slots, weights in symbols.
        readout: the output, affine in the last slots.
        variable: name of the only input.
        breaks: breakpoints in increasing order, in symbols.

    Returns:
        for each piece from left to right its two `Ends`: the left ray with its slope
        to the left, the intervals, the right ray.

    Raises:
        SignChange: the breakpoints do not increase, or one is missing.

    Example:
        >>> values([{"h": {"x": 1}}], {"h": 1}, "x", [sympy.Integer(0)])
        [(0, 0), (0, 1)]
    """
    points = [sympy.sympify(point) for point in breaks]
    for left, right in zip(points, points[1:], strict=False):
        if not sympy.expand(right - left).is_positive:
            raise SignChange(f"{left} is not known to be below {right}.")
    zero, one = sympy.Integer(0), sympy.Integer(1)
    pieces = [(Ends(points[0], -one), Ends(one, zero))]
    for left, right in zip(points, points[1:], strict=False):
        pieces.append((Ends(left, right), Ends(one, one)))
    pieces.append((Ends(points[-1], one), Ends(one, zero)))
    return [_output(layers, readout, {variable: x}, bias) for x, bias in pieces]


def _output(
    layers: Sequence[Rows], readout: Expression, state: dict[str, Ends], bias: Ends
) -> tuple[sympy.Expr, sympy.Expr]:
    for rows in layers:
        state = {slot: _affine(row, state, bias).relu() for slot, row in rows.items()}
    found = _affine(readout, state, bias)
    return sympy.expand(found.first), sympy.expand(found.last)


def _affine(row: Expression, state: Mapping[str, Ends], bias: Ends) -> Ends:
    total = Ends(sympy.Integer(0), sympy.Integer(0))
    for slot, weight in row.items():
        part = bias if slot == BIAS else state[slot]
        total = Ends(total.first + weight * part.first, total.last + weight * part.last)
    return total


def equal_on_pieces(
    found: Sequence[tuple[sympy.Expr, sympy.Expr]], expected: Sequence, claim: str
) -> Outcome:
    """Whether the pieces are the expected ones, as the outcome of a check."""
    for index, (is_, should) in enumerate(zip(found, expected, strict=True)):
        if any(sympy.simplify(a - b) != 0 for a, b in zip(is_, should, strict=True)):
            sentence = f"{claim}: piece {index} has the ends {is_}, not {should}."
            return Outcome(Answer.FAILS, sentence, index + 1, "", {"piece": str(index)})
    sentence = f"{claim}: equal on all {len(found)} pieces of the line."
    return Outcome(Answer.HOLDS, sentence, len(found))


def positive(facts: Mapping[str, sympy.Expr], claim: str) -> Outcome:
    """Whether every expression is positive for all values its symbols may take.

    Example:
        >>> h = sympy.Symbol("h", positive=True)
        >>> positive({"h": h, "h + 1": (1 + h) ** 2 - h}, "facts").answer.value
        'holds'
    """
    for name, expression in facts.items():
        expanded = sympy.expand(expression)
        if not (expanded.is_positive or _positive_coefficients(expanded)):
            sentence = f"{claim}: not known for {name}, that is {expression} > 0."
            return Outcome(Answer.OPEN, sentence, len(facts))
    named = "; ".join(facts)
    return Outcome(Answer.HOLDS, f"{claim}: positive in symbols: {named}.", len(facts))


def _positive_coefficients(expression: sympy.Expr) -> bool:
    """A polynomial in non-negative symbols whose constant is positive
    and no coefficient negative.

    Sympy does not see the sign of a coefficient such as ``9 - 6 sqrt(2)`` in a sum.
    """
    symbols = sorted(expression.free_symbols, key=str)
    if not symbols or not all(symbol.is_nonnegative for symbol in symbols):
        return False
    try:
        polynomial = sympy.Poly(expression, *symbols)
    except sympy.PolynomialError:
        return False
    constant = polynomial.coeff_monomial(1)
    signs = (coefficient.is_nonnegative for coefficient in polynomial.coeffs())
    return bool(constant.is_positive and all(signs))
