"""The rules agree with their slow forms, and the records with what was known."""

import json
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import brentq, isotonic_regression
from scipy.stats import t, ttest_ind

from experiments import gap_rules
from experiments.gap_rules import NULLS, SWEEP, Cell
from experiments.gap_rules_figure import finish
from experiments.gap_rules_summary import exceeding, keeping, rates, summary, worst
from experiments.gap_rules_tests import (
    BOOTSTRAP,
    SIZES,
    dunnett_and_plain,
    dunnett_both,
    highest_mean,
    isotone,
    isotonic_bootstrap,
    split_halves,
    turning_quadratic,
)
from memcap.distill.statistics import capacity_gap, confirmation, critical_value
from memcap.distill.statistics.teachers import TeacherRuns
from memcap.sweeps import Store, main

RECORDS = Path(gap_rules.__file__).parent / "records/gap_rules"
FILES = ("summary.json", "table.md", "gap_rules_levels.png", "gap_rules_power.svg")


def drawn(runs, studies=60, seed=0):
    """Studies of a peak that every rule finds in some of them."""
    rng = np.random.default_rng(seed)
    return rng.normal(np.array([0, 1, 1, 1, 0.5, 0])[:, None], 0.6, (studies, 6, runs))


def test_isotone_means_are_the_nearest():
    means = np.random.default_rng(0).normal(size=(50, 6))
    wanted = [isotonic_regression(row).x for row in means]
    np.testing.assert_allclose(isotone(means), wanted, atol=1e-12)


def test_the_rule_of_memcap_is_that_of_the_public_function():
    scores = drawn(3)
    found = [capacity_gap(SIZES, study.tolist()) for study in scores]
    # Dunnett's p-values are integrated to 3e-4 only.
    clear = [abs(min(one.p) - 0.05) > 1e-3 for one in found]
    called = [one.detected for one in found]
    assert sum(clear) > 50 and 10 < sum(called) < 50
    np.testing.assert_array_equal(dunnett_both(scores)[clear], np.array(called)[clear])
    naive = [0 < one.runs.best < 5 for one in found]
    np.testing.assert_array_equal(highest_mean(scores), naive)


def test_halves_are_those_of_the_confirmation(monkeypatch):
    class Still:
        def permutation(self, values):
            return np.array(values)

    scores = drawn(7)
    monkeypatch.setattr(confirmation.np.random, "default_rng", lambda seed: Still())
    wanted = [
        confirmation.confirm(TeacherRuns.of(SIZES, study.tolist()), 0.05, 0).confirmed
        for study in scores
    ]
    assert 5 < sum(wanted) < 55
    np.testing.assert_array_equal(split_halves(scores), wanted)


def test_the_quadratic_turns_by_two_tests_of_its_slopes():
    scores = drawn(4)
    x = np.repeat(np.log2(SIZES), 4)
    design = np.stack([np.ones_like(x), x, x**2], axis=1)
    wanted = []
    for study in scores:
        fit = sm.OLS(study.ravel(), design).fit()
        ends = [
            fit.t_test([0, sign, 2 * sign * end])
            for end, sign in ((x[0], 1), (x[-1], -1))
        ]
        wanted.append(all(float(one.tvalue.item()) > t.isf(0.05, 21) for one in ends))
    assert 5 < sum(wanted) < 59
    np.testing.assert_array_equal(turning_quadratic(scores), wanted)


def test_the_plain_leg_is_a_t_test_of_two_teachers():
    scores = drawn(3, studies=400)
    both, plain = dunnett_both(scores), dunnett_and_plain(scores)
    for study in scores[plain & ~both]:
        # It passed the smallest teacher by a plain test alone.
        legs = [ttest_ind(one, study[0], alternative="greater") for one in study[1:-1]]
        assert min(leg.pvalue for leg in legs) < 0.05
    assert (plain & ~both).any()


def test_a_bootstrap_about_the_isotone_sees_only_what_falls():
    rng = np.random.default_rng(1)
    rising = rng.normal(np.arange(6)[:, None] * 9.0, 1, (30, 6, 4))
    falling = rising[:, ::-1]
    assert not isotonic_bootstrap(rising, 99, seed=0).any()
    assert isotonic_bootstrap(falling, 99, seed=0).all()


def test_smoke_runs_and_files_are_a_function_of_the_records(tmp_path):
    out = tmp_path / "out"
    assert main(SWEEP, ["--size", "smoke", "--out", str(out)]) == 0
    records = Store(out / "records.jsonl").records()
    assert [record.key for record in records] == list(SWEEP.cells("smoke"))
    again = tmp_path / "again"
    again.mkdir()
    finish(records, again)
    for name in FILES:
        assert (out / name).read_bytes() == (again / name).read_bytes()


@pytest.fixture(scope="module")
def committed():
    records = {r.key: r for r in Store(RECORDS / "records.jsonl").records()}
    cells = SWEEP.cells("small")
    assert set(records) == set(cells)
    return [records[key] for key in cells]


