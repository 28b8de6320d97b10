"""Size and power of the capacity-gap rule, without integrating for every sample.

With r runs of each of k teachers the k - 1 statistics of one leg are
``(Z_j - Z_0) / (sqrt(2) S)``, where the Z are standard normal and S^2 is chi-squared
over its ``k (r - 1)`` degrees of freedom. Given S and Z_0 they are independent, so

    P[max_j t_j <= c] = E over S and Z_0 of Phi(sqrt(2) c S + Z_0)^(k - 1)

is a double integral, and its 1 - alpha point c is needed once for all samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, nct, norm

from memcap.core.errors import DataError
from memcap.distill.statistics.power import fewest_runs

_NODES = 80
# The normal mass outside is 1e-15, below what the nodes resolve.
_REACH = 8.0


@dataclass(frozen=True, slots=True)
class Rates:
    """How often the rule and the naive reading call a gap.

    Args:
        gap: share of studies with both legs significant for one teacher.
        naive: share in which an interior teacher merely has the highest mean.
        studies: how many were simulated.
    """

    gap: float
    naive: float
    studies: int

    @property
    def sentence(self) -> str:
        """Both shares."""
        return (
            f"both legs: {self.gap:.3f}, bare highest mean: {self.naive:.3f} "
            f"of {self.studies:,} simulated studies."
        )


def leg_p(statistic: float, teachers: int, runs: int) -> float:
    """One-sided Dunnett p of one statistic in a leg of k - 1 comparisons.

    Args:
        statistic: t of one teacher against the control.
        teachers: k, with the control.
        runs: r of each teacher.
    """
    return 1 - _joint(statistic, teachers - 1, teachers * (runs - 1))


@cache
def critical_value(
    teachers: int, runs: int, alpha: float = 0.05, compared: int | None = None
) -> float:
    """The t above which one leg is significant.

    Args:
        teachers: k >= 2, with the control; all lend their spread.
        runs: r >= 2 of each teacher.
        alpha: one-sided level of the leg.
        compared: how many of them are compared with the control; k - 1 if left out.

    Raises:
        DataError: a number is out of its range.

    Example:
        >>> round(critical_value(2, 3), 3)  # Student's t with 4 degrees of freedom
        2.132
    """
    if teachers < 2 or runs < 2:
        raise DataError(f"k = {teachers} teachers and r = {runs} runs must be >= 2.")
    many = teachers - 1 if compared is None else compared
    if not 1 <= many < teachers:
        raise DataError(
            f"{many} of {teachers} teachers compared with one of them: give 1 to "
            f"{teachers - 1}."
        )
    if not 0 < alpha < 1:
        raise DataError(f"alpha = {alpha} is not between 0 and 1.")
    freedom = teachers * (runs - 1)
    found = brentq(lambda c: _joint(c, many, freedom) - 1 + alpha, -50.0, 1e3)
    return float(found)  # pyright: ignore[reportArgumentType]


def _joint(c: float, compared: int, freedom: int) -> float:
    control, control_mass, scale, scale_mass = _grid(freedom)
    inside = norm.cdf(sqrt(2) * c * scale[:, None] + control) ** compared
    return float(scale_mass @ inside @ control_mass)


@cache
def _grid(freedom: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    control = _REACH * nodes
    control_mass = _REACH * weights * norm.pdf(control)
    # Wilson and Hilferty: the cube root of chi-squared is nearly normal, so its grid,
    # cut at 0, serves every number of degrees of freedom.
    spread = sqrt(2 / (9 * freedom))
    centre = 1 - spread**2
    low, high = max(centre - _REACH * spread, 0.0), centre + _REACH * spread
    root = (low + high) / 2 + (high - low) / 2 * nodes
    density = chi2.pdf(freedom * root**3, freedom) * 3 * freedom * root**2
    return control, control_mass, np.sqrt(root**3), (high - low) / 2 * weights * density


def gap_rates(
    means: Sequence[float],
    sd: float,
    runs: int,
    *,
    studies: int = 4_000,
    seed: int = 0,
    alpha: float = 0.05,
) -> Rates:
    """Simulate studies with given true means.

    Args:
        means: `[k]` true means, smallest teacher first.
        sd: standard deviation between runs.
        runs: r of each teacher.
        studies: how many to simulate.
        seed: of the draws.
        alpha: level of the rule.

    Example:
        >>> gap_rates([0, 9, 0], 0.5, 3, studies=100).gap
        1.0
    """
    k = len(means)
    if k < 3:
        raise DataError(f"{k} teachers have none in between; give at least three.")
    c = critical_value(k, runs, alpha)
    rng = np.random.default_rng(seed)
    scores = rng.normal(np.array(means)[:, None], sd, (studies, k, runs))
    found = scores.mean(axis=2)
    pooled = np.sqrt(scores.var(axis=2, ddof=1).mean(axis=1))
    lead = found[:, 1:-1] - np.maximum(found[:, :1], found[:, -1:])
    # Both legs share c, so a teacher passes if its lead over the better end does.
    passed = lead > (c * pooled * sqrt(2 / runs))[:, None]
    best = found.argmax(axis=1)
    return Rates(
        gap=float(passed.any(axis=1).mean()),
        naive=float(((best > 0) & (best < k - 1)).mean()),
        studies=studies,
    )


def needed_runs(
    teachers: int, lead: float, *, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Runs of each teacher that show a lead over both ends.

    Each leg misses it with probability at most (1 - power) / 2, so both together with
    at most 1 - power.

    Args:
        teachers: k >= 3.
        lead: of one interior teacher over both ends, in standard deviations of a run.
        alpha: level of the rule.
        power: chance of seeing the lead.

    Raises:
        DataError: the lead is not positive or needs more than 10,000 runs.

    Example:
        >>> needed_runs(6, 1.0) > needed_runs(6, 2.0) > 2
        True
    """
    if teachers < 3 or not lead > 0 or not 0 < power < 1:
        raise DataError(
            f"k = {teachers}, lead = {lead}, power = {power}: take k >= 3, a positive "
            "lead and a power between 0 and 1."
        )

    def enough(runs: int) -> bool:
        shift = lead * sqrt(runs / 2)
        bar = critical_value(teachers, runs, alpha)
        return bool(nct.sf(bar, teachers * (runs - 1), shift) >= (1 + power) / 2)

    return fewest_runs(enough, f"a lead of {lead:g}")
