"""Intervals of an accuracy and of a gain, the item being the unit.

They answer for two checkpoints. For two recipes see
:mod:`memcap.distill.statistics.levels`.
"""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from memcap.core.errors import DataError
from memcap.distill.statistics.paired import PairedTable
from memcap.distill.statistics.scores import ROUNDING, PairedScores
from memcap.distill.statistics.wording import guard, interval_text

# Entries of one block of resamples; bounds the memory, not the result.
_BLOCK = 4_000_000
_FEWEST_RESAMPLES = 100


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Args:
        low: lower end, minus infinity where the data bound nothing.
        high: upper end.
        level: confidence level.
        method: how it was found.
    """

    low: float
    high: float
    level: float
    method: str

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 lies outside."""
        return self.low > 0 or self.high < 0

    @property
    def sentence(self) -> str:
        """Ends and method."""
        ends = interval_text(self.low, self.high, self.level)
        return guard(f"{ends} ({self.method})")


def wilson(right: int, items: int, level: float = 0.95) -> Interval:
    """Wilson's interval of one accuracy.

    Example:
        >>> found = wilson(3, 30)
        >>> round(found.low, 6), round(found.high, 6)
        (0.0346, 0.256211)
    """
    check_level(level)
    if items < 1 or not 0 <= right <= items:
        raise DataError(f"{right} right of {items} items is not an accuracy.")
    ends = proportion_confint(right, items, alpha=1 - level, method="wilson")
    low, high = np.array(ends, dtype=float).tolist()
    return Interval(low, high, level, "Wilson")


def newcombe(table: PairedTable, level: float = 0.95) -> Interval:
    """Newcombe's interval of a paired gain, from Wilson's limits of both accuracies.

    With D = p1 - p2, limits l_i, u_i and phi the correlation of the paired table::

        low  = D - sqrt((p1 - l1)^2 - 2 phi (p1 - l1)(u2 - p2) + (u2 - p2)^2)
        high = D + sqrt((u1 - p1)^2 - 2 phi (u1 - p1)(p2 - l2) + (p2 - l2)^2)

    Args:
        table: the items; p1 is the accuracy after, p2 before.
        level: confidence level.
    """
    n, phi = table.items, newcombe_phi(table)
    after = wilson(table.both + table.won, n, level)
    before = wilson(table.both + table.lost, n, level)
    down, up = table.after - after.low, before.high - table.before
    low = table.gain - sqrt(max(down**2 - 2 * phi * down * up + up**2, 0.0))
    up, down = after.high - table.after, table.before - before.low
    high = table.gain + sqrt(max(up**2 - 2 * phi * up * down + down**2, 0.0))
    return Interval(low, high, level, "Newcombe paired")


def newcombe_phi(table: PairedTable) -> float:
    """The correlation of a paired table, its numerator corrected for continuity.

    Example:
        >>> round(newcombe_phi(PairedTable(123, 26, 54, 97)), 4)
        0.4689
    """
    a, b, c, d = table.both, table.lost, table.won, table.neither
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if not margins:
        return 0.0
    numerator = a * d - b * c
    if numerator > 0:
        numerator = max(numerator - table.items / 2, 0)
    return numerator / sqrt(margins)


def bca(
    scores: PairedScores, seed: int, *, level: float = 0.95, resamples: int = 10_000
) -> Interval:
    """The BCa bootstrap of the gain over items, whole or fractional scores.

    Where all n differences agree nothing can be resampled. The interval then holds the
    mean of any population with scores in [0, 1] in which n such items are not rarer
    than 1 - level: a share of at most ``1 - (1 - level)^(1/n)`` differs from them.

    Args:
        scores: n paired scores.
        seed: of the resampling.
        level: confidence level.
        resamples: how often the items are drawn again, at least 100 times.

    Example:
        >>> bca(PairedScores.of([1, 1], [1, 1]), seed=0).excludes_zero
        False
    """
    check_level(level)
    if resamples < _FEWEST_RESAMPLES:
        raise DataError(
            f"resamples = {resamples} leave no tails to read an interval from; take at "
            f"least {_FEWEST_RESAMPLES}."
        )
    differences = scores.differences
    # Differences equal but for rounding would give an interval as narrow as that.
    if np.ptp(differences) <= ROUNDING * np.abs(differences).max():
        return _all_alike(scores, level)
    means = _resampled_means(differences, resamples, np.random.default_rng(seed))
    low, high = _bca_ends(means, differences, level)
    return Interval(low, high, level, "BCa over items")


def _resampled_means(
    differences: np.ndarray, resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Means of items drawn again; whole scores have three values, so few counts."""
    values, counts = np.unique(differences, return_counts=True)
    share = counts / len(differences)
    block = max(1, _BLOCK // len(values))
    sizes = [min(block, resamples - done) for done in range(0, resamples, block)]
    draws = [rng.multinomial(len(differences), share, size) @ values for size in sizes]
    return np.concatenate(draws) / len(differences)


def _bca_ends(
    means: np.ndarray, differences: np.ndarray, level: float
) -> tuple[float, float]:
    """Quantiles of the resampled means, moved for bias and skewness.

    The acceleration by the jackknife is ``sum u^3 / (6 (sum u^2)^(3/2))`` for a mean,
    u being the deviations from it, so no item has to be left out in turn.
    """
    deviations = differences - differences.mean()
    skew = np.sum(deviations**3) / (6 * np.sum(deviations**2) ** 1.5)
    below = np.mean(means < differences.mean()) + np.mean(means <= differences.mean())
    # Half a draw on either side keeps the bias finite.
    least = 0.5 / len(means)
    bias = norm.ppf(np.clip(below / 2, least, 1 - least))
    moved = bias + norm.ppf([(1 - level) / 2, (1 + level) / 2])
    tails = norm.cdf(bias + moved / (1 - skew * moved))
    low, high = np.quantile(means, tails)
    return float(low), float(high)


def _all_alike(scores: PairedScores, level: float) -> Interval:
    method = "all items differ alike"
    if not all(0 <= score <= 1 for score in (*scores.before, *scores.after)):
        return Interval(-inf, inf, level, f"{method}, scores unbounded")
    common, other = scores.gain, 1 - (1 - level) ** (1 / scores.items)
    # The unseen share of items may differ by anything from -1 to 1.
    centre = common * (1 - other)
    return Interval(centre - other, centre + other, level, method)


def check_level(level: float) -> None:
    """Refuse a confidence level outside 0 to 1."""
    if not 0 < level < 1:
        raise DataError(f"level = {level} is not between 0 and 1.")
