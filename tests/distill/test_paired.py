"""Paired tests and intervals against worked numbers, libraries and identities."""

import subprocess
import sys
from math import comb, inf, isfinite, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, permutation_test
from statsmodels.stats.contingency_tables import mcnemar as library_mcnemar
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import CompareMeans

from memcap.core.errors import DataError, ProtocolError
from memcap.distill.statistics import (
    PairedScores,
    PairedTable,
    bca,
    both_levels,
    compare_paired,
    exact_p,
    fewest_discordant,
    gain_variance,
    holm,
    mcnemar,
    mean_by_item,
    needed_items,
    needed_seeds,
    newcombe,
    over_seeds,
    power_at,
    sign_flip_p,
    wilson,
)
from memcap.distill.statistics.intervals import _bca_ends, newcombe_phi

WORKED = PairedTable(both=123, lost=26, won=54, neither=97)


def scores_of(table: PairedTable) -> PairedScores:
    cells = (table.both, table.lost, table.won, table.neither)
    before = np.repeat([1, 1, 0, 0], cells)
    after = np.repeat([1, 0, 1, 0], cells)
    return PairedScores.of(before.tolist(), after.tolist())


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


def test_the_worked_table_resampled():
    scores = scores_of(WORKED)
    interval = bca(scores, seed=0)
    # One item is 1/300; resampling moves an end by a fraction of that.
    assert (interval.low, interval.high) == pytest.approx((0.0367, 0.15), abs=1 / 300)


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


