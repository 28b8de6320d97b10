"""The terms of a regression of gain, their design, and which may be named.

A term whose variance inflation factor exceeds 10 moves with the others; its estimate
then says little about the term itself, and it is never named as the strongest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
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
class Fitted:
    """Terms fitted to gains, and which of them may be named.

    Args:
        terms: the regressors, in the order given.
        rows: number of runs.
        alpha: level of tests; intervals have level 1 - alpha.
    """

    terms: tuple[Term, ...]
    rows: int
    alpha: float

    @property
    def head(self) -> str:
        """What was fitted to how many runs."""
        return f"{self.rows} runs"

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
        if self.collinear:
            names = ", ".join(f"{t.name} (VIF {t.vif:.3g})" for t in self.collinear)
            return guard(
                f"{self.head}; strongest term not named: {names} cannot be told "
                "apart. Fix one by design: teacher checkpoints, or the count-matched "
                "arm."
            )
        best = self.strongest
        if best is None:
            rows = "; ".join(self._row(term) for term in self.terms)
            return guard(
                f"{self.head}; effects not detected at {self.alpha:g}: {rows}."
            )
        return guard(
            f"{self.head}; strongest detected term {self._row(best)}, {p_text(best.p)}."
        )

    def _row(self, term: Term) -> str:
        ends = f"{100 * (1 - self.alpha):g} % CI [{term.low:.3g}, {term.high:.3g}]"
        return f"{term.name} {term.estimate:+.3g} a unit, {ends}"


@dataclass(frozen=True, slots=True)
class Design:
    """What gains are regressed on.

    Args:
        gains: `[n]` gain of each run.
        columns: `[n]` values of each term.
        matrix: `[n, p]` a constant, the terms, and an indicator for every student but
            the first.
    """

    gains: np.ndarray
    columns: Mapping[str, np.ndarray]
    matrix: np.ndarray

    @classmethod
    def of(
        cls,
        gains: Sequence[float],
        terms: Mapping[str, Sequence[float]],
        students: Sequence[object] | None,
    ) -> "Design":
        """Check and arrange.

        Raises:
            DataError: lengths differ, a number is not finite, a term or the gain does
                not vary, there are too few runs, or a coefficient is not determined.
        """
        y = _column("gain", gains, len(gains))
        if not terms:
            raise DataError("there are no terms; give at least one regressor.")
        if np.ptp(y) == 0:
            raise DataError(
                f"all {len(y)} gains are {y[0]:g}, so that there is nothing to explain."
            )
        columns = {name: _column(name, v, len(gains)) for name, v in terms.items()}
        matrix = _matrix(columns, students, len(gains))
        _check_matrix(matrix, list(columns), students)
        return cls(y, columns, matrix)

    def terms(
        self, estimates: np.ndarray, ends: np.ndarray, p_values: np.ndarray
    ) -> tuple[Term, ...]:
        """The terms with what was estimated for the columns of the matrix.

        Args:
            estimates: `[p]` coefficients.
            ends: `[p, 2]` their intervals.
            p_values: `[p]`.
        """
        return tuple(
            Term(
                name=name,
                estimate=float(estimates[j]),
                low=float(ends[j][0]),
                high=float(ends[j][1]),
                p=float(p_values[j]),
                vif=float(variance_inflation_factor(self.matrix, j)),
                standardized=float(estimates[j] * column.std()),
            )
            for j, (name, column) in enumerate(self.columns.items(), start=1)
        )


def cluster_indices(clusters: Sequence[object], count: int) -> np.ndarray:
    """`[n]` the seed of each run as an index.

    Raises:
        DataError: it does not name every run, or names fewer than three seeds.
    """
    names = list(dict.fromkeys(clusters))
    if len(clusters) != count or len(names) < 3:
        raise DataError(
            f"{len(clusters)} entries in {len(names)} clusters for {count} runs: name "
            "the seed of every run, three seeds or more."
        )
    return np.array([names.index(name) for name in clusters])


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


def _matrix(
    columns: Mapping[str, np.ndarray], students: Sequence[object] | None, count: int
) -> np.ndarray:
    """Constant, terms, and an indicator for every student but the first."""
    names = list(dict.fromkeys(students)) if students is not None else []
    if students is not None and len(students) != count:
        raise DataError(f"{len(students)} students cannot name {count} runs.")
    own = [np.array([float(s == name) for s in students or ()]) for name in names[1:]]
    return np.stack([np.ones(count), *columns.values(), *own], axis=1)


def _check_matrix(
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
