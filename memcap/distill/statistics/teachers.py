"""Runs of one student under several teachers, ordered by the size of the teacher."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from scipy.stats import f_oneway

from memcap.core.errors import DataError
from memcap.distill.statistics.scores import ROUNDING

# Runs that can stand for their own distribution; fewer are drawn from a normal one.
_OWN_RUNS = 3


@dataclass(frozen=True, slots=True)
class TeacherRuns:
    """Scores of one student, a group of runs for every teacher.

    Args:
        sizes: `[k]` sizes of the teachers, increasing and positive; any ordered
            numbers, such as granularity levels, serve.
        groups: for each teacher the scores of its runs, at least two.

    Raises:
        DataError: fewer than three teachers, sizes out of order, a teacher with one
            run, or a score that is not finite.

    Example:
        >>> TeacherRuns.of([1, 3, 7], [[0, 1], [2, 3], [1, 2]]).best
        1
    """

    sizes: tuple[float, ...]
    groups: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if len(self.sizes) != len(self.groups):
            raise DataError(
                f"{len(self.sizes)} sizes cannot name {len(self.groups)} groups."
            )
        if len(self.sizes) < 3:
            have = "teachers have" if len(self.sizes) > 1 else "teacher has"
            raise DataError(
                f"{len(self.sizes)} {have} none in between; give at least three."
            )
        steps = zip((0.0, *self.sizes), self.sizes, strict=False)
        if not all(isfinite(big) and small < big for small, big in steps):
            raise DataError(f"sizes {self.sizes} do not increase from above 0.")
        for size, group in zip(self.sizes, self.groups, strict=True):
            _check_group(size, group)

    @classmethod
    def of(
        cls, sizes: Sequence[float], groups: Sequence[Sequence[float]]
    ) -> "TeacherRuns":
        """Take the teachers in any order and sort them by size."""
        if len(sizes) != len(groups):
            raise DataError(f"{len(sizes)} sizes cannot name {len(groups)} groups.")
        order = sorted(range(len(sizes)), key=lambda i: sizes[i])
        return cls(
            tuple(float(sizes[i]) for i in order),
            tuple(tuple(float(score) for score in groups[i]) for i in order),
        )

    @property
    def means(self) -> np.ndarray:
        """`[k]` the mean score of each teacher."""
        return np.array([np.mean(group) for group in self.groups])

    @property
    def runs(self) -> tuple[int, ...]:
        """`[k]` the number of runs of each teacher."""
        return tuple(len(group) for group in self.groups)

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the pooled variance."""
        return sum(self.runs) - len(self.groups)

    @property
    def pooled_sd(self) -> float:
        """Standard deviation between runs of one teacher, pooled."""
        squares = sum(float(np.var(group)) * len(group) for group in self.groups)
        return float(np.sqrt(squares / self.freedom))

    @property
    def constant(self) -> bool:
        """Whether the runs of every teacher agree to the last digit."""
        return all(
            np.ptp(group) <= ROUNDING * np.abs(group).max() for group in self.groups
        )

    @property
    def tied(self) -> tuple[int, ...]:
        """Indices of the teachers that share the highest mean, up to rounding.

        Teachers that wrote the same data have the same mean, whatever their sums were
        rounded to.
        """
        means = self.means
        largest = max(abs(score) for group in self.groups for score in group)
        shared = np.flatnonzero(means >= means.max() - ROUNDING * largest)
        return tuple(shared.tolist())

    @property
    def best(self) -> int:
        """Index of the highest mean, the smallest teacher where several share it.

        A larger teacher that does no better shows no peak at its own size, and costs
        more.
        """
        return self.tied[0]

    @property
    def one_way(self) -> tuple[float, float]:
        """F and p of the one-way test that all teachers agree."""
        if self.constant:
            return 0.0, 1.0
        found = f_oneway(*self.groups)
        return float(found.statistic), float(found.pvalue)

    def resampled_means(self, resamples: int, rng: np.random.Generator) -> np.ndarray:
        """`[resamples, k]` means of runs drawn again inside each teacher.

        With fewer than three runs of a teacher they are drawn from normal ones of the
        pooled spread.
        """
        columns = []
        own = min(self.runs) >= _OWN_RUNS
        for group, mean in zip(self.groups, self.means, strict=True):
            r = len(group)
            if own:
                # Drawing r of r runs loses the factor (r - 1)/r of the variance.
                spread = (np.array(group) - mean) * np.sqrt(r / (r - 1))
                noise = spread[rng.integers(0, r, (resamples, r))].mean(axis=1)
            else:
                noise = rng.normal(0, self.pooled_sd / np.sqrt(r), resamples)
            columns.append(mean + noise)
        return np.stack(columns, axis=1)


def _check_group(size: float, group: tuple[float, ...]) -> None:
    if len(group) < 2:
        raise DataError(
            f"teacher {size:g} has {len(group)} run; one run shows no spread between "
            "seeds, so give every teacher at least two, better three."
        )
    bad = [score for score in group if not isfinite(score)]
    if bad:
        raise DataError(f"teacher {size:g} has a run with score {bad[0]}; repeat it.")
