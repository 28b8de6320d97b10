"""Arb balls behind one small interface, with three-valued comparison.

python-flint answers False to both ``x < 1`` and ``x >= 1`` when a ball straddles 1,
and a ball is truthy. A :class:`Ball` therefore has no comparison operators and no
truth value: `less`, `at_most` and `equal` return a :class:`Truth`, and `decide`
doubles the precision until the answer is known or a stated limit is reached.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from memcap.core.errors import UndecidedError
from memcap.core.exact import Number, SquareRoot, exact, to_flint


class Truth(Enum):
    """The answer of a comparison between balls."""

    TRUE = "true"
    FALSE = "false"
    UNDECIDED = "undecided"

    def __bool__(self) -> bool:
        raise TypeError(
            "a Truth has three values: compare it with Truth.TRUE, Truth.FALSE or "
            "Truth.UNDECIDED"
        )

    def __invert__(self) -> "Truth":
        flipped = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}
        return flipped.get(self, Truth.UNDECIDED)


@dataclass(frozen=True, slots=True, eq=False)
class Ball:
    """A real number known to lie in ``[mid - rad, mid + rad]``.

    Args:
        value: the flint ball.
        precision: bits kept by operations on it.
    """

    value: arb
    precision: int = 64

    @classmethod
    def of(cls, value: Any, precision: int = 64) -> "Ball":
        """Enclose a number, a square root or another ball."""
        if isinstance(value, Ball):
            return cls(value.value, max(precision, value.precision))
        if isinstance(value, SquareRoot):
            return cls.of(value.squared, precision).sqrt()
        with ctx.workprec(precision):
            return cls(arb(to_flint(exact(value))), precision)

    @classmethod
    def pi(cls, precision: int = 64) -> "Ball":
        """Enclose pi."""
        with ctx.workprec(precision):
            return cls(arb.pi(), precision)

    def _apply(self, function: Callable[..., arb], *others: Any) -> "Ball":
        balls = [Ball.of(other, self.precision) for other in others]
        precision = max([self.precision] + [ball.precision for ball in balls])
        with ctx.workprec(precision):
            value = function(self.value, *[ball.value for ball in balls])
        return Ball(value, precision)

    def __add__(self, other: Any) -> "Ball":
        return self._apply(lambda a, b: a + b, other)

    def __sub__(self, other: Any) -> "Ball":
        return self._apply(lambda a, b: a - b, other)

    def __mul__(self, other: Any) -> "Ball":
        return self._apply(lambda a, b: a * b, other)

    def __truediv__(self, other: Any) -> "Ball":
        return self._apply(lambda a, b: a / b, other)

    def __pow__(self, power: int) -> "Ball":
        return self._apply(lambda a: a**power)

    def __radd__(self, other: Any) -> "Ball":
        return self + other

    def __rsub__(self, other: Any) -> "Ball":
        return (-self) + other

    def __rmul__(self, other: Any) -> "Ball":
        return self * other

    def __rtruediv__(self, other: Any) -> "Ball":
        return Ball.of(other, self.precision) / self

    def __neg__(self) -> "Ball":
        return self._apply(lambda a: -a)

    def __bool__(self) -> bool:
        raise TypeError("a ball has no truth value: use less, at_most or equal")

    def __lt__(self, other: Any) -> bool:
        raise TypeError("balls are compared by less(a, b), which returns a Truth")

    __le__ = __gt__ = __ge__ = __eq__ = __lt__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]

    def sqrt(self) -> "Ball":
        """Square root."""
        return self._apply(lambda a: a.sqrt())

    def exp(self) -> "Ball":
        """Exponential."""
        return self._apply(lambda a: a.exp())

    def log(self) -> "Ball":
        """Natural logarithm."""
        return self._apply(lambda a: a.log())

    def log2(self) -> "Ball":
        """Binary logarithm."""
        return self._apply(lambda a: a.log() / arb.const_log2())

    def maximum(self, other: Any) -> "Ball":
        """The larger of two balls, enclosing both possibilities when undecided."""
        return self._apply(lambda a, b: a.max(b), other)

    @property
    def lower(self) -> Number:
        """An exact rational that no point of the ball is below.

        Raises:
            UndecidedError: the ball is unbounded.
        """
        with ctx.workprec(self.precision):
            return _endpoint(self.value.lower())

    @property
    def upper(self) -> Number:
        """An exact rational that no point of the ball is above.

        Raises:
            UndecidedError: the ball is unbounded.
        """
        with ctx.workprec(self.precision):
            return _endpoint(self.value.upper())

    def contains(self, value: Number) -> bool:
        """Whether the given number may be the one the ball holds, ends included."""
        # flint would round the number to a ball first; midpoint and radius are exact.
        if not self.value.is_finite():
            return bool(self.value.contains(to_flint(exact(value))))
        mid, rad = _endpoint(self.value.mid()), _endpoint(self.value.rad())
        return abs(exact(value) - mid) <= rad

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        return self.value.str(15)

    def __repr__(self) -> str:
        return f"Ball({self.value.str(15)}, precision={self.precision})"


def _endpoint(value: arb) -> Number:
    if not value.is_finite():
        raise UndecidedError("a ball is unbounded; raise the precision.")
    mantissa, exponent = value.man_exp()
    mantissa, exponent = int(mantissa), int(exponent)
    if exponent >= 0:
        return mantissa << exponent
    return exact(Fraction(mantissa, 1 << -exponent))


def less(left: Any, right: Any, precision: int = 64) -> Truth:
    """Whether ``left < right``, for numbers, square roots and balls.

    Example:
        >>> less(Ball.pi(), 4), less(4, Ball.pi()), less(Ball.pi(), Ball.pi())
        (<Truth.TRUE: 'true'>, <Truth.FALSE: 'false'>, <Truth.UNDECIDED: 'undecided'>)
    """
    a, b = Ball.of(left, precision).value, Ball.of(right, precision).value
    if a < b:
        return Truth.TRUE
    return Truth.FALSE if a >= b else Truth.UNDECIDED


def at_most(left: Any, right: Any, precision: int = 64) -> Truth:
    """Whether ``left <= right``."""
    return ~less(right, left, precision)


def equal(left: Any, right: Any, precision: int = 64) -> Truth:
    """Whether two balls hold the same number; TRUE only for exact balls."""
    a, b = Ball.of(left, precision).value, Ball.of(right, precision).value
    if not a.overlaps(b):
        return Truth.FALSE
    return Truth.TRUE if a.is_exact() and b.is_exact() else Truth.UNDECIDED


def decide(
    question: Callable[[int], Truth], start: int = 64, limit: int = 1 << 16
) -> Truth:
    """Ask `question(precision)` at doubling precision until it is decided.

    Example:
        >>> decide(lambda p: less(SquareRoot(2), Fraction(141421356237, 10**11), p))
        <Truth.FALSE: 'false'>
    """
    precision = start
    while precision <= limit:
        answer = question(precision)
        if answer is not Truth.UNDECIDED:
            return answer
        precision *= 2
    return Truth.UNDECIDED


def floor(formula: Callable[[int], Ball], start: int = 64, limit: int = 1 << 14) -> int:
    """The integer part of a real number given by an enclosure at any precision.

    Raises:
        UndecidedError: the number cannot be told from an integer at `limit` bits.

    Example:
        >>> floor(lambda precision: Ball.pi(precision) * 100)
        314
    """
    precision = start
    while precision <= limit:
        ball = formula(precision)
        if ball.value.is_finite() and ball.lower // 1 == ball.upper // 1:
            return ball.lower // 1
        precision *= 2
    raise UndecidedError(f"the integer part is undecided at {limit} bits.")


def ball_from_flint(value: arb | fmpq, precision: int) -> Ball:
    """Wrap a flint value computed elsewhere."""
    return Ball(value if isinstance(value, arb) else arb(value), precision)