@pytest.mark.parametrize("whole", [True, False])
def test_the_bootstrap_is_that_of_scipy(whole):
    rng = np.random.default_rng(0)
    before, after = rng.random(80), rng.random(80) ** 0.7
    if whole:
        before, after = np.round(before), np.round(after)
    scores = PairedScores.of(before.tolist(), after.tolist())
    theirs = bootstrap((scores.differences,), np.mean, n_resamples=10_000, rng=rng)
    ends = (theirs.confidence_interval.low, theirs.confidence_interval.high)
    same_draws = _bca_ends(theirs.bootstrap_distribution, scores.differences, 0.95)
    assert same_draws == pytest.approx(ends, abs=1e-9)
    paired = bootstrap(
        (before, after),
        lambda x, y, axis: np.mean(y, axis=axis) - np.mean(x, axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=10_000,
        rng=rng,
    ).confidence_interval
    ours = bca(scores, seed=5)
    # Own draws move an end by no more than one item.
    assert (ours.low, ours.high) == pytest.approx((paired.low, paired.high), abs=1 / 79)


def test_the_bootstrap_covers_the_gain_about_as_often_as_it_says():
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(400):
        won, lost = rng.multinomial(120, [0.2, 0.1, 0.7])[:2].tolist()
        scores = scores_of(PairedTable(120 - won - lost, lost, won, 0))
        interval = bca(scores, seed=0, resamples=1_000)
        covered += interval.low <= 0.1 <= interval.high
    assert 0.92 <= covered / 400 <= 0.98


def test_the_sign_flip_of_few_items_tries_every_pattern():
    scores = PairedScores.of([0.0, 0.25, 0.5, 0.5, 0.1], [0.5, 0.75, 0.25, 1.0, 0.1])
    signs = np.array(np.meshgrid(*[[-1, 1]] * 4)).reshape(4, -1)
    sums = np.abs(signs.T @ scores.differences[:4])
    exact = np.mean(sums >= abs(scores.differences.sum()) - 1e-12)
    assert sign_flip_p(scores, seed=0) == exact


def flipped(differences, resamples):
    return permutation_test(
        (differences,),
        lambda x, axis: np.mean(x, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        rng=np.random.default_rng(0),
    ).pvalue


def test_the_sign_flip_of_whole_scores_is_mcnemars_test():
    scores = scores_of(WORKED)
    assert sign_flip_p(scores, seed=0) == exact_p(26, 54)
    assert flipped(scores.differences, 9_999) == pytest.approx(0.003, abs=0.0015)


def test_leaving_out_items_without_a_difference_changes_no_p():
    differences = np.array([0.0] * 20 + [1.0] * 7 + [-0.5])
    scores = PairedScores.of([0] * 27 + [0.5], [0] * 20 + [1] * 7 + [0])
    drawn = flipped(differences, 100_000)
    assert sign_flip_p(scores, seed=0) == pytest.approx(drawn, abs=3e-3)


def test_wilson_worked_numbers():
    for right, items, low, high, digits in (
        (177, 300, 0.53355, 0.64418, 5e-6),
        (3, 30, 0.034600, 0.256211, 5e-7),
        (1, 30, 0.005909, 0.166704, 5e-7),
    ):
        found = wilson(right, items)
        assert (found.low, found.high) == pytest.approx((low, high), abs=digits)


def test_two_seeds_tell_next_to_nothing():
    found = over_seeds([0.025, 0.296])
    assert (found.low, found.high) == pytest.approx((-1.5612, 1.8822), abs=5e-5)
    assert not found.excludes_zero


def test_runs_without_spread_support_no_claim():
    for gains in ([0.3], [0.3, 0.3, 0.1 + 0.2]):
        found = over_seeds(gains)
        assert (found.low, found.high) == (-inf, inf)
        assert "no spread" in found.sentence


def test_a_direction_needs_both_intervals():
    rng = np.random.default_rng(0)
    before = (rng.random(400) < 0.3).astype(float)

    def run(share):
        return PairedScores.of(before, np.maximum(before, rng.random(400) < share))

    agreed = both_levels([run(0.3), run(0.31), run(0.29)], seed=0)
    assert agreed.direction == 1 and "gain detected" in agreed.sentence
    # The items alone would claim a gain; the seeds do not.
    torn = both_levels([run(0.02), run(0.6)], seed=0)
    assert torn.items.low > 0 and torn.seeds.low < 0 and torn.direction == 0
    assert "direction not detected" in torn.sentence
    # Three seeds agree on a gain that rests on one item of forty.
    few = [PairedScores.of([0] * 40, [k] + [0] * 39) for k in (1, 0.9, 0.95)]
    lone = both_levels(few, seed=0)
    assert lone.seeds.low > 0 and lone.direction == 0


def test_a_loss_is_detected_as_a_loss():
    found = compare_paired(PairedScores.of([1] * 20, [0] * 12 + [1] * 8), seed=0)
    assert found.direction == -1 and found.sentence.startswith("loss -0.600 detected")


@pytest.mark.parametrize(
    ("gain", "share", "items"),
    [(0.02, 0.2, 3923), (0.05, 0.2, 626), (0.05, 0.3, 940), (0.1, 0.3, 234)],
)
def test_sample_sizes(gain, share, items):
    assert needed_items(gain, share).items == items
    assert needed_items(-gain, share).items == items
    assert power_at(items - 1, gain, share) < 0.8 <= power_at(items, gain, share)


def test_power_meets_simulation():
    rng = np.random.default_rng(0)
    n, gain, share = 626, 0.05, 0.2
    cells = [(share - gain) / 2, (share + gain) / 2, 1 - share]
    draws = rng.multinomial(n, cells, 2000)
    seen = np.mean([mcnemar(PairedTable(0, b, c, d)).mid_p < 0.05 for b, c, d in draws])
    assert seen == pytest.approx(power_at(n, gain, share), abs=0.04)


def test_seeds_needed_reach_the_power():
    assert needed_seeds(0.1, 0.2) == needed_seeds(-0.1, 0.2) == 34
    assert TTestPower().power(0.5, 34, 0.05) >= 0.8 > TTestPower().power(0.5, 33, 0.05)
    # Many seeds are normal: n = ((z + z') sd / g)^2.
    assert needed_seeds(0.01, 0.2) == pytest.approx((2.801585 / 0.05) ** 2, rel=1e-3)
    assert needed_seeds(1.0, 1e-3) == 2
    with pytest.raises(DataError, match="more than 10,000 runs"):
        needed_seeds(0.001, 0.2)
    with pytest.raises(DataError, match="a gain other than 0"):
        needed_seeds(0.0, 0.2)


def test_six_items_on_one_side_are_the_fewest():
    assert fewest_discordant(0.05) == 6
    assert exact_p(0, 5) >= 0.05 > exact_p(0, 6)
    assert exact_p(0, fewest_discordant(1e-4)) < 1e-4 <= exact_p(0, 14)


def test_more_items_do_not_replace_seeds():
    assert gain_variance(0.01, 3, 0.2, inf) == pytest.approx(0.02 / 3)
    assert gain_variance(0.01, 3, 0.2, 1000) == pytest.approx(0.02 / 3 + 0.0002)


def test_holm_inside_a_declared_family():
    found = holm("before", {"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    adjusted = [row.adjusted for row in found.rows]
    assert adjusted == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert [row.detected for row in found.rows] == [True, False, False, True]
    assert "2 of 4 detected" in found.sentence
    with pytest.raises(ProtocolError, match="'later' was not declared"):
        holm("later", {"a": 0.01})
    with pytest.raises(DataError, match="'a' has p = nan"):
        holm("before", {"a": nan})


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: needed_items(0.0, 0.2), "a gain of 0"),
        (lambda: needed_items(0.3, 0.2), "cannot give a gain"),
        (lambda: needed_items(0.3, 0.01, whole=False), "cannot give a gain"),
        (lambda: needed_items(0.1, 0.2, power=1.0), "power = 1.0"),
        (lambda: power_at(0, 0.1, 0.2), "n = 0"),
        (lambda: PairedTable(0, 0, 0, 0), "empty"),
        (lambda: PairedTable(3, -1, 0, 0), "negative"),
        (lambda: wilson(4, 3), "4 right of 3"),
        (lambda: over_seeds([]), "at least one"),
        (lambda: over_seeds([0.1, nan]), "all finite"),
        (lambda: both_levels([], seed=0), "0 runs"),
        (
            lambda: both_levels(
                [PairedScores((1.0,), (0.0,)), PairedScores((1.0, 1.0), (0.0, 1.0))], 0
            ),
            "cannot be averaged by item",
        ),
        (lambda: bca(PairedScores((1.0,), (0.0,)), 0, level=1.0), "level = 1.0"),
        (lambda: bca(PairedScores((1.0,), (0.0,)), 0, resamples=9), "resamples = 9"),
    ],
)
def test_what_has_no_meaning_is_refused(call, message):
    with pytest.raises(DataError, match=message):
        call()


def test_the_statistics_do_not_load_jax():
    code = "import sys, memcap.distill.statistics; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_holm_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(5)
    for size in (1, 2, 7, 30):
        p = np.round(rng.random(size) ** 3, 2)  # with ties
        names = {str(i): float(x) for i, x in enumerate(p)}
        ours = [row.adjusted for row in holm("before", names).rows]
        np.testing.assert_allclose(ours, multipletests(p, method="holm")[1])
