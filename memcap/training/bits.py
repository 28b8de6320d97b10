"""Capacity in bits: the most that one network saves over a ladder of N.

A network asked for ever more random labels first memorizes all of them, N log2 C
bits, and then as many bits as it holds. The maximum over N is its capacity under this
training, a lower bound on what its weights could hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan, sqrt

import numpy as np
from scipy.stats import norm, t

from memcap.core.errors import DataError
from memcap.training.capacity import Make, Train, check_ladder, most_bits
from memcap.training.ensemble import train_ensemble
from memcap.training.outcomes import Outcome

_RESAMPLES = 2000


@dataclass(frozen=True)
class BitsPoint:
    """The best try of one seed at one N.

    Args:
        samples: N.
        seed: seed of the members.
        bits: most bits memorized by a try of that seed.
        correct: labels right in the try with most of them.
        total: labels there are.
        steps: steps of all tries.
        members: number of tries.
    """

    samples: int
    seed: int
    bits: float
    correct: int
    total: int
    steps: int
    members: int


@dataclass(frozen=True)
class BitsCapacity:
    """Bits that one network memorizes, over seeds.

    Args:
        points: for every N of the ladder and every seed, in this order.
        bits: mean over the seeds of the maximum over N.
        interval: of that mean; NaN for a single seed.
        parameters: parameters of the network.
        level: confidence level.
        at: N of the maximum of each seed, in the order of the seeds.
        cost: steps of all members.
    """

    points: tuple[BitsPoint, ...]
    bits: float
    interval: tuple[float, float]
    parameters: int
    level: float
    at: tuple[int, ...]
    cost: int

    @property
    def bits_per_parameter(self) -> float:
        """`bits` a parameter."""
        return self.bits / self.parameters

    @property
    def interval_per_parameter(self) -> tuple[float, float]:
        """`interval` a parameter."""
        low, high = self.interval
        return low / self.parameters, high / self.parameters

    @property
    def censored(self) -> bool:
        """Whether a seed has its maximum at the largest N: the bits lie above."""
        return max(point.samples for point in self.points) in self.at


def bits_capacity(
    make: Make,
    ladder: Sequence[int],
    *,
    parameters: int,
    level: float = 0.95,
    seed: int = 0,
    train: Train = train_ensemble,
) -> BitsCapacity:
    """The most bits memorized over a ladder of N, with an interval over seeds.

    Members of one seed are tries of it: the best counts. The seeds' maxima over N are
    averaged. The interval is a percentile bootstrap over seeds, its levels moved
    outwards to those of Student's t (Hesterberg, The American Statistician 69, 2015,
    section 5.3).

    Args:
        make: members at N: the same network, the same seeds at every N, learning rates.
        ladder: increasing N.
        parameters: of the network, as `memcap.nn.trained_parameters` counts them.
        level: confidence level.
        seed: seed of the resampling.
        train: trains members.

    Returns:
        every point, and bits with their interval.

    Raises:
        DataError: the ladder does not increase, there are no parameters, an N has
            other seeds, or a seed has no bits at any N.

    References:
        Morris25.Mem.
    """
    check_ladder(ladder)
    if parameters < 1:
        raise DataError(f"parameters = {parameters} is not an integer >= 1.")
    if not 0 < level < 1:
        raise DataError(f"level = {level} is not between 0 and 1.")
    points = tuple(p for n in ladder for p in _points(n, train(tuple(make(n)))))
    seeds = _seeds(points, ladder)
    tops = [_top(points, own) for own in seeds]
    bits = [top.bits for top in tops]
    return BitsCapacity(
        points=points,
        bits=float(np.mean(bits)),
        interval=_interval(np.array(bits), level, seed),
        parameters=parameters,
        level=level,
        at=tuple(top.samples for top in tops),
        cost=sum(point.steps for point in points),
    )


def _points(samples: int, outcomes: Sequence[Outcome]) -> list[BitsPoint]:
    points = []
    for seed in sorted({outcome.member.seed for outcome in outcomes}):
        own = [outcome for outcome in outcomes if outcome.member.seed == seed]
        best = max(own, key=lambda outcome: outcome.correct / outcome.total)
        steps = sum(outcome.steps for outcome in own)
        bits = most_bits(own)
        point = (samples, seed, bits, best.correct, best.total, steps, len(own))
        points.append(BitsPoint(*point))
    return points


def _seeds(points: Sequence[BitsPoint], ladder: Sequence[int]) -> list[int]:
    seeds = {n: [p.seed for p in points if p.samples == n] for n in ladder}
    first = seeds[ladder[0]]
    for n, own in seeds.items():
        if own != first or not own:
            raise DataError(f"N = {n} has seeds {own}, N = {ladder[0]} has {first}.")
    return first


def _top(points: Sequence[BitsPoint], seed: int) -> BitsPoint:
    own = [point for point in points if point.seed == seed and isfinite(point.bits)]
    if not own:
        raise DataError(
            f"seed {seed} has no number of bits at any N: use decision 'argmax' and a "
            "learning rate that does not diverge."
        )
    return max(own, key=lambda point: point.bits)


def _interval(values: np.ndarray, level: float, seed: int) -> tuple[float, float]:
    count = len(values)
    if count < 2:
        return nan, nan
    drawn = np.random.default_rng(seed).integers(0, count, (_RESAMPLES, count))
    quantile = t.ppf((1 - level) / 2, count - 1)
    tail = float(norm.cdf(sqrt(count / (count - 1)) * quantile))
    low, high = np.quantile(values[drawn].mean(axis=1), [tail, 1 - tail])
    return float(low), float(high)
