"""Whether the runs of several teachers tell them apart, all pairs together."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy.stats import studentized_range, tukey_hsd

from memcap.distill.statistics.scores import ROUNDING


def behind(groups: Sequence[np.ndarray], first: int, shared: bool) -> np.ndarray:
    """`[k]` p of each teacher against one, in the family of all pairs.

    Args:
        groups: gains of each of the k teachers, a run each.
        first: place of the teacher that the others are held against.
        shared: whether runs of one place share the seed of the student.
    """
    error = difference_sd(groups, shared)
    if error == 0:
        # Without spread nothing can be told apart, whatever the means.
        return np.ones(len(groups))
    if not shared:
        return np.array(tukey_hsd(*groups).pvalue)[first]
    k, r = len(groups), len(groups[0])
    means = np.array([group.mean() for group in groups])
    distance = np.abs(means - means[first]) / (error / sqrt(2 * r))
    return np.array(studentized_range.sf(distance, k, (k - 1) * (r - 1)))


def difference_sd(groups: Sequence[np.ndarray], shared: bool) -> float:
    """SD over runs of the difference of two teachers.

    Shared seeds are blocks: what teacher and seed leave over has (k - 1)(r - 1) degrees
    of freedom.

    Args:
        groups: gains of each teacher, a run each.
        shared: whether runs of one place share the seed of the student.
    """
    rest = [group - group.mean() for group in groups]
    freedom = sum(len(group) - 1 for group in groups)
    if shared:
        rest = np.stack(rest) - np.mean(rest, axis=0)
        freedom -= len(groups[0]) - 1
    # Means of the same runs differ by rounding, which is no spread.
    squares = sum(float(np.sum(own**2)) for own in rest)
    size = max(float(np.abs(group).max()) for group in groups)
    return sqrt(2 * squares / freedom) if squares > (ROUNDING * size) ** 2 else 0.0
