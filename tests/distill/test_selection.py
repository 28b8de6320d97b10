"""How often each teacher is the best one, and rankings at every size of data."""

from dataclasses import replace
from math import nan

import numpy as np
import pytest

from memcap.core.errors import DataError
from memcap.distill.statistics import bake_off, selection_probabilities


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
