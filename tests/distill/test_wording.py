"""The vocabulary guard, and the exact text of every verdict."""

from math import inf, nan

import pytest

from memcap.core.errors import ProtocolError
from memcap.distill.statistics import (
    PairedScores,
    TeacherRuns,
    bake_off,
    both_levels,
    capacity_gap,
    compare_paired,
    fit_law,
    guard,
    holm,
    zero_crossing,
)
from memcap.distill.statistics.wording import interval_text, p_text

WORKED = PairedScores.of(
    [1] * 123 + [1] * 26 + [0] * 54 + [0] * 97,
    [1] * 123 + [0] * 26 + [1] * 54 + [0] * 97,
)


@pytest.mark.parametrize(
    "text",
    [
        "There is no gap.",
        "we see no capacity gap here",
        "No  significant\ndifference",
        "no-gap",
        "No_gap",
        "no effects were seen",
        "the absence of a capacity gap",
        "absence of any difference",
        "The gap is closed.",
        "the gap vanishes",
        "such gaps do not exist",
        "both teachers are equally good",
        "the arms are statistically identical",
    ],
)
def test_absences_are_refused(text):
    with pytest.raises(ProtocolError, match="not detected"):
        guard(text)


@pytest.mark.parametrize("text", ["the optimal teacher", "An optimum.", "a law of T*"])
def test_strong_words_need_a_licence(text):
    with pytest.raises(ProtocolError, match="not licensed"):
        guard(text)
    assert guard(text, ("law", "optimum")) == text


@pytest.mark.parametrize(
    "text",
    [
        "gap not detected; 95 % CI [-0.01, 0.02]; n needed: 626",
        "no gap-free run",
        "flawless and outlawed",
        "the difference is small",
        "not differing",
    ],
)
def test_other_words_pass(text):
    if text == "no gap-free run":
        # Hyphens are read as spaces, so the guard errs on the side of refusing.
        with pytest.raises(ProtocolError):
            guard(text)
    else:
        assert guard(text) == text


def test_a_detected_gain_reads():
    assert compare_paired(WORKED, seed=0).sentence == (
        "gain +0.093 detected; 95 % CI [0.037, 0.153]; p = 0.00232."
    )


def test_a_null_result_reads():
    same = PairedScores.of([1, 0, 1, 1], [1, 0, 1, 1])
    assert compare_paired(same, seed=0).sentence == (
        "gain +0.000 not detected; 95 % CI [-0.527, 0.527]; p = 1; n needed for a gain "
        "of 0.02 at 2.0% discordant items and 80% power: 391."
    )


@pytest.mark.parametrize(
    ("p", "resolution", "text"),
    [
        (0.0, 0.0, "p < 1e-300"),
        (5e-324, 0.0, "p = 4.9e-324"),
        (0.0, 3e-4, "p < 0.0006"),
        (3e-4, 3e-4, "p < 0.0006"),
        (3.1e-4, 3e-4, "p = 0.00031"),
        (1.0, 3e-4, "p = 1"),
        (nan, 3e-4, "p unknown"),
    ],
)
def test_p_values_read(p, resolution, text):
    assert p_text(p, resolution) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (-inf, inf, "95 % CI unbounded"),
        (0.1, inf, "95 % CI [0.100, inf]"),
        (nan, nan, "95 % CI unknown"),
    ],
)
def test_intervals_without_ends_read(low, high, text):
    assert interval_text(low, high) == text


def test_one_seed_bounds_nothing():
    runs = [PairedScores.of([0] * 40, [1] * 12 + [0] * 28)]
    assert both_levels(runs, seed=0).sentence == (
        "direction not detected: +0.300; over seeds 95 % CI unbounded (one run, no "
        "spread over seeds); over items 95 % CI [0.175, 0.450] (BCa over items); n "
        "needed for a gain of 0.02: unknown."
    )


def test_many_seeds_needed_have_separators():
    runs = [PairedScores.of([0] * 40, [1] * k + [0] * (40 - k)) for k in (1, 22)]
    assert "for a gain of 0.02: 2,707 seeds." in both_levels(runs, seed=0).sentence


