"""What a search says about the smallest W at one size: a number, or an interval.

A bisection over a ladder never sees W itself: it sees the last rung that failed and the
first that succeeded. A search that ends at the top of its ladder knows only that W lies
above, one that succeeds on the lowest rung only that W lies below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, isnan, log, sqrt
from typing import Literal

import numpy as np

from memcap.core.errors import DataError

Censoring = Literal["exact", "interval", "above", "below"]


@dataclass(frozen=True, slots=True)
class Point:
    """One measured size: ``low < W <= high``, or W itself where both are equal.

    Args:
        size: N, or nN.
        low: W is larger than that, 0 where nothing is known from below; equal to
            `high` where W is known.
        high: W is at most that, infinity where nothing is known from above.
        group: seed or data draw; points of one group are resampled together. Points
            that share no draw need groups of their own.

    Raises:
        DataError: the size is not above 1, or the ends say nothing.

    Example:
        >>> Point.between(100, 32, 64, group=0).censoring
        'interval'
    """

    size: float
    low: float
    high: float
    group: int | str

    def __post_init__(self) -> None:
        if not (isfinite(self.size) and self.size > 1):
            raise DataError(
                f"size = {self.size} is not above 1 and has no log log; leave it out."
            )
        if isnan(self.low) or isnan(self.high) or not 0 <= self.low <= self.high:
            raise DataError(
                f"W between {self.low} and {self.high} at size {self.size} is no "
                "interval of positive numbers."
            )
        if self.high == 0 or self.low == inf or (self.low, self.high) == (0, inf):
            raise DataError(
                f"W between {self.low} and {self.high} at size {self.size} says "
                "nothing that has a logarithm; leave the point out."
            )

    @classmethod
    def exact(cls, size: float, value: float, *, group: int | str) -> "Point":
        """W is known."""
        return cls(size, value, value, group)

    @classmethod
    def between(
        cls, size: float, failing: float, succeeding: float, *, group: int | str
    ) -> "Point":
        """W lies between the last failing and the first succeeding rung."""
        if failing == succeeding:
            raise DataError(
                f"W = {failing} both fails and succeeds at size {size}; a rung can "
                "do one of the two."
            )
        return cls(size, failing, succeeding, group)

    @classmethod
    def above(cls, size: float, failing: float, *, group: int | str) -> "Point":
        """Even the highest rung failed."""
        return cls(size, failing, inf, group)

    @classmethod
    def below(cls, size: float, succeeding: float, *, group: int | str) -> "Point":
        """Even the lowest rung succeeded."""
        return cls(size, 0, succeeding, group)

    @property
    def censoring(self) -> Censoring:
        """How W is known."""
        if self.low == self.high:
            return "exact"
        if self.high == inf:
            return "above"
        return "below" if self.low == 0 else "interval"

    @property
    def middle(self) -> float:
        """W, the geometric middle of its interval, or the end that is known."""
        if self.censoring in ("exact", "interval"):
            return sqrt(self.low * self.high)
        return self.low if self.censoring == "above" else self.high


@dataclass(frozen=True, slots=True)
class Logs:
    """Points as arrays of logarithms, in an order that does not depend on theirs.

    Args:
        x: `[k]` log size.
        low: `[k]` log of the lower end, minus infinity where there is none.
        high: `[k]` log of the upper end.
        middle: `[k]` log of `Point.middle`.
        group: `[k]` index of the group.
        groups: how many groups there are.
        floor: smallest scatter that can be told from none.
    """

    x: np.ndarray
    low: np.ndarray
    high: np.ndarray
    middle: np.ndarray
    group: np.ndarray
    groups: int
    floor: float

    @property
    def two_sided(self) -> np.ndarray:
        """`[k]` whether W is bounded from both sides."""
        return np.isfinite(self.low) & np.isfinite(self.high)


def logs(points: Iterable[Point]) -> Logs:
    """Sort points and take logarithms.

    The floor of the scatter is that of rounding to whole numbers: W counts parameters,
    and a uniform error of one unit has standard deviation ``1 / sqrt 12``, relative to
    the largest W. It is reached only by data without any scatter.
    """
    ordered = sorted(points, key=_order)
    names = sorted({point.group for point in ordered}, key=_name)
    index = {name: i for i, name in enumerate(names)}
    largest = max(point.middle for point in ordered)
    return Logs(
        x=np.array([log(point.size) for point in ordered]),
        low=np.array([log(p.low) if p.low else -inf for p in ordered]),
        high=np.array([log(p.high) if p.high < inf else inf for p in ordered]),
        middle=np.array([log(point.middle) for point in ordered]),
        group=np.array([index[point.group] for point in ordered]),
        groups=len(names),
        floor=1 / (sqrt(12) * largest),
    )


def _name(group: int | str) -> tuple[bool, int, str]:
    # Numbers before words, so that groups of either kind have one order.
    text = isinstance(group, str)
    return (text, 0, group) if isinstance(group, str) else (text, group, "")


def _order(point: Point) -> tuple:
    return (point.size, point.low, point.high, _name(point.group))


def check(points: Sequence[Point], least: int) -> None:
    """Refuse points from which no exponent can be fitted.

    Raises:
        DataError: too few points, or too few sizes with W bounded from both sides.
    """
    if len(points) < least:
        raise DataError(
            f"models with three numbers cannot be compared on {len(points)} points; "
            f"measure at least {least}."
        )
    sizes = {p.size for p in points if p.censoring in ("exact", "interval")}
    if len(sizes) < 3:
        raise DataError(
            f"W is bounded from both sides at {len(sizes)} sizes; an exponent needs "
            "three: lengthen the ladder of W."
        )
