"""The capacity-gap rule: worked numbers, labels, refusals, and its fast path."""

from math import nan, sqrt

import numpy as np
import pytest
from scipy.stats import dunnett, f_oneway, t, ttest_ind

from memcap.core.errors import DataError, ProtocolError
from memcap.distill.statistics import (
    TeacherRuns,
    capacity_gap,
    critical_value,
    expected_maximum,
    fit_law,
    gap_rates,
    guard,
    needed_runs,
)
from memcap.distill.statistics.confirmation import confirm
from memcap.distill.statistics.gap_power import leg_p

SIZES = [1, 3, 7, 14]
WORKED = [[mean - 0.02, mean, mean + 0.02] for mean in (0.52, 0.62, 0.68, 0.57)]
# What scipy's quasi-Monte Carlo integration may be off by.
DUNNETT = 3e-4


def test_the_worked_study():
    found = capacity_gap(SIZES, WORKED)
    assert found.runs.pooled_sd == pytest.approx(0.02) and found.runs.freedom == 8
    assert found.p_largest == pytest.approx((0.0192, 0.0002), abs=DUNNETT)
    assert found.p_smallest == pytest.approx((0.0004, 0.00001), abs=DUNNETT)
    assert found.p == pytest.approx((0.0192, 0.0002), abs=DUNNETT)
    assert found.f == pytest.approx(35.19, abs=5e-3)
    assert found.f_p == pytest.approx(5.9e-5, rel=0.01)
    assert found.label == "gap detected" and found.teacher == 7
    assert found.lead == pytest.approx(0.11)
    assert found.bias == pytest.approx(expected_maximum(2) * 0.02 / sqrt(3))


def test_the_order_of_the_teachers_does_not_matter():
    shuffled = capacity_gap([14, 1, 7, 3], [WORKED[i] for i in (3, 0, 2, 1)])
    assert shuffled == capacity_gap(SIZES, WORKED)


def test_the_same_seed_gives_the_same_numbers():
    assert capacity_gap(SIZES, WORKED, seed=4) == capacity_gap(SIZES, WORKED, seed=4)


def study(means, sd=0.02, runs=5, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(mean, sd, runs).tolist() for mean in means]


@pytest.mark.parametrize(
    ("means", "label"),
    [
        ([0.5, 0.7, 0.5, 0.4], "gap detected"),
        ([0.5, 0.5, 0.5, 0.5], "flat"),
        ([0.5, 0.6, 0.7, 0.8], "censored-high"),
        ([0.8, 0.7, 0.6, 0.5], "censored-low"),
        ([0.4, 0.5, 0.71, 0.7], "gap not detected"),
    ],
)
def test_the_five_labels(means, label):
    found = capacity_gap(SIZES, study(means, sd=0.01, seed=3))
    assert found.label == label
    assert found.detected == (label == "gap detected")
    assert (found.teacher is None) != found.detected
    if not found.detected:
        assert "gap not detected" in found.sentence and "n needed" in found.sentence
        assert "CI [" in found.sentence


@pytest.mark.parametrize(
    ("means", "label", "best"),
    [
        ([0, 0, 8, 8], "gap not detected", 2),
        ([0, 8, 8, 8], "gap not detected", 1),
        ([8, 8, 0, 0], "censored-low", 0),
        ([8, 0, 0, 8], "censored-low", 0),
        ([0, 0, 0, 8], "censored-high", 3),
    ],
)
def test_the_smallest_of_those_that_share_the_highest_mean_is_best(means, label, best):
    found = capacity_gap(SIZES, [[mean, mean + 1] for mean in means])
    assert (found.label, found.runs.best) == (label, best)
    shared = [f"{s}" for s, mean in zip(SIZES, means, strict=True) if mean == 8]
    words = f"highest mean shared by teachers {'; '.join(shared)}"
    assert (
        (words in found.sentence) == (words in found.descriptive) == (len(shared) > 1)
    )


def test_a_law_takes_no_student_for_censored_whose_best_is_shared_with_the_largest():
    def point(means):
        runs = TeacherRuns.of(SIZES, [[mean - 0.1, mean + 0.1] for mean in means])
        inner = TeacherRuns.of(SIZES, [[0, 0.1], [4, 4.1], [4, 4.1], [0, 0.1]])
        return fit_law({1: runs, 2: inner}, resamples=50).points[0]

    assert point([0, 4, 6, 6]).censored != "high"
    assert point([0, 4, 6, 7]).censored == "high"
    assert point([6, 6, 4, 0]).censored == "low"


def test_large_teachers_are_named_in_full():
    runs = [[0, 1], [1, 2], [10, 11], [10, 11]]
    found = capacity_gap([25_984, 10**6, 7 * 10**9, 8 * 10**9], runs)
    assert "shared by teachers 7,000,000,000; 8,000,000,000)" in found.sentence
    assert "best intermediate teacher 7,000,000,000, +0.000" in found.sentence


