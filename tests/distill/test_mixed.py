"""The mixed model is the library's, and sees an effect through unlike seeds."""

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.regression.mixed_linear_model import MixedLM

from memcap.core.errors import DataError
from memcap.distill.statistics import gain_regression, mixed_regression

SEEDS, TEACHERS = 12, 6


def planted(between=1.0, within=0.1, seed=0):
    """Gains of every seed under every teacher: 0.5 a unit of x, none of z."""
    rng = np.random.default_rng(seed)
    seeds = np.repeat(np.arange(SEEDS), TEACHERS)
    # Seeds that met larger teachers more often would carry their own level into it.
    x = rng.normal(size=SEEDS)[seeds] + rng.normal(size=len(seeds))
    z = rng.normal(size=len(seeds))
    own = rng.normal(0, between, SEEDS)[seeds]
    gain = 0.5 * x + own + rng.normal(0, within, len(seeds))
    return gain.tolist(), {"x": x.tolist(), "z": z.tolist()}, seeds.tolist()


def test_it_is_the_model_of_the_library():
    gain, terms, seeds = planted(between=0.3)
    found = mixed_regression(gain, terms, seeds)
    design = sm.add_constant(np.stack(list(terms.values()), axis=1))
    library = MixedLM(np.array(gain), design, groups=np.array(seeds)).fit()
    assert [t.estimate for t in found.terms] == pytest.approx(library.fe_params[1:])
    ends = np.array([(t.low, t.high) for t in found.terms])
    assert ends == pytest.approx(library.conf_int()[1:3])
    assert [t.p for t in found.terms] == pytest.approx(library.pvalues[1:3])
    assert found.seed_variance == pytest.approx(library.cov_re[0, 0])
    assert found.variance == pytest.approx(library.scale)
    assert (found.rows, found.seeds) == (SEEDS * TEACHERS, SEEDS)


def test_balanced_variances_are_those_of_the_sums_of_squares():
    # With a term that has the same values in every seed, REML is the classical answer.
    rng = np.random.default_rng(2)
    x = np.tile(np.arange(TEACHERS), SEEDS).astype(float)
    seeds = np.repeat(np.arange(SEEDS), TEACHERS)
    gain = 0.2 * x + rng.normal(0, 0.5, SEEDS)[seeds] + rng.normal(0, 0.3, len(x))
    found = mixed_regression(gain.tolist(), {"x": x.tolist()}, seeds.tolist())
    means = gain.reshape(SEEDS, TEACHERS).mean(axis=1)
    rest = gain - means[seeds]
    slope = rest @ (x - x.mean()) / ((x - x.mean()) @ (x - x.mean()))
    left = rest - slope * (x - x.mean())
    within = left @ left / (len(x) - SEEDS - 1)
    assert found.terms[0].estimate == pytest.approx(slope)
    assert found.variance == pytest.approx(within, rel=1e-4)
    between = means.var(ddof=1) - within / TEACHERS
    assert found.seed_variance == pytest.approx(between, rel=1e-4)
    assert found.share == pytest.approx(between / (between + within), rel=1e-4)


def test_a_planted_effect_is_seen_through_intercepts_of_seeds():
    gain, terms, seeds = planted(between=2.0)
    found = mixed_regression(gain, terms, seeds)
    x, z = found.terms
    assert x.low < 0.5 < x.high and z.low < 0 < z.high
    assert x.estimate == pytest.approx(0.5, abs=0.05)
    assert found.strongest is not None and found.strongest.name == "x"
    assert found.seed_variance == pytest.approx(4, rel=0.6) and found.share > 0.99
    assert "12 seeds, variance of the seed's intercept" in found.sentence
    # The clusters' covariance leaves the estimate at the mercy of the seeds.
    clustered = gain_regression(gain, terms, clusters=seeds).terms[0]
    assert clustered.high - clustered.low > 4 * (x.high - x.low)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    held = 0
    studies = 60
    for seed in range(studies):
        gain, terms, seeds = planted(between=0.5, within=0.3, seed=seed)
        x = mixed_regression(gain, terms, seeds).terms[0]
        held += x.low < 0.5 < x.high
    # Three standard errors below .95, and not all by width alone.
    assert held / studies >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / studies)
    assert x.high - x.low < 0.2


def test_collinear_terms_have_no_winner_here_either():
    gain, terms, seeds = planted()
    rng = np.random.default_rng(5)
    twin = np.array(terms["x"]) + rng.normal(0, 0.05, len(gain))
    found = mixed_regression(gain, {**terms, "twin": twin.tolist()}, seeds)
    assert {t.name for t in found.collinear} == {"x", "twin"}
    assert found.strongest is None and "strongest term not named" in found.sentence


def test_few_seeds_are_said():
    gain, terms, seeds = planted()
    cut = 4 * TEACHERS
    few = {name: values[:cut] for name, values in terms.items()}
    assert "4 seeds, few" in mixed_regression(gain[:cut], few, seeds[:cut]).head


def test_students_have_intercepts_of_their_own():
    gain, terms, seeds = planted(between=0.3)
    students = [seed % 3 for seed in seeds]
    shifted = [g + 5 * s for g, s in zip(gain, students, strict=True)]
    plain = mixed_regression(gain, terms, seeds, students=students)
    found = mixed_regression(shifted, terms, seeds, students=students)
    assert [t.estimate for t in found.terms] == pytest.approx(
        [t.estimate for t in plain.terms], abs=1e-4
    )
    assert mixed_regression(shifted, terms, seeds).seed_variance > 5


def test_a_fit_on_the_edge_is_refused_in_a_sentence():
    gain, terms, seeds = planted(between=0.0, within=0.3, seed=1)
    with pytest.raises(DataError, match="intercept is estimated as 0"):
        mixed_regression(gain, terms, seeds)
    exact = np.array(terms["x"]) + np.array(seeds)
    with pytest.raises(DataError, match="no spread|converge|singular"):
        mixed_regression(exact.tolist(), terms, seeds)


def test_unusable_seeds_are_refused():
    gain, terms, seeds = planted()
    with pytest.raises(DataError, match="every seed has one run"):
        mixed_regression(gain, terms, list(range(len(gain))))
    with pytest.raises(DataError, match="three seeds or more"):
        mixed_regression(gain, terms, [s % 2 for s in seeds])
    with pytest.raises(DataError, match="name the seed of every run"):
        mixed_regression(gain, terms, seeds[:-1])
    with pytest.raises(DataError, match="no terms"):
        mixed_regression(gain, {}, seeds)
