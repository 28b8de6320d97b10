"""Exact rationals, square roots of rationals, and the text they are stored as.

A number of memcap is an ``int`` or a ``fractions.Fraction`` that is not an
integer: plain standard-library values, so that a record can be read and checked
without any other package. Floats enter as the dyadic rationals they are.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite, isqrt
from typing import Any

import numpy as np
from flint import fmpq, fmpz

from memcap.core.errors import DataError

Number = int | Fraction


def exact(value: Any) -> Number:
    """Return the number that `value` is, without rounding.

    Args:
        value: int, float, Fraction, numpy scalar, flint integer or rational, or a
            text as written by `to_text`.

    Returns:
        an ``int`` where the value is integral, else a ``Fraction``.

    Raises:
        DataError: the value is NaN, infinite or not a number.

    Example:
        >>> exact(0.5), exact(3.0), exact("-7/2^3")
        (Fraction(1, 2), 3, Fraction(-7, 8))
    """
    if isinstance(value, str):
        return from_text(value)
    if isinstance(value, fmpq):
        value = Fraction(int(value.p), int(value.q))
    elif isinstance(value, (fmpz, np.integer)):
        return int(value)
    elif isinstance(value, (float, np.floating)):
        if not isfinite(value):
            raise DataError(f"{value} is not a finite number; remove or replace it.")
        value = Fraction(*value.as_integer_ratio())
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, Fraction)):
        raise DataError(f"{value!r} is a {type(value).__name__}, not a number.")
    return int(value) if value.denominator == 1 else value


def to_flint(value: Number) -> fmpq:
    """Return `value` as a flint rational."""
    return fmpq(value.numerator, value.denominator)


def bits(value: Number) -> int:
    """Binary digits needed to write ``|value|``; the sign is not counted.

    A dyadic number is written positionally, ``bits = LEN(floor|x|) + log2(q)`` for
    ``x = p/q``; any other rational as numerator and denominator. Zero takes no
    digits (it is not stored).

    Example:
        >>> bits(5), bits(Fraction(1, 8)), bits(Fraction(5, 2)), bits(Fraction(1, 3))
        (3, 3, 3, 3)
    """
    numerator, denominator = abs(value.numerator), value.denominator
    if denominator & (denominator - 1):
        return numerator.bit_length() + denominator.bit_length()
    fraction_digits = denominator.bit_length() - 1
    return (numerator >> fraction_digits).bit_length() + fraction_digits


def rounded_down(value: Number, digits: int = 64) -> Number:
    """The largest number of so many binary digits that is not above `value`.

    Example:
        >>> rounded_down(Fraction(1, 3), 4), rounded_down(-5, 2), rounded_down(12)
        (Fraction(5, 16), -6, 12)
    """
    size = abs(value.numerator).bit_length() - value.denominator.bit_length()
    # The leading digit stands at 2^size or just below it.
    if abs(value) < Fraction(2) ** size:
        size -= 1
    unit = Fraction(2) ** (size - digits + 1)
    return exact(unit * (value // unit)) if value else 0


_PLAIN_LIMIT = 1 << 63
# A text of a few bytes must not ask for more memory than a machine has.
_LONGEST_POWER = 1 << 28


def _integer_text(value: int) -> str:
    # Hexadecimal is linear in the length and free of Python's 4,300-digit limit.
    return str(value) if -_PLAIN_LIMIT < value < _PLAIN_LIMIT else hex(value)


def to_text(value: Number) -> str:
    """Write a number as text, one text for each number.

    Integers below 2^63 in decimal, larger ones in hexadecimal; denominators that
    are powers of two as ``/2^k``.

    Example:
        >>> to_text(12), to_text(Fraction(3, 16)), to_text(Fraction(1, 3))
        ('12', '3/2^4', '1/3')
    """
    numerator = _integer_text(value.numerator)
    denominator = value.denominator
    if denominator == 1:
        return numerator
    if denominator & (denominator - 1) == 0:
        return f"{numerator}/2^{denominator.bit_length() - 1}"
    return f"{numerator}/{_integer_text(denominator)}"


def _denominator(text: str) -> int:
    if not text.startswith("2^"):
        return int(text, 0) if text else 1
    power = int(text[2:])
    if power > _LONGEST_POWER:
        raise OverflowError
    return 1 << power


def from_text(text: str) -> Number:
    """Read a number written by `to_text`; any other spelling is refused.

    Raises:
        DataError: the text is not a number in canonical form, or its denominator is
            a power of two beyond ``2^(2^28)``.

    Example:
        >>> from_text("3/2^4")
        Fraction(3, 16)
    """
    if not isinstance(text, str):
        raise DataError(f"{text!r:.60} is a {type(text).__name__}, not a text.")
    try:
        top, _, bottom = text.partition("/")
        numerator, denominator = int(top, 0), _denominator(bottom)
        value = Fraction(numerator, denominator) if denominator != 1 else numerator
    except (ValueError, ZeroDivisionError, OverflowError, MemoryError) as error:
        raise DataError(f"{text[:60]!r} is not an exact number.") from error
    value = int(value) if value.denominator == 1 else value
    if to_text(value) != text:
        raise DataError(f"{text[:60]!r} is not the canonical text of a number.")
    return value


@dataclass(frozen=True, slots=True, eq=False)
class SquareRoot:
    """The non-negative square root of a rational, compared exactly by its square.

    Example:
        >>> SquareRoot(2) < Fraction(3, 2), SquareRoot(4) == 2, str(SquareRoot(2))
        (True, True, 'sqrt(2)')
    """

    squared: Number

    def __post_init__(self) -> None:
        if self.squared < 0:
            raise DataError(f"{self.squared} has no real square root.")

    @property
    def rational(self) -> Number | None:
        """The root itself where it is rational, else None."""
        root = Fraction(isqrt(self.squared.numerator), isqrt(self.squared.denominator))
        return exact(root) if root * root == self.squared else None

    def _square_of(self, other: Any) -> Number | None:
        if isinstance(other, SquareRoot):
            return other.squared
        if isinstance(other, (int, float, Fraction)):
            value = exact(other)
            return value * value if value >= 0 else -1
        return None

    def __eq__(self, other: object) -> bool:
        square = self._square_of(other)
        return NotImplemented if square is None else self.squared == square

    def __lt__(self, other: Any) -> bool:
        square = self._square_of(other)
        return NotImplemented if square is None else self.squared < square

    def __le__(self, other: Any) -> bool:
        square = self._square_of(other)
        return NotImplemented if square is None else self.squared <= square

    def __gt__(self, other: Any) -> bool:
        square = self._square_of(other)
        return NotImplemented if square is None else self.squared > square

    def __ge__(self, other: Any) -> bool:
        square = self._square_of(other)
        return NotImplemented if square is None else self.squared >= square

    def __hash__(self) -> int:
        rational = self.rational
        return hash(rational) if rational is not None else hash((self.squared, "root"))

    def __float__(self) -> float:
        # The root is taken in integers: the square may leave the range of floats.
        top, bottom = self.squared.numerator, self.squared.denominator
        shift = max(0, 64 - (top.bit_length() - bottom.bit_length()) // 2)
        return isqrt((top << 2 * shift) // bottom) / (1 << shift)

    def __str__(self) -> str:
        rational = self.rational
        return str(rational) if rational is not None else f"sqrt({self.squared})"

    def __repr__(self) -> str:
        return f"SquareRoot({self.squared})"
