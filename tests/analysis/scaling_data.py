"""Planted laws as an experiment would measure them: known, or seen on a ladder."""

from math import floor, log

import numpy as np

from memcap.analysis.scaling_points import Point

SIZES = tuple(2.0**k for k in range(6, 14))
SHORT = tuple(2.0**k for k in range(6, 11))


def known(law, scatter, seed, sizes=SIZES, seeds=3):
    """W is counted; every draw of data is its own."""
    rng = np.random.default_rng(seed)
    return [
        Point.exact(n, law(n) * np.exp(scatter * rng.normal()), group=f"{s}/{n}")
        for n in sizes
        for s in range(seeds)
    ]


def laddered(law, scatter, seed, sizes=SIZES, seeds=3, ratio=1.5, rungs=(0, 99)):
    """W is bisected for on a ladder ``ratio ** k`` with lowest and highest rung."""
    rng = np.random.default_rng(seed)
    return [
        on_ladder(law(n) * np.exp(scatter * rng.normal()), n, ratio, rungs, f"{s}/{n}")
        for n in sizes
        for s in range(seeds)
    ]


def on_ladder(value, size, ratio, rungs, group):
    rung = floor(log(value) / log(ratio))
    if rung >= rungs[1]:
        return Point.above(size, ratio ** rungs[1], group=group)
    if rung < rungs[0]:
        return Point.below(size, ratio ** rungs[0], group=group)
    return Point.between(size, ratio**rung, ratio ** (rung + 1), group=group)
