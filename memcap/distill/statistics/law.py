"""How the best teacher's size T* grows with the student's size S.

For each student, T* is the vertex of the quadratic fitted to its scores in log2 T; its
interval and variance come from a bootstrap over runs. A student whose best teacher is
the largest or smallest tested is censored and takes no part. Through the rest goes a
line, weighted by the inverse variances:

    power    log2 T* = slope log2 S + intercept     slope 1: T* = 2^intercept S
    line     T* = slope S + intercept

The fit describes; "law" may be said of three uncensored students or more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.statistics.intervals import Interval
from memcap.distill.statistics.teachers import TeacherRuns
from memcap.distill.statistics.wording import guard, interval_text

Form = Literal["power", "line"]
Censoring = Literal["", "high", "low", "shape"]
LAW_STUDENTS = 3


@dataclass(frozen=True, slots=True)
class BestTeacher:
    """The best teacher of one student.

    Args:
        student: S.
        teacher: T*; the best tested size where it is censored.
        interval: of T*, within the tested sizes.
        censored: 'high' or 'low' where the best is the largest or smallest tested,
            'shape' where the quadratic has no maximum inside, otherwise ''.
    """

    student: float
    teacher: float
    interval: Interval
    censored: Censoring

    @property
    def sentence(self) -> str:
        """T* with its interval, or where it lies."""
        best = _size(self.teacher)
        ends = ", ".join(_size(end) for end in (self.interval.low, self.interval.high))
        where = {
            "high": f"best teacher at or beyond the largest tested, {best}",
            "low": f"best teacher at or below the smallest tested, {best}",
            "shape": "the highest mean is intermediate but the scores have no peak",
            "": f"best teacher {best}, {100 * self.interval.level:g} % CI [{ends}]",
        }
        return guard(f"student {_size(self.student)}: {where[self.censored]}.")


def _size(value: float) -> str:
    """A size in whole numbers, a small one in three digits."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class TeacherLaw:
    """A line through the best teachers of several students.

    Args:
        points: one for each student, by size.
        form: 'power' in logarithms to base 2, or 'line'.
        slope: None for a single uncensored student.
        intercept: None with the slope.
        interval: of the slope, by bootstrap; None with the slope.
    """

    points: tuple[BestTeacher, ...]
    form: Form
    slope: float | None
    intercept: float | None
    interval: Interval | None

    @property
    def interior(self) -> int:
        """How many students are uncensored."""
        return sum(not point.censored for point in self.points)

    @property
    def licensed(self) -> tuple[str, ...]:
        """'law' where three students or more are uncensored."""
        return ("law",) if self.interior >= LAW_STUDENTS else ()

    @property
    def sentence(self) -> str:
        """Slope, interval, and how many students it rests on."""
        used = f"{self.interior} of {len(self.points)} students uncensored"
        if self.slope is None or self.interval is None:
            return guard(f"slope not fitted: {used}; two give a line.")
        name = "law" if self.licensed else "line"
        what = "log2 T* on log2 S" if self.form == "power" else "T* on S"
        ends = interval_text(self.interval.low, self.interval.high, self.interval.level)
        text = f"{name}, slope of {what} {self.slope:.3f}, {ends}; {used}."
        return guard(text, self.licensed)


def minima_teacher(student: float) -> float:
    """MiniMA's line ``T* = 2.498 S - 11.498``, an overlay for figures, never a prior.

    It was drawn for students pruned from their teachers; its unit is probably millions
    of parameters.

    Args:
        student: S in millions of parameters.

    Raises:
        DataError: S is so small that T* would not be positive.

    Example:
        >>> round(minima_teacher(3000), 1)
        7482.5
    """
    teacher = 2.498 * student - 11.498
    if not teacher > 0:
        raise DataError(f"S = {student} million is below the range of MiniMA's line.")
    return teacher


