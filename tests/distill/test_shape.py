"""Planted shapes come back in the order of the labels; wrong forms are counted."""

from collections import Counter
from math import log

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import f_oneway, tukey_hsd
from statsmodels.api import OLS

from memcap.core.errors import DataError, ProtocolError
from memcap.distill.statistics import TeacherRuns, curve_shape, guard
from memcap.distill.statistics.saturation import rise
from memcap.distill.statistics.spread import needed_for_range, range_interval
from memcap.distill.statistics.vertex import vertex
from tests.distill.test_statistics_simulations import NULLS, PEAK, SD, SIZES

TEACHERS = [2.0**i for i in range(1, 8)]
# Shares called interior at three runs, 1,000 studies: what the docstring states.
INTERIOR = {
    "flat": 0.01,
    "saturating": 0.09,
    "plateau": 0.08,
    "drop": 0.83,
    "monotone": 0.0,
}


def shaped(curve, sd=0.01, runs=4, sizes=TEACHERS, seed=0):
    rng = np.random.default_rng(seed)
    means = [curve(np.log2(size)) for size in sizes]
    return TeacherRuns.of(sizes, [rng.normal(m, sd, runs).tolist() for m in means])


def simulated(means, rng, runs=3):
    scores = rng.normal(np.array(means)[:, None], SD, (len(means), runs))
    return TeacherRuns.of(SIZES, scores.tolist())


def quadratic(x):
    return 0.4 + 0.12 * x - 0.015 * x**2


def saturating(x):
    return 0.6 - 0.5 * 2.0 ** (-1.2 * x)


def test_a_planted_quadratic_has_its_vertex_inside():
    found = curve_shape(shaped(quadratic))
    assert found.label == "interior"
    assert found.forms.quadratic == pytest.approx((0.4, 0.12, -0.015), abs=0.02)
    assert np.log2(found.vertex.size) == pytest.approx(4, abs=0.2)
    assert found.vertex.interval.low < 2.0**4 < found.vertex.interval.high < 2.0**7
    assert "interior peak of the curve: best fitted at teacher" in found.sentence
    assert "exploratory, the capacity-gap test decides" in found.sentence


def test_a_planted_saturation_has_its_limit():
    found = curve_shape(shaped(saturating))
    assert found.label == "saturating"
    limit, drop, beta = found.forms.saturating
    assert limit == pytest.approx(0.6, abs=0.01)
    assert (drop, beta) == pytest.approx((0.5, 1.2), rel=0.15)
    truth = saturating(7.0) - saturating(6.0)
    assert found.step == pytest.approx(truth, rel=0.5)
    assert found.step < found.rise.step < found.delta
    # A doubling adds .5 (1 - 2^-1.2) T^-1.2: .0116 from 16 and .0051 from 32.
    assert found.saturated_at in (16.0, 32.0)
    assert "a doubling adds less from teacher" in found.sentence
    assert "at 0.005 the label is" in found.sentence


def test_the_sensitivity_is_the_label_at_half_of_delta():
    runs = shaped(saturating)
    whole = curve_shape(runs, delta=0.01)
    bound = whole.rise.step
    between = curve_shape(runs, delta=1.5 * bound)
    assert (between.label, between.sensitivity) == (
        "saturating",
        "monotone, unsaturated",
    )
    assert curve_shape(runs, delta=3 * bound).sensitivity == "saturating"


def test_equal_teachers_are_flat_with_the_interval_of_the_range():
    runs = shaped(lambda x: 0.5)
    found = curve_shape(runs)
    assert found.label == "flat" and found.f_p == f_oneway(*runs.groups).pvalue
    assert found.range == np.ptp(runs.means)
    assert found.range_interval.low == 0 < found.range < found.range_interval.high
    assert "not detected" in found.sentence and "95 % CI [" in found.sentence
    assert f"n needed for a range of 0.01: {found.needed}" in found.sentence


def test_a_line_is_monotone_and_censored():
    found = curve_shape(shaped(lambda x: 0.05 * x))
    assert found.label == "monotone, unsaturated" and found.saturated_at is None
    assert found.step == pytest.approx(0.05, abs=0.015) and found.rise.step > 0.03
    assert "at or beyond the largest tested, 128" in found.sentence


