"""Planted slopes, effects and forms come back; what cannot be told apart is not."""

from dataclasses import replace
from math import inf, log2, log10, nan

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import curve_fit

from memcap.core.errors import DataError
from memcap.distill.statistics import (
    TeacherRuns,
    bake_off,
    compare_forms,
    fit_law,
    gain_regression,
    minima_teacher,
    selection_probabilities,
    zero_crossing,
)
from memcap.distill.statistics.forms import aicc
from memcap.distill.statistics.law import _draw, _least_squares

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
    drawn = _draw(runs, 40_000, np.random.default_rng(0)).var(axis=0)
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


def planted(correlation=0.0, n=120, seed=0):
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    other = correlation * size + np.sqrt(1 - correlation**2) * rng.normal(size=n)
    students = np.arange(n) % 3
    gain = 0.5 * size + 0.1 * other + students + rng.normal(0, 0.3, n)
    terms = {"size": size.tolist(), "accuracy": other.tolist()}
    return gain.tolist(), terms, students.tolist()


def test_planted_effects_are_recovered():
    gain, terms, students = planted()
    found = gain_regression(gain, terms, students=students)
    size, accuracy = found.terms
    assert size.low < 0.5 < size.high and accuracy.low < 0.1 < accuracy.high
    assert found.strongest is not None and found.strongest.name == "size"
    assert "strongest detected term size" in found.sentence
    # Without the students' intercepts their spread counts as noise.
    assert gain_regression(gain, terms).r_squared < found.r_squared


def test_hc3_is_that_of_statsmodels():
    gain, terms, _ = planted(n=30)
    found = gain_regression(gain, terms)
    design = sm.add_constant(np.stack(list(terms.values()), axis=1))
    library = sm.OLS(np.array(gain), design).fit(cov_type="HC3", use_t=True)
    assert [t.estimate for t in found.terms] == pytest.approx(library.params[1:])
    assert [t.p for t in found.terms] == pytest.approx(library.pvalues[1:])


def test_two_regressors_have_the_vif_of_their_correlation():
    _, terms, _ = planted(0.9)
    rho = np.corrcoef(terms["size"], terms["accuracy"])[0, 1]
    found = gain_regression(planted(0.9)[0], terms)
    assert [t.vif for t in found.terms] == pytest.approx([1 / (1 - rho**2)] * 2)
    assert 1 / (1 - 0.95**2) == pytest.approx(10.3, abs=0.05)


def test_collinear_terms_have_no_winner():
    gain, terms, students = planted(0.99)
    found = gain_regression(gain, terms, students=students)
    assert found.strongest is None and len(found.collinear) == 2
    assert "strongest term not named: size (VIF" in found.sentence


def test_count_matching_breaks_the_collinearity():
    # The same effects, once with size and count nearly one, once varied apart.
    together = gain_regression(*planted(0.99)[:2])
    apart = gain_regression(*planted(0.0)[:2])
    assert together.strongest is None
    assert apart.strongest is not None and apart.strongest.name == "size"


def test_clusters_widen_an_interval_whose_runs_err_together():
    rng = np.random.default_rng(3)
    seeds = np.repeat(np.arange(12), 10)
    size = np.repeat(rng.normal(size=12), 10)
    gain = rng.normal(size=12)[seeds] + rng.normal(0, 0.1, 120)
    plain = gain_regression(gain.tolist(), {"size": size.tolist()}).terms[0]
    found = gain_regression(
        gain.tolist(), {"size": size.tolist()}, clusters=seeds.tolist()
    )
    clustered = found.terms[0]
    assert clustered.high - clustered.low > 1.5 * (plain.high - plain.low)
    assert found.covariance == "12 clusters"


def test_an_effect_that_is_not_there_is_not_detected():
    rng = np.random.default_rng(0)
    found = gain_regression(rng.normal(size=40), {"size": rng.normal(size=40)})
    assert found.strongest is None
    assert "effects not detected at 0.05: size" in found.sentence


