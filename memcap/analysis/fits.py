"""The exponent of a power law with an interval that survives uneven scatter.

The model is ``log y = log a + b log x + noise``; b is fitted by least squares and its
interval comes from the HC3 covariance, which does not assume that the noise has one
variance along the ladder. With few points the interval is rough: HC3 is justified for
large samples, and Student's t with ``num_points - 2`` degrees of freedom only softens
that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, log

from memcap.core.errors import DataError

FEW_POINTS = 10


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted power law ``y = exp(intercept) x^slope``.

    Args:
        slope: the exponent.
        interval: its confidence interval, (low, high).
        intercept: logarithm of the prefactor.
        num_points: how many points were fitted.
        level: confidence level of the interval.
    """

    slope: float
    interval: tuple[float, float]
    intercept: float
    num_points: int
    level: float

    def at(self, x: float) -> float:
        """The fitted y at x."""
        return exp(self.intercept + self.slope * log(x))

    @property
    def sentence(self) -> str:
        """The fit in words, with the warning that few points deserve."""
        low, high = self.interval
        text = (
            f"exponent {self.slope:.2f}, {self.level:.0%} interval {low:.2f} to "
            f"{high:.2f} (HC3, {self.num_points} points"
        )
        small = self.num_points < FEW_POINTS
        return text + (": few, so the interval is rough)" if small else ")")


def power_law(x: Sequence[float], y: Sequence[float], level: float = 0.95) -> Fit:
    """Fit ``log y`` against ``log x``.

    Args:
        x: `[k]` positive numbers, at least three of them different.
        y: `[k]` positive numbers.
        level: confidence level of the interval.

    Returns:
        the fit.

    Raises:
        DataError: fewer than three different x, or a value is not positive.

    Example:
        >>> round(power_law([1, 2, 4, 8], [3, 6, 12, 24]).slope, 6)
        1.0
    """
    if len(x) != len(y):
        raise DataError(f"{len(x)} values of x cannot be fitted to {len(y)} of y.")
    if len(set(x)) < 3:
        raise DataError(
            f"a slope with an interval needs three different sizes, not {len(set(x))}; "
            "run more of the ladder."
        )
    bad = [value for value in (*x, *y) if not (isfinite(value) and value > 0)]
    if bad:
        raise DataError(f"{bad[0]} has no logarithm; a power law needs positive data.")
    return _least_squares([log(v) for v in x], [log(v) for v in y], level)


def _least_squares(x: list[float], y: list[float], level: float) -> Fit:
    import numpy as np
    import statsmodels.api as sm

    design = sm.add_constant(np.array(x))
    # HC3 divides by one minus a point's leverage; three different sizes keep every
    # leverage below one.
    result = sm.OLS(np.array(y), design).fit(cov_type="HC3", use_t=True)
    low, high = result.conf_int(alpha=1 - level)[1]
    return Fit(
        slope=float(result.params[1]),
        interval=(float(low), float(high)),
        intercept=float(result.params[0]),
        num_points=len(x),
        level=level,
    )
