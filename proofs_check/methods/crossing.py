"""Points where a continuous function vanishes, caught between two exact numbers.

A function that is certainly negative at one rational and certainly positive at another
has a zero between them. Where no rational is a zero, as for values of exponentials,
this is what an exact counterexample looks like.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import Number, exact

Function = Callable[[Number], Ball]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A zero between two exact numbers.

    Args:
        low: the function has one sign here,
        high: and the other one here.
        middle: a number between them.
    """

    low: Number
    high: Number
    middle: Number


def crossing(
    function: Function, low: Number, high: Number, bits: int = 40
) -> Crossing | None:
    """Halve an interval at whose ends a function has certainly different signs.

    Args:
        function: continuous; evaluated in balls.
        low: one end.
        high: the other.
        bits: halvings.

    Returns:
        the last interval whose ends have different signs, None if the signs at the
        ends are not known to differ.

    Example:
        >>> found = crossing(lambda x: Ball.of(x * x - 2), 1, 2, bits=10)
        >>> float(found.middle)
        1.41455078125
    """
    signs = _sign(function, low), _sign(function, high)
    if 0 in signs or signs[0] == signs[1]:
        return None
    for _ in range(bits):
        middle = exact(Fraction(low + high) / 2)
        sign = _sign(function, middle)
        if sign == 0:
            break
        low, high = (middle, high) if sign == signs[0] else (low, middle)
    return Crossing(low, high, exact(Fraction(low + high) / 2))


def _sign(function: Function, at: Number) -> int:
    value = function(at)
    if less(0, value) is Truth.TRUE:
        return 1
    return -1 if less(value, 0) is Truth.TRUE else 0
