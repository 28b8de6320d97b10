"""Planted slopes and forms of the teacher law come back; censored ones do not."""

from math import log2

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import curve_fit

from memcap.core.errors import DataError
from memcap.distill.statistics import (
    TeacherRuns,
    compare_forms,
    fit_law,
    minima_teacher,
)
from memcap.distill.statistics.forms import aicc
from memcap.distill.statistics.law import _least_squares

TEACHERS = [2.0**i for i in range(1, 8)]


def peaked(student, rng, slope=1.0, sd=0.3, runs=5):
    """Runs whose score peaks at `log2 T = slope log2 S + 1.5`."""
    peak = slope * log2(student) + 1.5
    means = [-((log2(size) - peak) ** 2) for size in TEACHERS]
    return TeacherRuns.of(TEACHERS, [rng.normal(m, sd, runs).tolist() for m in means])


@pytest.mark.parametrize("slope", [0.6, 1.0])
def test_a_planted_slope_comes_back(slope):
    rng = np.random.default_rng(0)
    found = fit_law({s: peaked(s, rng, slope) for s in (2.0, 4.0, 8.0, 16.0)})
    assert found.interior == 4 and found.licensed == ("law",)
    assert found.slope == pytest.approx(slope, abs=0.1)
    assert found.interval is not None and found.intercept is not None
    assert found.interval.low < slope < found.interval.high
    assert 2**found.intercept == pytest.approx(2**1.5, rel=0.25)


@pytest.mark.parametrize("runs", [2, 4])
def test_the_interval_covers_the_slope_about_as_often_as_it_says(runs):
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(100):
        students = {s: peaked(s, rng, sd=0.5, runs=runs) for s in (3.0, 6.0, 12.0)}
        interval = fit_law(students, resamples=300).interval
        assert interval is not None
        covered += interval.low <= 1 <= interval.high
    # Few runs make a bootstrap interval somewhat short.
    assert 85 <= covered <= 100


def test_the_line_form_fits_sizes_not_logarithms():
    rng = np.random.default_rng(0)
    students = {s: peaked(s, rng, sd=0.01) for s in (3.0, 6.0, 12.0)}
    found = fit_law(students, form="line")
    assert found.slope == pytest.approx(2**1.5, rel=0.02)
    assert found.intercept == pytest.approx(0, abs=0.2)


def test_weighted_lines_are_those_of_statsmodels():
    x, y = np.array([1.0, 2, 4, 5]), np.array([1.0, 3, 2, 6])
    weights = np.array([1.0, 4, 0.5, 2])
    slope, intercept = _least_squares(x, y[None], weights)
    library = sm.WLS(y, sm.add_constant(x), weights=weights).fit().params
    assert (intercept[0], slope[0]) == pytest.approx(tuple(library))


def test_a_noisy_student_weighs_little():
    rng = np.random.default_rng(0)
    clear = {s: peaked(s, rng, sd=0.02) for s in (4.0, 8.0, 16.0)}
    off = peaked(4.0, rng, sd=0.02)
    noise = rng.normal(0, 1, (len(TEACHERS), 5))
    noisy = [(np.array(g) + e).tolist() for g, e in zip(off.groups, noise, strict=True)]
    found = fit_law(clear | {2.0: TeacherRuns.of(TEACHERS, noisy)})
    assert found.interior == 4 and found.slope == pytest.approx(1, abs=0.05)
    x, y = np.log2([(p.student, p.teacher) for p in found.points]).T
    assert abs(np.polyfit(x, y, 1)[0] - 1) > 0.08


def test_redrawn_means_have_the_variance_of_a_mean():
    runs = TeacherRuns.of([1, 2, 4], [[0, 1, 5], [2, 2, 3], [1, 4, 4]])
    drawn = runs.resampled_means(40_000, np.random.default_rng(0)).var(axis=0)
    expected = [np.var(group, ddof=1) / 3 for group in runs.groups]
    assert drawn == pytest.approx(expected, rel=0.05)


