"""Intervals over seeds, sample sizes, power and Holm's family."""

from math import inf, nan

import numpy as np
import pytest
from statsmodels.stats.power import TTestPower

from memcap.core.errors import DataError, ProtocolError
from memcap.distill.statistics import (
    PairedScores,
    PairedTable,
    bca,
    both_levels,
    exact_p,
    fewest_discordant,
    gain_variance,
    holm,
    mcnemar,
    needed_items,
    needed_seeds,
    over_seeds,
    power_at,
    wilson,
)


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


def test_holm_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(5)
    for size in (1, 2, 7, 30):
        p = np.round(rng.random(size) ** 3, 2)  # with ties
        names = {str(i): float(x) for i, x in enumerate(p)}
        ours = [row.adjusted for row in holm("before", names).rows]
        np.testing.assert_allclose(ours, multipletests(p, method="holm")[1])


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