def test_a_falling_curve_neither_rises_nor_saturates():
    found = curve_shape(shaped(lambda x: -0.05 * x))
    assert found.label == "rise not detected" and found.rise.least == 0
    assert "highest mean with teacher 2;" in found.sentence


def test_labels_are_given_in_their_order():
    # Noise makes the same peak flat: the first label wins.
    assert curve_shape(shaped(quadratic, sd=2.0)).label == "flat"
    # The peak's saturating form has a last step below delta too, and is not asked.
    peak = curve_shape(shaped(quadratic))
    assert peak.rise.step < peak.delta and peak.rise.least > 0
    # A vertex whose interval reaches the largest teacher is not inside.
    late = curve_shape(shaped(lambda x: -0.01 * (x - 6.8) ** 2, sd=0.03))
    assert late.vertex.p < 0.05 and late.vertex.interval.high > TEACHERS[-1]
    assert late.label != "interior"
    # A curve that saturates bends as well; its better form decides.
    level = curve_shape(shaped(saturating))
    assert level.vertex.p < 0.05 and level.vertex.interval.high < TEACHERS[-1]
    assert level.forms.quadratic_aicc > level.forms.saturating_aicc + 2


def test_the_criterion_by_hand():
    runs = shaped(quadratic)
    x = np.repeat(np.log2(runs.sizes), runs.runs)
    y = np.concatenate(runs.groups)
    design = np.stack([np.ones_like(x), x, x**2], axis=1)
    rss = float(np.sum(OLS(y, design).fit().resid ** 2))
    n = len(y)
    own = n * log(rss / n) + 8 + 40 / (n - 5)
    assert curve_shape(runs).forms.quadratic_aicc == pytest.approx(own)


def test_fieller_holds_the_sizes_whose_slope_is_not_told_from_zero():
    runs = shaped(quadratic, sd=0.03)
    x = np.repeat(np.log2(runs.sizes), runs.runs)
    design = np.stack([np.ones_like(x), x, x**2], axis=1)
    fit = OLS(np.concatenate(runs.groups), design).fit()

    def p_of_slope(v):
        return float(np.asarray(fit.t_test([0, 1, 2 * v]).pvalue)) - 0.05

    found = vertex(runs)
    turn = np.log2(found.size)
    low, high = brentq(p_of_slope, turn - 3, turn), brentq(p_of_slope, turn, turn + 3)
    ends = np.log2([found.interval.low, found.interval.high])
    assert ends == pytest.approx([low, high], abs=1e-6)
    assert found.p == pytest.approx(fit.pvalues[2] / 2)


def test_a_vertex_that_is_not_told_is_anywhere():
    found = vertex(shaped(lambda x: 0.05 * x, sd=0.05))
    assert (found.interval.low, found.interval.high) == (0, np.inf)


def test_the_range_is_that_of_tukeys_intervals():
    runs = simulated(NULLS["plateau"], np.random.default_rng(0))
    library = tukey_hsd(*runs.groups).confidence_interval(0.95)
    off = ~np.eye(len(SIZES), dtype=bool)
    found = range_interval(runs)
    assert found.low == pytest.approx(max(library.low[off].max(), 0), abs=1e-4)
    assert found.high == pytest.approx(library.high[off].max(), abs=1e-4)


def test_needed_runs_show_the_range():
    width, k = 1.5, 4
    r = needed_for_range(k, width)
    rng = np.random.default_rng(0)
    means = width * np.array([0, 0.5, 0.5, 1])
    scores = rng.normal(means[:, None, None], 1, (k, r, 4_000))
    share = np.mean(f_oneway(*scores).pvalue < 0.05)
    assert 0.8 - 0.02 <= share <= 0.87
    with pytest.raises(DataError, match="too small"):
        needed_for_range(4, 1e-9)


def test_draws_agree_with_the_fit_and_with_the_seed():
    runs = shaped(saturating, runs=3)
    first, again = (rise(runs, 0.05, 500, 1) for _ in range(2))
    assert first == again != rise(runs, 0.05, 500, 2)
    assert list(first.doublings) == sorted(first.doublings, reverse=True)
    # Sizes double, so the last step is the doubling of the last but one.
    assert first.step == pytest.approx(first.doublings[-2])
    median = rise(runs, 0.5, 2_000, 0).step
    assert median == pytest.approx(curve_shape(runs).step, rel=0.25)