def test_means_are_shared_whatever_their_sums_were_rounded_to():
    scores = [0.1, 0.2, 0.3, 0.7]
    runs = TeacherRuns.of(SIZES, [scores, scores[::-1], [0.2, 0.7, 0.3, 0.1], [0, 0]])
    assert len(set(runs.means)) > 1 and runs.tied == (0, 1, 2)
    assert TeacherRuns.of([1, 2, 3], [[0, 1], [0, 1.001], [0, 1]]).tied == (1,)


def test_one_leg_is_not_enough():
    # Far above the smallest teacher, level with the largest.
    found = capacity_gap(SIZES, study([0.1, 0.7, 0.7, 0.7], seed=1))
    assert min(found.p_smallest) == 3e-4 and not found.detected


def test_the_named_teacher_is_significant_and_the_highest_of_those():
    found = capacity_gap([1, 2, 3, 4, 5], study([0.3, 0.6, 0.7, 0.65, 0.3]))
    assert found.teacher == 3
    assert found.p[found.candidate - 1] < found.alpha


def test_legs_agree_with_scipy_and_f_with_scipy():
    groups = study([0.5, 0.52, 0.54, 0.51], seed=7)
    found = capacity_gap(SIZES, groups)
    control = groups[-1]
    high = dunnett(*groups[:-1], control=control, alternative="greater", rng=9).pvalue
    low = dunnett(*groups[1:], control=groups[0], alternative="greater", rng=9).pvalue
    assert found.p_largest == pytest.approx(high[1:], abs=DUNNETT)
    assert found.p_smallest == pytest.approx(low[:-1], abs=DUNNETT)
    assert (found.f, found.f_p) == pytest.approx(tuple(f_oneway(*groups)))


def test_different_numbers_of_runs_are_pooled():
    groups = [[0.5, 0.52], [0.6, 0.62, 0.61, 0.63], [0.55, 0.53, 0.57]]
    found = capacity_gap([1, 2, 3], groups)
    squares = sum(np.var(group) * len(group) for group in groups)
    assert found.runs.freedom == 6
    assert found.runs.pooled_sd == pytest.approx(sqrt(squares / 6))


def test_equal_scores_everywhere_are_flat():
    found = capacity_gap([1, 2, 3], [[0.5, 0.5]] * 3)
    assert found.label == "flat" and found.p == (1.0,) and found.f_p == 1


def test_strict_asks_for_confirmation_on_runs_kept_apart():
    clear = capacity_gap(SIZES, study([0.5, 0.7, 0.5, 0.4], runs=8), strict=True)
    assert clear.detected and clear.split is not None and clear.split.confirmed
    assert clear.split.teacher == 3 and "kept apart" in clear.sentence
    assert guard("the optimum", clear.licensed) == "the optimum"
    plain = capacity_gap(SIZES, study([0.5, 0.7, 0.5, 0.4], runs=8))
    with pytest.raises(ProtocolError, match="not licensed"):
        guard("the optimum", plain.licensed)


def test_an_unconfirmed_gap_is_not_detected_under_strict():
    groups = study([0.5, 0.53, 0.5, 0.5], runs=6)
    verdicts = {}
    for seed in range(30):
        found = capacity_gap(SIZES, groups, strict=True, seed=seed)
        assert found.split is not None
        verdicts[found.split.confirmed] = found
    plain = capacity_gap(SIZES, groups)
    assert plain.detected and set(verdicts) == {True, False}
    assert verdicts[True].detected and not verdicts[False].detected
    assert "on runs kept apart p = " in verdicts[False].sentence


def test_confirmation_needs_both_ends():
    for means in ([0.1, 0.7, 0.7, 0.7], [0.7, 0.7, 0.7, 0.1]):
        runs = TeacherRuns.of(SIZES, study(means, runs=8))
        assert not confirm(runs, 0.05, seed=0).confirmed
    assert confirm(
        TeacherRuns.of(SIZES, study([0.1, 0.7, 0.1, 0.1])), 0.05, 0
    ).confirmed


def test_only_the_confirmed_teacher_is_named():
    # Two teachers beat both ends; each half may choose either.
    groups = study([0.5, 0.7, 0.7, 0.5], runs=8, seed=2)
    named = set()
    for seed in range(20):
        found = capacity_gap(SIZES, groups, strict=True, seed=seed)
        assert found.split is not None and found.teacher == found.split.teacher
        named.add(found.teacher)
    assert named == {3, 7}


