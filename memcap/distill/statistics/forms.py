"""Does the gain rise and fall with the teacher, or saturate? Two forms, by AICc.

With x = log2 T over the runs::

    quadratic     a + b x + c x^2
    saturating    P - A 2^(-beta x) = P - A T^(-beta),  A >= 0, beta > 0

Both have three coefficients and a variance, so k = 4 in
``AICc = n log(RSS / n) + 2 k + 2 k (k + 1) / (n - k - 1)``.
"""

from dataclasses import dataclass
from math import inf, log

import numpy as np
from scipy.optimize import least_squares

from memcap.core.errors import DataError
from memcap.distill.statistics.teachers import TeacherRuns
from memcap.distill.statistics.wording import guard

# The usual reading: models within two units of AICc are not told apart.
CLOSE = 2.0
_PARAMETERS = 4
EXPONENTS = np.geomspace(0.02, 8.0, 40)


@dataclass(frozen=True, slots=True)
class Forms:
    """Two forms fitted to the same runs.

    Args:
        quadratic: a, b, c.
        saturating: P, A, beta.
        quadratic_aicc: AICc of the quadratic; minus infinity for an exact fit.
        saturating_aicc: AICc of the saturating form.
        runs: n.
    """

    quadratic: tuple[float, float, float]
    saturating: tuple[float, float, float]
    quadratic_aicc: float
    saturating_aicc: float
    runs: int

    @property
    def preferred(self) -> str | None:
        """The form better by more than two units of AICc, if one is."""
        if self.quadratic_aicc < self.saturating_aicc - CLOSE:
            return "quadratic"
        if self.saturating_aicc < self.quadratic_aicc - CLOSE:
            return "saturating"
        return None

    @property
    def sentence(self) -> str:
        """Both criteria and the form they prefer."""
        verdict = f"{self.preferred} preferred" if self.preferred else "not told apart"
        return guard(
            f"{verdict}: AICc {self.quadratic_aicc:.1f} quadratic, "
            f"{self.saturating_aicc:.1f} saturating, {self.runs} runs."
        )


def compare_forms(runs: TeacherRuns) -> Forms:
    """Fit both forms to the runs of one student.

    Raises:
        DataError: fewer than four teachers, or five runs or fewer.
    """
    if len(runs.sizes) < 4:
        raise DataError(
            f"{len(runs.sizes)} teachers fit both forms exactly; give at least four."
        )
    x = np.repeat(np.log2(runs.sizes), runs.runs)
    y = np.concatenate(runs.groups)
    c, b, a = np.polyfit(x, y, 2)
    curved, rss = _saturating(x, y)
    return Forms(
        quadratic=(float(a), float(b), float(c)),
        saturating=curved,
        quadratic_aicc=aicc(float(np.sum((y - a - b * x - c * x**2) ** 2)), len(y)),
        saturating_aicc=aicc(rss, len(y)),
        runs=len(y),
    )


def aicc(rss: float, count: int, parameters: int = _PARAMETERS) -> float:
    """Akaike's criterion corrected for small samples, up to a constant.

    Args:
        rss: residual sum of squares.
        count: n observations.
        parameters: k, with the variance.
    """
    if count <= parameters + 1:
        raise DataError(
            f"{count} runs are too few for AICc with {parameters} parameters; it needs "
            f"at least {parameters + 2}."
        )
    if rss <= 0:
        return -inf
    correction = 2 * parameters * (parameters + 1) / (count - parameters - 1)
    return count * log(rss / count) + 2 * parameters + correction


def _saturating(
    x: np.ndarray, y: np.ndarray
) -> tuple[tuple[float, float, float], float]:
    """P, A, beta and the residual sum of squares."""
    # Powers of T relative to the smallest teacher stay between 0 and 1.
    shifted = x - x.min()
    starts = [_given_exponent(shifted, y, beta) for beta in EXPONENTS]
    start = starts[int(np.argmin([start[1] for start in starts]))][0]

    def residuals(v: np.ndarray) -> np.ndarray:
        return v[0] - v[1] * 2.0 ** (-v[2] * shifted) - y

    bounds = ([-inf, 0.0, 0.0], [inf, inf, 2 * EXPONENTS[-1]])
    found = least_squares(residuals, start, bounds=bounds, x_scale="jac")
    top, drop, beta = (float(value) for value in found.x)
    return (top, drop * 2.0 ** (beta * float(x.min())), beta), float(2 * found.cost)


def _given_exponent(
    shifted: np.ndarray, y: np.ndarray, beta: float
) -> tuple[tuple[float, float, float], float]:
    power = 2.0 ** (-beta * shifted)
    centred = power - power.mean()
    drop = max(-float(centred @ y / (centred @ centred)), 0.0)
    top = float(y.mean() + drop * power.mean())
    return (top, drop, beta), float(np.sum((top - drop * power - y) ** 2))
