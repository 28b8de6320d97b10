"""Is there a capacity gap: an intermediate teacher better than both ends?

The highest of several means lies inside by chance most of the time, so it decides
nothing. An intermediate teacher counts if it beats the largest and the smallest
teacher, each leg by Dunnett's test with its own family of k - 1 comparisons:

    p_j = max(p_largest[j], p_smallest[j]),    gap detected iff min_j p_j < alpha.

If no intermediate teacher beats both ends, all of them are at most the better end, and
the leg against that end alone keeps the size at alpha; no correction comes on top. A
plain t-test in one leg would not do: with several intermediate teachers tied with the
smallest its size is above alpha.

Without a gap the best teacher is the smallest with the highest mean. The largest is
best, and the peak may lie beyond it, only if no smaller teacher shares that mean: one
that does has reached the height already.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from scipy.integrate import quad
from scipy.stats import dunnett, norm, t

from memcap.core.errors import DataError
from memcap.distill.statistics.confirmation import Split, confirm
from memcap.distill.statistics.gap_power import needed_runs
from memcap.distill.statistics.intervals import Interval
from memcap.distill.statistics.scores import ROUNDING
from memcap.distill.statistics.teachers import TeacherRuns
from memcap.distill.statistics.wording import guard, interval_text, p_text

# Of the quasi-Monte Carlo integral behind Dunnett's p-values.
_RESOLUTION = 3e-4
Label = Literal[
    "gap detected", "flat", "censored-high", "censored-low", "gap not detected"
]
_MEANING = {
    "flat": "the teachers are not told apart",
    "censored-high": "the largest teacher is best, so the peak is at or beyond it",
    "censored-low": "the smallest teacher is best, so the peak is at or below it",
    "gap not detected": "the highest mean is intermediate but unconfirmed",
}


@dataclass(frozen=True, slots=True)
class CapacityGap:
    """The test of one student's teachers.

    Args:
        runs: what was tested, teachers from small to large.
        label: one of five, the first that applies.
        p_largest: for each intermediate teacher, Dunnett's p against the largest.
        p_smallest: the same against the smallest.
        f: statistic of the one-way test that all teachers agree.
        f_p: its p.
        candidate: index of the intermediate teacher that is named where a gap is
            detected, and otherwise of the one with the highest mean.
        lead: its mean less that of the better end.
        interval: of the lead, not adjusted for the choice of the teacher.
        bias: by how much the best of equal intermediate teachers exceeds its own truth
            on average.
        split: the confirmation, where it was asked for.
        needed: runs of each teacher that show a lead of one standard deviation.
        alpha: level of the rule.
    """

    runs: TeacherRuns
    label: Label
    p_largest: tuple[float, ...]
    p_smallest: tuple[float, ...]
    f: float
    f_p: float
    candidate: int
    lead: float
    interval: Interval
    bias: float
    split: Split | None
    needed: int
    alpha: float

    @property
    def p(self) -> tuple[float, ...]:
        """`p_j` of each intermediate teacher, the larger of its two legs."""
        pairs = zip(self.p_largest, self.p_smallest, strict=True)
        return tuple(max(pair) for pair in pairs)

    @property
    def detected(self) -> bool:
        """Whether the label is 'gap detected'."""
        return self.label == "gap detected"

    @property
    def teacher(self) -> float | None:
        """Size of the teacher with the gap; None where none is detected."""
        return self.runs.sizes[self.candidate] if self.detected else None

    @property
    def licensed(self) -> tuple[str, ...]:
        """'optimum' where the teacher was confirmed on runs that did not choose it."""
        return ("optimum",) if self.detected and self.split else ()

    @property
    def descriptive(self) -> str:
        """The highest mean, which decides nothing."""
        best = self.runs.best
        return guard(
            f"descriptive: highest mean {self.runs.means[best]:.3f} with teacher "
            f"{self.runs.sizes[best]:,.10g}{self._shared}"
        )

    @property
    def sentence(self) -> str:
        """The label, its evidence and what it leaves open."""
        size = f"{self.runs.sizes[self.candidate]:,.10g}"
        ends = interval_text(self.interval.low, self.interval.high, self.interval.level)
        lead = f"{self.lead:+.3f} over the better end, {ends}"
        p = p_text(self.p[self.candidate - 1], _RESOLUTION)
        if self.detected:
            how = ", confirmed on runs kept apart" if self.split else ""
            return guard(
                f"gap detected{how}: teacher {size} leads by {lead}; {p}; the choice "
                f"alone adds {self.bias:.3f} where intermediate teachers are alike."
            )
        name = "" if self.label == "gap not detected" else f"{self.label}, "
        meaning = _MEANING[self.label]
        if self.label != "flat":
            meaning += self._shared
        kept = f"; on runs kept apart {p_text(self.split.p)}" if self.split else ""
        return guard(
            f"{name}gap not detected: {meaning}; best intermediate "
            f"teacher {size}, {lead}; {p}{kept}; n needed for a lead of one run's "
            f"standard deviation: {self.needed} runs of each teacher."
        )

    @property
    def _shared(self) -> str:
        """What to add where several teachers have the highest mean."""
        names = "; ".join(f"{self.runs.sizes[i]:,.10g}" for i in self.runs.tied)
        several = len(self.runs.tied) > 1
        return f" (highest mean shared by teachers {names})" if several else ""


def capacity_gap(
    sizes: Sequence[float],
    groups: Sequence[Sequence[float]],
    *,
    alpha: float = 0.05,
    strict: bool = False,
    seed: int = 0,
) -> CapacityGap:
    """Test whether an intermediate teacher beats both the largest and the smallest.

    Args:
        sizes: `[k]` sizes of at least three teachers; other ordered levels serve too.
        groups: for each teacher the scores of its runs, one number for each run.
        alpha: level of the rule.
        strict: ask also that the teacher be chosen on one half of the runs and
            confirmed on the other; needs four runs of each teacher.
        seed: of the integration and the halves.

    Raises:
        DataError: a teacher has one run, runs of every teacher agree to the last
            digit while teachers differ, or `strict` has fewer than four runs.

    Example:
        >>> runs = [[.50, .52, .54], [.60, .62, .64], [.66, .68, .70], [.55, .57, .59]]
        >>> found = capacity_gap([1, 3, 7, 14], runs)
        >>> found.label, found.teacher
        ('gap detected', 7.0)
    """
    if not 0 < alpha < 1:
        raise DataError(f"alpha = {alpha} is not between 0 and 1.")
    runs = TeacherRuns.of(sizes, groups)
    p_largest, p_smallest = _legs(runs, seed)
    split = confirm(runs, alpha, seed) if strict else None
    passed = _passed(runs, np.maximum(p_largest, p_smallest) < alpha, split)
    interior = runs.means[1:-1]
    detected = bool(passed.any())
    # Only a teacher that passed is named, and of these the one with the highest mean.
    eligible = np.where(passed, interior, -np.inf) if detected else interior
    candidate = 1 + int(eligible.argmax())
    f, f_p = runs.one_way
    lead, interval = _lead(runs, candidate, alpha)
    return CapacityGap(
        runs=runs,
        label=_label(runs, detected, f_p < alpha),
        p_largest=tuple(p_largest.tolist()),
        p_smallest=tuple(p_smallest.tolist()),
        f=f,
        f_p=f_p,
        candidate=candidate,
        lead=lead,
        interval=interval,
        bias=expected_maximum(len(interior)) * runs.pooled_sd / sqrt(min(runs.runs)),
        split=split,
        needed=needed_runs(len(runs.sizes), 1.0, alpha=alpha),
        alpha=alpha,
    )


def expected_maximum(count: int) -> float:
    """The mean of the largest of several independent standard normal numbers.

    Example:
        >>> round(expected_maximum(6), 3)
        1.267
    """

    def weighted(z: float) -> float:
        return float(z * count * norm.pdf(z) * norm.cdf(z) ** (count - 1))

    return quad(weighted, -10, 10)[0]


def _passed(runs: TeacherRuns, passed: np.ndarray, split: Split | None) -> np.ndarray:
    """`[k - 2]` which intermediate teachers pass, and under strict were confirmed."""
    if split is None:
        return passed
    chosen = np.array(runs.sizes[1:-1]) == split.teacher
    return passed & chosen & split.confirmed


def _label(runs: TeacherRuns, detected: bool, differ: bool) -> Label:
    if detected:
        return "gap detected"
    if not differ:
        return "flat"
    if runs.best == len(runs.sizes) - 1:
        return "censored-high"
    return "gap not detected" if runs.best else "censored-low"


def _legs(runs: TeacherRuns, seed: int) -> tuple[np.ndarray, np.ndarray]:
    if runs.constant:
        if np.ptp(runs.means) <= ROUNDING * np.abs(runs.means).max():
            return np.ones(len(runs.sizes) - 2), np.ones(len(runs.sizes) - 2)
        raise DataError(
            "the runs of every teacher agree to the last digit, so there is no spread "
            "to test against; let the seeds change the runs."
        )
    with warnings.catch_warnings():
        # Runs of one teacher that agree exactly; the spread is pooled over all.
        warnings.filterwarnings("ignore", "Precision loss", RuntimeWarning)
        largest = dunnett(
            *runs.groups[:-1], control=runs.groups[-1], alternative="greater", rng=seed
        )
        smallest = dunnett(
            *runs.groups[1:], control=runs.groups[0], alternative="greater", rng=seed
        )
    # Below the error of the integration p-values are not known, and none is 0.
    found = (largest.pvalue[1:], smallest.pvalue[:-1])
    high, low = (np.maximum(p, _RESOLUTION) for p in found)
    return high, low


def _lead(runs: TeacherRuns, candidate: int, alpha: float) -> tuple[float, Interval]:
    means, counts = runs.means, runs.runs
    end = -1 if means[-1] >= means[0] else 0
    lead = float(means[candidate] - means[end])
    error = runs.pooled_sd * sqrt(1 / counts[candidate] + 1 / counts[end])
    half = float(t.isf(alpha / 2, runs.freedom)) * error
    method = "pooled t, not adjusted for the choice"
    return lead, Interval(lead - half, lead + half, 1 - alpha, method)
