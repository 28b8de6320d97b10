"""Logarithms and roots that stay exact where the answer is rational.

Formulas return a `Real`: an ``int`` or ``Fraction`` where the number is rational and
known, else a `Ball`. Keeping ``log2(8) = 3`` exact matters for rounding: the integer
part of a ball around 3 can never be decided.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import ctx

from memcap.core.balls import Ball
from memcap.core.errors import UndecidedError
from memcap.core.exact import Number, SquareRoot, exact, to_text

Real = Number | Ball
Formula = Callable[[int], Real]

_LIMIT = 1 << 14


def log2(value: Any, precision: int) -> Real:
    """The binary logarithm, an integer where `value` is a power of two.

    Example:
        >>> log2(8, 64), log2(Fraction(1, 4), 64)
        (3, -2)
    """
    if isinstance(value, (int, Fraction)) and value > 0:
        top, bottom = value.numerator, value.denominator
        if top & (top - 1) == 0 and bottom & (bottom - 1) == 0:
            return top.bit_length() - bottom.bit_length()
    return Ball.of(value, precision).log2()


def ln(value: Any, precision: int) -> Real:
    """The natural logarithm, 0 at 1."""
    if isinstance(value, int) and value == 1:
        return 0
    return Ball.of(value, precision).log()


def sqrt(value: Any, precision: int) -> Real:
    """The square root, rational where it is.

    Example:
        >>> sqrt(Fraction(9, 4), 64)
        Fraction(3, 2)
    """
    if isinstance(value, (int, Fraction)):
        rational = SquareRoot(value).rational
        if rational is not None:
            return rational
    return Ball.of(value, precision).sqrt()


def over(top: Any, bottom: Any) -> Any:
    """The quotient, exact where both are; ``int / int`` would be a float."""
    return top / (Fraction(bottom) if isinstance(bottom, int) else bottom)


def maximum(left: Real, right: Real) -> Real:
    """The larger of two numbers, exact where both are."""
    if isinstance(left, Ball):
        return left.maximum(right)
    return right.maximum(left) if isinstance(right, Ball) else max(left, right)


def settle(value: Any, precision: int) -> Real:
    """Return a formula's result, integral fractions as ``int``, roots as balls."""
    if isinstance(value, SquareRoot):
        return Ball.of(value, precision)
    return value if isinstance(value, Ball) else exact(value)


def floor(formula: Formula) -> int:
    """The integer part, certified.

    Raises:
        UndecidedError: the number cannot be told from an integer.

    Example:
        >>> floor(lambda precision: sqrt(10**40 + 1, precision))
        100000000000000000000
    """
    value = formula(64)
    if not isinstance(value, Ball):
        return value.__floor__()
    precision = 64
    while precision <= _LIMIT:
        ball = Ball.of(formula(precision), precision)
        with ctx.workprec(ball.precision):
            found = ball.value.floor().unique_fmpz()
        if found is not None:
            return int(found)
        precision *= 2
    raise UndecidedError(f"the integer part is undecided at {_LIMIT} bits.")


def ceil(formula: Formula) -> int:
    """The next integer, certified.

    Example:
        >>> ceil(lambda precision: Ball.pi(precision)), ceil(lambda precision: 3)
        (4, 3)
    """
    return -floor(lambda precision: -formula(precision))


def text(value: Any) -> str:
    """Write an input or a result briefly; huge integers in hexadecimal."""
    if isinstance(value, Ball):
        return value.value.str(6, radius=False)
    if isinstance(value, Fraction) and max(abs(value), value.denominator) < 10**9:
        return str(value)
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return to_text(value)
    return str(value)
