"""How often each teacher would be chosen: a ranking with its uncertainty.

Runs are drawn again within each teacher and the highest mean wins; ties are shared.
Teachers that do not differ are chosen about equally often over many studies; in one
study the shares still lean to whoever was lucky, and say how firmly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.statistics.scores import ROUNDING
from memcap.distill.statistics.wording import guard


@dataclass(frozen=True, slots=True)
class Selection:
    """Candidates at one size of data.

    Args:
        names: of the teachers.
        means: mean score of each.
        probabilities: share of the resamples in which each is best; they add to 1.
        runs: fewest runs of a teacher.
    """

    names: tuple[str, ...]
    means: tuple[float, ...]
    probabilities: tuple[float, ...]
    runs: int

    @property
    def ranking(self) -> tuple[str, ...]:
        """Names by probability, then by mean."""
        rows = zip(self.probabilities, self.means, self.names, strict=True)
        return tuple(name for *_, name in sorted(rows, key=lambda r: (-r[0], -r[1])))

    @property
    def sentence(self) -> str:
        """The first of the ranking and how often it is chosen."""
        first = self.names.index(self.ranking[0])
        return guard(
            f"{self.names[first]} is best in {self.probabilities[first]:.0%} of "
            f"resamples over at least {self.runs} runs of {len(self.names)} teachers "
            f"({1 / len(self.names):.0%} if all were alike).",
            names=self.names,
        )


def selection_probabilities(
    runs: Mapping[str, Sequence[float]],
    *,
    shared_seeds: bool = False,
    resamples: int = 10_000,
    seed: int = 0,
) -> Selection:
    """Draw runs again and count who is best.

    Args:
        runs: name of each teacher and the scores of its runs, at least two.
        shared_seeds: whether the i-th run of every teacher began from one student;
            seeds are then drawn for all teachers together.
        resamples: number of draws.
        seed: of the draws.

    Raises:
        DataError: fewer than two teachers, a teacher with one run, a score that is not
            finite, or shared seeds with different numbers of runs.

    Example:
        >>> selection_probabilities({"a": [1, 2], "b": [5, 6]}).probabilities
        (0.0, 1.0)
    """
    counts = _check(runs)
    if shared_seeds and len(set(counts)) > 1:
        raise DataError(f"teachers with {counts} runs do not share their seeds.")
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, counts[0], (resamples, counts[0])) if shared_seeds else None
    means = []
    for group in runs.values():
        r = len(group)
        own = rng.integers(0, r, (resamples, r)) if drawn is None else drawn
        means.append(np.array(group, dtype=float)[own].mean(axis=1))
    table = np.stack(means, axis=1)
    top = table.max(axis=1, keepdims=True)
    # Equal means may differ by rounding, which must not decide.
    best = table >= top - ROUNDING * np.abs(table).max()
    shares = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    return Selection(
        names=tuple(runs),
        means=tuple(float(np.mean(group)) for group in runs.values()),
        probabilities=tuple(shares.tolist()),
        runs=min(counts),
    )


def bake_off(
    pilots: Mapping[int, Mapping[str, Sequence[float]]],
    *,
    shared_seeds: bool = False,
    resamples: int = 10_000,
    seed: int = 0,
) -> dict[int, Selection]:
    """Selection probabilities at every size of data of a pilot.

    Args:
        pilots: number of examples, and the runs of each teacher at that number.
        shared_seeds: as in `selection_probabilities`.
        resamples: number of draws.
        seed: of the draws.

    Raises:
        DataError: the sizes compare different teachers, or one size is refused.
    """
    teachers = {tuple(runs) for runs in pilots.values()}
    if len(teachers) != 1:
        raise DataError(
            f"a bake-off compares the same teachers at every size of data, not "
            f"{sorted(teachers)}."
        )
    return {
        size: selection_probabilities(
            runs, shared_seeds=shared_seeds, resamples=resamples, seed=seed
        )
        for size, runs in sorted(pilots.items())
    }


def _check(runs: Mapping[str, Sequence[float]]) -> list[int]:
    if len(runs) < 2:
        raise DataError(f"{len(runs)} teachers need no choice; give at least two.")
    for name, group in runs.items():
        if len(group) < 2:
            raise DataError(
                f"teacher '{name}' has {len(group)} run, which shows no spread; give "
                "at least two."
            )
        if not np.isfinite(np.array(group, dtype=float)).all():
            raise DataError(f"teacher '{name}' has a score that is not finite.")
    return [len(group) for group in runs.values()]
