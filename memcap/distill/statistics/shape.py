"""The shape of the gain over the size of the teacher, from two fitted curves.

An addition to the capacity-gap test, exploratory: its labels rest on two forms, with
x = log2 T,

    quadratic     a + b x + c x^2
    saturating    P - A 2^(-beta x),  A >= 0, beta > 0

and the first that applies is given:

1. flat: the one-way F-test over teachers finds nothing;
2. interior: c < 0 by a one-sided t-test, the vertex -b / (2 c) lies between the
   smallest and the largest teacher, Fieller's interval of it excludes the largest, and
   the quadratic's AICc exceeds the other's by no more than 2;
3. saturating: the saturating form rises, and the one-sided upper bound of its rise in
   the last step is below delta;
4. monotone, unsaturated: it rises and has not reached that; the best teacher is
   right-censored;
5. rise not detected: teachers differ, but the lower bound of that form's rise is 0.

Only the F-test keeps its level whatever the curve. With six teachers of sizes 1.5 to
72, three runs each of standard deviation .8 and no intermediate teacher better than
both ends, "interior" was said in these shares of 1,000 simulated studies: equal
teachers .01, 4 (1 - 1/T) .09, (0, 1, 2, 3, 3, 3) .08, 0 to 4 in equal steps .00, and
(3, 3, 3, 3, 3, 0) .83: a curve of neither form is readily called interior. The
capacity-gap test errs in at most 5 % of any of them; where the two differ, it decides.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.statistics.confirmation import Split, confirm
from memcap.distill.statistics.forms import CLOSE, Forms, compare_forms
from memcap.distill.statistics.intervals import Interval
from memcap.distill.statistics.saturation import Rise, rise
from memcap.distill.statistics.spread import needed_for_range, range_interval
from memcap.distill.statistics.teachers import TeacherRuns
from memcap.distill.statistics.vertex import Vertex, vertex
from memcap.distill.statistics.wording import guard, interval_text, p_text

# One point of accuracy.
DELTA = 0.01
Label = Literal[
    "flat", "interior", "saturating", "monotone, unsaturated", "rise not detected"
]


@dataclass(frozen=True, slots=True)
class CurveShape:
    """The shape of one student's curve.

    Args:
        runs: what was fitted, teachers from small to large.
        forms: both fits and their AICc.
        f: statistic of the one-way test that all teachers agree.
        f_p: its p.
        range: highest less lowest mean.
        range_interval: of the largest difference between teachers, by Tukey's
            simultaneous intervals.
        vertex: curvature of the quadratic and where it turns.
        rise: bounds of the saturating form.
        split: the confirmation, where it was asked for.
        needed: runs of each teacher for the F-test to find a range of delta.
        delta: a gain that no longer counts, as a share of accuracy.
        alpha: level of tests and bounds.
    """

    runs: TeacherRuns
    forms: Forms
    f: float
    f_p: float
    range: float
    range_interval: Interval
    vertex: Vertex
    rise: Rise
    split: Split | None
    needed: int
    delta: float
    alpha: float

    @property
    def label(self) -> Label:
        """The first label that applies."""
        return self.label_at(self.delta)

    @property
    def sensitivity(self) -> Label:
        """The label at half of delta."""
        return self.label_at(self.delta / 2)

    def label_at(self, delta: float) -> Label:
        """The label, a last step below `delta` counting as saturated."""
        if self.f_p >= self.alpha:
            return "flat"
        if self._interior:
            return "interior"
        if self.rise.least <= 0:
            return "rise not detected"
        return "saturating" if self.rise.step < delta else "monotone, unsaturated"

    @property
    def step(self) -> float:
        """Rise of the saturating form in the last step."""
        _, drop, beta = self.forms.saturating
        before, last = (size**-beta for size in self.runs.sizes[-2:])
        return drop * (before - last)

    @property
    def saturated_at(self) -> float | None:
        """The smallest teacher whose double adds less than delta, by its bound."""
        pairs = zip(self.runs.sizes, self.rise.doublings, strict=True)
        return next((size for size, bound in pairs if bound < self.delta), None)

    @property
    def licensed(self) -> tuple[str, ...]:
        """'optimum' where runs that did not choose a teacher confirm one inside."""
        confirmed = self.split is not None and self.split.confirmed
        return ("optimum",) if self.label == "interior" and confirmed else ()

    @property
    def sentence(self) -> str:
        """The label with its evidence."""
        said = {
            "flat": self._flat,
            "interior": self._peak,
            "saturating": self._saturating,
            "monotone, unsaturated": self._monotone,
            "rise not detected": self._unexplained,
        }[self.label]
        return guard(
            f"{said}; exploratory, the capacity-gap test decides.", self.licensed
        )

    @property
    def _interior(self) -> bool:
        smallest, largest = self.runs.sizes[0], self.runs.sizes[-1]
        inside = smallest < self.vertex.size < largest
        close = self.forms.quadratic_aicc <= self.forms.saturating_aicc + CLOSE
        below = self.vertex.interval.high < largest
        return self.vertex.p < self.alpha and inside and below and close

    @property
    def _flat(self) -> str:
        ends = self.range_interval
        return (
            f"flat, an effect of the teacher's size not detected: F-test "
            f"{p_text(self.f_p)}; range of the means {self.range:.3f}, "
            f"{interval_text(ends.low, ends.high, ends.level)}; n needed for a range "
            f"of {self.delta:g}: {self.needed:,} runs of each teacher"
        )

    @property
    def _peak(self) -> str:
        how = f"curvature {p_text(self.vertex.p)}"
        name = "interior peak of the curve"
        if self.split is not None:
            how += f"; on runs kept apart {p_text(self.split.p)}"
        if self.licensed:
            name = "interior optimum, confirmed on runs kept apart"
        ends = self.vertex.interval
        return (
            f"{name}: best fitted at teacher {_named(self.vertex.size)}, "
            f"{100 * ends.level:g} % CI [{_named(ends.low)}, {_named(ends.high)}] "
            f"({ends.method}); {how}"
        )

    @property
    def _saturating(self) -> str:
        start = self.saturated_at
        where = "a doubling is not bounded by it on the sizes tested"
        if start is not None:
            where = f"a doubling adds less from teacher {_named(start)} on"
        half = f"at {self.delta / 2:g} the label is {self.sensitivity}"
        return f"saturating: {self._last_step}, below {self.delta:g}; {where}; {half}"

    @property
    def _monotone(self) -> str:
        return (
            f"monotone, unsaturated: {self._last_step}, not below {self.delta:g}; by "
            "this form the best teacher is at or beyond the largest tested, "
            f"{_named(self.runs.sizes[-1])}; {self._highest}"
        )

    @property
    def _unexplained(self) -> str:
        return (
            f"rise not detected: teachers differ (F-test {p_text(self.f_p)}), but "
            "neither with a rise that levels off nor with a peak inside; "
            f"{self._highest}"
        )

    @property
    def _highest(self) -> str:
        return f"highest mean with teacher {_named(self.runs.sizes[self.runs.best])}"

    @property
    def _last_step(self) -> str:
        return (
            f"the last step adds {self.step:.4f} by the fit and at most "
            f"{self.rise.step:.4f} ({100 * (1 - self.alpha):g} % bound)"
        )


def curve_shape(
    runs: TeacherRuns,
    *,
    delta: float = DELTA,
    alpha: float = 0.05,
    strict: bool = False,
    resamples: int = 2_000,
    seed: int = 0,
) -> CurveShape:
    """Name the shape of one student's scores over the sizes of its teachers.

    Args:
        runs: at least four teachers.
        delta: a gain that no longer counts, in the unit of the scores.
        alpha: level of tests, intervals and bounds.
        strict: ask also for a teacher chosen on one half of the runs and confirmed on
            the other, which licenses the word "optimum"; needs four runs of each.
        resamples: draws over runs for the bounds of the saturating form.
        seed: of the draws and the halves.

    Raises:
        DataError: fewer than four teachers, no spread between runs of a teacher, or a
            number out of its range.

    Example:
        >>> runs = [[0, 1, 2], [3, 4, 5], [4, 5, 6], [3, 4, 5], [0, 1, 2]]
        >>> found = curve_shape(TeacherRuns.of([1, 2, 4, 8, 16], runs), delta=1.0)
        >>> found.label, round(found.vertex.size, 6)
        ('interior', 4.0)
    """
    if not (0 < alpha < 0.5 and isfinite(delta) and delta > 0 and resamples >= 100):
        raise DataError(
            f"alpha {alpha}, delta {delta}, {resamples} resamples: give alpha between "
            "0 and 1/2, delta above 0 and 100 resamples or more."
        )
    forms = compare_forms(runs)
    if runs.constant:
        raise DataError(
            "the runs of every teacher agree to the last digit, so there is no spread "
            "to judge a curve by; let the seeds change the runs."
        )
    statistic, p = runs.one_way
    return CurveShape(
        runs=runs,
        forms=forms,
        f=statistic,
        f_p=p,
        range=float(np.ptp(runs.means)),
        range_interval=range_interval(runs, 1 - alpha),
        vertex=vertex(runs, 1 - alpha),
        rise=rise(runs, alpha, resamples, seed),
        split=confirm(runs, alpha, seed) if strict else None,
        needed=needed_for_range(len(runs.sizes), delta / runs.pooled_sd, alpha),
        delta=delta,
        alpha=alpha,
    )


def _named(size: float) -> str:
    return f"{size:,.0f}" if 1_000 <= size < 1e15 else f"{size:.3g}"
