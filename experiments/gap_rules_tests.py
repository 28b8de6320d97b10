"""Rules that call a capacity gap, each applied to many studies at once.

A study has r runs of each of k teachers, ``scores[study, teacher, run]``. Every rule
says of every study whether an intermediate teacher is better than both ends.
"""

from collections.abc import Callable
from functools import cache
from math import sqrt

import numpy as np
from scipy.stats import t

from memcap.distill.statistics import critical_value

# Those of the simulated teachers, and the level of every rule.
SIZES = (1.5, 3, 7, 14, 32, 72)
ALPHA = 0.05
_NULL_STUDIES = 200_000
_CHUNK = 200


def pooled_variance(scores: np.ndarray) -> np.ndarray:
    """`[S]` variance between runs of one teacher, pooled over teachers."""
    return scores.var(axis=2, ddof=1).mean(axis=1)


def highest_mean(scores: np.ndarray) -> np.ndarray:
    """The highest mean is that of an intermediate teacher."""
    best = scores.mean(axis=2).argmax(axis=1)
    return (best > 0) & (best < scores.shape[1] - 1)


def turning_quadratic(scores: np.ndarray) -> np.ndarray:
    """Lind and Mehlum: a quadratic in log2 T rises at one end and falls at the other.

    Both slopes by one-sided t-tests of the least-squares fit over all runs.
    """
    _, k, r = scores.shape
    x = np.repeat(np.log2(SIZES[:k]), r)
    design = np.stack([np.ones_like(x), x, x**2], axis=1)
    inverse = np.linalg.inv(design.T @ design)
    values = scores.reshape(len(scores), -1)
    fitted = values @ design @ inverse
    freedom = k * r - 3
    variance = ((values - fitted @ design.T) ** 2).sum(axis=1) / freedom
    statistics = []
    for end, sign in ((x[0], 1), (x[-1], -1)):
        slope = sign * np.array([0, 1, 2 * end])
        error = np.sqrt(variance * (slope @ inverse @ slope))
        statistics.append(fitted @ slope / error)
    return np.minimum(*statistics) > t.isf(ALPHA, freedom)


def isotone(means: np.ndarray) -> np.ndarray:
    """`[..., k]` the nearest means that never fall, by the max-min formula."""
    k = means.shape[-1]
    sums = np.concatenate([np.zeros_like(means[..., :1]), means], -1).cumsum(axis=-1)
    fitted = np.full_like(means, -np.inf)
    for start in range(k):
        spans = np.arange(1, k - start + 1)
        averages = (sums[..., start + 1 :] - sums[..., start, None]) / spans
        # The least average over all ends t >= i, for every i >= start.
        least = np.minimum.accumulate(averages[..., ::-1], axis=-1)[..., ::-1]
        fitted[..., start:] = np.maximum(fitted[..., start:], least)
    return fitted


