"""A gain over seeds beside the same gain over items.

Items answer for two checkpoints, seeds for two recipes: runs of one recipe that differ
only in their seed differ by more than their items suggest. The interval over seeds is
the primary one, and a directional claim needs both to exclude 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt

import numpy as np
from scipy.stats import t

from memcap.core.errors import DataError
from memcap.distill.statistics.intervals import Interval, bca, check_level
from memcap.distill.statistics.power import needed_seeds
from memcap.distill.statistics.scores import ROUNDING, PairedScores
from memcap.distill.statistics.wording import guard


def over_seeds(gains: Sequence[float], level: float = 0.95) -> Interval:
    """Student's t-interval of the mean gain over runs.

    One run, or runs that agree to the last digit, show no spread: the interval is then
    the whole line.

    Args:
        gains: `[r]` the gain of each run.
        level: confidence level.

    Example:
        >>> found = over_seeds([0.025, 0.296])
        >>> round(found.low, 4), round(found.high, 4)
        (-1.5612, 1.8822)
    """
    check_level(level)
    if not len(gains) or not all(isfinite(gain) for gain in gains):
        raise DataError(f"gains {list(gains)} need at least one number, all finite.")
    runs, mean = len(gains), float(np.mean(gains))
    if runs == 1:
        return Interval(-inf, inf, level, "one run, no spread over seeds")
    if np.ptp(gains) <= ROUNDING * np.abs(gains).max():
        return Interval(-inf, inf, level, f"{runs} equal runs, no spread over seeds")
    error = float(np.std(gains, ddof=1)) / sqrt(runs)
    half = float(t.isf((1 - level) / 2, runs - 1)) * error
    return Interval(mean - half, mean + half, level, f"t over {runs} seeds")


@dataclass(frozen=True, slots=True)
class TwoLevels:
    """A gain with its interval over seeds beside the one over items.

    Args:
        gain: mean over runs and items.
        seeds: interval over runs, the primary one.
        items: interval over items, given these runs.
        runs: the number r of runs.
        worth: the smallest gain worth seeing.
        needed: runs that show it at the spread of these; None where they have none, or
            where more than 10,000 would be needed.
    """

    gain: float
    seeds: Interval
    items: Interval
    runs: int
    worth: float
    needed: int | None

    @property
    def direction(self) -> int:
        """1 or -1 where both intervals lie on that side of 0, otherwise 0."""
        if min(self.seeds.low, self.items.low) > 0:
            return 1
        return -1 if max(self.seeds.high, self.items.high) < 0 else 0

    @property
    def sentence(self) -> str:
        """Gain, both intervals and what they allow."""
        verdict = {1: "gain detected", -1: "loss detected", 0: "direction not detected"}
        needed = ""
        if not self.direction:
            runs = "unknown" if self.needed is None else f"{self.needed:,} seeds"
            needed = f"; n needed for a gain of {self.worth:g}: {runs}"
        return guard(
            f"{verdict[self.direction]}: {self.gain:+.3f}; over seeds "
            f"{self.seeds.sentence}; over items {self.items.sentence}{needed}."
        )


def both_levels(
    runs: Sequence[PairedScores],
    seed: int,
    *,
    level: float = 0.95,
    worth: float = 0.02,
) -> TwoLevels:
    """The gain of a recipe over its seeds and over the items.

    For the interval over items each item is averaged over the runs.

    Args:
        runs: `[r]` paired scores on the same n items in the same order.
        seed: of the bootstrap over items.
        level: confidence level of both.
        worth: the smallest gain worth seeing, for the number of seeds needed.

    Raises:
        DataError: there is no run, or the runs have different items.
    """
    counts = sorted({run.items for run in runs})
    if len(counts) != 1 or len({run.ids for run in runs}) != 1:
        raise DataError(
            f"{len(runs)} runs with {counts} items cannot be averaged by item; score "
            "every run on the same items in the same order."
        )
    before = np.mean([run.before for run in runs], axis=0)
    after = np.mean([run.after for run in runs], axis=0)
    gains = [run.gain for run in runs]
    items = bca(PairedScores.of(before.tolist(), after.tolist()), seed, level=level)
    seeds = over_seeds(gains, level)
    return TwoLevels(
        gain=float(np.mean(gains)),
        seeds=seeds,
        items=items,
        runs=len(runs),
        worth=worth,
        needed=_needed(gains, worth, 1 - level) if isfinite(seeds.low) else None,
    )


def _needed(gains: Sequence[float], worth: float, alpha: float) -> int | None:
    try:
        return needed_seeds(worth, float(np.std(gains, ddof=1)), alpha=alpha)
    except DataError:
        return None