def fit_law(
    students: Mapping[float, TeacherRuns],
    *,
    form: Form = "power",
    level: float = 0.95,
    resamples: int = 2_000,
    seed: int = 0,
) -> TeacherLaw:
    """Fit the size of the best teacher against the size of the student.

    Args:
        students: size S of each student and its runs by teacher.
        form: 'power' or 'line'.
        level: confidence level.
        resamples: bootstrap draws over runs.
        seed: of the draws.

    Raises:
        DataError: every student is censored, or a size is not positive.
    """
    bad = [size for size in students if not (isfinite(size) and size > 0)]
    if bad or not students or not 0 < level < 1:
        raise DataError(
            f"students {sorted(students)} at level {level}: give positive sizes and a "
            "level between 0 and 1."
        )
    points, clouds = [], []
    for index, (size, runs) in enumerate(sorted(students.items())):
        rng = np.random.default_rng([seed, index])
        cloud = _vertices(runs, runs.resampled_means(resamples, rng))
        points.append(_best(size, runs, cloud, level))
        clouds.append(cloud)
    inside = [i for i, point in enumerate(points) if not point.censored]
    if not inside:
        raise DataError(
            "every student is censored, so no best teacher is known; test larger and "
            "smaller teachers."
        )
    cloud = np.array([clouds[i] for i in inside]).T
    fitted = _line([points[i] for i in inside], cloud, form, level)
    return TeacherLaw(tuple(points), form, *fitted)


def _quadratic(runs: TeacherRuns, means: np.ndarray) -> np.ndarray:
    """`[B, 3]` coefficients of 1, x, x^2 for `[B, k]` means, x = log2 T."""
    x = np.log2(runs.sizes)
    root = np.sqrt(runs.runs)
    design = np.stack([np.ones_like(x), x, x**2], axis=1)
    return means * root @ np.linalg.pinv(design * root[:, None]).T


def _vertices(runs: TeacherRuns, means: np.ndarray) -> np.ndarray:
    """`[B]` log2 of the best size within those tested."""
    low, high = np.log2(runs.sizes[0]), np.log2(runs.sizes[-1])
    _, slope, bend = _quadratic(runs, means).T
    # Without a maximum the better end is best: it has the larger value of the fit.
    end = np.where(slope + bend * (low + high) > 0, high, low)
    with np.errstate(divide="ignore", invalid="ignore"):
        vertex = -slope / (2 * bend)
    return np.where(bend < 0, np.clip(vertex, low, high), end)


def _best(
    student: float, runs: TeacherRuns, cloud: np.ndarray, level: float
) -> BestTeacher:
    low, high = np.quantile(cloud, [(1 - level) / 2, (1 + level) / 2])
    interval = Interval(float(2**low), float(2**high), level, "bootstrap over runs")
    vertex = float(2.0 ** _vertices(runs, runs.means[None])[0])
    censored = _censoring(runs, vertex)
    tested = runs.sizes[runs.best]
    return BestTeacher(student, tested if censored else vertex, interval, censored)


def _censoring(runs: TeacherRuns, vertex: float) -> Censoring:
    if runs.best == len(runs.sizes) - 1:
        return "high"
    if runs.best == 0:
        return "low"
    return "" if runs.sizes[0] < vertex < runs.sizes[-1] else "shape"


def _line(
    points: Sequence[BestTeacher], cloud: np.ndarray, form: Form, level: float
) -> tuple[float | None, float | None, Interval | None]:
    if len(points) < 2:
        return None, None, None
    x = np.array([point.student for point in points])
    y = np.array([point.teacher for point in points])
    x, y = (np.log2(x), np.log2(y)) if form == "power" else (x, y)
    cloud = cloud if form == "power" else 2.0**cloud
    variance = cloud.var(axis=0)
    # Runs without spread leave nothing to weight by.
    weights = 1 / variance if variance.min() > 0 else np.ones(len(x))
    slope, intercept = _least_squares(x, y[None], weights)
    draws, _ = _least_squares(x, cloud, weights)
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    interval = Interval(float(low), float(high), level, "bootstrap over runs")
    return float(slope[0]), float(intercept[0]), interval


def _least_squares(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Slopes and intercepts of weighted lines through `[B, m]` values."""
    share = weights / weights.sum()
    centred = x - share @ x
    slope = y @ (share * centred) / (share @ centred**2)
    return slope, y @ share - slope * (share @ x)