def test_two_runs_are_drawn_from_a_normal_distribution():
    assert curve_shape(shaped(saturating, runs=2)).label == "saturating"


def test_the_word_needs_runs_that_did_not_choose():
    runs = shaped(quadratic, runs=6)
    plain, strict = curve_shape(runs), curve_shape(runs, strict=True)
    assert plain.licensed == () and "optim" not in plain.sentence
    assert strict.licensed == ("optimum",)
    assert strict.sentence.startswith("interior optimum, confirmed on runs kept apart")
    with pytest.raises(ProtocolError, match="optimum"):
        guard(strict.sentence)


def test_a_wrong_form_called_interior_has_no_licence_unless_confirmed():
    rng = np.random.default_rng(3)
    drop = [simulated(NULLS["drop"], rng, 6) for _ in range(20)]
    found = [curve_shape(runs, strict=True, resamples=100) for runs in drop]
    interior = [one for one in found if one.label == "interior"]
    bare = [one for one in interior if one.split and not one.split.confirmed]
    assert len(interior) >= 10 and len(bare) >= len(interior) - 3
    for one in bare:
        assert one.licensed == () and "on runs kept apart p" in one.sentence
        assert one.sentence.startswith("interior peak of the curve")


@pytest.mark.parametrize(
    ("sizes", "groups", "options", "message"),
    [
        ([1, 2, 4], [[1, 2]] * 3, {}, "at least four"),
        ([1, 2, 4, 8], [[1, 1], [2, 2], [3, 3], [3, 3]], {}, "no spread"),
        ([1, 2, 4, 8], [[0, 0]] * 4, {}, "no spread"),
        ([0, 2, 4, 8], [[1, 2]] * 4, {}, "above 0"),
        ([1, 2, 4, 8], [[1, 2]] * 4, {"delta": 0}, "delta above 0"),
        ([1, 2, 4, 8], [[1, 2]] * 4, {"alpha": 0.5}, "alpha between"),
        ([1, 2, 4, 8], [[1, 2]] * 4, {"resamples": 10}, "100 resamples"),
        ([1, 2, 4, 8], [[1, 2, 3]] * 4, {"strict": True}, "four of each"),
    ],
)
def test_unusable_runs_are_refused(sizes, groups, options, message):
    with pytest.raises(DataError, match=message):
        curve_shape(TeacherRuns.of(sizes, groups), **options)


def test_no_unlicensed_word_in_any_label():
    rng = np.random.default_rng(1)
    truths = [*NULLS.values(), PEAK]
    found = [curve_shape(simulated(m, rng), resamples=100) for m in truths]
    for one in found:
        assert guard(one.sentence) and one.sentence.startswith(one.label)
    assert {"flat", "interior", "saturating"} <= {one.label for one in found}


@pytest.mark.slow
@pytest.mark.parametrize("truth", INTERIOR)
def test_how_often_a_curve_without_a_gap_is_called_interior(truth):
    studies, rng = 1_000, np.random.default_rng(7)
    found = Counter(
        curve_shape(simulated(NULLS[truth], rng), delta=1.0, resamples=100).label
        for _ in range(studies)
    )
    print(truth, dict(found))
    share = INTERIOR[truth]
    error = np.sqrt(max(share * (1 - share), 1e-3) / studies)
    assert found["interior"] / studies == pytest.approx(share, abs=3 * error)


@pytest.mark.slow
def test_a_planted_peak_is_called_interior():
    rng = np.random.default_rng(7)
    found = [curve_shape(simulated(PEAK, rng), resamples=100) for _ in range(300)]
    assert np.mean([one.label == "interior" for one in found]) > 0.9


@pytest.mark.slow
def test_the_bound_of_the_last_step_holds_where_the_form_is_right():
    rng, studies = np.random.default_rng(8), 400
    truth = NULLS["saturating"][-1] - NULLS["saturating"][-2]
    held = np.mean(
        [
            rise(simulated(NULLS["saturating"], rng, 5), 0.05, 400, seed).step >= truth
            for seed in range(studies)
        ]
    )
    print(f"bound held in {held:.3f}")
    assert held == pytest.approx(0.934, abs=0.04)