def test_the_highest_mean_is_only_descriptive():
    found = capacity_gap(SIZES, study([0.5, 0.5, 0.5, 0.5]))
    assert found.descriptive.startswith("descriptive: ")
    best = max(range(4), key=lambda i: found.runs.means[i])
    assert f"teacher {SIZES[best]}" in found.descriptive


@pytest.mark.parametrize(("count", "value"), [(1, 0.0), (2, 0.5641896), (6, 1.2672064)])
def test_the_mean_of_the_largest(count, value):
    assert expected_maximum(count) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("sizes", "groups", "message"),
    [
        ([1, 2], [[0, 1]] * 2, "2 teachers have none in between"),
        ([1, 2, 3], [[0, 1], [1], [0, 2]], "teacher 2 has 1 run"),
        ([1, 2, 3], [[0, 1], [], [0, 2]], "teacher 2 has 0 run"),
        ([1, 2, 2], [[0, 1]] * 3, "do not increase"),
        ([0, 1, 2], [[0, 1]] * 3, "do not increase"),
        ([1, 2, nan], [[0, 1]] * 3, "do not increase"),
        ([1, 2, 3], [[0, 1], [0, nan], [0, 1]], "teacher 2 has a run with score nan"),
        ([1, 2, 3], [[0, 1]] * 2, "3 sizes cannot name 2"),
        ([1, 2, 3], [[0, 0], [1, 1], [0, 0]], "agree to the last digit"),
    ],
)
def test_unusable_studies_are_refused(sizes, groups, message):
    with pytest.raises(DataError, match=message):
        capacity_gap(sizes, groups)


def test_strict_needs_four_runs():
    with pytest.raises(DataError, match="needs four of each teacher, not 3"):
        capacity_gap(SIZES, WORKED, strict=True)


@pytest.mark.parametrize(("teachers", "runs"), [(3, 2), (4, 3), (6, 3), (6, 10)])
def test_the_fast_path_is_dunnetts_test(teachers, runs):
    rng = np.random.default_rng(teachers * runs)
    for _ in range(3):
        groups = rng.normal(size=(teachers, runs))
        found = dunnett(*groups[:-1], control=groups[-1], alternative="greater", rng=0)
        ours = [leg_p(statistic, teachers, runs) for statistic in found.statistic]
        assert ours == pytest.approx(found.pvalue.tolist(), abs=DUNNETT)


@pytest.mark.parametrize("runs", [2, 3, 10, 200])
def test_with_two_teachers_it_is_students_t(runs):
    found = critical_value(2, runs, 0.05)
    assert found == pytest.approx(t.isf(0.05, 2 * (runs - 1)), rel=1e-6)
    p = ttest_ind([1.0, 2, 4], [0.0, 1, 1], alternative="greater")
    assert leg_p(float(p.statistic), 2, 3) == pytest.approx(p.pvalue, abs=1e-6)


def test_the_fast_path_decides_as_the_public_function():
    rng = np.random.default_rng(5)
    bar = critical_value(4, 3)
    seen = set()
    for _ in range(40):
        groups = rng.normal([[0.0], [1.5], [2.0], [0.5]], 0.8, (4, 3))
        runs = TeacherRuns.of(SIZES, groups.tolist())
        lead = runs.means[1:-1] - max(runs.means[0], runs.means[-1])
        statistic = lead.max() / (runs.pooled_sd * sqrt(2 / 3))
        found = capacity_gap(SIZES, groups.tolist())
        if abs(min(found.p) - 0.05) > DUNNETT:
            assert found.detected == (statistic > bar)
            seen.add(found.detected)
    assert seen == {True, False}


def test_needed_runs_reach_the_power_without_much_waste():
    lead, teachers = 2.0, 6
    runs = needed_runs(teachers, lead)
    means = [0, 0, lead, 0, 0, 0]
    assert gap_rates(means, 1.0, runs).gap > 0.8
    # The bound on the two legs together is not far from the truth.
    assert gap_rates(means, 1.0, max(2, runs // 2)).gap < 0.8


def test_power_needs_a_lead():
    with pytest.raises(DataError, match="positive lead"):
        needed_runs(6, 0.0)
    with pytest.raises(DataError, match="a lead of 0.01 needs more than 10,000 runs"):
        needed_runs(6, 0.01)
    with pytest.raises(DataError, match="none in between"):
        gap_rates([0, 1], 1.0, 3)


def test_one_comparison_is_student_s_t_with_the_spread_of_all():
    assert critical_value(6, 3, compared=1) == pytest.approx(t.isf(0.05, 12), abs=1e-6)
    assert critical_value(6, 3, compared=4) < critical_value(6, 3)
    for many in (0, 6):
        with pytest.raises(DataError, match=f"{many} of 6 teachers compared"):
            critical_value(6, 3, compared=many)
