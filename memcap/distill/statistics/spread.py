"""How far apart teachers may be, and the runs that would show it.

The largest difference between teachers is chosen after looking. Tukey's intervals hold
all differences at once, and so the largest of them.
"""

from functools import cache

import numpy as np
from scipy.stats import f, ncf, studentized_range

from memcap.core.errors import DataError
from memcap.distill.statistics.intervals import Interval
from memcap.distill.statistics.teachers import TeacherRuns

_POWER = 0.8
_MOST_RUNS = 10**9


def range_interval(runs: TeacherRuns, level: float = 0.95) -> Interval:
    """An interval of the range of the teachers' true means.

    With ``d_ij`` the differences of means and ``h_ij = q s sqrt((1/r_i + 1/r_j) / 2)``,
    q a quantile of the studentized range, all true differences lie in ``d_ij -+ h_ij``
    with probability `level` (at least, where runs differ in number), and then the
    largest between ``max (d_ij - h_ij)``, or 0, and ``max (d_ij + h_ij)``.

    Args:
        runs: of one student.
        level: confidence level.
    """
    means, shares = runs.means, 1 / np.array(runs.runs)
    quantile = _quantile(level, len(means), runs.freedom)
    apart = means[:, None] - means
    half = quantile * runs.pooled_sd * np.sqrt((shares[:, None] + shares) / 2)
    # A teacher differs from itself by 0.
    np.fill_diagonal(half, 0.0)
    low, high = float((apart - half).max()), float((apart + half).max())
    return Interval(max(low, 0.0), high, level, "Tukey")


def needed_for_range(teachers: int, width: float, alpha: float = 0.05) -> int:
    """Runs of each teacher for the F-test to find a range with power .8.

    The least favourable means have one teacher at either end and the rest half-way;
    the noncentrality is then ``r width^2 / 2``.

    Args:
        teachers: k.
        width: the range in standard deviations of a run.
        alpha: level of the test.

    Raises:
        DataError: the range is so small that a billion runs do not show it.

    Example:
        >>> needed_for_range(2, 1.0)  # the two-sample t-test
        17
    """

    def power(r: int) -> float:
        freedom = teachers - 1, teachers * (r - 1)
        return float(ncf.sf(f.isf(alpha, *freedom), *freedom, r * width**2 / 2))

    high = 2
    while power(high) < _POWER:
        high *= 2
        if high > _MOST_RUNS:
            raise DataError(
                f"a range of {width:g} standard deviations is too small to be shown; "
                "give it in the unit of the scores."
            )
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(middle) >= _POWER else (middle, high)
    return high


@cache
def _quantile(level: float, teachers: int, freedom: int) -> float:
    return float(studentized_range.ppf(level, teachers, freedom))
