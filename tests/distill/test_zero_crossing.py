"""The student size at which a difference changes its sign."""

from math import inf, log10, nan

import numpy as np
import pytest
import statsmodels.api as sm

from memcap.core.errors import DataError
from memcap.distill.statistics import zero_crossing

QWEN = [0.5, 1.5, 3, 7, 14, 32]
LLAMA = [1, 3, 8, 70]


@pytest.mark.parametrize(
    ("students", "deltas", "slope", "zero"),
    [
        (QWEN, [-4.7, -7.1, -3.1, 1.7, 4.9, 13.7], 10.53, 3.6),
        (LLAMA, [-3.7, -0.6, 3.7, 3.8], 4.05, 4.1),
        (QWEN, [-3.5, -0.8, 0.3, 6.6, 3.0, 6.5], 5.56, 1.9),
        (LLAMA, [-1.9, 1.6, 0.5, 4.3], 2.99, 2.7),
    ],
)
def test_published_differences_change_sign_where_the_fit_says(
    students, deltas, slope, zero
):
    found = zero_crossing(students, deltas)
    assert found.slope == pytest.approx(slope, abs=0.005)
    assert found.size == pytest.approx(zero, abs=0.05)
    assert found.interval.low < zero < found.interval.high


def test_the_crossing_interval_holds_what_a_t_test_does_not_reject():
    deltas = [-4.7, -7.1, -3.1, 1.7, 4.9, 13.7]
    found = zero_crossing(QWEN, deltas)
    assert found.r_squared == pytest.approx(0.83, abs=0.005)
    fit = sm.OLS(deltas, sm.add_constant([log10(s) for s in QWEN])).fit()
    for end in (found.interval.low, found.interval.high):
        assert fit.t_test([1, log10(end)]).pvalue == pytest.approx(0.05, abs=1e-6)


def test_the_crossing_interval_covers_the_crossing():
    rng = np.random.default_rng(0)
    x = np.array([log10(s) for s in QWEN])
    covered = 0
    for _ in range(400):
        found = zero_crossing(QWEN, 10 * (x - 0.6) + rng.normal(0, 3, 6))
        covered += found.interval.low <= 10**0.6 <= found.interval.high
    assert 0.92 <= covered / 400 <= 0.98


def test_a_slope_that_is_not_told_from_zero_bounds_nothing():
    found = zero_crossing(QWEN, [1.0, -1, 1, -1, 1, -1])
    assert (found.interval.low, found.interval.high) == (0, inf)
    level = zero_crossing([1, 10, 100], [2.0, 2.0, 2.0])
    assert level.size is None and "not found" in level.sentence


@pytest.mark.parametrize(
    ("students", "deltas", "message"),
    [
        ([1, 2, 3], [1, 2], "3 sizes cannot go with 2"),
        ([1, 2, 2], [1, 2, 3], "2 sizes at level"),
        ([0, 1, 2], [1, 2, 3], "must be positive"),
        ([1, 2, 3], [1, nan, 3], "finite"),
    ],
)
def test_unusable_crossings_are_refused(students, deltas, message):
    with pytest.raises(DataError, match=message):
        zero_crossing(students, deltas)
