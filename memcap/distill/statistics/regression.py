"""Which properties of a teacher go with a gain, and which cannot be told apart.

Ordinary least squares with an indicator for every student. The covariance is HC3, or
clustered by the student's seed where runs share one. A term whose variance inflation
factor exceeds 10 moves with the others; its estimate then says little about the term
itself, and it is never named as the strongest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import variance_inflation_factor

from memcap.core.errors import DataError
from memcap.distill.statistics.wording import guard, p_text

WORST_VIF = 10.0
# Below this many clusters their covariance is rough.
FEW_CLUSTERS = 10


@dataclass(frozen=True, slots=True)
class Term:
    """One regressor.

    Args:
        name: of the regressor.
        estimate: gain for one unit of it, the others held fixed.
        low: lower end of the interval.
        high: upper end.
        p: two-sided p.
        vif: variance inflation factor.
        standardized: gain for one standard deviation of it.
    """

    name: str
    estimate: float
    low: float
    high: float
    p: float
    vif: float
    standardized: float

    @property
    def separable(self) -> bool:
        """Whether the design tells it from the other terms."""
        return self.vif <= WORST_VIF


@dataclass(frozen=True, slots=True)
class GainRegression:
    """A fitted regression of gain.

    Args:
        terms: the regressors, in the order given.
        rows: number of runs.
        r_squared: share of variance explained.
        covariance: 'HC3' or the number of clusters.
        alpha: level of tests; intervals have level 1 - alpha.
    """

    terms: tuple[Term, ...]
    rows: int
    r_squared: float
    covariance: str
    alpha: float

    @property
    def collinear(self) -> tuple[Term, ...]:
        """The terms that the design does not tell apart."""
        return tuple(term for term in self.terms if not term.separable)

    @property
    def strongest(self) -> Term | None:
        """The detected separable term with the largest standardized estimate.

        None where nothing is detected, and where a term with VIF above 10 might be
        the stronger one.
        """
        found = [t for t in self.terms if t.separable and t.p < self.alpha]
        if not found or self.collinear:
            return None
        return max(found, key=lambda term: abs(term.standardized))

    @property
    def sentence(self) -> str:
        """The strongest term, or why none is named."""
        head = f"{self.rows} runs, R2 {self.r_squared:.2f}, {self.covariance}"
        if self.collinear:
            names = ", ".join(f"{t.name} (VIF {t.vif:.3g})" for t in self.collinear)
            return guard(
                f"{head}; strongest term not named: {names} cannot be told apart. Fix "
                "one by design: teacher checkpoints, or the count-matched arm."
            )
        best = self.strongest
        if best is None:
            rows = "; ".join(self._row(term) for term in self.terms)
            return guard(f"{head}; effects not detected at {self.alpha:g}: {rows}.")
        return guard(
            f"{head}; strongest detected term {self._row(best)}, {p_text(best.p)}."
        )

    def _row(self, term: Term) -> str:
        ends = f"{100 * (1 - self.alpha):g} % CI [{term.low:.3g}, {term.high:.3g}]"
        return f"{term.name} {term.estimate:+.3g} a unit, {ends}"


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
    y = _column("gain", gains, len(gains))
    if not terms:
        raise DataError("there are no terms; give at least one regressor.")
    if np.ptp(y) == 0:
        raise DataError(
            f"all {len(y)} gains are {y[0]:g}, so that there is nothing to explain."
        )
    columns = {name: _column(name, v, len(gains)) for name, v in terms.items()}
    design = _design(columns, students, len(gains))
    _check_design(design, list(columns), students)
    fit = _fit(y, design, clusters)
    # Fewer clusters than coefficients leave some variance 0, or below by rounding.
    with np.errstate(invalid="ignore"):
        ends, p_values = fit.conf_int(alpha=alpha), np.array(fit.pvalues)
    known = np.isfinite(p_values)
    ends = np.where(known[:, None], ends, [-np.inf, np.inf])
    p_values = np.where(known, p_values, 1.0)
    found = tuple(
        Term(
            name=name,
            estimate=float(fit.params[j]),
            low=float(ends[j][0]),
            high=float(ends[j][1]),
            p=float(p_values[j]),
            vif=float(variance_inflation_factor(design, j)),
            standardized=float(fit.params[j] * column.std()),
        )
        for j, (name, column) in enumerate(columns.items(), start=1)
    )
    return GainRegression(
        terms=found,
        rows=len(y),
        r_squared=float(fit.rsquared),
        covariance=_covariance(clusters),
        alpha=alpha,
    )


def _column(name: str, values: Sequence[float], count: int) -> np.ndarray:
    column = np.array(values, dtype=float)
    if column.shape != (count,):
        raise DataError(f"'{name}' has shape {column.shape}, not one value a run.")
    if not np.isfinite(column).all():
        raise DataError(
            f"'{name}' holds a value that is not finite; leave the run out."
        )
    if name != "gain" and count and np.ptp(column) == 0:
        raise DataError(f"'{name}' is {column[0]:g} in every run; leave it out.")
    return column


def _design(
    columns: Mapping[str, np.ndarray], students: Sequence[object] | None, count: int
) -> np.ndarray:
    """Constant, terms, and an indicator for every student but the first."""
    names = list(dict.fromkeys(students)) if students is not None else []
    if students is not None and len(students) != count:
        raise DataError(f"{len(students)} students cannot name {count} runs.")
    own = [np.array([float(s == name) for s in students or ()]) for name in names[1:]]
    return np.stack([np.ones(count), *columns.values(), *own], axis=1)


def _check_design(
    design: np.ndarray, names: Sequence[str], students: Sequence[object] | None
) -> None:
    rows, columns = design.shape
    if rows <= columns:
        raise DataError(
            f"{rows} runs cannot determine {columns} coefficients with an error; add "
            "runs or leave terms out."
        )
    for j in range(1, columns):
        if np.linalg.matrix_rank(design[:, : j + 1]) <= j:
            what = f"'{names[j - 1]}'" if j <= len(names) else "a student's intercept"
            raise DataError(
                f"{what} is determined by the terms before it; leave one of them out "
                "or vary it by design."
            )
    # HC3 divides by one minus the leverage, the diagonal of the projection.
    leverage = np.einsum("ij,ji->i", design, np.linalg.pinv(design))
    if leverage.max() > 1 - 1e-9:
        row = int(leverage.argmax())
        whose = f" (student {students[row]!r})" if students is not None else ""
        raise DataError(
            f"run {row}{whose} alone determines a coefficient; add runs like it."
        )


def _fit(y: np.ndarray, design: np.ndarray, clusters: Sequence[object] | None):
    model = sm.OLS(y, design)
    if clusters is None:
        return model.fit(cov_type="HC3", use_t=True)
    names = list(dict.fromkeys(clusters))
    if len(clusters) != len(y) or len(names) < 3:
        raise DataError(
            f"{len(clusters)} entries in {len(names)} clusters for {len(y)} runs: name "
            "the seed of every run, three seeds or more."
        )
    groups = np.array([names.index(name) for name in clusters])
    return model.fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)


def _covariance(clusters: Sequence[object] | None) -> str:
    if clusters is None:
        return "HC3"
    count = len(set(clusters))
    return f"{count} clusters" + (", few" if count < FEW_CLUSTERS else "")
