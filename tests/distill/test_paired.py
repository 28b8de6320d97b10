"""Paired tests against worked numbers, libraries and identities."""

import subprocess
import sys
from math import comb, inf, isfinite, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar as library_mcnemar
from statsmodels.stats.weightstats import CompareMeans

from memcap.core.errors import DataError
from memcap.distill.statistics import (
    PairedScores,
    PairedTable,
    bca,
    compare_paired,
    exact_p,
    mcnemar,
    mean_by_item,
    newcombe,
    power_at,
)
from memcap.distill.statistics.intervals import newcombe_phi
from tests.distill.paired_tables import WORKED, scores_of


def test_the_worked_table():
    found = mcnemar(WORKED)
    assert found.table.before == 149 / 300 and found.table.after == 177 / 300
    assert found.table.gain == pytest.approx(28 / 300)
    assert found.exact == pytest.approx(0.002324541, abs=5e-10)
    assert found.mid_p == pytest.approx(0.001688638, abs=5e-10)
    assert found.corrected == pytest.approx(0.002538687, abs=5e-10)
    assert found.z == pytest.approx(2.3011, abs=5e-5)
    assert found.unpaired == pytest.approx(0.021385, abs=5e-7)
    assert scores_of(WORKED).standard_error == pytest.approx(0.029372, abs=5e-7)
    assert newcombe_phi(WORKED) == pytest.approx(0.4689, abs=5e-5)
    interval = newcombe(WORKED)
    assert (interval.low, interval.high) == pytest.approx((0.0352, 0.1502), abs=5e-5)


@pytest.mark.parametrize(
    ("lost", "won", "exact", "mid_p", "corrected"),
    [
        (0, 0, 1, 1, 1),
        (0, 3, 0.25, 0.125, 0.24821),
        (0, 5, 0.0625, 0.03125, 0.07364),
        (0, 6, 0.03125, 0.015625, 0.04123),
        (1, 10, 0.01171875, 0.00634766, 0.01586),
        (295, 345, 0.0526733, 0.0481970, 0.0527582),
        (500, 620, 0.000372414, 0.000334177, 0.000376823),
        (148, 740, 2.5036e-95, 1.5013e-95, 1.556e-87),
    ],
)
def test_the_worked_counts(lost, won, exact, mid_p, corrected):
    found = mcnemar(PairedTable(both=1, lost=lost, won=won, neither=0))
    assert found.exact == pytest.approx(exact, rel=5e-5)
    assert found.mid_p == pytest.approx(mid_p, rel=5e-5)
    assert found.corrected == pytest.approx(corrected, rel=3e-4)


