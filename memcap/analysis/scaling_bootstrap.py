"""An interval for the exponent: whole groups of points are drawn again.

Points of one seed or one draw of data may err together, so groups are resampled, not
points. The percentile interval of few groups is too short; its levels are therefore
moved outwards to those of Student's t, ``Phi(-sqrt(G / f) t_f)`` with f degrees of
freedom from G groups (Hesterberg, The American Statistician 69, 2015, section 5.3).
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import norm, t

from memcap.analysis.scaling_likelihood import maximise
from memcap.analysis.scaling_models import Model
from memcap.analysis.scaling_points import Logs
from memcap.core.errors import DataError

_REDRAWS = 100


@dataclass(frozen=True, slots=True)
class Resampling:
    """How often and from which seed groups are drawn again.

    Args:
        seed: seed of the draws.
        resamples: how many data sets are drawn.
        level: confidence level of the interval.
    """

    seed: int
    resamples: int = 1000
    level: float = 0.95

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise DataError(f"level = {self.level} is not between 0 and 1.")
        if self.resamples < 100:
            raise DataError(
                f"resamples = {self.resamples} leave no tails to read an interval "
                "from; take at least 100."
            )


def interval(data: Logs, model: Model, how: Resampling) -> tuple[float, float]:
    """The interval of a free exponent.

    Args:
        data: the points.
        model: a model whose exponent is free.
        how: seed, number and level.

    Returns:
        its lower and upper end.

    Raises:
        DataError: there are too few groups to be drawn from.
    """
    found = maximise(data, model, draws(data, how)).coefficients[:, 1]
    tail = expanded_tail(data.groups, freedom(data), how.level)
    low, high = np.quantile(found, [tail, 1 - tail])
    return float(low), float(high)


def freedom(data: Logs) -> int:
    """Degrees of freedom: groups less the numbers that one group cannot give.

    Where every group spans several sizes each gives an exponent of its own, and only
    their mean is fitted; otherwise a line is fitted through the groups.

    Raises:
        DataError: none are left.
    """
    own = all(_spans(data, group) for group in range(data.groups))
    left = data.groups - (1 if own else 2)
    if left < 1:
        raise DataError(
            f"{data.groups} groups are too few to be resampled; give points that share "
            "no draw groups of their own, or run more seeds."
        )
    return left


def _spans(data: Logs, group: int) -> bool:
    return len(set(data.x[(data.group == group) & data.two_sided])) > 1


def expanded_tail(groups: int, degrees: int, level: float) -> float:
    """The quantile at which to read the lower end.

    Example:
        >>> round(expanded_tail(10**6, 10**6, 0.95), 4)
        0.025
        >>> expanded_tail(6, 5, 0.95) < 0.01
        True
    """
    quantile = t.ppf((1 - level) / 2, degrees)
    return float(norm.cdf(sqrt(groups / degrees) * quantile))


def draws(data: Logs, how: Resampling) -> np.ndarray:
    """`[B, k]` how often each point occurs; every draw has an exponent.

    Raises:
        DataError: hardly any draw has one.
    """
    rng = np.random.default_rng(how.seed)
    weights = _draw(rng, data, how.resamples)
    for _ in range(_REDRAWS):
        bad = ~_determined(data, weights)
        if not bad.any():
            return weights
        weights[bad] = _draw(rng, data, int(bad.sum()))
    raise DataError(
        f"draws from {data.groups} groups seldom hold two sizes; run more seeds."
    )


def _draw(rng: np.random.Generator, data: Logs, number: int) -> np.ndarray:
    chosen = rng.integers(0, data.groups, (number, data.groups))
    counts = (chosen[:, :, None] == np.arange(data.groups)).sum(axis=1)
    return counts[:, data.group].astype(float)


def _determined(data: Logs, weights: np.ndarray) -> np.ndarray:
    present = (weights > 0) & data.two_sided
    smallest = np.where(present, data.x, np.inf).min(axis=1)
    return np.where(present, data.x, -np.inf).max(axis=1) > smallest
