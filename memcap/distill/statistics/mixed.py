"""A second look at the regression of gain: an intercept drawn for every student seed.

The runs of one student's seed share what that seed brought along::

    gain = terms + student + u_seed + e,    u ~ N(0, tau^2),  e ~ N(0, sigma^2)

fitted by restricted maximum likelihood. Clustering leaves the estimates of least
squares as they are and widens their intervals; the mixed model also weighs the runs,
and says how much of their spread is the seed's. Its intervals are normal ones, too
narrow where seeds are few.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.linalg import LinAlgError
from statsmodels.regression.mixed_linear_model import MixedLM

from memcap.core.errors import DataError
from memcap.distill.statistics.terms import (
    FEW_CLUSTERS,
    Design,
    Fitted,
    cluster_indices,
)

# Ratios tau^2 / sigma^2 outside are one of the two variances at 0.
_SMALLEST, _LARGEST = 1e-6, 1e6


@dataclass(frozen=True, slots=True)
class MixedRegression(Fitted):
    """A fitted mixed model of gain.

    Args:
        terms: the regressors, in the order given.
        rows: number of runs.
        alpha: level of tests; intervals have level 1 - alpha.
        seeds: number of random intercepts.
        seed_variance: tau^2, between the intercepts of seeds.
        variance: sigma^2, between runs of one seed.
    """

    seeds: int
    seed_variance: float
    variance: float

    @property
    def share(self) -> float:
        """The share of the seed in the variance that the terms leave."""
        return self.seed_variance / (self.seed_variance + self.variance)

    @property
    def head(self) -> str:
        """The numbers of runs and seeds, and what is the seed's."""
        few = ", few" if self.seeds < FEW_CLUSTERS else ""
        return (
            f"mixed model, {self.rows} runs, {self.seeds} seeds{few}, variance of the "
            f"seed's intercept {self.seed_variance:.3g} ({100 * self.share:.0f} % of "
            "what the terms leave)"
        )


def mixed_regression(
    gains: Sequence[float],
    terms: Mapping[str, Sequence[float]],
    seeds: Sequence[object],
    *,
    students: Sequence[object] | None = None,
    alpha: float = 0.05,
) -> MixedRegression:
    """Regress gain on properties of teacher and data, with an intercept per seed.

    Args:
        gains: `[n]` gain of each run.
        terms: `[n]` values of each regressor.
        seeds: `[n]` seed of the student; name the student too where students share
            numbers, since each has seeds of its own.
        students: `[n]` student of each run; each gets its own fixed intercept.
        alpha: level of tests.

    Raises:
        DataError: as :func:`gain_regression`; every seed has one run; or the fit does
            not converge, is singular, or leaves one of the variances 0.
    """
    design = Design.of(gains, terms, students)
    groups = cluster_indices(seeds, len(design.gains))
    if len(set(groups.tolist())) == len(groups):
        raise DataError(
            "every seed has one run, so its intercept is not told from the run; give "
            "each seed several teachers."
        )
    fit = _fit(design, groups)
    estimates = np.asarray(fit.fe_params)
    count = len(estimates)
    ends = np.asarray(fit.conf_int(alpha=alpha))[:count]
    return MixedRegression(
        terms=design.terms(estimates, ends, np.asarray(fit.pvalues)[:count]),
        rows=len(design.gains),
        alpha=alpha,
        seeds=int(groups.max()) + 1,
        seed_variance=float(np.asarray(fit.cov_re)[0, 0]),
        variance=float(fit.scale),
    )


def _fit(design: Design, groups: np.ndarray):
    # What the library warns of is judged by its numbers, and refused in a sentence.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = MixedLM(design.gains, design.matrix, groups=groups).fit(reml=True)
            errors = np.asarray(fit.bse_fe)
        except (LinAlgError, ValueError) as error:
            raise DataError(
                f"the mixed model is singular ({error}); read the regression with "
                "clusters."
            ) from None
    between, within = float(np.asarray(fit.cov_re)[0, 0]), float(fit.scale)
    if not fit.converged:
        raise DataError(
            "the mixed model did not converge; read the regression with clusters."
        )
    if between < _SMALLEST * within:
        raise DataError(
            "the variance of the seed's intercept is estimated as 0: runs of one seed "
            "are no more alike than others, and the plain regression is this model."
        )
    if within < between / _LARGEST or not np.isfinite(errors).all():
        raise DataError(
            "terms and seeds leave no spread between runs, so the mixed model is "
            "singular; leave terms out or add runs."
        )
    return fit
