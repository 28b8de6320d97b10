"""At which student size a difference changes sign, with its interval.

Fit ``Delta = a + b log10 S`` by least squares; the line crosses 0 at ``S = 10^(-a/b)``.
The interval is Fieller's: all S whose fitted Delta is not told from 0, that is

    (a + b x)^2 <= t^2 Var(a + b x),    x = log10 S.

Where the slope is not told from 0 this set has no bound on at least one side; the
interval given is then the whole range from 0 to infinity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, log10, sqrt

import numpy as np
from scipy.stats import linregress, t

from memcap.core.errors import DataError
from memcap.distill.statistics.intervals import Interval
from memcap.distill.statistics.wording import guard

_LARGEST_EXPONENT = 300.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where the fitted difference is 0.

    Args:
        slope: b, for a factor of ten in S.
        intercept: a.
        size: the S of the crossing; None where the line is flat.
        interval: of that S; from 0 to infinity where the slope is not told from 0.
        r_squared: share of variance explained.
        students: number of points.
    """

    slope: float
    intercept: float
    size: float | None
    interval: Interval
    r_squared: float
    students: int

    @property
    def sentence(self) -> str:
        """The crossing and its interval."""
        where = "not found" if self.size is None else f"at S = {self.size:.3g}"
        ends = f"[{self.interval.low:.3g}, {self.interval.high:.3g}]"
        return guard(
            f"sign change {where}, {100 * self.interval.level:g} % CI {ends}; slope "
            f"{self.slope:.2f} for a factor of ten, R2 {self.r_squared:.2f}, "
            f"{self.students} students."
        )


def zero_crossing(
    students: Sequence[float], deltas: Sequence[float], level: float = 0.95
) -> Crossing:
    """Fit a difference against log10 of the student's size and find its zero.

    Args:
        students: `[n]` positive sizes, at least three different ones.
        deltas: `[n]` differences.
        level: confidence level.

    Raises:
        DataError: lengths differ, fewer than three sizes, or a number that does not
            serve.

    Example:
        >>> round(zero_crossing([1, 10, 100], [-1, 0, 1]).size, 6)
        10.0
    """
    if len(students) != len(deltas):
        raise DataError(f"{len(students)} sizes cannot go with {len(deltas)} deltas.")
    if (
        not all(isfinite(s) and s > 0 for s in students)
        or not np.isfinite(deltas).all()
    ):
        raise DataError("sizes must be positive and differences finite.")
    if len(set(students)) < 3 or not 0 < level < 1:
        raise DataError(
            f"{len(set(students))} sizes at level {level}: give three sizes or more "
            "and a level between 0 and 1."
        )
    x = np.array([log10(s) for s in students])
    y = np.array(deltas, dtype=float)
    fit = np.array(linregress(x, y), dtype=float)
    slope, intercept, correlation = fit[:3].tolist()
    low, high = _fieller(x, y, slope, intercept, level)
    return Crossing(
        slope=slope,
        intercept=intercept,
        size=_size(-intercept / slope) if slope else None,
        interval=Interval(_size(low), _size(high), level, "Fieller"),
        r_squared=correlation**2,
        students=len(x),
    )


def _fieller(
    x: np.ndarray, y: np.ndarray, slope: float, intercept: float, level: float
) -> tuple[float, float]:
    """Ends of the interval in log10 S."""
    n, centre = len(x), float(x.mean())
    spread = float(np.sum((x - centre) ** 2))
    rest = float(np.sum((y - intercept - slope * x) ** 2)) / (n - 2)
    band = float(t.isf((1 - level) / 2, n - 2)) ** 2 * rest
    # With u = x - centre: (m + b u)^2 <= band (1/n + u^2 / spread).
    middle = float(y.mean())
    square = slope**2 - band / spread
    if square <= 0:
        return -inf, inf
    constant = middle**2 - band / n
    root = sqrt(max((middle * slope) ** 2 - square * constant, 0.0))
    ends = ((-middle * slope + sign * root) / square for sign in (-1, 1))
    low, high = (end + centre for end in ends)
    return low, high


def _size(exponent: float) -> float:
    if exponent > _LARGEST_EXPONENT:
        return inf
    return 0.0 if exponent < -_LARGEST_EXPONENT else 10.0**exponent