def test_committed_files_are_those_of_the_records(committed):
    written = json.loads((RECORDS / "summary.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(summary(committed)))


def test_no_truth_without_a_gap_has_one():
    for name, means in NULLS.items():
        assert Cell(name, means, 3, 1, 1, 1).is_null
        assert max(means[1:-1]) <= max(means[0], means[-1])


# Shares measured earlier with 60 (bootstrap) to 4,000 studies, over 3 to 10 runs.
KNOWN = [
    ("highest mean inside", "equal", 0.62, 0.67, 0.03),
    ("highest mean inside", "saturating", 0.54, 0.58, 0.06),
    ("highest mean inside", "plateau", 0.64, 0.71, 0.04),
    ("isotonic misfit, equal teachers", "equal", 0.05, 0.07, 0.03),
    ("isotonic misfit, equal teachers", "saturating", 0.0, 0.01, 0.01),
    ("isotonic misfit, equal teachers", "plateau", 0.0, 0.01, 0.015),
    ("lead, equal teachers", "equal", 0.04, 0.06, 0.01),
    ("lead, equal teachers", "saturating", 0.04, 0.05, 0.04),
    ("lead, equal teachers", "plateau", 0.07, 0.10, 0.03),
    ("split halves", "equal", 0.01, 0.01, 0.015),
    ("split halves", "saturating", 0.02, 0.04, 0.015),
    ("split halves", "plateau", 0.03, 0.06, 0.015),
    ("Dunnett and plain t", "equal", 0.017, 0.022, 0.01),
    ("Dunnett and plain t", "saturating", 0.008, 0.018, 0.01),
    ("Dunnett and plain t", "plateau", 0.022, 0.031, 0.01),
    ("Dunnett and plain t", "last drop", 0.13, 0.14, 0.015),
    ("Dunnett and plain t", "fall", 0.083, 0.090, 0.015),
    ("Dunnett on both legs", "equal", 0.008, 0.011, 0.005),
    ("Dunnett on both legs", "saturating", 0.008, 0.018, 0.005),
    ("Dunnett on both legs", "plateau", 0.024, 0.030, 0.006),
    ("Dunnett on both legs", "last drop", 0.041, 0.050, 0.005),
    ("Dunnett on both legs", "fall", 0.018, 0.024, 0.006),
    ("Dunnett on both legs", "first step", 0.041, 0.047, 0.008),
    ("Dunnett on both legs", "dip", 0.006, 0.016, 0.006),
]


@pytest.mark.parametrize(("rule", "truth", "low", "high", "reach"), KNOWN)
def test_shares_are_near_those_known(committed, rule, truth, low, high, reach):
    found = [r for r in rates(committed) if (r.rule, r.truth) == (rule, truth)]
    shares = [rate.share for rate in found]
    assert low - reach <= min(shares) and max(shares) <= high + reach


@pytest.mark.parametrize(
    ("rule", "powers"),
    [
        ("isotonic misfit, equal teachers", {4: 0.12, 6: 0.21, 10: 0.48}),
        ("lead, equal teachers", {4: 0.57, 6: 0.69, 10: 0.89}),
        ("split halves", {4: 0.25, 6: 0.37, 10: 0.56}),
        ("Dunnett and plain t", {3: 0.22, 5: 0.39, 10: 0.70}),
        ("Dunnett on both legs", {3: 0.23, 5: 0.38, 10: 0.71}),
    ],
)
def test_a_weak_peak_is_seen_as_often_as_known(committed, rule, powers):
    found = {
        rate.runs: rate.share
        for rate in rates(committed)
        if (rate.rule, rate.truth) == (rule, "weak peak")
    }
    # The known ones rest on 400 studies, the last two rows on more.
    for runs, power in powers.items():
        assert found[runs] == pytest.approx(power, abs=0.075)


def test_levels_are_those_of_theory_where_one_end_ties_with_all_between(committed):
    """There only the leg against that end decides, with four comparisons."""
    found = rates(committed)
    theory = {"both legs, intermediate only": lambda runs: 0.05}
    theory["Dunnett on both legs"] = lambda runs: brentq(
        lambda alpha: (
            critical_value(6, runs, alpha, compared=4) - critical_value(6, runs)
        ),
        0.02,
        0.05,
    )
    checked = 0
    for rate in found:
        if rate.rule in theory and rate.truth.startswith("high "):
            known = theory[rate.rule](rate.runs)
            error = (known * (1 - known) / rate.studies) ** 0.5
            assert rate.share == pytest.approx(known, abs=4 * error)
            checked += 1
    assert checked == 20


def test_what_is_concluded(committed):
    found = rates(committed)
    assert keeping(found) == [
        "split halves",
        "Dunnett on both legs",
        "both legs, intermediate only",
    ]
    failing = {rule for rule, _, _ in exceeding(found)}
    assert {"highest mean inside", "quadratic turns inside", BOOTSTRAP} <= failing
    assert worst(found, "quadratic turns inside").share > 0.99
