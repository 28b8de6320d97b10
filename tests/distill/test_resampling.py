"""Bootstrap intervals and sign flips against scipy, simulation and enumeration."""

import numpy as np
import pytest
from scipy.stats import bootstrap, permutation_test

from memcap.distill.statistics import (
    PairedScores,
    PairedTable,
    bca,
    exact_p,
    sign_flip_p,
)
from memcap.distill.statistics.intervals import _bca_ends
from tests.distill.paired_tables import WORKED, scores_of


def test_the_worked_table_resampled():
    scores = scores_of(WORKED)
    interval = bca(scores, seed=0)
    # One item is 1/300; resampling moves an end by a fraction of that.
    assert (interval.low, interval.high) == pytest.approx((0.0367, 0.15), abs=1 / 300)


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