@pytest.mark.parametrize(
    ("gain", "terms", "extra", "message"),
    [
        ([1, 2, 3], {}, {}, "no terms"),
        ([1, 2, 3], {"a": [1, 2]}, {}, "'a' has shape"),
        ([1, 2, 3], {"a": [1, nan, 2]}, {}, "'a' holds a value that is not"),
        ([1, nan, 3], {"a": [1, 2, 2]}, {}, "'gain' holds a value"),
        ([1, 2, 3], {"a": [1, 1, 1]}, {}, "'a' is 1 in every run"),
        ([1, 2], {"a": [1, 2]}, {}, "2 runs cannot determine 2"),
        (
            [1, 2, 3, 5],
            {"a": [1, 2, 3, 5], "b": [3, 5, 7, 11]},
            {},
            "'b' is determined",
        ),
        ([1, 2, 3, 5], {"a": [1, 1, 2, 2]}, {"students": "xxyy"}, "a student's inter"),
        (
            [1, 2, 3, 5],
            {"a": [1, 2, 3, 4]},
            {"students": "xxxy"},
            r"\(student 'y'\)",
        ),
        ([1, 2, 3, 5], {"a": [1, 2, 3, 4]}, {"students": "xx"}, "2 students"),
        (
            [1, 2, 3, 5],
            {"a": [1, 2, 3, 4]},
            {"clusters": "xxyy"},
            "three seeds or",
        ),
    ],
)
def test_unusable_regressions_are_refused(gain, terms, extra, message):
    with pytest.raises(DataError, match=message):
        gain_regression(gain, terms, **extra)


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


def test_equal_teachers_are_chosen_about_equally_often():
    rng = np.random.default_rng(0)
    total = np.zeros(4)
    for _ in range(300):
        runs = {name: rng.normal(size=4).tolist() for name in "abcd"}
        total += selection_probabilities(runs, resamples=200).probabilities
    # The SD of a mean share over 300 studies is about .02.
    assert total / 300 == pytest.approx([0.25] * 4, abs=0.06)


def test_identical_runs_share_the_choice():
    runs = {name: [0.1, 0.2, 0.3] for name in "abc"}
    together = selection_probabilities(runs, shared_seeds=True)
    assert together.probabilities == pytest.approx([1 / 3] * 3)
    whole = {name: [1, 2, 3] for name in "abc"}
    assert selection_probabilities(runs) == replace(
        selection_probabilities(whole), means=selection_probabilities(runs).means
    )
    apart = selection_probabilities(runs, resamples=20_000)
    assert apart.probabilities == pytest.approx([1 / 3] * 3, abs=0.02)


def test_shared_seeds_remove_what_the_students_have_in_common():
    base = np.array([0.1, 0.5, 0.9, 0.3])
    runs = {"a": base.tolist(), "b": (base + 0.05).tolist()}
    assert selection_probabilities(runs, shared_seeds=True).probabilities == (0, 1)
    assert selection_probabilities(runs).probabilities[0] > 0.2


def test_a_bake_off_ranks_at_every_size_of_data():
    found = bake_off({
        2000: {"a": [1.0, 1.1], "b": [2.0, 2.1]},
        500: {"a": [2.0, 2.1], "b": [1.0, 1.1]},
    })  # fmt: skip
    assert list(found) == [500, 2000]
    assert found[500].ranking == ("a", "b") and found[2000].ranking == ("b", "a")


@pytest.mark.parametrize(
    ("runs", "shared", "message"),
    [
        ({"a": [1, 2]}, False, "1 teachers"),
        ({"a": [1, 2], "b": [1]}, False, "teacher 'b' has 1 run"),
        ({"a": [1, 2], "b": [1, nan]}, False, "teacher 'b' has a score"),
        ({"a": [1, 2], "b": [1, 2, 3]}, True, "do not share"),
    ],
)
def test_unusable_choices_are_refused(runs, shared, message):
    with pytest.raises(DataError, match=message):
        selection_probabilities(runs, shared_seeds=shared)
    with pytest.raises(DataError, match="the same teachers"):
        bake_off({1: runs, 2: {"z": [1, 2], "y": [1, 2]}})


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


def test_too_few_clusters_for_a_coefficient_claim_nothing_of_it():
    rng = np.random.default_rng(3)
    runs, terms = 60, 6
    columns = {f"x{i}": rng.normal(size=runs).tolist() for i in range(terms)}
    found = gain_regression(
        rng.normal(size=runs).tolist(), columns, clusters=(np.arange(runs) % 3).tolist()
    )
    for term in found.terms:
        assert term.low <= term.estimate <= term.high
        assert np.isfinite(term.low) or term.p == 1