@given(st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_exact_p_is_the_binomial_tail_in_integers(lost, won):
    total, least = lost + won, min(lost, won)
    tail = sum(comb(total, i) for i in range(least + 1))
    assert exact_p(lost, won) == pytest.approx(min(1, 2 * tail / 2**total), rel=1e-12)
    assert exact_p(lost, won) == exact_p(won, lost)


@pytest.mark.parametrize(("lost", "won"), [(3, 3), (2, 9), (26, 54), (700, 800)])
def test_mcnemar_agrees_with_statsmodels(lost, won):
    table = [[5, lost], [won, 5]]
    found = mcnemar(PairedTable(5, lost, won, 5))
    assert found.exact == pytest.approx(library_mcnemar(table, exact=True).pvalue)
    corrected = library_mcnemar(table, exact=False, correction=True).pvalue
    assert found.corrected == pytest.approx(corrected)


def test_the_unpaired_z_is_the_one_of_two_independent_samples():
    scores = scores_of(WORKED)
    means = CompareMeans.from_data(scores.after, scores.before)
    found = mcnemar(WORKED)
    assert (found.z, found.unpaired) == pytest.approx(means.ztest_ind(usevar="unequal"))


def test_thousands_of_discordant_items_do_not_overflow():
    found = mcnemar(PairedTable(both=0, lost=40_000, won=40_600, neither=0))
    assert found.exact == pytest.approx(found.corrected, rel=1e-3)
    extreme = mcnemar(PairedTable(both=0, lost=0, won=5_000, neither=0))
    # 2^(-4999) is below the smallest float.
    assert extreme.exact == 0 and "p < 1e-300" in extreme.sentence
    assert power_at(10**9, 0.001, 0.2) == 1.0


def test_identical_runs_show_nothing():
    answers = [1, 0, 1, 1, 0] * 40
    found = compare_paired(PairedScores.of(answers, answers), seed=0)
    assert found.gain == 0 and found.p == 1 and found.sign_flip == 1
    assert found.direction == 0 and "not detected" in found.sentence
    assert found.mcnemar is not None and found.mcnemar.unpaired == 1
    assert found.newcombe is not None
    for interval in (found.bca, found.newcombe):
        assert interval.low < 0 < interval.high


@pytest.mark.parametrize("score", [0, 1])
@pytest.mark.parametrize("items", [1, 2, 300])
def test_all_right_or_all_wrong_still_has_an_interval(score, items):
    found = compare_paired(PairedScores.of([score] * items, [score] * items), seed=0)
    assert found.mcnemar is not None and found.mcnemar.z is None
    assert found.bca.low == -found.bca.high < 0
    # A differing share of the upper end would go unseen with probability .05.
    assert (1 - found.bca.high) ** items == pytest.approx(0.05)


def test_one_item_decides_nothing():
    found = compare_paired(PairedScores.of([0], [1]), seed=0)
    assert found.gain == 1 and found.p == 1 and found.direction == 0
    assert found.bca.low < 0 <= found.bca.high <= 1
    assert PairedScores.of([0], [1]).standard_error is None


def test_fractional_scores_refuse_mcnemar_and_keep_the_rest():
    rng = np.random.default_rng(1)
    before = rng.integers(0, 5, 60) / 4
    after = np.clip(before + rng.choice([-0.25, 0, 0.25, 0.5], 60), 0, 1)
    scores = PairedScores.of(before.tolist(), after.tolist())
    with pytest.raises(DataError, match="neither right nor wrong"):
        PairedTable.of(scores)
    found = compare_paired(scores, seed=3)
    assert found.mcnemar is None and found.newcombe is None
    assert found.p == found.sign_flip
    assert "mean square difference" in found.needed.sentence


def test_a_loss_is_detected_as_a_loss():
    found = compare_paired(PairedScores.of([1] * 20, [0] * 12 + [1] * 8), seed=0)
    assert found.direction == -1 and found.sentence.startswith("loss -0.600 detected")


def test_items_are_matched_by_id_and_averaged_first():
    scores = PairedScores.of(
        [1, 0, 1], [0, 1, 1], before_ids="abc", after_ids=["c", "a", "b"]
    )
    assert scores.after == (1.0, 1.0, 0.0) and scores.ids == ("a", "b", "c")
    ids, means = mean_by_item("aabbb", [1, 0, 1, 1, 0])
    assert ids == ("a", "b") and means == pytest.approx((0.5, 2 / 3))


def test_rounding_is_not_a_difference():
    scores = PairedScores.of([0.3] * 30, [0.1 + 0.2] * 30)
    found = compare_paired(scores, seed=0)
    assert found.gain == 0 and found.p == 1 and found.direction == 0
    nearly = PairedScores.of([0.1, 0.2, 0.5], [0.3, 0.4, 0.7])
    assert isfinite(bca(nearly, seed=0).low) and bca(nearly, seed=0).low < 0


@pytest.mark.parametrize(
    ("before", "after", "ids", "message"),
    [
        ([1, 0], [1], (None, None), "2 items before and 1 after"),
        ([], [], (None, None), "no items"),
        ([1, nan], [1, 0], (None, None), "item 1 has score nan before"),
        ([1, 0], [1, inf], (None, None), "item 1 has score inf after"),
        ([1, 0], [1, 0], ("aa", "ab"), "item 'a' occurs 2 times before"),
        ([1, 0], [1, 0], ("ab", "ac"), "item 'b' is in one run only"),
        ([1, 0], [1, 0], ("ab", None), "ids are given for one run only"),
        ([1, 0], [1, 0], ("abc", "ab"), "3 ids cannot name 2 scores before"),
    ],
)
def test_unusable_scores_are_refused(before, after, ids, message):
    with pytest.raises(DataError, match=message):
        PairedScores.of(before, after, before_ids=ids[0], after_ids=ids[1])


def test_the_statistics_do_not_load_jax():
    code = "import sys, memcap.distill.statistics; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
