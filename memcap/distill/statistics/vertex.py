"""Where a quadratic in log2 T turns, with Fieller's interval.

``a + b u + c u^2`` with u = log2 T less its mean turns at v = -b / (2 c). Fieller's
interval holds all v at which the slope ``b + 2 c v`` is not told from 0,

    (b + 2 c v)^2 <= t^2 Var(b + 2 c v),

and keeps its level exactly where the runs are normal about a quadratic. Where c is not
told from 0 that set has no bound on at least one side; the interval given is then the
whole range from 0 to infinity.
"""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
import statsmodels.api as sm
from scipy.stats import t

from memcap.distill.statistics.intervals import Interval
from memcap.distill.statistics.teachers import TeacherRuns

_LARGEST_EXPONENT = 1_000.0


@dataclass(frozen=True, slots=True)
class Vertex:
    """Curvature of the quadratic and where it turns.

    Args:
        p: one-sided, of c >= 0; near 1 for a curve that bends upward.
        size: -b / (2 c) as a size of teacher.
        interval: of that size.
    """

    p: float
    size: float
    interval: Interval


def vertex(runs: TeacherRuns, level: float = 0.95) -> Vertex:
    """Fit the quadratic by least squares over the runs and find where it turns.

    Args:
        runs: more than three in all, not all on the curve.
        level: of the interval.

    Example:
        >>> groups = [[-1, 0, 1], [2, 3, 4], [3, 4, 5], [2, 3, 4], [-1, 0, 1]]
        >>> found = vertex(TeacherRuns.of([1, 2, 4, 8, 16], groups))
        >>> round(found.size, 6)
        4.0
    """
    x = np.repeat(np.log2(runs.sizes), runs.runs)
    centre = float(x.mean())
    u = x - centre
    design = np.stack([np.ones_like(u), u, u**2], axis=1)
    fit = sm.OLS(np.concatenate(runs.groups), design).fit()
    covariance = np.asarray(fit.cov_params())[1:, 1:]
    _, b, c = (float(value) for value in fit.params)
    freedom = float(fit.df_resid)
    quantile = float(t.isf((1 - level) / 2, freedom))
    low, high = _fieller(b, c, quantile**2 * covariance)
    turn = -b / (2 * c) if c else -np.sign(b) * inf
    return Vertex(
        p=float(t.cdf(c / sqrt(covariance[1, 1]), freedom)),
        size=_size(centre + turn),
        interval=Interval(_size(centre + low), _size(centre + high), level, "Fieller"),
    )


def _fieller(b: float, c: float, band: np.ndarray) -> tuple[float, float]:
    """Ends of the interval of v."""
    square = 4 * (c**2 - band[1, 1])
    if square <= 0:
        return -inf, inf
    middle = 2 * (b * c - band[0, 1])
    constant = b**2 - band[0, 0]
    root = sqrt(max(middle**2 - square * constant, 0.0))
    return (-middle - root) / square, (-middle + root) / square


def _size(exponent: float) -> float:
    return inf if exponent > _LARGEST_EXPONENT else 2.0**exponent
