"""Smallest whole numbers at which a monotone inequality between reals holds."""

from collections.abc import Callable
from typing import Any

from memcap.core.balls import Truth, at_most, decide
from memcap.core.errors import UndecidedError


def least(holds: Callable[[int], bool], start: int = 1) -> int:
    """The smallest W >= start with ``holds(W)``, for a test that stays true.

    W is doubled until the test holds, then the last interval is bisected.

    Example:
        >>> least(lambda w: w * w >= 1000)
        32
    """
    if holds(start):
        return start
    low, high = start, 2 * start
    while not holds(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def reaches(needed: Callable[[int], Any], there: Callable[[int], Any]) -> bool:
    """Whether ``needed <= there``, both given as functions of the precision.

    Raises:
        UndecidedError: the two cannot be told apart at any precision allowed.

    Example:
        >>> from memcap.core.balls import Ball
        >>> reaches(lambda precision: 3, lambda precision: Ball.pi(precision))
        True
    """
    truth = decide(lambda p: at_most(needed(p), there(p), p))
    if truth is Truth.UNDECIDED:
        raise UndecidedError("two sides of a counting inequality cannot be told apart.")
    return truth is Truth.TRUE
