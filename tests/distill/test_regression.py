"""Planted effects on the gain come back; what cannot be told apart is not named."""

from math import nan

import numpy as np
import pytest
import statsmodels.api as sm

from memcap.core.errors import DataError
from memcap.distill.statistics import gain_regression


def planted(correlation=0.0, n=120, seed=0):
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    other = correlation * size + np.sqrt(1 - correlation**2) * rng.normal(size=n)
    students = np.arange(n) % 3
    gain = 0.5 * size + 0.1 * other + students + rng.normal(0, 0.3, n)
    terms = {"size": size.tolist(), "accuracy": other.tolist()}
    return gain.tolist(), terms, students.tolist()


def test_planted_effects_are_recovered():
    gain, terms, students = planted()
    found = gain_regression(gain, terms, students=students)
    size, accuracy = found.terms
    assert size.low < 0.5 < size.high and accuracy.low < 0.1 < accuracy.high
    assert found.strongest is not None and found.strongest.name == "size"
    assert "strongest detected term size" in found.sentence
    # Without the students' intercepts their spread counts as noise.
    assert gain_regression(gain, terms).r_squared < found.r_squared


def test_hc3_is_that_of_statsmodels():
    gain, terms, _ = planted(n=30)
    found = gain_regression(gain, terms)
    design = sm.add_constant(np.stack(list(terms.values()), axis=1))
    library = sm.OLS(np.array(gain), design).fit(cov_type="HC3", use_t=True)
    assert [t.estimate for t in found.terms] == pytest.approx(library.params[1:])
    assert [t.p for t in found.terms] == pytest.approx(library.pvalues[1:])


def test_two_regressors_have_the_vif_of_their_correlation():
    _, terms, _ = planted(0.9)
    rho = np.corrcoef(terms["size"], terms["accuracy"])[0, 1]
    found = gain_regression(planted(0.9)[0], terms)
    assert [t.vif for t in found.terms] == pytest.approx([1 / (1 - rho**2)] * 2)
    assert 1 / (1 - 0.95**2) == pytest.approx(10.3, abs=0.05)


def test_collinear_terms_have_no_winner():
    gain, terms, students = planted(0.99)
    found = gain_regression(gain, terms, students=students)
    assert found.strongest is None and len(found.collinear) == 2
    assert "strongest term not named: size (VIF" in found.sentence


def test_count_matching_breaks_the_collinearity():
    # The same effects, once with size and count nearly one, once varied apart.
    together = gain_regression(*planted(0.99)[:2])
    apart = gain_regression(*planted(0.0)[:2])
    assert together.strongest is None
    assert apart.strongest is not None and apart.strongest.name == "size"


def test_clusters_widen_an_interval_whose_runs_err_together():
    rng = np.random.default_rng(3)
    seeds = np.repeat(np.arange(12), 10)
    size = np.repeat(rng.normal(size=12), 10)
    gain = rng.normal(size=12)[seeds] + rng.normal(0, 0.1, 120)
    plain = gain_regression(gain.tolist(), {"size": size.tolist()}).terms[0]
    found = gain_regression(
        gain.tolist(), {"size": size.tolist()}, clusters=seeds.tolist()
    )
    clustered = found.terms[0]
    assert clustered.high - clustered.low > 1.5 * (plain.high - plain.low)
    assert found.covariance == "12 clusters"


def test_an_effect_that_is_not_there_is_not_detected():
    rng = np.random.default_rng(0)
    found = gain_regression(rng.normal(size=40), {"size": rng.normal(size=40)})
    assert found.strongest is None
    assert "effects not detected at 0.05: size" in found.sentence


@pytest.mark.parametrize(
    ("gain", "terms", "extra", "message"),
    [
        ([1, 2, 3], {}, {}, "no terms"),
        ([1, 2, 3], {"a": [1, 2]}, {}, "'a' has shape"),
        ([1, 2, 3], {"a": [1, nan, 2]}, {}, "'a' holds a value that is not"),
        ([1, nan, 3], {"a": [1, 2, 2]}, {}, "'gain' holds a value"),
        ([1, 2, 3], {"a": [1, 1, 1]}, {}, "'a' is 1 in every run"),
        ([1, 2], {"a": [1, 2]}, {}, "2 runs cannot determine 2"),
        ([0.5, 0.5, 0.5], {"a": [1, 2, 4]}, {}, "all 3 gains are 0.5"),
        (
            [1, 2, 3, 5],
            {"a": [1, 2, 3, 5], "b": [3, 5, 7, 11]},
            {},
            "'b' is determined",
        ),
        ([1, 2, 3, 5], {"a": [1, 1, 2, 2]}, {"students": "xxyy"}, "a student's inter"),
        (
            [1, 2, 3, 5],
            {"a": [1, 2, 3, 4]},
            {"students": "xxxy"},
            r"\(student 'y'\)",
        ),
        ([1, 2, 3, 5], {"a": [1, 2, 3, 4]}, {"students": "xx"}, "2 students"),
        (
            [1, 2, 3, 5],
            {"a": [1, 2, 3, 4]},
            {"clusters": "xxyy"},
            "three seeds or",
        ),
    ],
)
def test_unusable_regressions_are_refused(gain, terms, extra, message):
    with pytest.raises(DataError, match=message):
        gain_regression(gain, terms, **extra)


def test_too_few_clusters_for_a_coefficient_claim_nothing_of_it():
    rng = np.random.default_rng(3)
    runs, terms = 60, 6
    columns = {f"x{i}": rng.normal(size=runs).tolist() for i in range(terms)}
    found = gain_regression(
        rng.normal(size=runs).tolist(), columns, clusters=(np.arange(runs) % 3).tolist()
    )
    for term in found.terms:
        assert term.low <= term.estimate <= term.high
        assert np.isfinite(term.low) or term.p == 1
