"""Worked numbers of paired tests and of the gap rule that stand nowhere else."""

from math import hypot, log, log2, sqrt

import numpy as np
import pytest
from scipy.stats import norm

from memcap.data.reversal import facts, matching_bits
from memcap.distill.statistics import (
    PairedScores,
    PairedTable,
    TeacherRuns,
    exact_p,
    gap_rates,
    mcnemar,
    over_seeds,
    wilson,
)
from memcap.distill.statistics.confirmation import confirm
from memcap.distill.statistics.gap_power import leg_p
from memcap.distill.tasks import task
from memcap.distill.tasks.base import floor

WORKED = PairedTable(both=123, lost=26, won=54, neither=97)


def test_unpaired_errors_of_the_worked_table():
    nothing = [0] * 300
    errors = [
        PairedScores.of(nothing, [1] * right + [0] * (300 - right)).standard_error or 0
        for right in (149, 177)
    ]
    assert errors == pytest.approx([0.028915, 0.028443], abs=5e-7)
    found = mcnemar(WORKED)
    assert found.z is not None
    assert WORKED.gain / found.z == pytest.approx(0.040560, abs=5e-7)
    assert hypot(*errors) == pytest.approx(0.040560, abs=5e-7)


def test_the_interval_of_two_seeds_in_its_parts():
    found = over_seeds([0.025, 0.296])
    assert (found.low + found.high) / 2 == pytest.approx(0.1605)
    half = (found.high - found.low) / 2
    # Student's t with one degree of freedom is 12.7062.
    assert half == pytest.approx(1.722, abs=5e-4)
    assert half / 0.1355 == pytest.approx(12.7062, abs=5e-5)


SEED_0, SEED_1 = 0.303, 0.270
# Lost, won, gain and p of a student before and after; 2,000 items.
STUDY = [
    (SEED_0, 300, 285, -0.008, 0.56),
    (SEED_0, 298, 345, 0.024, 0.070),
    (SEED_0, 295, 345, 0.025, 0.053),
    (SEED_0, 307, 355, 0.024, 0.068),
    (SEED_0, 282, 296, 0.007, 0.59),
    (SEED_0, 282, 298, 0.008, 0.53),
    (SEED_0, 285, 302, 0.009, 0.51),
    (SEED_0, 295, 324, 0.015, 0.26),
    (SEED_0, 56, 48, -0.004, 0.49),
    (SEED_1, 196, 560, 0.182, 2.1e-41),
    (SEED_1, 150, 716, 0.283, 4.2e-89),
    (SEED_1, 148, 740, 0.296, 2.5e-95),
    (SEED_1, 147, 759, 0.306, 4.7e-100),
    (SEED_1, 193, 661, 0.234, 1.2e-60),
    (SEED_1, 125, 878, 0.376, 6.6e-140),
    (SEED_1, 138, 875, 0.368, 1.3e-131),
    (SEED_1, 148, 777, 0.315, 1.3e-103),
    (SEED_1, 55, 75, 0.010, 0.095),
]


@pytest.mark.parametrize(("before", "lost", "won", "gain", "p"), STUDY)
def test_every_row_of_the_small_study(before, lost, won, gain, p):
    right = round(2000 * before)
    table = PairedTable(right - lost, lost, won, 2000 - right - won)
    # Printed to three digits, halves away from zero.
    assert table.gain == pytest.approx(gain, abs=5.0001e-4)
    assert mcnemar(table).exact == pytest.approx(p, rel=0.02)


def test_three_of_forty_and_of_thirty_items():
    # 45.0 against 37.5 of 40 items, all differences on one side.
    assert PairedTable(15, 0, 3, 22).gain == 0.075 and exact_p(0, 3) == 0.25
    for right, ends in ((3, (0.035, 0.256)), (1, (0.006, 0.167))):
        found = wilson(right, 30)
        assert (found.low, found.high) == pytest.approx(ends, abs=5e-4)


def test_dunnetts_statistics_of_the_worked_study():
    groups = [[m - 0.02, m, m + 0.02] for m in (0.52, 0.62, 0.68, 0.57)]
    runs = TeacherRuns.of([1, 3, 7, 14], groups)
    error = runs.pooled_sd * sqrt(2 / 3)
    largest = (runs.means[:-1] - runs.means[-1]) / error
    smallest = (runs.means[1:] - runs.means[0]) / error
    assert largest == pytest.approx([-3.0619, 3.0619, 6.7361], abs=5e-5)
    assert smallest == pytest.approx([6.1237, 9.7980, 3.0619], abs=5e-5)
    p_values = [[leg_p(t, 4, 3) for t in leg] for leg in (largest, smallest)]
    # The published digits come from a quasi-Monte Carlo integral.
    assert p_values[0] == pytest.approx([0.9994, 0.0192, 0.0002], abs=3e-4)
    assert p_values[1] == pytest.approx([0.0004, 0.00001, 0.0192], abs=3e-4)


