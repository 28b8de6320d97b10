"""Screens of tasks."""

import pytest

from memcap.core.errors import DataError
from memcap.distill.screens import GAPS, TaskScores, chance_corrected, screen

TASKS = {
    "wide": TaskScores([0.9, 0.4], 0.3, 0.2, 1000),
    "narrow": TaskScores([0.5, 0.45], 0.48, 0.2, 1000),
    "worse": TaskScores([0.3, 0.28], 0.6, 0.2, 1000),
    "floored": TaskScores([0.22, 0.19], 0.2, 0.2, 1000),
}


def test_off_keeps_everything_that_is_above_its_floor():
    assert screen(TASKS).kept == ("wide", "narrow", "worse")
    assert set(screen(TASKS, floor=False).kept) == set(TASKS)


def test_a_threshold_of_nothing_keeps_all_by_best_and_worst_only():
    kept = {
        gap: screen(TASKS, threshold=0, between=gap, floor=False).kept for gap in GAPS
    }
    assert set(kept["best_worst"]) == set(TASKS)
    assert "worse" not in kept["teacher_student"]


@pytest.mark.parametrize("between", GAPS)
def test_what_is_kept_shrinks_with_the_threshold(between):
    last = set(TASKS)
    for threshold in (-1.0, 0.0, 0.02, 0.1, 0.3, 0.6, 1.0):
        found = screen(TASKS, threshold=threshold, between=between, floor=False)
        assert set(found.kept) <= last
        assert set(found.kept) | set(found.dropped) == set(TASKS)
        last = set(found.kept)
    assert not last


def test_reasons_are_told():
    found = screen(TASKS, threshold=0.3)
    assert "floor 0.200" in found.dropped["floored"]
    assert "gap -0.300 is below 0.3" in found.dropped["worse"]


def test_three_errors_of_the_floor():
    # sqrt(.2 * .8 / 1600) = .01
    assert not TaskScores([0.23], 0.0, 0.2, 1600).above_floor
    assert TaskScores([0.231], 0.0, 0.2, 1600).above_floor
    assert not TaskScores([0.0], 0.0, 0.0, 10).above_floor


def test_gaps_of_decimals_are_exact():
    assert 0.7 - 0.4 < 0.3
    even = {"even": TaskScores([0.7], 0.4, 0.0, 1000)}
    assert screen(even, threshold=0.3).kept == ("even",)
    assert screen(even, threshold=0.3000001).kept == ()


def test_an_unknown_floor_is_not_checked():
    scores = TaskScores([0.0], 0.0, None, 10)
    assert scores.above_floor is None
    assert screen({"task": scores}).kept == ("task",)
    with pytest.raises(DataError, match="30 points are 0.30"):
        screen(TASKS, threshold=30)


def test_chance_is_the_floor():
    assert chance_corrected(0.2, 0.2) == 0 and chance_corrected(1, 0.2) == 1
    assert chance_corrected(0.1, 0.2) < 0
    for bad in (-0.1, 1.0):
        with pytest.raises(DataError, match="floor"):
            chance_corrected(0.5, bad)


def test_scores_are_refused():
    with pytest.raises(DataError, match="teacher"):
        TaskScores([], 0.5, 0.2, 10)
    with pytest.raises(DataError, match="1.2"):
        TaskScores([1.2], 0.5, 0.2, 10)
    with pytest.raises(DataError, match="gap 'mean'"):
        TASKS["wide"].gap("mean")  # pyright: ignore