def test_censored_students_are_marked_and_left_out():
    rng = np.random.default_rng(0)
    students = {s: peaked(s, rng) for s in (0.1, 2.0, 8.0, 2000.0)}
    found = fit_law(students)
    assert [point.censored for point in found.points] == ["low", "", "", "high"]
    alone = fit_law({s: students[s] for s in (2.0, 8.0)})
    assert found.slope == pytest.approx(alone.slope, abs=1e-9)
    assert found.interior == 2 and not found.licensed
    wavy = TeacherRuns.of([1, 2, 4, 8], [[3, 3.1], [0, 0.1], [3.4, 3.5], [3.3, 3.2]])
    assert fit_law({1: wavy, 2.0: students[2.0]}).points[0].censored == "shape"


def test_all_censored_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(DataError, match="every student is censored"):
        fit_law({s: peaked(s, rng) for s in (2000.0, 4000.0)})
    with pytest.raises(DataError, match="positive sizes"):
        fit_law({})
    with pytest.raises(DataError, match="positive sizes"):
        fit_law({-1.0: peaked(2.0, rng)})


def test_runs_without_spread_still_give_their_line():
    groups = [[-((log2(t) - 3) ** 2)] * 2 for t in TEACHERS]
    other = [[-((log2(t) - 4) ** 2)] * 2 for t in TEACHERS]
    students = {2: TeacherRuns.of(TEACHERS, groups), 4: TeacherRuns.of(TEACHERS, other)}
    assert fit_law(students).slope == pytest.approx(1)


def test_minimas_line_is_an_overlay():
    assert minima_teacher(3000) == pytest.approx(7482.5)
    assert minima_teacher(2806.8) == pytest.approx(7000, abs=2.5 * 0.05)
    with pytest.raises(DataError, match="below the range"):
        minima_teacher(4)


def shaped(function, sd=0.05, seed=0):
    rng = np.random.default_rng(seed)
    return TeacherRuns.of(
        TEACHERS, [rng.normal(function(size), sd, 3).tolist() for size in TEACHERS]
    )


def test_the_planted_form_is_preferred():
    curved = compare_forms(shaped(lambda size: -((log2(size) - 4) ** 2) / 8))
    assert curved.preferred == "quadratic" and curved.quadratic[2] < 0
    saturating = compare_forms(shaped(lambda size: 2 - 3 / size))
    assert saturating.preferred == "saturating"
    assert saturating.saturating == pytest.approx((2, 3, 1), rel=0.1)
    flat = [compare_forms(shaped(lambda size: 1.0, seed=seed)) for seed in range(20)]
    undecided = [forms for forms in flat if forms.preferred is None]
    assert len(undecided) > 10 and "not told apart" in undecided[0].sentence


def test_the_saturating_fit_is_that_of_curve_fit():
    runs = shaped(lambda size: 2 - 3 * size**-0.7, sd=0.02)
    x = np.repeat(TEACHERS, 3)
    library, _ = curve_fit(
        lambda t, p, a, b: p - a * t**-b, x, np.concatenate(runs.groups), p0=(2, 3, 1)
    )
    assert compare_forms(runs).saturating == pytest.approx(tuple(library), rel=1e-3)


def test_aicc_of_the_quadratic_is_that_of_its_likelihood():
    runs = shaped(lambda size: log2(size))
    x, y = np.repeat(np.log2(TEACHERS), 3), np.concatenate(runs.groups)
    fit = sm.OLS(y, np.stack([x**0, x, x**2], axis=1)).fit()
    # The library counts three parameters and keeps n log(2 pi e).
    n, k = len(y), 4
    own = fit.aic + 2 - n * np.log(2 * np.pi) - n + 2 * k * (k + 1) / (n - k - 1)
    assert compare_forms(runs).quadratic_aicc == pytest.approx(own)
    with pytest.raises(DataError, match="needs at least 6"):
        aicc(1.0, 5)
    with pytest.raises(DataError, match="at least four"):
        compare_forms(TeacherRuns.of([1, 2, 3], [[1, 2]] * 3))