def test_test_and_interval_may_disagree():
    near = PairedScores.of(
        [1] * 295 + [0] * 345 + [1] * 1360, [0] * 295 + [1] * 345 + [1] * 1360
    )
    assert compare_paired(near, seed=0).sentence == (
        "gain +0.025 not detected; 95 % CI [0.001, 0.050]; test and interval disagree; "
        "p = 0.0527; n needed for a gain of 0.02 at 32.0% discordant items and 80% "
        "power: 6,277."
    )


def test_both_levels_read():
    runs = [PairedScores.of([0] * 40, [1] * k + [0] * (40 - k)) for k in (1, 12)]
    assert both_levels(runs, seed=0).sentence == (
        "direction not detected: +0.163; over seeds 95 % CI [-1.585, 1.910] (t over 2 "
        "seeds); over items 95 % CI [0.087, 0.250] (BCa over items); n needed "
        "for a gain of 0.02: 744 seeds."
    )


def test_gaps_read():
    sizes = [1, 3, 7, 14]
    worked = [
        [0.5, 0.52, 0.54],
        [0.6, 0.62, 0.64],
        [0.66, 0.68, 0.7],
        [0.55, 0.57, 0.59],
    ]
    # Below the error of the integration Dunnett's p is not known.
    text = capacity_gap(sizes, worked).sentence
    assert text.startswith(
        "gap detected: teacher 7 leads by +0.110 over the better end, 95 % CI [0.072, "
        "0.148]; p < 0.0006;"
    )
    assert text.endswith(
        "; the choice alone adds 0.007 where intermediate teachers are alike."
    )
    flat = capacity_gap([1, 2, 3], [[0.5, 0.6], [0.5, 0.6], [0.5, 0.6]]).sentence
    assert flat.startswith(
        "flat, gap not detected: the teachers are not told apart; best intermediate "
        "teacher 2, +0.000 over the better end, 95 % CI [-0.225, 0.225]; p = 0."
    )
    assert flat.endswith(
        "n needed for a lead of one run's standard deviation: 22 runs of each teacher."
    )


def test_holm_reads():
    assert holm("largest", {"T3": 0.001, "T7": 0.4}).sentence == (
        "each intermediate teacher against the largest: 1 of 2 detected after Holm at "
        "0.05: T3 (p = 0.002)."
    )


def test_a_law_is_called_one_only_from_three_students():
    def runs(peak):
        x = [0, 1, 2, 3, 4]
        return TeacherRuns.of(
            [2**i for i in x],
            [[-((i - peak) ** 2) + e for e in (-0.1, 0, 0.1)] for i in x],
        )

    two = fit_law({1: runs(1), 2: runs(2)})
    three = fit_law({1: runs(1), 2: runs(2), 4: runs(3)})
    assert two.sentence.startswith("line, slope of log2 T* on log2 S 1.000, 95 % CI [")
    assert three.sentence.startswith("law, slope of log2 T* on log2 S 1.000, 95 % CI [")
    assert three.sentence.endswith("; 3 of 3 students uncensored.")
    one = fit_law({1: runs(1), 2: runs(9)})
    assert one.sentence == (
        "slope not fitted: 1 of 2 students uncensored; two give a line."
    )
    assert one.points[1].sentence == (
        "student 2: best teacher at or beyond the largest tested, 16."
    )


def test_a_ranking_and_a_crossing_read():
    found = bake_off({500: {"a": [0, 1], "b": [4, 5]}})[500]
    assert found.sentence == (
        "b is best in 100% of resamples over at least 2 runs of 2 teachers (50% if all "
        "were alike)."
    )
    assert zero_crossing([1, 10, 100, 1000], [-1, 0.1, 1, 2]).sentence == (
        "sign change at S = 9.33, 95 % CI [6.59, 12.8]; slope 0.99 for a factor of "
        "ten, R2 1.00, 4 students."
    )


def test_names_of_models_are_the_users_words():
    with pytest.raises(ProtocolError, match="law"):
        guard("law-7b: gain detected")
    said = "law-7b: not detected; optimal-law-7b likewise"
    assert guard(said, names=["law-7b", "optimal-law-7b"]) == said
    with pytest.raises(ProtocolError, match="no gain"):
        guard("law-7b: no gain", names=["law-7b"])