SIZES, SD = (1.5, 3, 7, 14, 32, 72), 0.8
WEAK_PEAK, PEAK = (0, 1, 2, 3, 2.5, 2), (0, 2, 3, 3, 1.5, 0)
MONOTONE, PLATEAU = (0, 0.8, 1.6, 2.4, 3.2, 4), (0, 1, 2, 3, 3, 3)
SATURATING = tuple(4 * (1 - 1 / size) for size in SIZES)


@pytest.mark.parametrize(
    ("means", "low", "high"),
    [(MONOTONE, 0.01, 0.06), (WEAK_PEAK, 0.97, 1.0), (PEAK, 1.0, 1.0)],
)
def test_the_bare_highest_mean_of_slopes_and_peaks(means, low, high):
    # Known for r = 4 to 10 from 400 studies each: 3 standard errors of .04 are .03.
    for runs in (4, 10):
        found = gap_rates(means, SD, runs, studies=4_000).naive
        assert low - 0.03 <= found <= high + 0.03


def test_on_a_slope_the_last_step_decides_the_bare_highest_mean():
    for runs in (3, 6, 10):
        found = gap_rates(MONOTONE, SD, runs, studies=20_000).naive
        # The step is one standard deviation; other teachers hardly ever lead.
        assert found == pytest.approx(norm.sf(sqrt(runs / 2)), abs=0.015)


def confirmed(means, runs, studies=400):
    """How often a teacher chosen on one half of the runs is confirmed on the other."""
    rng = np.random.default_rng(runs)
    drawn = rng.normal(np.array(means)[:, None], SD, (studies, len(SIZES), runs))
    return np.mean(
        [
            confirm(TeacherRuns.of(SIZES, one.tolist()), 0.05, seed=i).confirmed
            for i, one in enumerate(drawn)
        ]
    )


@pytest.mark.parametrize(
    ("means", "low", "high"),
    [
        ((0,) * 6, 0.0, 0.01),
        (SATURATING, 0.02, 0.04),
        (PLATEAU, 0.03, 0.06),
        (MONOTONE, 0.0, 0.0),
    ],
)
def test_confirmation_keeps_its_size(means, low, high):
    # Both this share and the known one rest on 400 studies: 3 standard errors of .05.
    for runs in (4, 6):
        assert low - 0.033 <= confirmed(means, runs) <= high + 0.033


@pytest.mark.parametrize(("runs", "power"), [(4, 0.25), (6, 0.37), (10, 0.56)])
def test_confirmation_finds_a_weak_peak_this_often(runs, power):
    # 4 standard errors of the difference of two shares of 400 studies.
    assert confirmed(WEAK_PEAK, runs) == pytest.approx(power, abs=0.14)
    assert confirmed(PEAK, runs, 200) >= 0.94 - 0.05


def test_bits_of_matchings():
    assert round(2 ** matching_bits(10)) == 945
    assert matching_bits(10) == pytest.approx(9.884, abs=5e-4)
    # 25,000 matches say 14.17 bits each; an entity by itself would take 15.61.
    assert matching_bits(50_000) / 25_000 == pytest.approx(14.17, abs=5e-3)
    assert log2(50_000) == pytest.approx(15.61, abs=5e-3)


def test_facts_of_a_world_of_fifty_thousand():
    drawn = facts(50_000, 30_000, 6, shuffled=False, seed=0)
    assert drawn.is_seen.sum() == 300_000
    assert (~drawn.is_seen).sum() == 90_000 == drawn.test.num_samples


def test_chance_and_copying_in_s5():
    made = task("permutations", group_name="S5", length=6, inputs="all")
    assert made.floors()["uniform"] == pytest.approx(0.0083, abs=5e-5)
    questions = made.questions(100, np.random.default_rng(0))
    # Whoever copies the first element as first state knows one state of six.
    known = (made.chain(questions) == questions[:, :1])[:, 0].all()
    assert known and 5 / 6 * log(made.answer_values) == pytest.approx(3.99, abs=5e-3)


@pytest.mark.parametrize(("modulus", "best"), [(7, 0.237), (23, 0.0765)])
def test_the_floor_reported_is_the_best_of_all_shortcuts(modulus, best):
    made = task("modular_chain", modulus=modulus, units=False)
    floors = {name: float(value) for name, value in made.floors().items()}
    assert floor(made) == max(floors.values()) == pytest.approx(best, abs=1e-3)
    assert floors["uniform"] == pytest.approx(1 / modulus)
    assert floors["uniform"] < floors["majority"] < floors["last_step"]