def misfit(means: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Squared distance of means to the isotone ones, over the variance of a run."""
    return ((means - isotone(means)) ** 2).sum(axis=-1) / variance


def isotonic_bootstrap(scores: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """The misfit is rare among studies drawn about the fitted isotone means."""
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [
            _bootstrap_p(scores[i : i + _CHUNK], draws, rng) < ALPHA
            for i in range(0, len(scores), _CHUNK)
        ]
    )


def _bootstrap_p(
    scores: np.ndarray, draws: int, rng: np.random.Generator
) -> np.ndarray:
    studies, k, r = scores.shape
    means, variance = scores.mean(axis=2), pooled_variance(scores)
    noise = rng.normal(size=(draws, studies, k)) * np.sqrt(variance / r)[:, None]
    freedom = k * (r - 1)
    drawn = variance * rng.chisquare(freedom, (draws, studies)) / freedom
    reached = misfit(isotone(means) + noise, drawn) >= misfit(means, variance)
    return (1 + reached.sum(axis=0)) / (draws + 1)


def isotonic_constant(scores: np.ndarray) -> np.ndarray:
    """The misfit is rare among studies of equal teachers."""
    _, k, r = scores.shape
    bound = _quantile_of_equals("misfit", k, r)
    return misfit(scores.mean(axis=2), pooled_variance(scores)) > bound


def lead(means: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """The largest intermediate mean less the better end, in deviations of a run."""
    ends = np.maximum(means[..., 0], means[..., -1])
    return (means[..., 1:-1].max(axis=-1) - ends) / np.sqrt(variance)


def lead_constant(scores: np.ndarray) -> np.ndarray:
    """The lead over the better end is rare among studies of equal teachers."""
    _, k, r = scores.shape
    bound = _quantile_of_equals("lead", k, r)
    return lead(scores.mean(axis=2), pooled_variance(scores)) > bound


_STATISTICS = {"misfit": misfit, "lead": lead}


@cache
def _quantile_of_equals(statistic: str, k: int, r: int) -> float:
    """Exceeded with probability alpha where all teachers are equal.

    Free of their mean and spread, and found by drawing: to about .0005 in probability.
    """
    rng = np.random.default_rng(0)
    means = rng.normal(scale=sqrt(1 / r), size=(_NULL_STUDIES, k))
    variance = rng.chisquare(k * (r - 1), _NULL_STUDIES) / (k * (r - 1))
    drawn = _STATISTICS[statistic](means, variance)
    return float(np.quantile(drawn, 1 - ALPHA))


def split_halves(scores: np.ndarray) -> np.ndarray:
    """Chosen as the best inside on one half; on the other it beats both ends.

    Each end by a one-sided t-test with the spread of that half, pooled.
    """
    first, second = np.split(scores, [scores.shape[2] // 2], axis=2)
    chosen = 1 + first.mean(axis=2)[:, 1:-1].argmax(axis=1)
    means, (_, k, r) = second.mean(axis=2), second.shape
    ends = np.maximum(means[:, 0], means[:, -1])
    error = np.sqrt(2 * pooled_variance(second) / r)
    statistic = (means[np.arange(len(means)), chosen] - ends) / error
    return statistic > t.isf(ALPHA, k * (r - 1))


def dunnett_and_plain(scores: np.ndarray) -> np.ndarray:
    """One teacher beats the largest by Dunnett's test, the smallest by its own t."""
    _, k, r = scores.shape
    means, variance = scores.mean(axis=2), scores.var(axis=2, ddof=1)
    error = np.sqrt(2 * pooled_variance(scores) / r)[:, None]
    largest = (means[:, 1:-1] - means[:, -1:]) / error
    own = np.sqrt((variance[:, 1:-1] + variance[:, :1]) / r)
    smallest = (means[:, 1:-1] - means[:, :1]) / own
    passed = largest > critical_value(k, r, ALPHA)
    passed &= smallest > t.isf(ALPHA, 2 * (r - 1))
    return passed.any(axis=1)


def dunnett_both(scores: np.ndarray) -> np.ndarray:
    """One teacher beats both ends, each by Dunnett's test: the rule of memcap."""
    _, k, r = scores.shape
    bound = critical_value(k, r, ALPHA) * sqrt(2 / r)
    return lead(scores.mean(axis=2), pooled_variance(scores)) > bound


def intermediate_only(scores: np.ndarray) -> np.ndarray:
    """As on both legs, but the ends are not compared with each other.

    Dunnett's test counts the other end among its k - 1 comparisons, and the rule never
    reads that one; with k - 2 the same proof gives the same level.
    """
    _, k, r = scores.shape
    bound = critical_value(k, r, ALPHA, compared=k - 2) * sqrt(2 / r)
    return lead(scores.mean(axis=2), pooled_variance(scores)) > bound


# Those that need no draws of their own, in the order of the report.
RULES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "highest mean inside": highest_mean,
    "quadratic turns inside": turning_quadratic,
    "isotonic misfit, equal teachers": isotonic_constant,
    "lead, equal teachers": lead_constant,
    "split halves": split_halves,
    "Dunnett and plain t": dunnett_and_plain,
    "Dunnett on both legs": dunnett_both,
    "both legs, intermediate only": intermediate_only,
}
BOOTSTRAP = "isotonic misfit, bootstrap"
# Both halves need two runs.
FEWEST = {"split halves": 4}
