"""Which properties of a teacher go with a gain, and which cannot be told apart.

Ordinary least squares with an indicator for every student. The covariance is HC3, or
clustered by the student's seed where runs share one. No term is named as the strongest
while the design leaves it collinear; see :mod:`memcap.distill.statistics.terms`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm

from memcap.distill.statistics.terms import (
    FEW_CLUSTERS,
    Design,
    Fitted,
    cluster_indices,
)


@dataclass(frozen=True, slots=True)
class GainRegression(Fitted):
    """A fitted regression of gain.

    Args:
        terms: the regressors, in the order given.
        rows: number of runs.
        alpha: level of tests; intervals have level 1 - alpha.
        r_squared: share of variance explained.
        covariance: 'HC3' or the number of clusters.
    """

    r_squared: float
    covariance: str

    @property
    def head(self) -> str:
        """The number of runs, R2 and the covariance."""
        return f"{self.rows} runs, R2 {self.r_squared:.2f}, {self.covariance}"


def gain_regression(
    gains: Sequence[float],
    terms: Mapping[str, Sequence[float]],
    *,
    students: Sequence[object] | None = None,
    clusters: Sequence[object] | None = None,
    alpha: float = 0.05,
) -> GainRegression:
    """Regress gain on properties of teacher and data.

    Args:
        gains: `[n]` gain of each run.
        terms: `[n]` values of each regressor, such as log2 of the teacher's size, its
            accuracy, log2 of the number of correct traces.
        students: `[n]` student of each run; each gets its own intercept.
        clusters: `[n]` seed of the student; runs that share one are taken as dependent.
            Without it the covariance is HC3. A coefficient that the clusters leave
            without a variance has no finite interval and p = 1.
        alpha: level of tests.

    Raises:
        DataError: lengths differ, a number is not finite, a term does not vary, there
            are too few runs or clusters, a term is determined by others, or a
            coefficient by a single run.
    """
    design = Design.of(gains, terms, students)
    fit = _fit(design, clusters)
    # Fewer clusters than coefficients leave some variance 0, or below by rounding.
    with np.errstate(invalid="ignore"):
        ends, p_values = fit.conf_int(alpha=alpha), np.array(fit.pvalues)
    known = np.isfinite(p_values)
    ends = np.where(known[:, None], ends, [-np.inf, np.inf])
    return GainRegression(
        terms=design.terms(fit.params, ends, np.where(known, p_values, 1.0)),
        rows=len(design.gains),
        alpha=alpha,
        r_squared=float(fit.rsquared),
        covariance=_covariance(clusters),
    )


def _fit(design: Design, clusters: Sequence[object] | None):
    model = sm.OLS(design.gains, design.matrix)
    if clusters is None:
        return model.fit(cov_type="HC3", use_t=True)
    groups = cluster_indices(clusters, len(design.gains))
    return model.fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)


def _covariance(clusters: Sequence[object] | None) -> str:
    if clusters is None:
        return "HC3"
    count = len(set(clusters))
    return f"{count} clusters" + (", few" if count < FEW_CLUSTERS else "")
