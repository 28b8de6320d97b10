"""Gains of one cell of a study at both levels, over its seeds and over its items.

Records of a study tell which items were right, so that every item is averaged over the
runs before items are drawn again. Rows made elsewhere may hold counts alone. Over r
runs on the same items the standard error of the mean gain is at most the mean of the r
standard errors, with equality where all runs win and lose the same items. The interval
over items is then the mean of the runs' own intervals, never narrower than the items
allow; to pool the items of several runs would count every item r times.
"""

from collections.abc import Sequence
from math import isfinite

import numpy as np

from memcap.analysis.distill_rows import Run
from memcap.core.errors import DataError
from memcap.distill.statistics import (
    Interval,
    TwoLevels,
    both_levels,
    exact_p,
    needed_seeds,
    newcombe,
    over_seeds,
)

# Of the bootstrap over items: the same records give the same interval.
_SEED = 0


def levels(runs: Sequence[Run], level: float = 0.95, worth: float = 0.02) -> TwoLevels:
    """The gain of one arm over its seeds and over the items.

    Args:
        runs: `[r]` runs that differ in their seed.
        level: confidence level of both intervals.
        worth: the smallest gain worth seeing, for the number of seeds needed.
    """
    scores = [run.scores for run in runs]
    if all(scores) and len({run.test for run in runs}) == 1:
        known = [one for one in scores if one is not None]
        return both_levels(known, _SEED, level=level, worth=worth)
    gains = [run.gain for run in runs]
    seeds = over_seeds(gains, level)
    return TwoLevels(
        gain=float(np.mean(gains)),
        seeds=seeds,
        items=over_items(runs, level),
        runs=len(runs),
        worth=worth,
        needed=_needed(gains, worth, 1 - level) if isfinite(seeds.low) else None,
    )


def over_items(runs: Sequence[Run], level: float = 0.95) -> Interval:
    """The mean of the runs' own intervals over items."""
    own = [newcombe(run.table, level) for run in runs]
    method = own[0].method if len(own) == 1 else f"mean of {len(own)} {own[0].method}"
    low, high = np.mean([[one.low, one.high] for one in own], axis=0).tolist()
    return Interval(low, high, level, method)


def _needed(gains: Sequence[float], worth: float, alpha: float) -> int | None:
    try:
        return needed_seeds(worth, float(np.std(gains, ddof=1)), alpha=alpha)
    except DataError:
        return None


def item_p(run: Run) -> float:
    """Exact McNemar of one run: what is known where no cell has two."""
    return exact_p(run["lost"], run["won"])
